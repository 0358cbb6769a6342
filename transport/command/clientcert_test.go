package command

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"
)

// madeCertificate is a certificate for the name, in a file with its key that only we can read.
func madeCertificate(t *testing.T, name string) (file string, pair tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	pem.Encode(&text, &pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	file = filepath.Join(t.TempDir(), name+".pem")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// asking is a relay that takes letters only from who shows a certificate; it tells the name that it was shown.
func asking(t *testing.T) (address string, shown chan string) {
	t.Helper()
	_, pair := madeCertificate(t, "relay.example")
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAnyClientCert})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	shown = make(chan string, 1)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			receive(conn.(*tls.Conn), shown)
		}
	}()
	return l.Addr().String(), shown
}

func receive(conn *tls.Conn, shown chan string) {
	defer conn.Close()
	if conn.Handshake() != nil {
		return
	}
	shown <- conn.ConnectionState().PeerCertificates[0].Subject.CommonName
	io.WriteString(conn, "220 hi\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		switch line := lines.Text(); {
		case line == "DATA":
			io.WriteString(conn, "354 go\r\n")
			for lines.Scan() && lines.Text() != "." {
			}
			fallthrough
		default:
			io.WriteString(conn, "250 ok\r\n")
		case line == "QUIT":
			return
		}
	}
}

// sent runs a whole send in this process.
func sent(t *testing.T, words ...string) (said string, code int) {
	t.Helper()
	var stderr bytes.Buffer
	app := &cli.App{Name: "mxsend", Flags: SendFlags(), Action: Send, Reader: strings.NewReader("hello\n"), Writer: io.Discard, ErrWriter: &stderr,
		DisableSliceFlagSeparator: true, ExitErrHandler: func(*cli.Context, error) {}}
	app.Setup()
	args, err := Arrange(app, append([]string{"mxsend"}, words...))
	if err == nil {
		err = app.RunContext(t.Context(), args)
	}
	if err != nil {
		fmt.Fprintln(&stderr, err)
		code = exitCodeOf(err)
	}
	return stderr.String(), code
}

func TestClientCertificates(t *testing.T) {
	file, _ := madeCertificate(t, "alice.example")
	open := filepath.Join(t.TempDir(), "open.pem")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(open, data, 0o644); err != nil {
		t.Fatal(err)
	}
	relay, shown := asking(t)
	if _, _, err := net.SplitHostPort(relay); err != nil {
		t.Fatal(err)
	}
	common := []string{"--relay", "smtps://" + relay, "--resolver", "127.0.0.1:1", "-f", "alice@crepes.fr", "bob@hamburger.edu"}
	if said, code := sent(t, append([]string{"--client-cert", file}, common...)...); code != 0 {
		t.Errorf("shown: %d: %s", code, said)
	} else if name := <-shown; name != "alice.example" {
		t.Errorf("shown the certificate of %s", name)
	}
	for _, c := range []struct {
		words string
		code  int
		says  string
	}{
		{"", 75, "certificate required"},
		{"--client-cert " + open, 77, "others can read"},
		{"--client-cert " + file + " --client-key /nowhere", 77, "/nowhere"},
		{"--client-cert /nowhere --client-key " + file, 66, "/nowhere"},
		{"--client-key " + file, 64, "needs --client-cert"},
	} {
		said, code := sent(t, append(strings.Fields(c.words), common...)...)
		if code != c.code || !strings.Contains(said, c.says) || strings.Contains(said, "PRIVATE") {
			t.Errorf("%s: %d, %s, want %d, %s", c.words, code, said, c.code, c.says)
		}
	}
	if said, code := sent(t, "--client-cert", file, "-f", "alice@crepes.fr", "--resolver", "127.0.0.1:1", "bob@hamburger.edu"); code != 64 || !strings.Contains(said, "--relay") {
		t.Errorf("without a relay: %d, %s", code, said)
	}
}
