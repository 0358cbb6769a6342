package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"net/textproto"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// open starts a sandbox and ends it with the test.
func open(t *testing.T, s *Sandbox) *Sandbox {
	t.Helper()
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return s
}

// client speaks to a sandbox, line by line.
type client struct {
	*textproto.Conn
	t    *testing.T
	conn net.Conn
}

func dial(t *testing.T, s *Sandbox) *client {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	return &client{textproto.NewConn(conn), t, conn}
}

// greeted is a client behind EHLO.
func greeted(t *testing.T, s *Sandbox) *client {
	t.Helper()
	c := dial(t, s)
	c.want("220")
	c.say("EHLO crepes.fr", "250")
	return c
}

// say sends a line and wants a reply that begins with want.
func (c *client) say(line, want string) string {
	c.t.Helper()
	if err := c.PrintfLine("%s", line); err != nil {
		c.t.Fatalf("%s: %v", line, err)
	}
	return c.want(want)
}

// want reads a whole reply whose last line begins with want, and returns all lines.
func (c *client) want(want string) string {
	c.t.Helper()
	var all strings.Builder
	for {
		line, err := c.ReadLine()
		if err != nil {
			c.t.Fatalf("waiting for %s: %v", want, err)
		}
		all.WriteString(line + "\n")
		if len(line) < 4 || line[3] != '-' {
			if !strings.HasPrefix(line, want) {
				c.t.Fatalf("got %q, want %s", line, want)
			}
			return all.String()
		}
	}
}

// gone wants the connection to end without another word.
func (c *client) gone() {
	c.t.Helper()
	if line, err := c.ReadLine(); err == nil {
		c.t.Fatalf("got %q, want an end", line)
	}
}

// secure begins TLS, trusting the authority of the sandbox for the name.
func (c *client) secure(s *Sandbox, name string) {
	c.t.Helper()
	c.say("STARTTLS", "220")
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.Authority())
	secured := tls.Client(c.conn, &tls.Config{ServerName: name, RootCAs: roots})
	if err := secured.Handshake(); err != nil {
		c.t.Fatalf("handshake: %v", err)
	}
	c.Conn, c.conn = textproto.NewConn(secured), secured
}

const letter = "From: alice@crepes.fr\r\nSubject: Searching for the meaning of life\r\n\r\nDo you like ketchup?\r\n.dot\r\n\xe9\r\n"

// stuffed is the letter as DATA carries it. RFC 5321 §4.5.2
var stuffed = strings.ReplaceAll(letter, "\r\n.", "\r\n..") + "."

func TestALetterIsStored(t *testing.T) {
	var log bytes.Buffer
	now := func() time.Time { return time.Date(2026, 2, 9, 14, 45, 4, 0, time.UTC) }
	s := open(t, &Sandbox{
		Maildir: filepath.Join(t.TempDir(), "state", "mail"), Now: now, Random: strings.NewReader("abcde"),
		Log: func(line string) { log.WriteString(line + "\n") },
	})
	c := greeted(t, s)
	c.secure(s, "mx.hamburger.edu")
	c.say("EHLO crepes.fr", "250")
	c.say("MAIL FROM:<alice@crepes.fr> BODY=8BITMIME", "250")
	c.say("RCPT TO:<bob@hamburger.edu>", "250")
	c.say(`RCPT TO:<"o'brien, jr"@hamburger.edu>`, "250")
	c.say("DATA", "354")
	if reply := c.say(stuffed, "250"); reply != "250 2.0.0 Ok: queued as MFRGGZDF\n" {
		t.Errorf("reply %q", reply)
	}
	c.say("QUIT", "221")

	want := Stored{
		ID: "MFRGGZDF", Path: filepath.Join(s.Maildir, "new", "1770648304.MFRGGZDF.sandbox"), Sender: "alice@crepes.fr",
		Recipients: []string{"bob@hamburger.edu", `"o'brien, jr"@hamburger.edu`}, Size: int64(len(letter)), TLS: true,
	}
	if got := s.Stored(); len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(want) {
		t.Fatalf("got  %v\nwant %v", got, want)
	}
	stored, err := os.ReadFile(want.Path)
	if err != nil {
		t.Fatal(err)
	}
	fields := "Return-Path: <alice@crepes.fr>\r\nDelivered-To: bob@hamburger.edu\r\nDelivered-To: \"o'brien, jr\"@hamburger.edu\r\n" +
		"Received: from crepes.fr ([127.0.0.1])\r\n\tby sandbox.test (mxsend sandbox) with ESMTPS id MFRGGZDF;\r\n" +
		"\tMon, 09 Feb 2026 14:45:04 +0000\r\n"
	if string(stored) != fields+letter {
		t.Errorf("got  %q\nwant %q", stored, fields+letter)
	}
	if _, err := mail.ReadMessage(bytes.NewReader(stored)); err != nil {
		t.Errorf("it is no message: %v", err)
	}
	s.Close()
	line := "from <alice@crepes.fr>: MFRGGZDF to <bob@hamburger.edu> <\"o'brien, jr\"@hamburger.edu>, 100 octets over TLS, stored in "
	if !strings.HasPrefix(log.String(), line) {
		t.Errorf("log: %s", &log)
	}
}

