package resolve

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestReadConfig(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want Client
	}{
		"empty":         {"", Client{}},
		"comments":      {"# a\n; b\n\nnameserver 192.0.2.1 # c\n", Client{Servers: []string{"192.0.2.1:53"}}},
		"several":       {"nameserver 192.0.2.1\nnameserver 2001:db8::1\n", Client{Servers: []string{"192.0.2.1:53", "[2001:db8::1]:53"}}},
		"zone":          {"nameserver fe80::1%eth0", Client{Servers: []string{"[fe80::1%eth0]:53"}}},
		"no address":    {"nameserver ns.example\nnameserver\nnameserver 999.1.1.1\n", Client{}},
		"search":        {"search example.com\ndomain example.org\noptions ndots:5\n", Client{}},
		"options":       {"options timeout:3 attempts:4 rotate trust-ad use-vc edns0\n", Client{Timeout: 3 * time.Second, Attempts: 4, Rotate: true, TrustAD: true, TCP: true}},
		"out of bounds": {"options timeout:99 attempts:0\n", Client{Timeout: 30 * time.Second, Attempts: 1}},
		"no number":     {"options timeout:x attempts\n", Client{Timeout: time.Second, Attempts: 1}},
		"CRLF":          {"nameserver 192.0.2.1\r\noptions rotate\r\n", Client{Servers: []string{"192.0.2.1:53"}, Rotate: true}},
		"more than three": {"nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver ::1\nnameserver 192.0.2.5\n",
			Client{Servers: []string{"192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53", "[::1]:53", "192.0.2.5:53"}}},
		"twice":           {"nameserver 192.0.2.1\nnameserver 192.0.2.1\n", Client{Servers: []string{"192.0.2.1:53"}}},
		"mapped":          {"nameserver ::ffff:192.0.2.1\n", Client{Servers: []string{"192.0.2.1:53"}}},
		"options twice":   {"options timeout:3\noptions timeout:4 rotate\n", Client{Timeout: 4 * time.Second, Rotate: true}},
		"unknown options": {"options edns0 no-tld-query single-request inet6 ip6-dotint debug -rotate\n", Client{}},
		"no last line":    {"nameserver 192.0.2.1", Client{Servers: []string{"192.0.2.1:53"}}},
	} {
		got, err := readConfig(strings.NewReader(test.text))
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, test.want)
		}
	}
}

func TestFromSystem(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "resolv.conf")
	if err := os.WriteFile(file, []byte("nameserver 192.0.2.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := FromSystem(file); err != nil || len(c.Servers) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	long := filepath.Join(dir, "long")
	if err := os.WriteFile(long, []byte(strings.Repeat("x", maxConfig+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{filepath.Join(dir, "missing"), dir, long} {
		_, err := FromSystem(bad)
		var e *ConfigError
		if !errors.As(err, &e) || e.ExitCode() != 78 || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestParseServer(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.53":             "192.0.2.53:53",
		"192.0.2.53:5353":        "192.0.2.53:5353",
		"2001:db8::53":           "[2001:db8::53]:53",
		"[2001:db8::53]":         "[2001:db8::53]:53",
		"[2001:db8::53]:5353":    "[2001:db8::53]:5353",
		"fe80::1%eth0":           "[fe80::1%eth0]:53",
		"ns.example":             "ns.example:53",
		"ns.example:5353":        "ns.example:5353",
		"localhost":              "localhost:53",
		"":                       "",
		":53":                    "",
		"192.0.2.53:":            "",
		"192.0.2.53:0":           "",
		"192.0.2.53:65536":       "",
		"192.0.2.53:domain":      "",
		"two words":              "",
		"a\x1b[31m":              "",
		"https://dns.example/dq": "",
		"[ns.example]":           "",
	} {
		got, err := ParseServer(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
		if err != nil && strings.ContainsRune(err.Error(), 0x1b) {
			t.Errorf("%q: control characters in %q", text, err)
		}
	}
}

// FuzzReadConfig: whatever stands in the file, the servers are addresses with a port, each once, and the patience is bounded.
func FuzzReadConfig(f *testing.F) {
	f.Add("nameserver fe80::1%eth0\nnameserver 192.0.2.1\noptions rotate timeout:-1 attempts:99999999999999999999\n")
	f.Add("nameserver\t::1;comment\r\noptions edns0 trust-ad use-vc")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readConfig(strings.NewReader(text))
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, s := range c.Servers {
			host, port, err := net.SplitHostPort(s)
			if _, bad := netip.ParseAddr(host); err != nil || bad != nil || port != "53" || seen[s] {
				t.Fatalf("server %q of %q", s, c.Servers)
			}
			seen[s] = true
		}
		if c.Timeout < 0 || c.Timeout > maxTimeout*time.Second || c.Attempts < 0 || c.Attempts > maxAttempts {
			t.Fatalf("%v, %d attempts", c.Timeout, c.Attempts)
		}
	})
}
