package transcript

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"mxsend/transport/smtp"
)

var _ smtp.Witness = (*Conversation)(nil)

// watch is a clock that only moves when it is told to.
type watch struct {
	mu  sync.Mutex
	now time.Time
}

func newWatch() *watch { return &watch{now: time.Date(2026, 2, 9, 14, 45, 4, 123456789, time.UTC)} }

func (w *watch) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *watch) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func exchanger() netip.AddrPort { return netip.MustParseAddrPort("192.0.2.1:25") }

// hear gives both sides of a dialogue, as "C: " and "S: " lines, to the conversation. A "B: " line is a piece of letter.
func hear(c *Conversation, dialogue string) {
	for line := range strings.Lines(dialogue) {
		text := []byte(strings.TrimSuffix(line[3:], "\n") + "\r\n")
		switch line[:3] {
		case "C: ":
			c.Sent(smtp.Command, text)
		case "S: ":
			c.Received(text)
		case "B: ":
			c.Sent(smtp.Content, text)
		}
	}
}

const hamburger = `S: 220 hamburger.edu
C: HELO crepes.fr
S: 250 Hello crepes.fr, pleased to meet you
C: MAIL FROM:<alice@crepes.fr>
S: 250 alice@crepes.fr ... Sender ok
C: RCPT TO:<bob@hamburger.edu>
S: 250 bob@hamburger.edu ... Recipient ok
C: DATA
S: 354 Enter mail, end with "." on a line by itself
B: Do you like ketchup?
B: How about pickles?
C: .
S: 250 Message accepted for delivery
C: QUIT
S: 221 hamburger.edu closing connection
`

func TestTextIsTheDialogueOfTheLectures(t *testing.T) {
	var elided, whole bytes.Buffer
	clock := newWatch()
	r := &Recorder{Now: clock.Now, Sinks: []Sink{{Writer: &elided}, {Writer: &whole, Bodies: true}}}
	r.Note("dns", "hamburger.edu MX 10 mx.hamburger.edu")
	r.Note("connect", "connecting to mx.hamburger.edu [192.0.2.1]")
	c := r.Conversation("mx.hamburger.edu", exchanger())
	hear(c, hamburger)
	clock.pass(140 * time.Millisecond)
	c.Close()
	c.Close()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}

	before := "*  dns: hamburger.edu MX 10 mx.hamburger.edu\n*  connecting to mx.hamburger.edu [192.0.2.1]\n" +
		"*  connected to mx.hamburger.edu [192.0.2.1]\n"
	after := "*  closed after 0.14 s\n"
	want := before + strings.ReplaceAll(hamburger, "B: ", "C: ") + after
	if whole.String() != want {
		t.Errorf("with the letter:\n%s\nwant:\n%s", &whole, want)
	}
	letter := "B: Do you like ketchup?\nB: How about pickles?\n"
	want = before + strings.Replace(hamburger, letter, "C: (the letter, 42 octets)\n", 1) + after
	if elided.String() != want {
		t.Errorf("without the letter:\n%s\nwant:\n%s", &elided, want)
	}
}

func TestRawIsEveryOctetAndNothingElse(t *testing.T) {
	var whole, elided bytes.Buffer
	r := &Recorder{Sinks: []Sink{{Writer: &whole, Format: Raw, Bodies: true}, {Writer: &elided, Format: Raw}}}
	r.Note("dns", "hamburger.edu MX 10 mx.hamburger.edu")
	c := r.Conversation("mx.hamburger.edu", exchanger())
	hear(c, hamburger)
	c.Noted("tls", "not offered")
	c.Received([]byte("421 \x1b\xff\x00 odd end\n"))
	c.Close()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for line := range strings.Lines(hamburger) {
		want.WriteString(strings.TrimSuffix(line[3:], "\n") + "\r\n")
	}
	want.WriteString("421 \x1b\xff\x00 odd end\n")
	if whole.String() != want.String() {
		t.Errorf("got  %q\nwant %q", whole.String(), want.String())
	}
	if strings.Contains(elided.String(), "ketchup") || !strings.Contains(elided.String(), "DATA\r\n354") {
		t.Errorf("without the letter: %q", elided.String())
	}
}

