//go:build interop

package command

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// need skips where a server is not installed, but not in CI, which installs all of them.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err == nil {
			continue
		}
		if _, err := os.Stat("/usr/sbin/" + p); err == nil {
			continue
		}
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not installed", p)
		}
		t.Skipf("%s is not installed", p)
	}
	if os.Getuid() != 0 {
		t.Skip("these servers can only be started by root")
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// folder is one that the servers' own users may enter.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "mxsend-interop-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// certificate makes a self-signed one for mail.test, which is its own authority.
func certificate(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"mail.test", "localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert = write(t, filepath.Join(dir, "cert.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	key = write(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})))
	return cert, key
}

// postfix starts one that takes the mail of hamburger.edu into Maildirs, and returns its port and their folder.
func postfix(t *testing.T, settings string) (port, mail string) {
	t.Helper()
	need(t, "postfix")
	dir := folder(t)
	port = freePort(t)
	mail = filepath.Join(dir, "mail")
	owner, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{"queue", "data", "mail", "etc"} {
		os.MkdirAll(filepath.Join(dir, d), 0o755)
	}
	run(t, "chown", "postfix", filepath.Join(dir, "data"))
	run(t, "chown", "nobody", mail)
	cert, key := certificate(t, dir)
	write(t, filepath.Join(dir, "etc/main.cf"), fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
maillog_file = /dev/stdout
maillog_file_prefixes = /dev
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.test
mydestination =
alias_maps =
smtpd_tls_cert_file = %[2]s
smtpd_tls_key_file = %[3]s
smtpd_tls_security_level = may
smtpd_relay_restrictions = reject_unauth_destination
virtual_mailbox_domains = hamburger.edu
virtual_mailbox_base = %[4]s
virtual_mailbox_maps = regexp:%[1]s/etc/boxes
virtual_minimum_uid = 1
virtual_uid_maps = static:%[5]s
virtual_gid_maps = static:%[6]s
smtpd_client_restrictions =
smtpd_recipient_restrictions = check_recipient_access regexp:%[1]s/etc/access, permit
%[7]s
`, dir, cert, key, mail, owner.Uid, owner.Gid, settings))
	write(t, filepath.Join(dir, "etc/boxes"), "/^([^@]+)@/ box/\n")
	write(t, filepath.Join(dir, "etc/access"), "/^refused@/ 550 5.1.1 not here\n/^busy@/ 450 4.2.0 greylisted\n")
	write(t, filepath.Join(dir, "etc/master.cf"), fmt.Sprintf(`127.0.0.1:%s inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`, port))
	server := exec.Command("postfix", "-c", filepath.Join(dir, "etc"), "start-fg")
	begin(t, server, port)
	t.Cleanup(func() { exec.Command("postfix", "-c", filepath.Join(dir, "etc"), "stop").Run() })
	return port, mail
}

// begin starts a server and waits until it listens; it is ended with the test, by its own process.
func begin(t *testing.T, server *exec.Cmd, port string) {
	t.Helper()
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Signal(syscall.SIGTERM)
		ended := make(chan struct{})
		go func() { server.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			server.Process.Kill()
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", server.Path, log.String())
		}
	})
	for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			conn.Close()
			return
		}
		if server.ProcessState != nil {
			t.Fatalf("it ended: %s", log.String())
		}
	}
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// built is the program, built once for all tests.
func built(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("mxsend-interop-%d", os.Getpid()))
	if _, err := os.Stat(filepath.Join(dir, "mxsend")); err != nil {
		os.MkdirAll(dir, 0o755)
		run(t, "go", "build", "-o", filepath.Join(dir, "mxsend"), root)
	}
	return dir
}

// send runs the program and wants the exit code; it returns what was said.
func send(t *testing.T, code int, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(built(t), "mxsend"), args...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "MXSEND_TIMEOUT=20s")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != code {
		t.Fatalf("exit code %d, want %d, %v\n%s", cmd.ProcessState.ExitCode(), code, err, out)
	}
	return string(out)
}

// arrived waits for one letter in a Maildir and takes it out.
func arrived(t *testing.T, box string) string {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
		found, _ := filepath.Glob(filepath.Join(box, "new", "*"))
		if len(found) > 0 {
			data, err := os.ReadFile(found[0])
			if err != nil {
				t.Fatal(err)
			}
			os.Remove(found[0])
			return string(data)
		}
		if time.Now().After(deadline) {
			t.Fatalf("nothing arrived in %s", box)
		}
	}
}

func TestPostfix(t *testing.T) {
	for name, c := range map[string]struct {
		settings string
		flags    []string
		said     []string
	}{
		"TLS and pipelining":  {"", nil, []string{"C: STARTTLS", "TLS 1.3", "250 2.0.0 Ok: queued as"}},
		"no TLS":              {"smtpd_tls_security_level = none", nil, []string{"250 2.0.0 Ok: queued as"}},
		"HELO only":           {"smtpd_discard_ehlo_keywords = pipelining,size,starttls,8bitmime,smtputf8,chunking,dsn,enhancedstatuscodes", nil, []string{"C: EHLO", "queued as"}},
		"no pipelining":       {"smtpd_discard_ehlo_keywords = pipelining", nil, []string{"queued as"}},
		"switched off by us":  {"", []string{"--no-pipelining"}, []string{"queued as"}},
		"chunks":              {"", []string{"--chunking", "on"}, []string{"C: BDAT", "queued as"}},
		"chunks not offered":  {"smtpd_discard_ehlo_keywords = chunking", []string{"--chunking", "on"}, []string{"C: DATA", "queued as"}},
		"demanded encryption": {"", []string{"--tls", "encrypt"}, []string{"C: STARTTLS", "queued as"}},
	} {
		t.Run(name, func(t *testing.T) {
			port, mail := postfix(t, c.settings)
			letter := finished(t, "-f", "alice@crepes.fr", "-s", "Grüße", "--body", ".\n..\nFrom here\nüber\n", "-a", "../../testdata/ketchup.gif", "bob@hamburger.edu")
			said := send(t, 0, "", append([]string{"-v", "--relay", "127.0.0.1:" + port, "--eml", letter, "bob@hamburger.edu"}, c.flags...)...)
			for _, want := range c.said {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
			want, err := os.ReadFile(letter)
			if err != nil {
				t.Fatal(err)
			}
			got := arrived(t, filepath.Join(mail, "box"))
			if !strings.HasSuffix(got, strings.ReplaceAll(string(want), "\r\n", "\n")) {
				t.Errorf("arrived:\n%s\nsent:\n%s", got, want)
			}
		})
	}
}

// finished writes the letter to a file, since a letter with an attachment has a new boundary each time it is composed.
func finished(t *testing.T, letter ...string) string {
	t.Helper()
	return write(t, filepath.Join(folder(t), "letter.eml"), send(t, 0, "", append([]string{"--print"}, letter...)...))
}

func TestPostfixOutcomes(t *testing.T) {
	port, mail := postfix(t, "message_size_limit = 100000\nsmtpd_recipient_limit = 3\nsmtpd_recipient_overshoot_limit = 1")
	relay := []string{"--relay", "127.0.0.1:" + port, "-f", "alice@crepes.fr", "--body", "hi", "--json"}
	said := send(t, 69, "", append(relay, "bob@hamburger.edu", "refused@hamburger.edu", "busy@hamburger.edu")...)
	for _, want := range []string{`"outcome": "delivered"`, `"outcome": "failed"`, `"outcome": "deferred"`, "5.1.1", `"queueId": "`} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %s:\n%s", want, said)
		}
	}
	arrived(t, filepath.Join(mail, "box"))
	send(t, 75, "", append(relay, "busy@hamburger.edu")...)
	send(t, 69, strings.Repeat("x\n", 100_000), "--relay", "127.0.0.1:"+port, "-f", "alice@crepes.fr", "bob@hamburger.edu")
	// more recipients than one transaction takes: the rest in further ones, each of them once
	var many []string
	for i := range 8 {
		many = append(many, fmt.Sprintf("r%d@hamburger.edu", i))
	}
	send(t, 0, "", append(relay, many...)...)
	for range 8 {
		arrived(t, filepath.Join(mail, "box"))
	}
	time.Sleep(200 * time.Millisecond) // a ninth would have come by now
	if extra, _ := filepath.Glob(filepath.Join(mail, "box", "new", "*")); len(extra) != 0 {
		t.Errorf("%d letters too many", len(extra))
	}
	send(t, 77, "", "--relay", "127.0.0.1:"+port, "--user", "alice", "--password-command", "echo secret", "-f", "alice@crepes.fr", "--body", "hi", "bob@hamburger.edu")
}

