package transport

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
)

func TestParseRelay(t *testing.T) {
	for in, want := range map[string]string{
		"smtp://mail.example.org":          "mail.example.org 25 smtp false ",
		"smtp://mail.example.org:587/":     "mail.example.org 587 smtp false ",
		"mail.example.org":                 "mail.example.org 25 smtp false ",
		"mail.example.org:2525":            "mail.example.org 2525 smtp false ",
		"smtps://alice@mail.example.org":   "mail.example.org 465 smtp true alice",
		"lmtp://127.0.0.1":                 "[127.0.0.1] 24 lmtp false ",
		"lmtp:///run/dovecot/lmtp":         "/run/dovecot/lmtp 0 lmtp false ",
		"smtp://[2001:db8::1]:25":          "[IPv6:2001:db8::1] 25 smtp false ",
		"smtp://bücher.example":            "xn--bcher-kva.example 25 smtp false ",
		"smtp://alice%40x.org@mail.org:25": "mail.org 25 smtp false alice@x.org",
	} {
		r, err := ParseRelay(in)
		if r.Socket != "" {
			r.Port = 0
		}
		protocol := map[smtp.Protocol]string{smtp.SMTP: "smtp", smtp.LMTP: "lmtp"}[r.Protocol]
		if got := fmt.Sprintf("%s %d %s %v %s", r, r.Port, protocol, r.Implicit, r.User); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "smtp://", "http://x.org", "smtp://x.org/path", "smtp://x.org?a=b", "smtp://x.org:0", "smtp://x.org:99999", "lmtp:///", "smtp://a b", "smtp://alice:secret@x.org", "smtp://x_y.org"} {
		r, err := ParseRelay(in)
		if err == nil {
			t.Errorf("%q: got %+v", in, r)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error shows the password: %v", in, err)
		}
	}
}

func TestRelaysAreTriedInOrder(t *testing.T) {
	const down, refusing, good = "192.0.2.21:25", "192.0.2.22:587", "192.0.2.23:25"
	n := &network{said: map[string][]string{}, hosts: map[string]host{refusing: {"MAIL": "450 later"}, good: {"RCPT TO:<y": "550 no"}}}
	c := &Carrier{Router: resolve.Router{DNS: &resolve.Zone{Records: `
		down.example A 192.0.2.21
		refusing.example A 192.0.2.22
		good.example A 192.0.2.23`}}, Dialer: n, SMTP: smtp.Options{Hello: "crepes.fr"}}
	for _, r := range []string{"nowhere.example", "down.example", "smtp://refusing.example:587", "good.example"} {
		relay, err := ParseRelay(r)
		if err != nil {
			t.Fatal(err)
		}
		c.Relays = append(c.Relays, relay)
	}
	r := c.Carry(t.Context(), testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "x@one.example", "y@two.example", "z@three.example"))
	n.gone.Wait()
	if got := states(r); got != "x@one.example delivered end-of-data; y@two.example failed rcpt; z@three.example delivered end-of-data" {
		t.Errorf("got %s", got)
	}
	if got := n.heard(good, "MAIL"); len(got) != 1 {
		t.Errorf("the domains were not sent in one transaction: %q", got)
	}
	if got := r.Outcomes[0].Attempts; len(got) != 4 {
		t.Errorf("attempts %+v", got)
	}
	c.Relays = c.Relays[:1]
	r = c.Carry(t.Context(), testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "x@one.example"))
	if r.ExitCode() != 75 {
		t.Errorf("a relay that can't be found: %s, exit %d", states(r), r.ExitCode())
	}
}

// httpProxy answers one CONNECT and then speaks for the server.
func httpProxy(t *testing.T, answer string) (at string, request <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	said := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		r := bufio.NewReader(conn)
		var all strings.Builder
		for {
			line, err := r.ReadString('\n')
			all.WriteString(line)
			if err != nil || line == "\r\n" {
				break
			}
		}
		said <- all.String()
		io.WriteString(conn, answer)
	}()
	return l.Addr().String(), said
}

func TestHTTPProxy(t *testing.T) {
	at, request := httpProxy(t, "HTTP/1.1 200 ok\r\nVia: x\r\n\r\n220 hi\r\n")
	d, err := ProxyDialer("http://alice@"+at, "secret", &net.Dialer{})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := d.DialContext(t.Context(), "tcp", "192.0.2.1:25")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got, err := io.ReadAll(conn); string(got) != "220 hi\r\n" || err != nil {
		t.Errorf("got %q, %v: what came behind the proxy's answer is the server's", got, err)
	}
	want := "CONNECT 192.0.2.1:25 HTTP/1.1\r\nHost: 192.0.2.1:25\r\nProxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("alice:secret")) + "\r\n\r\n"
	if got := <-request; got != want {
		t.Errorf("the proxy was asked %q", got)
	}
	for _, answer := range []string{"HTTP/1.1 403 no\r\n\r\n", "HTTP/1.1 407 not with YWxpY2U6c2VjcmV0, secret\r\n\r\n", "220 not a proxy\r\n", "", "HTTP/1.1 200 ok\r\n" + strings.Repeat("A: b\r\n", 20_000)} {
		at, _ := httpProxy(t, answer)
		d, err := ProxyDialer("http://"+at, "", &net.Dialer{})
		if err != nil {
			t.Fatal(err)
		}
		if conn, err := d.DialContext(t.Context(), "tcp", "192.0.2.1:25"); err == nil {
			conn.Close()
			t.Errorf("%.30q: a connection", answer)
		} else if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "YWx") {
			t.Errorf("our credentials are shown: %v", err)
		}
	}
}

