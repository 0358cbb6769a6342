package smtp

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
)

// starting is a server that takes a connection as far as EHLO inside TLS, says what it offers there, and then gives each
// answer to one line; what came of the handshake and of the lines goes into seen.
type starting struct {
	config  *tls.Config
	offers  []string
	answers []string

	hello tls.ClientHelloInfo
	state tls.ConnectionState
	lines []string
	err   error
}

func (s *starting) serve(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for _, text := range []string{"220 mx.example", "250-mx.example\r\n250 STARTTLS", "220 go"} {
		fmt.Fprint(conn, text+"\r\n")
		if !strings.HasPrefix(text, "220 go") {
			r.ReadString('\n')
		}
	}
	config := s.config.Clone()
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		s.hello = *hello
		return nil, nil
	}
	secure := tls.Server(conn, config)
	if s.err = secure.Handshake(); s.err != nil {
		return
	}
	s.state = secure.ConnectionState()
	r = bufio.NewReader(secure)
	for _, text := range append([]string{strings.Join(append([]string{"250-mx.example"}, s.offers...), "\r\n")}, append(s.answers, "221 bye")...) {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		s.lines = append(s.lines, strings.TrimSpace(line))
		fmt.Fprint(secure, text+"\r\n")
	}
}

// open lets the client talk to the server until it has said QUIT or has failed.
func (s *starting) open(t *testing.T, o Options) (*TLSFacts, error) {
	client, server := overTCP(t) // both sides of TLS may write at once
	ended := make(chan struct{})
	go func() { s.serve(server); close(ended) }()
	o.Hello, o.Security.Roots = "crepes.fr", testRoots()
	session, err := Open(context.WithoutCancel(t.Context()), client, o)
	var facts *TLSFacts
	if session != nil {
		facts = session.TLS()
		session.Close()
	}
	<-ended
	return facts, err
}

// TestWhatTheHandshakeShows: the server's name without its final dot and not for an address; no ALPN, no ticket of an earlier
// session, no certificate unless one was given; old versions only where nothing demands TLS.
func TestWhatTheHandshakeShows(t *testing.T) {
	config := &tls.Config{Certificates: []tls.Certificate{testCertificate("good")}, ClientAuth: tls.RequestClientCert}
	config.SetSessionTicketKeys([][32]byte{{1}})
	for _, c := range []struct {
		host, name, sni string
		level           Level
		show            bool
	}{
		{"mx.example", "", "mx.example", Opportunistic, false},
		{"mx.example.", "", "mx.example", Encrypt, true},
		{"alias.example", "mx.example", "mx.example", Verify, false},
		{"[192.0.2.1]", "", "", Opportunistic, false},
		{"2001:db8::1", "", "", Encrypt, false},
		{"", "", "", Opportunistic, false},
	} {
		s := &starting{config: config, offers: []string{"250 SIZE"}}
		o := Options{Host: c.host, Security: Security{Level: c.level, Name: c.name}}
		if c.show {
			o.Security.Certificates = []tls.Certificate{testCertificate("good")}
		}
		facts, err := s.open(t, o)
		if err != nil || s.err != nil {
			t.Fatal(c.host, err, s.err)
		}
		old := slices.Contains(s.hello.SupportedVersions, tls.VersionTLS10)
		if s.hello.ServerName != c.sni || len(s.hello.SupportedProtos) > 0 || s.state.DidResume || old != (c.level < Encrypt) {
			t.Errorf("%s: SNI %q, ALPN %q, resumed %v, versions %x", c.host, s.hello.ServerName, s.hello.SupportedProtos, s.state.DidResume, s.hello.SupportedVersions)
		}
		if shown := len(s.state.PeerCertificates) > 0; shown != c.show || facts.Verified != (c.sni != "") {
			t.Errorf("%s: certificate shown %v, theirs verified %v", c.host, shown, facts.Verified)
		}
	}
}

// TestNegativeSerial: certificates that Go finds malformed are worse than none, unless the program allows them.
func TestNegativeSerial(t *testing.T) {
	for setting, fine := range map[string]bool{"x509negativeserial=1": true, "x509negativeserial=0": false} {
		t.Setenv("GODEBUG", setting)
		s := &starting{config: &tls.Config{Certificates: []tls.Certificate{testCertificate("negative")}}, offers: []string{"250 SIZE"}}
		facts, err := s.open(t, Options{Host: "mx.example"})
		if fine && (err != nil || facts.Verified) {
			t.Errorf("%s: %v, %+v", setting, err, facts)
		}
		if e, failed := err.(*Error); !fine && (!failed || !e.MayRetryInClear()) {
			t.Errorf("%s: %v, %+v", setting, err, facts)
		}
	}
}

// TestChannelThatCannotBeBound: the best mechanism cannot be used with this certificate, so the next one is, at once.
func TestChannelThatCannotBeBound(t *testing.T) {
	for _, c := range []struct{ wanted, said string }{{"", "AUTH PLAIN "}, {"SCRAM-SHA-256-PLUS", "QUIT"}} {
		s := &starting{config: unbindable(t), offers: []string{"250 AUTH SCRAM-SHA-256-PLUS PLAIN"}, answers: []string{"235 welcome"}}
		_, err := s.open(t, Options{Host: "mx.example", Auth: &Auth{User: "alice", Password: "secret", Mechanism: c.wanted}})
		if len(s.lines) < 2 || !strings.HasPrefix(s.lines[1], c.said) || (err == nil) != (c.wanted == "") {
			t.Errorf("%q: %q, %v", c.wanted, s.lines, err)
		}
		for _, line := range s.lines {
			if c.wanted != "" && strings.Contains(line, base64.StdEncoding.EncodeToString([]byte("secret"))) {
				t.Errorf("%q: %q", c.wanted, line)
			}
		}
	}
}

// unbindable: Ed25519 has no hash of its own to bind a channel of TLS 1.2 with. RFC 5929 §4.1
func unbindable(t *testing.T) *tls.Config {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent := template("Ed25519 authority")
	parent.IsCA, parent.BasicConstraintsValid = true, true
	a := testAuthority()
	middle, err := x509.CreateCertificate(rand.Reader, parent, a.certificate, public, a.key)
	if err != nil {
		t.Fatal(err)
	}
	issuer, err := x509.ParseCertificate(middle)
	if err != nil {
		t.Fatal(err)
	}
	leaf, own := template("mx.example"), newKey()
	leaf.DNSNames = []string{"mx.example"}
	der, err := x509.CreateCertificate(rand.Reader, leaf, issuer, &own.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der, middle}, PrivateKey: own}}}
}