func TestDovecot(t *testing.T) {
	need(t, "dovecot")
	postfixPort, mail := postfix(t, "")
	dir := folder(t)
	cert, key := certificate(t, dir)
	submission := freePort(t)
	write(t, filepath.Join(dir, "users"), "alice:{PLAIN}secret::::::\nbob@hamburger.edu:{PLAIN}x::::::\n")
	os.MkdirAll(filepath.Join(dir, "home"), 0o777)
	os.Chmod(filepath.Join(dir, "home"), 0o777)
	config := write(t, filepath.Join(dir, "dovecot.conf"), fmt.Sprintf(`protocols = lmtp submission
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = /dev/stderr
listen = 127.0.0.1
mail_location = maildir:%[1]s/home/%%u
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
ssl = yes
ssl_cert = <%[2]s
ssl_key = <%[3]s
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
disable_plaintext_auth = yes
submission_relay_host = 127.0.0.1
submission_relay_port = %[4]s
submission_relay_trusted = no
hostname = mail.test
passdb {
  driver = passwd-file
  args = username_format=%%u %[1]s/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=%[1]s/home/%%u
}
service lmtp {
  unix_listener %[1]s/lmtp.sock {
    mode = 0666
  }
}
service submission-login {
  inet_listener submission {
    port = %[5]s
  }
}
`, dir, cert, key, postfixPort, submission))
	begin(t, exec.Command("dovecot", "-F", "-c", config), submission)

	send(t, 0, "", "-v", "--relay", "lmtp://"+filepath.Join(dir, "lmtp.sock"), "-f", "alice@crepes.fr", "--body", "by LMTP", "bob@hamburger.edu")
	if got := arrived(t, filepath.Join(dir, "home/bob@hamburger.edu")); !strings.Contains(got, "by LMTP") {
		t.Errorf("arrived: %s", got)
	}
	login := func(code int, password string, flags ...string) string {
		args := append([]string{"-v", "--relay", "smtp://localhost:" + submission, "--ca", cert, "--user", "alice", "--password-command", "echo " + password, "-f", "alice@crepes.fr", "--body", "by submission", "bob@hamburger.edu"}, flags...)
		return send(t, code, "", args...)
	}
	for _, mechanism := range []string{"", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"} {
		var flags []string
		if mechanism != "" {
			flags = []string{"--auth", mechanism}
		}
		said := login(0, "secret", flags...)
		if mechanism == "" {
			mechanism = "SCRAM-SHA-256"
		}
		if !strings.Contains(said, "C: AUTH "+mechanism) || strings.Contains(said, "secret") {
			t.Errorf("%s: it said\n%s", mechanism, said)
		}
		if got := arrived(t, filepath.Join(mail, "box")); !strings.Contains(got, "by submission") {
			t.Errorf("%s: arrived %s", mechanism, got)
		}
	}
	login(77, "wrong")
	login(77, "secret", "--auth", "XOAUTH2")
	send(t, 77, "", "--relay", "smtp://localhost:"+submission, "--user", "alice", "--password-command", "echo secret", "-f", "alice@crepes.fr", "--body", "x", "bob@hamburger.edu")
}