func TestTheMaildirIsPrivateAndClean(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	s := open(t, &Sandbox{Maildir: dir})
	c := greeted(t, s)
	c.send("<>", "bob@hamburger.edu", "250")
	for _, sub := range []string{"", "tmp", "new", "cur"} {
		info, err := os.Stat(filepath.Join(dir, sub))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%q: %v, %v", sub, info.Mode(), err)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) > 0 {
		t.Errorf("left in tmp: %v", left)
	}
	stored, err := os.ReadFile(s.Stored()[0].Path)
	if err != nil || !bytes.Contains(stored, []byte("\r\n\tfor <bob@hamburger.edu>;\r\n")) || !bytes.HasPrefix(stored, []byte("Return-Path: <>\r\n")) {
		t.Errorf("%v: %q", err, stored)
	}
}

// send takes one letter through; want is the beginning of the last reply.
func (c *client) send(from, to, want string) string {
	c.t.Helper()
	c.say("MAIL FROM:"+from, "250")
	c.say("RCPT TO:<"+to+">", "250")
	c.say("DATA", "354")
	return c.say(stuffed, want)
}

func TestExtensions(t *testing.T) {
	s := open(t, &Sandbox{MaxSize: 5000})
	c := dial(t, s)
	c.want("220 sandbox.test")
	offers := c.say("EHLO crepes.fr", "250")
	for _, keyword := range []string{"PIPELINING", "8BITMIME", "SIZE 5000", "SMTPUTF8", "CHUNKING", "DSN", "ENHANCEDSTATUSCODES", "STARTTLS"} {
		if !strings.Contains(offers+"\n", keyword+"\n") {
			t.Errorf("no %s in:\n%s", keyword, offers)
		}
	}
	c.say("MAIL FROM:<a@x.example> SIZE=5001", "552")
	c.say("MAIL FROM:<a@x.example> RET=HDRS ENVID=x1", "250")
	c.say("RCPT TO:<b@y.example> NOTIFY=NEVER", "250")
	c.say("RSET", "250")
	c.secure(s, "any.name.example")
	if inside := c.say("EHLO crepes.fr", "250"); strings.Contains(inside, "STARTTLS") {
		t.Errorf("STARTTLS inside TLS:\n%s", inside)
	}
}

func TestPipelining(t *testing.T) {
	s := open(t, &Sandbox{})
	c := greeted(t, s)
	c.say("MAIL FROM:<a@x.example>\r\nRCPT TO:<550-x@y.example>\r\nRCPT TO:<b@y.example>\r\nDATA", "250")
	c.want("550 5.1.1")
	c.want("250")
	c.want("354")
	c.say(stuffed, "250")
	if got := s.Stored(); len(got) != 1 || len(got[0].Recipients) != 1 {
		t.Errorf("got %v", got)
	}
}

func TestChunking(t *testing.T) {
	s := open(t, &Sandbox{Maildir: t.TempDir()})
	c := greeted(t, s)
	c.say("MAIL FROM:<a@x.example>", "250")
	c.say("RCPT TO:<b@y.example>", "250")
	io.WriteString(c.W, fmt.Sprintf("BDAT 10\r\n%sBDAT %d LAST\r\n%s", letter[:10], len(letter)-10, letter[10:]))
	c.W.Flush()
	c.want("250")
	c.want("250 2.0.0 Ok: queued as ")
	stored, err := os.ReadFile(s.Stored()[0].Path)
	if err != nil || !bytes.HasSuffix(stored, []byte(letter)) {
		t.Errorf("%v: %q", err, stored)
	}
}

