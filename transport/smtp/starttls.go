package smtp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// secure starts TLS where it is offered and wanted, and greets again inside it. RFC 3207
func (s *Session) secure() *Error {
	level := s.options.Security.Level
	switch {
	case s.facts != nil:
		return nil
	case level == None:
		s.tell.noted("tls", "not used: switched off")
		return nil
	case !s.extensions.Has("STARTTLS") && level >= Encrypt:
		return s.unsafe("TLS is required but the server does not offer it")
	case !s.extensions.Has("STARTTLS"):
		s.tell.noted("tls", "not offered: the letter travels in clear")
		return nil
	}
	return s.startTLS()
}

func (s *Session) startTLS() *Error {
	c := command{stage: StageStartTLS, text: "STARTTLS"}
	replies, err := s.exchange(c)
	switch {
	case err != nil:
		return err
	case replies[0].refusal() && s.options.Security.Level < Encrypt:
		s.tell.noted("tls", "refused by the server: the letter travels in clear")
		return nil
	}
	if err := s.expect(2, c, replies[0]); err != nil {
		return err
	}
	if s.replies.lines.Buffered() > 0 {
		// What came in clear must not be read as if it came inside TLS (CVE-2011-0411): an attack, never a downgrade.
		return s.injected()
	}
	s.extensions = Extensions{} // RFC 3207 §4.2: forget all of it
	if err := s.handshake(); err != nil {
		return err
	}
	return s.helloInside()
}

func (s *Session) injected() *Error {
	return s.fail(&Error{Class: ClassProtocol, Stage: StageStartTLS, Command: "STARTTLS", Cause: violation("data injected before TLS began")})
}

// saysYes finds an SMTP reply where the handshake should be, injected a moment too late to be found in our buffer. A server
// that says in clear that it can't is merely broken.
func saysYes(err error) bool {
	var head tls.RecordHeaderError
	if !errors.As(err, &head) {
		return false
	}
	_, _, _, none := splitReplyLine(strings.TrimRight(string(head.RecordHeader[:4]), "\r\n"))
	return none == nil && head.RecordHeader[0] < '4'
}

// helloInside greets again. Where a handshake ends with our word (TLS 1.3), a server that does not like it says so, or hangs
// up, when we expect its first reply.
func (s *Session) helloInside() *Error {
	err := s.hello()
	if err != nil && (isAlert(err.Cause) || errors.Is(err.Cause, errClosed) || errors.Is(err.Cause, errReset)) {
		return s.handshakeFailed(err.Cause)
	}
	return err
}

// handshake puts TLS over the connection and records what came of it.
func (s *Session) handshake() *Error {
	limit := s.options.Timeouts.of(StageStartTLS)
	s.guard.readWithin(limit)
	s.guard.writeWithin(limit)
	facts := &TLSFacts{Policy: s.options.Security.policy()}
	conn := tls.Client(s.raw, s.tlsConfig(facts))
	if err := conn.Handshake(); err != nil {
		if !s.options.Security.Implicit && saysYes(err) {
			return s.injected()
		}
		return s.handshakeFailed(plainIO(err, "no handshake", limit))
	}
	state := conn.ConnectionState()
	facts.Version, facts.Cipher = tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite)
	s.facts, s.conn = facts, conn
	s.replies = newReplyReader(conn, s.tell)
	s.tell.noted("tls", facts.String())
	return nil
}

// handshakeFailed says whether a new connection may do without TLS: only where nothing demands it. RFC 7435
func (s *Session) handshakeFailed(cause error) *Error {
	e := &Error{Class: ClassConnection, Stage: StageStartTLS, Command: "STARTTLS", Cause: cause}
	if interrupted := s.guard.interrupted(); interrupted != nil {
		e.Class, e.Cause = ClassLocal, interrupted
		return s.fail(e)
	}
	e.clear = !s.options.Security.required() && s.options.Auth == nil
	return s.fail(e)
}

// tlsConfig accepts any certificate in the handshake and judges it itself, so that what is not required is still told.
func (s *Session) tlsConfig(facts *TLSFacts) *tls.Config {
	security := s.options.Security
	config := &tls.Config{
		ServerName:         s.tlsName(),
		InsecureSkipVerify: true,
		VerifyConnection:   func(state tls.ConnectionState) error { return s.judge(state, facts) },
		Certificates:       security.Certificates,
		Time:               s.options.Now,
		MinVersion:         tls.VersionTLS12,
	}
	if !security.required() {
		// QUIRK: RFC 8996 ended TLS 1.0 and 1.1, and RSA key exchange is weak; but where the alternative is clear text,
		// the old servers' best is better.
		config.MinVersion = tls.VersionTLS10
		config.CipherSuites = everySuite()
	}
	return config
}

func everySuite() []uint16 {
	var ids []uint16
	for _, c := range tls.CipherSuites() {
		ids = append(ids, c.ID)
	}
	for _, c := range tls.InsecureCipherSuites() {
		if !strings.Contains(c.Name, "RC4") {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// tlsName is the name for SNI and certificate: the host's, without final dot; an address literal has none.
func (s *Session) tlsName() string {
	name := s.options.Security.Name
	if name == "" {
		name = s.options.Host
	}
	name = strings.TrimSuffix(name, ".")
	if strings.HasPrefix(name, "[") || net.ParseIP(name) != nil {
		return ""
	}
	return name
}

// judge records whether the certificate is good, and refuses a bad one at level Verify only.
func (s *Session) judge(state tls.ConnectionState, facts *TLSFacts) error {
	facts.certificate(state)
	verify := s.options.Security.Verify
	if verify == nil {
		verify = s.chainAndName
	}
	err := verify(state)
	facts.Verified = err == nil
	if err != nil {
		facts.Why = err.Error()
	}
	if s.options.Security.Level >= Verify {
		return err
	}
	return nil
}

// chainAndName is the verification of the web: a chain to the roots, valid now, for the host's name. RFC 5280 §6
func (s *Session) chainAndName(state tls.ConnectionState) error {
	if len(state.PeerCertificates) == 0 {
		return errors.New("the server showed no certificate")
	}
	if s.tlsName() == "" {
		return errors.New("there is no name to verify the certificate for")
	}
	now := time.Now
	if s.options.Now != nil {
		now = s.options.Now
	}
	// In UTC, which the reason of a refusal is told in.
	o := x509.VerifyOptions{DNSName: s.tlsName(), Roots: s.options.Security.Roots, Intermediates: x509.NewCertPool(), CurrentTime: now().UTC()}
	for _, c := range state.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := state.PeerCertificates[0].Verify(o)
	return err
}

func (f *TLSFacts) certificate(state tls.ConnectionState) {
	if len(state.PeerCertificates) == 0 {
		return
	}
	c := state.PeerCertificates[0]
	f.Subject, f.Issuer, f.Names, f.NotAfter = c.Subject.String(), c.Issuer.String(), c.DNSNames, c.NotAfter
}

// String is one line for people.
func (f *TLSFacts) String() string {
	verdict := "certificate verified"
	if !f.Verified {
		verdict = "certificate not verified: " + f.Why
	}
	return fmt.Sprintf("%s, %s, %s (names %s, issued by %s, valid until %s)", f.Version, f.Cipher, verdict,
		strings.Join(f.Names, " "), f.Issuer, f.NotAfter.UTC().Format(time.DateOnly))
}
