package smtp

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
)

// scramMechanism: RFC 5802, RFC 7677; with -PLUS bound to the TLS channel, RFC 9266.
type scramMechanism struct {
	hash           func() hash.Hash
	user, password string // prepared
	header         string // says what the exchange is bound to: gs2-header in RFC 5802 §7
	binding        []byte // the octets it is bound to
	nonce          string
	signature      []byte // what the server must show; nil until its first message was answered
	agreed         bool
}

func (s *Session) newSCRAM(name string) (mechanism, error) {
	m := &scramMechanism{hash: sha256.New, header: "n,,", nonce: rand.Text()}
	plain, plus := strings.CutSuffix(name, "-PLUS")
	switch plain {
	case "SCRAM-SHA-256":
	case "SCRAM-SHA-1":
		m.hash = sha1.New
	default:
		return nil, fmt.Errorf("unknown mechanism %s", name)
	}
	var errs [2]error
	m.user, errs[0] = prepare(s.options.Auth.User)
	m.password, errs[1] = prepare(s.options.Auth.Password)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("user name or password: %w", err)
	}
	if !plus {
		return m, nil
	}
	kind, binding, err := s.binding()
	m.header, m.binding = "p="+kind+",,", binding
	return m, err
}

func (m *scramMechanism) start() ([]byte, bool, error) {
	return []byte(m.header + m.first()), true, nil
}

// first is our first message without what it is bound to.
func (m *scramMechanism) first() string {
	return "n=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(m.user) + ",r=" + m.nonce
}

func (m *scramMechanism) next(challenge []byte) ([]byte, error) {
	if m.signature == nil {
		return m.prove(string(challenge))
	}
	shown, ok := strings.CutPrefix(string(challenge), "v=")
	if !ok {
		return nil, fmt.Errorf("the server did not show that it knows the password: %.60q", challenge)
	}
	shown, _, _ = strings.Cut(shown, ",")
	got, err := base64.StdEncoding.DecodeString(shown)
	if m.agreed = err == nil && hmac.Equal(got, m.signature); !m.agreed {
		return nil, errors.New("the server does not know the password")
	}
	return nil, nil
}

// prove answers the server's first message. RFC 5802 §3
func (m *scramMechanism) prove(challenge string) ([]byte, error) {
	nonce, salt, count, err := m.read(challenge)
	if err != nil {
		return nil, err
	}
	salted, err := pbkdf2.Key(m.hash, m.password, salt, count, m.hash().Size())
	if err != nil {
		return nil, err
	}
	final := "c=" + base64.StdEncoding.EncodeToString(append([]byte(m.header), m.binding...)) + ",r=" + nonce
	whole := m.first() + "," + challenge + "," + final
	key := m.mac(salted, "Client Key")
	stored := m.hash()
	stored.Write(key)
	m.signature = m.mac(m.mac(salted, "Server Key"), whole)
	subtle.XORBytes(key, key, m.mac(stored.Sum(nil), whole))
	return []byte(final + ",p=" + base64.StdEncoding.EncodeToString(key)), nil
}

func (m *scramMechanism) mac(key []byte, text string) []byte {
	h := hmac.New(m.hash, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

const maxIterations = 1_000_000 // a server could keep us busy for hours

// read takes the server's first message apart; an extension that must be understood (m=) is not. RFC 5802 §7
func (m *scramMechanism) read(challenge string) (nonce string, salt []byte, count int, err error) {
	attributes := strings.SplitN(challenge, ",", 4)
	if len(attributes) < 3 {
		return "", nil, 0, fmt.Errorf("not a first message of SCRAM: %.60q", challenge)
	}
	nonce, isNonce := strings.CutPrefix(attributes[0], "r=")
	encoded, isSalt := strings.CutPrefix(attributes[1], "s=")
	number, isCount := strings.CutPrefix(attributes[2], "i=")
	if !isNonce || !isSalt || !isCount {
		return "", nil, 0, fmt.Errorf("not a first message of SCRAM: %.60q", challenge)
	}
	if !strings.HasPrefix(nonce, m.nonce) || len(nonce) == len(m.nonce) {
		return "", nil, 0, errors.New("the server's nonce does not continue ours")
	}
	if salt, err = base64.StdEncoding.DecodeString(encoded); err != nil {
		return "", nil, 0, fmt.Errorf("salt: %w", err)
	}
	if count, err = strconv.Atoi(number); err != nil || count < 1 || count > maxIterations {
		return "", nil, 0, fmt.Errorf("%.20q iterations", number)
	}
	return nonce, salt, count, nil
}

func (m *scramMechanism) done() error {
	if !m.agreed {
		return errors.New("the server did not show that it knows the password")
	}
	return nil
}
