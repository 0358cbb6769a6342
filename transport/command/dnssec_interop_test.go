//go:build interop

package command

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// authority starts a Knot that signs signed.test and lost.test, and serves the others as they are; it returns its port and
// the DS records of the signed ones.
func authority(t *testing.T, zones map[string]string) (port string, anchors []string) {
	t.Helper()
	need(t, "knotd", "keymgr")
	dir := folder(t)
	port = freePort(t)
	conf := fmt.Sprintf("server:\n  rundir: %[1]s\n  listen: 127.0.0.1@%[2]s\nlog:\n  - target: stderr\n    any: warning\ndatabase:\n  storage: %[1]s\n"+
		"policy:\n  - id: p\n    algorithm: ecdsap256sha256\n    single-type-signing: on\n    nsec3: off\nzone:\n", dir, port)
	for name, records := range zones {
		write(t, filepath.Join(dir, name+".zone"), "$TTL 60\n@ SOA ns hostmaster 1 60 60 600 60\n@ NS ns\nns A 127.0.0.1\n"+records)
		conf += fmt.Sprintf("  - domain: %[1]s\n    storage: %[2]s\n    file: %[1]s.zone\n    zonefile-sync: -1\n", name, dir)
		if isSigned(name) {
			conf += "    dnssec-signing: on\n    dnssec-policy: p\n"
		}
	}
	path := write(t, filepath.Join(dir, "knot.conf"), conf)
	begin(t, exec.Command("knotd", "-c", path), port)
	for name := range zones {
		if !isSigned(name) {
			continue
		}
		out, err := exec.Command("keymgr", "-c", path, name, "ds").Output()
		if err != nil {
			t.Fatalf("keymgr: %v", err)
		}
		anchors = append(anchors, strings.TrimSpace(string(out)))
	}
	return port, anchors
}

func isSigned(zone string) bool {
	return strings.HasSuffix(zone, "signed.test") || zone == "forged.test"
}

// validator starts an Unbound that asks the authority and believes the anchors.
func validator(t *testing.T, authority string, zones map[string]string, anchors []string) (port string) {
	t.Helper()
	need(t, "unbound")
	dir := folder(t)
	port = freePort(t)
	conf := fmt.Sprintf("server:\n  interface: 127.0.0.1@%s\n  chroot: \"\"\n  username: \"\"\n  directory: %[2]q\n  pidfile: \"\"\n  use-syslog: no\n  logfile: \"\"\n"+
		"  do-not-query-localhost: no\n  local-zone: \"test.\" nodefault\n  module-config: \"validator iterator\"\n  do-ip6: no\n", port, dir)
	for _, anchor := range anchors {
		for line := range strings.Lines(anchor) {
			if strings.Contains(line, " DS ") && strings.Contains(line, " 2 ") {
				if strings.HasPrefix(line, "forged.test") { // a digest of another key
					line = strings.TrimSpace(line)
					line = line[:len(line)-4] + "0000"
				}
				conf += fmt.Sprintf("  trust-anchor: %q\n", strings.TrimSpace(line))
			}
		}
	}
	for name := range zones {
		conf += fmt.Sprintf("stub-zone:\n  name: %q\n  stub-addr: 127.0.0.1@%s\n", name, authority)
	}
	begin(t, exec.Command("unbound", "-c", write(t, filepath.Join(dir, "unbound.conf"), conf), "-d"), port)
	return port
}

// keyDigest is the data of a TLSA record 3 1 1 for the certificate in the file.
func keyDigest(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return hex.EncodeToString(sum[:])
}

// domains are the zones of the test: each name says what is special about it.
func domains(smtpPort, digest string) map[string]string {
	wrong := strings.Repeat("00", 32)
	return map[string]string{
		"signed.test": fmt.Sprintf("@ MX 10 mail\nmail A 127.0.0.1\n_%[1]s._tcp.mail TLSA 3 1 1 %[2]s\n"+
			"other MX 10 wrong\nwrong A 127.0.0.1\n_%[1]s._tcp.wrong TLSA 3 1 1 %[3]s\n"+
			"lost MX 10 mail2\nmail2 A 127.0.0.1\n_tcp.mail2 NS ns\n_tcp.mail2 DS 1 13 2 %[3]s\n"+
			"alias MX 10 a\na CNAME mail\nbare MX 10 nothing\nnothing A 127.0.0.1\n", smtpPort, digest, wrong),
		"plain.test":  fmt.Sprintf("@ MX 10 mail\nmail A 127.0.0.1\n_%s._tcp.mail TLSA 3 1 1 %s\n", smtpPort, wrong),
		"forged.test": "@ MX 10 mail\nmail A 127.0.0.1\n",
		"sts.test":    "@ MX 10 mail.test.\n_mta-sts TXT \"v=STSv1; id=1\"\nmta-sts A 127.0.0.77\n",
		"mail.test":   "@ A 127.0.0.1\n",
	}
}