func TestServerTextCannotHarm(t *testing.T) {
	for _, f := range []Format{Text, JSONL} {
		var out bytes.Buffer
		r := &Recorder{Sinks: []Sink{{Writer: &out, Format: f}}}
		c := r.Conversation("mx.\x1b[31m.example", netip.AddrPort{})
		c.Received([]byte("220 \x1b]0;owned\x07 \xff\u202e\r\n"))
		c.Received([]byte("250 one\r*  tls: forged\nC: QUIT\r\n"))
		c.Noted("tls", "issued by \x1b[2J\n*  forged")
		c.Close()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if bytes.ContainsAny(out.Bytes(), "\x1b\x07\r\xff") || bytes.Contains(out.Bytes(), []byte("\u202e")) {
			t.Errorf("%s: harmful: %q", f, out.String())
		}
		if lines := strings.Count(out.String(), "\n"); lines != 5 {
			t.Errorf("%s: %d lines for 5 events:\n%s", f, lines, &out)
		}
	}
}

func TestUnusualLineEndsAreSeen(t *testing.T) {
	var out bytes.Buffer
	r := &Recorder{Sinks: []Sink{{Writer: &out}}}
	c := r.Conversation("mx.example", netip.AddrPort{})
	c.Received([]byte("250 bare\n"))
	c.Received([]byte("250 cut"))
	r.Close()
	if !strings.Contains(out.String(), "S: 250 bare\\x0a\nS: 250 cut\n") {
		t.Errorf("got %q", out.String())
	}
}

func TestLongWaitsAreTold(t *testing.T) {
	var out bytes.Buffer
	clock := newWatch()
	r := &Recorder{Now: clock.Now, Sinks: []Sink{{Writer: &out}}}
	c := r.Conversation("mx.example", exchanger())
	clock.pass(3 * time.Second)
	hear(c, "S: 220-slow\n")
	clock.pass(2 * time.Second)
	hear(c, "S: 220 but polite\nC: NOOP\n")
	clock.pass(999 * time.Millisecond)
	hear(c, "S: 250 ok\n")
	r.Close()
	want := "*  connected to mx.example [192.0.2.1]\n*  3.00 s for this answer\nS: 220-slow\nS: 220 but polite\nC: NOOP\nS: 250 ok\n"
	if out.String() != want {
		t.Errorf("got:\n%swant:\n%s", &out, want)
	}
}