// A proxy that is not there says nothing about the host behind it.
func TestDeadProxy(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	for _, scheme := range []string{"http://", "socks5://"} {
		d, err := ProxyDialer(scheme+l.Addr().String(), "", &net.Dialer{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.DialContext(t.Context(), "tcp", "192.0.2.1:25")
		if err == nil || plainDialError(err, time.Second).Error() != "the proxy is not reached: connection refused" {
			t.Errorf("%s: got %v", scheme, err)
		}
		late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		_, err = d.DialContext(late, "tcp", "192.0.2.1:25")
		cancel()
		if err == nil || !strings.HasPrefix(plainDialError(err, time.Second).Error(), "no answer") {
			t.Errorf("%s, too late: got %v", scheme, err)
		}
	}
}

func TestSOCKSProxy(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	asked := make(chan []byte, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		io.ReadFull(conn, make([]byte, 3)) // version, one method: none
		conn.Write([]byte{5, 0})
		request := make([]byte, 10)
		io.ReadFull(conn, request)
		asked <- request
		conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		io.WriteString(conn, "220 hi\r\n")
	}()
	d, err := ProxyDialer("socks5://"+l.Addr().String(), "", &net.Dialer{})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := d.DialContext(t.Context(), "tcp", "192.0.2.1:25")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got, _ := io.ReadAll(conn); string(got) != "220 hi\r\n" {
		t.Errorf("got %q", got)
	}
	if got := <-asked; string(got) != "\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x19" {
		t.Errorf("the proxy was asked %x", got)
	}
	for _, bad := range []string{"", "ftp://x", "socks5://alice:secret@x:1", "socks5://", "socks5://x:70000", "http://x:0"} {
		if _, err := ProxyDialer(bad, "", &net.Dialer{}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A relay that has answered is not asked again at its other addresses; the next relay is asked where the answer speaks of one
// host only.
func TestOneAddressAnswersForItsRelay(t *testing.T) {
	zone := &resolve.Zone{Records: "a.crepes.fr A 192.0.2.1\na.crepes.fr A 192.0.2.2\nb.crepes.fr A 192.0.2.3\n"}
	var relays []Relay
	for _, name := range []string{"smtp://a.crepes.fr:25", "smtp://b.crepes.fr:25"} {
		r, err := ParseRelay(name)
		if err != nil {
			t.Fatal(err)
		}
		relays = append(relays, r)
	}
	for _, c := range []struct {
		name  string
		host  host
		exit  int
		dials int
	}{
		{"not now", host{"RCPT": "450 4.2.1 later"}, 75, 2},
		{"a goodbye", host{"RCPT": "421 4.3.2 shutting down"}, 75, 3},
		{"no greeting", host{"greeting": "554 go away"}, 69, 3},
		{"a refusal for good", host{"RCPT": "550 5.1.1 no"}, 69, 1},
		{"taken", host{}, 0, 1},
	} {
		n := &network{said: map[string][]string{}, hosts: map[string]host{firstMX: c.host, secondMX: c.host, "192.0.2.3:25": c.host}}
		carrier := &Carrier{Router: resolve.Router{DNS: zone}, Dialer: n, Relays: relays, SMTP: smtp.Options{Hello: "alice.example"}}
		r := carrier.Carry(t.Context(), testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "bob@hamburger.edu"))
		n.gone.Wait()
		if r.ExitCode() != c.exit || len(n.dials) != c.dials {
			t.Errorf("%s: exit %d after %q", c.name, r.ExitCode(), n.dials)
		}
	}
}

// The password is for the relays that are named with the account.
func TestWhoLogsIn(t *testing.T) {
	zone := &resolve.Zone{Records: "a.crepes.fr A 192.0.2.1\n"}
	for user, exit := range map[string]int{"": 0, "alice": 77} {
		n := &network{said: map[string][]string{}, hosts: map[string]host{firstMX: {"EHLO": "250-hi\r\n250 AUTH PLAIN"}}}
		r, err := ParseRelay("a.crepes.fr")
		if err != nil {
			t.Fatal(err)
		}
		r.User = user
		carrier := &Carrier{Router: resolve.Router{DNS: zone}, Dialer: n, Relays: []Relay{r}, SMTP: smtp.Options{Hello: "alice.example", Auth: &smtp.Auth{User: "alice", Password: "secret"}}}
		got := carrier.Carry(t.Context(), testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "bob@hamburger.edu"))
		n.gone.Wait()
		if got.ExitCode() != exit || len(n.heard(firstMX, "AUTH")) > 0 {
			t.Errorf("%q: exit %d: %s", user, got.ExitCode(), got.Outcomes[0].Sentence())
		}
	}
}