func TestDNSSECAndPolicies(t *testing.T) {
	bin := filepath.Join(program(t), "mxsend")
	smtpPort, mail := postfix(t, "virtual_mailbox_domains = signed.test other.signed.test lost.signed.test alias.signed.test bare.signed.test plain.test forged.test sts.test")
	file := filepath.Join(filepath.Dir(mail), "cert.pem")
	zones := domains(smtpPort, keyDigest(t, file))
	authorityPort, anchors := authority(t, zones)
	resolver := "127.0.0.1:" + validator(t, authorityPort, zones, anchors)
	cache := t.TempDir()
	send := func(t *testing.T, to string, words ...string) (printed, said string, code int) {
		t.Helper()
		cmd := exec.Command(bin, append([]string{"--json", "--resolver", resolver, "--port", smtpPort, "--allow-loopback", "-f", "alice@crepes.fr", "--body", "hello " + to, to}, words...)...)
		cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+cache)
		var stdout, stderr strings.Builder
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		cmd.Run()
		return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
	}
	for _, c := range []struct {
		to   string
		code int
		says string // in the report
	}{
		{"bob@signed.test", 0, `"policy": "dane"`},
		{"bob@alias.signed.test", 0, `"policy": "dane"`},
		{"bob@bare.signed.test", 0, `no TLSA record`},
		{"bob@plain.test", 0, `"policy": "none"`},
		{"bob@other.signed.test", 75, "no TLSA record names the certificate"},
		{"bob@lost.signed.test", 75, "TLSA records can't be had"},
		{"bob@forged.test", 75, "SERVFAIL"},
	} {
		t.Run(c.to, func(t *testing.T) {
			printed, said, code := send(t, c.to)
			if code != c.code || !strings.Contains(printed, c.says) {
				t.Errorf("exit %d, want %d with %s:\n%s%s", code, c.code, c.says, said, printed)
			}
			if c.code == 0 {
				arrives(t, mail, "hello "+c.to)
			} else if found, _ := filepath.Glob(filepath.Join(mail, "box", "new", "*")); len(found) > 0 {
				t.Errorf("it arrived: %v", found)
			}
		})
	}
	t.Run("route", func(t *testing.T) {
		out, err := exec.Command(bin, "route", "--resolver", resolver, "--allow-loopback", "--port", smtpPort, "signed.test").CombinedOutput()
		for _, want := range []string{"signed.test: MX 10 mail.signed.test (ttl ", ", authentic)", "policy dane: TLS, with a certificate that DNS names (DANE: TLSA 3 1 1 "} {
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%v: %s, want %q", err, out, want)
			}
		}
	})
	t.Run("MTA-STS", func(t *testing.T) { policyHost(t, file, mail, send) })
}

// arrives takes the letter out of the box.
func arrives(t *testing.T, mail, text string) {
	t.Helper()
	if got := arrived(t, filepath.Join(mail, "box")); !strings.Contains(got, text) {
		t.Errorf("arrived:\n%s\nwant %q", got, text)
	}
}

// policyHost publishes the policy of sts.test, takes it away again, and looks what becomes of letters.
func policyHost(t *testing.T, certificate, mail string, send func(*testing.T, string, ...string) (string, string, int)) {
	own, pair := madeCertificate(t, "mta-sts.sts.test")
	theirs, err := os.ReadFile(certificate)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	both := write(t, filepath.Join(t.TempDir(), "both.pem"), string(theirs)+string(ours))
	alone := write(t, filepath.Join(t.TempDir(), "alone.pem"), string(ours))
	listener, err := net.Listen("tcp", "127.0.0.77:443")
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("no policy host can be played here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, "version: STSv1\nmode: enforce\nmx: mail.test\nmax_age: 86400\n")
	})}
	served := make(chan error, 1)
	go func() {
		served <- server.Serve(tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}}))
	}()
	t.Cleanup(func() { server.Close(); <-served })
	if printed, said, code := send(t, "bob@sts.test", "--ca", alone); code != 75 || !strings.Contains(printed, "MTA-STS: enforce, mx mail.test (fetched, id 1") {
		t.Errorf("a certificate that nobody vouches for: %d\n%s%s", code, said, printed)
	}
	server.Close()
	printed, said, code := send(t, "bob@sts.test", "--ca", both)
	if code != 0 || !strings.Contains(printed, `"policy": "mta-sts"`) || !strings.Contains(printed, "(stored, id 1") {
		t.Errorf("the stored policy: %d\n%s%s", code, said, printed)
	}
	arrives(t, mail, "hello bob@sts.test")
}