func TestElidedLetters(t *testing.T) {
	octets := strings.Repeat("x", 1_402_110)
	for _, c := range []struct{ name, dialogue, want string }{
		{"large", "C: DATA\nS: 354 go\nB: " + octets + "\nC: .\n", "C: DATA\nS: 354 go\nC: (the letter, 1,402,112 octets)\nC: .\n"},
		{"interrupted by the server", "C: DATA\nS: 354 go\nB: abc\nS: 421 enough\n", "C: DATA\nS: 354 go\nC: (part of the letter, 5 octets)\nS: 421 enough\n"},
		{"a word in between", "C: DATA\nB: abc\nS: 354 go\nB: d\nC: .\n", "C: DATA\nC: (part of the letter, 5 octets)\nS: 354 go\nC: (the rest of the letter, 3 octets)\nC: .\n"},
		{"one chunk", "C: BDAT 5 LAST\nB: abc\nS: 250 ok\n", "C: BDAT 5 LAST\nC: (the letter, 5 octets)\nS: 250 ok\n"},
		{"chunks", "C: BDAT 5\nB: abc\nC: BDAT 3 LAST\nB: d\nS: 250 ok\nS: 250 ok\n",
			"C: BDAT 5\nC: (part of the letter, 5 octets)\nC: BDAT 3 LAST\nC: (the rest of the letter, 3 octets)\nS: 250 ok\nS: 250 ok\n"},
		{"two letters", "C: DATA\nB: a\nC: .\nC: DATA\nB: bc\nC: .\n", "C: DATA\nC: (the letter, 3 octets)\nC: .\nC: DATA\nC: (the letter, 4 octets)\nC: .\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			r := &Recorder{Sinks: []Sink{{Writer: &out}}}
			hear(r.Conversation("", netip.AddrPort{}), c.dialogue)
			r.Close()
			if _, got, _ := strings.Cut(out.String(), "\n"); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

func TestLettersAreShownAsTheyAreOnTheWire(t *testing.T) {
	var out, lines bytes.Buffer
	r := &Recorder{Sinks: []Sink{{Writer: &out, Bodies: true}, {Writer: &lines, Bodies: true, Format: JSONL}}}
	c := r.Conversation("", netip.AddrPort{})
	letter := "Subject: a\r\n\tfolded\r\n\r\n..dot\r\nbare\nGr\xc3\xbc\xc3\x9fe\x1b\r\n"
	for _, piece := range []string{letter[:3], letter[3:40], letter[40:41], letter[41:]} {
		c.Sent(smtp.Content, []byte(piece))
	}
	c.Sent(smtp.Command, []byte(".\r\n"))
	r.Close()
	want := "*  connected to\nC: Subject: a\nC: \tfolded\nC: \nC: ..dot\nC: bare\\x0a\nC: Grüße\\x1b\nC: .\n"
	if got := strings.ReplaceAll(out.String(), "to \n", "to\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if n := strings.Count(lines.String(), `"event":"content"`); n != 6 {
		t.Errorf("%d content lines in:\n%s", n, &lines)
	}
}

func TestColours(t *testing.T) {
	var out bytes.Buffer
	r := &Recorder{Sinks: []Sink{{Writer: &out, Colour: true}}}
	hear(r.Conversation("mx.example", netip.AddrPort{}), "S: 220 hi\nC: HELO x\nS: 450 later\nC: HELO x\nS: 550 never\n")
	r.Close()
	want := "\x1b[2m*  connected to mx.example\x1b[0m\nS: 220 hi\n\x1b[36mC: HELO x\x1b[0m\n\x1b[33mS: 450 later\x1b[0m\n" +
		"\x1b[36mC: HELO x\x1b[0m\n\x1b[31mS: 550 never\x1b[0m\n"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
}

// What the dialogue has struck out stays struck out, in every format.
func TestSecretsStayStruckOut(t *testing.T) {
	const struckOut = "AUTH PLAIN <24 octets struck out>"
	var text, lines, raw bytes.Buffer
	r := &Recorder{Sinks: []Sink{{Writer: &text, Bodies: true}, {Writer: &lines, Format: JSONL}, {Writer: &raw, Format: Raw, Bodies: true}}}
	c := r.Conversation("mx.example", exchanger())
	c.Sent(smtp.Command, []byte(struckOut+"\r\n"))
	c.Received([]byte("535 5.7.8 no\r\n"))
	c.Close()
	r.Close()
	if !strings.Contains(text.String(), "C: "+struckOut+"\nS: 535") {
		t.Errorf("text: %s", &text)
	}
	if raw.String() != struckOut+"\r\n535 5.7.8 no\r\n" {
		t.Errorf("raw: %q", raw.String())
	}
	if l := decode(t, lines.Bytes())[1]; l.Text != struckOut {
		t.Errorf("jsonl: %q", l.Text)
	}
}

func TestSilence(t *testing.T) {
	for _, r := range []*Recorder{nil, {}} {
		r.Note("dns", "nobody hears")
		c := r.Conversation("mx.example", exchanger())
		c.Sent(smtp.Content, []byte("x"))
		c.Received([]byte("250 ok\r\n"))
		c.Noted("tls", "on")
		c.Close()
		if r.Active() || c != nil || r.Close() != nil || r.Err() != nil {
			t.Errorf("%v is not silent", r)
		}
	}
}

// A letter that nobody wants to see is counted and not touched.
func TestUnwantedLettersCostNothing(t *testing.T) {
	r := &Recorder{Sinks: []Sink{{Writer: &bytes.Buffer{}}, {Writer: &bytes.Buffer{}, Format: JSONL}}}
	c := r.Conversation("mx.example", exchanger())
	piece := make([]byte, 64<<10)
	if n := testing.AllocsPerRun(100, func() { c.Sent(smtp.Content, piece) }); n > 0 {
		t.Errorf("%v allocations for a piece of the letter", n)
	}
	r.Close()
}

func TestParseFormat(t *testing.T) {
	for in, want := range map[string]Format{"": Text, "text": Text, "JSONL": JSONL, "raw": Raw} {
		if got, err := ParseFormat(in); got != want || err != nil {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	if _, err := ParseFormat("xml"); err == nil || !strings.Contains(err.Error(), "jsonl") {
		t.Errorf("xml: %v", err)
	}
}

// decode reads JSON lines, each of which must be whole and valid.
func decode(t *testing.T, b []byte) []line {
	t.Helper()
	var all []line
	for text := range bytes.Lines(b) {
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		all = append(all, l)
	}
	return all
}
