package smtp

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/xdg-go/scram"
)

// TestSCRAM logs in to a server that knows SCRAM, with and without channel binding.
func TestSCRAM(t *testing.T) {
	for _, c := range []struct {
		mechanism, password string
		version             uint16
		binding             string // what the client says of it: RFC 5802 §6
		ok                  bool
	}{
		{"SCRAM-SHA-256-PLUS", "secret", tls.VersionTLS13, "p=tls-exporter,", true}, {"SCRAM-SHA-1-PLUS", "secret", tls.VersionTLS12, "p=tls-server-end-point,", true},
		{"SCRAM-SHA-256", "secret", tls.VersionTLS13, "y,", true}, {"SCRAM-SHA-1", "secret", tls.VersionTLS13, "y,", true},
		{"SCRAM-SHA-256", "wrong", tls.VersionTLS13, "y,", false}, {"SCRAM-SHA-1 SCRAM-SHA-256-PLUS", "secret", tls.VersionTLS13, "n,", true},
	} {
		client, server := net.Pipe()
		mechanism, _, several := strings.Cut(c.mechanism, " ")
		if !several {
			mechanism = "" // the strongest
		}
		ended := make(chan error, 1)
		go func() { ended <- scramServer(server, c.mechanism, c.version, c.binding) }()
		s, err := Open(t.Context(), client, Options{Hello: "crepes.fr", Host: "mx.example", Security: Security{Roots: testRoots()},
			Auth: &Auth{User: "alice", Password: c.password, Mechanism: mechanism}})
		if (err == nil) != c.ok {
			t.Errorf("%s with %s: %v", c.mechanism, c.password, err)
		}
		if s != nil {
			s.Close()
		}
		if err := <-ended; err != nil && c.ok {
			t.Errorf("%s: the server says %v", c.mechanism, err)
		}
	}
}

func scramServer(conn net.Conn, mechanisms string, version uint16, binding string) error {
	mechanism, _, _ := strings.Cut(mechanisms, " ")
	defer conn.Close()
	r := bufio.NewReader(conn)
	say := func(text string) { fmt.Fprint(conn, text+"\r\n") }
	say("220 mx.example")
	r.ReadString('\n')
	say("250-mx.example\r\n250 STARTTLS")
	r.ReadString('\n')
	say("220 go")
	certificate := testCertificate("good")
	secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}, MaxVersion: version})
	if err := secure.Handshake(); err != nil {
		return err
	}
	r, conn = bufio.NewReader(secure), secure
	say = func(text string) { fmt.Fprint(secure, text+"\r\n") }
	r.ReadString('\n')
	say("250-mx.example\r\n250 AUTH PLAIN " + mechanisms)
	conversation, err := scramConversation(mechanism, secure, certificate)
	if err != nil {
		return err
	}
	line, _ := r.ReadString('\n')
	text, found := strings.CutPrefix(strings.TrimSpace(line), "AUTH "+mechanism+" ")
	for found {
		challenge, _ := base64.StdEncoding.DecodeString(text)
		if strings.HasPrefix(line, "AUTH") && !strings.HasPrefix(string(challenge), binding) {
			say("535 5.7.8 no")
			return fmt.Errorf("the client says of the binding: %q", challenge)
		}
		answer, err := conversation.Step(string(challenge))
		if err != nil {
			say("535 5.7.8 no")
			return err
		}
		say("334 " + base64.StdEncoding.EncodeToString([]byte(answer)))
		line, _ = r.ReadString('\n')
		text = strings.TrimSpace(line)
		if conversation.Done() {
			break
		}
	}
	if !found || !conversation.Valid() {
		say("535 5.7.8 no")
		return fmt.Errorf("the client said %q", line)
	}
	say("235 welcome")
	r.ReadString('\n')
	say("221 bye")
	return nil
}

func scramConversation(mechanism string, conn *tls.Conn, shown tls.Certificate) (*scram.ServerConversation, error) {
	hash := scram.SHA256
	if strings.Contains(mechanism, "SHA-1") {
		hash = scram.SHA1
	}
	client, err := hash.NewClient("alice", "secret", "")
	if err != nil {
		return nil, err
	}
	stored, err := client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: "salt", Iters: 4096})
	if err != nil {
		return nil, err
	}
	server, err := hash.NewServer(func(string) (scram.StoredCredentials, error) { return stored, nil })
	if err != nil || !strings.HasSuffix(mechanism, "-PLUS") {
		return server.NewConversation(), err
	}
	state := conn.ConnectionState()
	binding, err := scram.NewTLSExporterBinding(&state)
	if state.Version < tls.VersionTLS13 {
		sum := sha256.Sum256(shown.Certificate[0]) // RFC 5929 §4.1
		binding, err = scram.ChannelBinding{Type: scram.ChannelBindingTLSServerEndpoint, Data: sum[:]}, nil
	}
	return server.NewConversationWithChannelBindingRequired(binding), err
}