func TestSMTPUTF8(t *testing.T) {
	s := open(t, &Sandbox{Maildir: t.TempDir()})
	c := greeted(t, s)
	c.say("MAIL FROM:<a@x.example>", "250")
	c.say("RCPT TO:<pelé@y.example>", "553 5.6.7")
	c.say("RSET", "250")
	c.say("MAIL FROM:<señor@x.example> SMTPUTF8", "250")
	c.say("RCPT TO:<pelé@bücher.example>", "250")
	c.say("DATA", "354")
	c.say(stuffed, "250")
	got := s.Stored()[0]
	if got.Sender != "señor@x.example" || got.Recipients[0] != "pelé@xn--bcher-kva.example" {
		t.Errorf("got %v", got)
	}
	stored, _ := os.ReadFile(got.Path)
	if !bytes.Contains(stored, []byte("with UTF8SMTP id")) {
		t.Errorf("stored: %q", stored)
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	s := open(t, &Sandbox{})
	c := greeted(t, s)
	c.say("MAIL FROM:<a@x.example>", "250")
	for _, path := range []string{"<b@>", "<b@x..y>", "<\"a\rb\"@y.example>", "<\"a\x01b\"@y.example>", "<@y.example>"} {
		if reply := c.say("RCPT TO:"+path, "5"); !strings.HasPrefix(reply, "553") && !strings.HasPrefix(reply, "501") {
			t.Errorf("%q: %s", path, reply)
		}
	}
	c.say("DATA", "502")
}

// A client cannot put anything into the stored letter's fields but its name.
func TestNothingIsInjected(t *testing.T) {
	s := open(t, &Sandbox{Maildir: t.TempDir()})
	c := dial(t, s)
	c.want("220")
	c.say("EHLO evil\rX-Injected:\x00(\xff)", "250")
	c.send("<a@x.example>", "b@y.example", "250")
	stored, _ := os.ReadFile(s.Stored()[0].Path)
	head, _, _ := bytes.Cut(stored, []byte("\tby"))
	if !bytes.HasSuffix(head, []byte("\r\nReceived: from evil?X-Injected:?????? ([127.0.0.1])\r\n")) && bytes.Count(head, []byte("\r")) != 3 {
		t.Errorf("got %q", head)
	}
}

func TestLettersAreDroppedWithoutAMaildir(t *testing.T) {
	s := open(t, &Sandbox{})
	c := greeted(t, s)
	c.send("<a@x.example>", "b@y.example", "250 2.0.0 Ok: queued as ")
	if got := s.Stored()[0]; got.Path != "" || got.Size != int64(len(letter)) || got.TLS {
		t.Errorf("got %v", got)
	}
}

func TestTooLargeALetter(t *testing.T) {
	dir := t.TempDir()
	s := open(t, &Sandbox{Maildir: dir, MaxSize: 50})
	c := greeted(t, s)
	c.send("<a@x.example>", "b@y.example", "552 5.3.4")
	c.say("NOOP", "250")
	for _, sub := range []string{"tmp", "new"} {
		if left, _ := os.ReadDir(filepath.Join(dir, sub)); len(left) > 0 {
			t.Errorf("left in %s: %v", sub, left)
		}
	}
}

func TestAMaildirThatIsLost(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	s := open(t, &Sandbox{Maildir: dir})
	c := greeted(t, s)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	c.send("<a@x.example>", "b@y.example", "452 4.3.1")
	if len(s.Stored()) != 0 {
		t.Errorf("recorded: %v", s.Stored())
	}
}

// A letter whose sender went away leaves nothing behind.
func TestHalfALetter(t *testing.T) {
	dir := t.TempDir()
	s := open(t, &Sandbox{Maildir: dir})
	c := greeted(t, s)
	c.say("MAIL FROM:<a@x.example>", "250")
	c.say("RCPT TO:<b@y.example>", "250")
	c.say("DATA", "354")
	c.PrintfLine("Subject: half")
	c.Close()
	s.Close()
	left, _ := filepath.Glob(filepath.Join(dir, "*", "*"))
	if len(left) > 0 || len(s.Stored()) > 0 {
		t.Errorf("left: %v, %v", left, s.Stored())
	}
}

func TestPortsAndFoldersThatCannotBeHad(t *testing.T) {
	taken := open(t, &Sandbox{})
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	for _, c := range []struct {
		box  *Sandbox
		want string
	}{
		{&Sandbox{Listen: taken.Addr().String()}, "listening for mail"},
		{&Sandbox{DNS: taken.DNSAddr().String()}, "listening for DNS"},
		{&Sandbox{Listen: "nonsense"}, "listening for mail"},
		{&Sandbox{Maildir: file}, "making the Maildir"},
	} {
		err := c.box.Start(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q %q %q: %v", c.box.Listen, c.box.DNS, c.box.Maildir, err)
		}
		if err := c.box.Close(); err != nil {
			t.Errorf("closing what did not start: %v", err)
		}
	}
	if err := (&Sandbox{}).Close(); err != nil {
		t.Errorf("closing what was never started: %v", err)
	}
}

func TestOnLoopback(t *testing.T) {
	for in, want := range map[string]string{"": "127.0.0.1:0", ":2525": "127.0.0.1:2525", "[::1]:25": "[::1]:25", "0.0.0.0:25": "0.0.0.0:25"} {
		if got := onLoopback(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	s := open(t, &Sandbox{Listen: ":0", DNS: ":0"})
	if !s.Addr().Addr().IsLoopback() || !s.DNSAddr().Addr().IsLoopback() {
		t.Errorf("listens on %s and %s", s.Addr(), s.DNSAddr())
	}
}

// Close shows everybody out, at whatever point they are, and does not return before they are gone.
func TestCloseEndsEverything(t *testing.T) {
	s := open(t, &Sandbox{Maildir: t.TempDir()})
	idle, half, waiting := greeted(t, s), greeted(t, s), greeted(t, s)
	half.say("MAIL FROM:<a@x.example>", "250")
	half.say("RCPT TO:<b@y.example>", "250")
	half.PrintfLine("BDAT 100\r\nSubject: ")
	waiting.say("MAIL FROM:<a@x.example>", "250")
	waiting.PrintfLine("RCPT TO:<slow-600-x@y.example>")
	done := make(chan error)
	go func() { done <- s.Close() }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
	for began := time.Now(); stillRuns() != "" && time.Since(began) < 20*time.Second; {
		runtime.Gosched() // whoever has said that he is done may have an instruction left
	}
	if who := stillRuns(); who != "" {
		t.Error(who)
	}
	idle.gone()
	if _, err := net.Dial("tcp", s.Addr().String()); err == nil {
		t.Error("it still listens")
	}
}

// stillRuns tells which of the sandbox's goroutines there are.
func stillRuns() string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for _, who := range []string{"sandbox.transaction", "(*guest)", "go-smtp.(*Server)", "dns.(*Server)"} {
		if bytes.Contains(stacks, []byte(who)) {
			return fmt.Sprintf("%s runs on:\n%s", who, stacks)
		}
	}
	return ""
}

// The context that starts a sandbox does not end it: a letter on its way when the user interrupts is still answered.
func TestTheContextIsForTheStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &Sandbox{}
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := greeted(t, s)
	cancel()
	c.send("<a@x.example>", "slow-0-b@y.example", "250")
	if err := (&Sandbox{}).Start(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("started after the end: %v", err)
	}
}

func TestManyLettersAtOnce(t *testing.T) {
	s := open(t, &Sandbox{Maildir: t.TempDir(), Log: func(string) {}})
	var sending sync.WaitGroup
	for range 10 {
		c := greeted(t, s)
		sending.Go(func() {
			for range 3 {
				c.send("<a@x.example>", "b@y.example", "250")
			}
			c.say("QUIT", "221")
		})
	}
	sending.Wait()
	files := map[string]bool{}
	for _, l := range s.Stored() {
		files[l.Path] = strings.Contains(l.Path, l.ID)
	}
	if found, _ := filepath.Glob(filepath.Join(s.Maildir, "new", "*")); len(found) != 30 || len(files) != 30 {
		t.Errorf("%d files, %d records", len(found), len(files))
	}
}

func TestMishapsAreLogged(t *testing.T) {
	var log []string
	m := mishaps{&Sandbox{Log: func(line string) { log = append(log, line) }}}
	m.Println("accept", "error:\x1b")
	m.Printf("panic\n%s\n", "stack")
	if fmt.Sprint(log) != `[accept error:\x1b panic\x0astack]` {
		t.Errorf("got %q", log)
	}
}

// A large letter passes without being held: what is measured is what the receiving allocates.
func BenchmarkDrop(b *testing.B) {
	s := &Sandbox{}
	if err := s.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	line := strings.Repeat("QUJD", 19) + "\r\n"
	block := []byte(strings.Repeat(line, 1000))
	const blocks = 1000
	b.SetBytes(int64(len(block) * blocks))
	b.ReportAllocs()
	for b.Loop() {
		conn, err := net.Dial("tcp", s.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		in := bufio.NewReader(conn)
		ask := func(line string) {
			io.WriteString(conn, line+"\r\n")
			for {
				reply, err := in.ReadString('\n')
				if err != nil {
					b.Fatal(err)
				}
				if reply[3] == ' ' {
					return
				}
			}
		}
		in.ReadString('\n')
		for _, line := range []string{"EHLO x.example", "MAIL FROM:<a@x.example>", "RCPT TO:<b@x.example>", "DATA"} {
			ask(line)
		}
		for range blocks {
			conn.Write(block)
		}
		ask(".")
		conn.Close()
	}
}
