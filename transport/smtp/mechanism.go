package smtp

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/xdg-go/scram"
)

// mechanism is the client's side of one SASL exchange.
type mechanism interface {
	start() (response []byte, has bool, err error) // the initial response, if the mechanism has one
	next(challenge []byte) ([]byte, error)
	done() error // after the server's success: nil if the mechanism agrees
}

func (s *Session) newMechanism(name string) (mechanism, error) {
	a := s.options.Auth
	switch name {
	case "PLAIN":
		return &simple{Client: sasl.NewPlainClient("", a.User, a.Password)}, nil
	case "LOGIN":
		return &loginMechanism{answers: []string{a.User, a.Password}}, nil
	case "CRAM-MD5":
		return &cramMD5{a.User, a.Password}, nil
	case "XOAUTH2":
		return &xoauth2{a.User, a.Password}, nil
	case "OAUTHBEARER":
		host, port := s.peer()
		return &bearer{simple{Client: sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: a.User, Token: a.Password, Host: host, Port: port})}}, nil
	}
	return s.newSCRAM(name)
}

func (s *Session) peer() (host string, port int) {
	if tcp, ok := s.raw.RemoteAddr().(*net.TCPAddr); ok {
		port = tcp.Port
	}
	return s.options.Host, port
}

// simple is a mechanism of the library.
type simple struct{ sasl.Client }

func (m *simple) start() ([]byte, bool, error) {
	_, response, err := m.Start()
	return response, response != nil, err
}

func (m *simple) next(challenge []byte) ([]byte, error) { return m.Next(challenge) }
func (m *simple) done() error                           { return nil }

// bearer is OAUTHBEARER. A challenge tells why the token was refused; the refusal follows its answer. RFC 7628 §3.2.3
type bearer struct{ simple }

func (m *bearer) next([]byte) ([]byte, error) { return []byte{1}, nil }

// loginMechanism answers what is asked in the order everybody asks it.
// QUIRK: LOGIN was never written down; some servers prompt "Username:", some "User Name", so the text is not looked at.
type loginMechanism struct{ answers []string }

func (m *loginMechanism) start() ([]byte, bool, error) { return nil, false, nil }
func (m *loginMechanism) done() error                  { return nil }

func (m *loginMechanism) next([]byte) ([]byte, error) {
	if len(m.answers) == 0 {
		return nil, errors.New("a third question in LOGIN")
	}
	answer := m.answers[0]
	m.answers = m.answers[1:]
	return []byte(answer), nil
}

// cramMD5: RFC 2195 §2.
type cramMD5 struct{ user, password string }

func (m *cramMD5) start() ([]byte, bool, error) { return nil, false, nil }
func (m *cramMD5) done() error                  { return nil }

func (m *cramMD5) next(challenge []byte) ([]byte, error) {
	h := hmac.New(md5.New, []byte(m.password))
	h.Write(challenge)
	return []byte(m.user + " " + hex.EncodeToString(h.Sum(nil))), nil
}

// xoauth2 is what Google and Microsoft take beside OAUTHBEARER. A challenge tells why the token was refused; the answer to
// it is empty, and the refusal follows.
type xoauth2 struct{ user, token string }

func (m *xoauth2) start() ([]byte, bool, error) {
	return []byte("user=" + m.user + "\x01auth=Bearer " + m.token + "\x01\x01"), true, nil
}
func (m *xoauth2) next([]byte) ([]byte, error) { return nil, nil }
func (m *xoauth2) done() error                 { return nil }

// scramMechanism: RFC 5802, 7677; with -PLUS bound to the TLS channel, RFC 9266.
type scramMechanism struct{ conversation *scram.ClientConversation }

func (s *Session) newSCRAM(name string) (mechanism, error) {
	plain, plus := strings.CutSuffix(name, "-PLUS")
	hash := scram.SHA256
	switch plain {
	case "SCRAM-SHA-256":
	case "SCRAM-SHA-1":
		hash = scram.SHA1
	default:
		return nil, fmt.Errorf("unknown mechanism %s", name)
	}
	client, err := hash.NewClient(s.options.Auth.User, s.options.Auth.Password, "")
	if err != nil {
		return nil, fmt.Errorf("user name or password: %w", err)
	}
	binding, err := s.binding()
	switch {
	case plus && err != nil:
		return nil, err
	case plus:
		return &scramMechanism{client.NewConversationWithChannelBinding(binding)}, nil
	case err == nil && !s.offersBinding():
		return &scramMechanism{client.NewConversationAdvertisingChannelBinding()}, nil // a server whose offer was taken away notices: RFC 5802 §6
	}
	return &scramMechanism{client.NewConversation()}, nil
}

func (s *Session) offersBinding() bool {
	return slices.ContainsFunc(s.extensions.Params("AUTH"), func(name string) bool { return strings.HasSuffix(strings.ToUpper(name), "-PLUS") })
}

// binding is tls-exporter in TLS 1.3, and what the server's certificate is before. RFC 9266, RFC 5929 §4
func (s *Session) binding() (scram.ChannelBinding, error) {
	conn, ok := s.conn.(*tls.Conn)
	if !ok {
		return scram.ChannelBinding{}, errors.New("there is no TLS to bind to")
	}
	state := conn.ConnectionState()
	if state.Version >= tls.VersionTLS13 {
		return scram.NewTLSExporterBinding(&state)
	}
	return scram.NewTLSServerEndpointBinding(&state)
}

func (m *scramMechanism) start() ([]byte, bool, error) {
	first, err := m.conversation.Step("")
	return []byte(first), true, err
}

const maxIterations = 1_000_000 // a server could keep us busy for hours

func (m *scramMechanism) next(challenge []byte) ([]byte, error) {
	for attribute := range strings.SplitSeq(string(challenge), ",") {
		if count, ok := strings.CutPrefix(attribute, "i="); ok {
			if n, err := strconv.Atoi(count); err != nil || n > maxIterations {
				return nil, fmt.Errorf("%.20q iterations", count)
			}
		}
	}
	answer, err := m.conversation.Step(string(challenge))
	return []byte(answer), err
}

func (m *scramMechanism) done() error {
	if !m.conversation.Done() || !m.conversation.Valid() {
		return errors.New("the server did not show that it knows the password")
	}
	return nil
}
