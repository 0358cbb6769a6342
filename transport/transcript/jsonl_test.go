package transcript

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mxsend/transport/smtp"
)

func TestJSONLines(t *testing.T) {
	var out bytes.Buffer
	clock := newWatch()
	r := &Recorder{Now: clock.Now, Sinks: []Sink{{Writer: &out, Format: JSONL}}}
	r.Note("dns", "hamburger.edu MX 10 mx.hamburger.edu")
	c := r.Conversation("mx.hamburger.edu", exchanger())
	clock.pass(1500 * time.Microsecond)
	hear(c, "S: 220 hamburger.edu \"ready\" <now>\nC: DATA\nB: abc\nC: .\n")
	c.Close()
	r.Close()
	want := `{"time":"2026-02-09T14:45:04.123456Z","event":"dns","text":"hamburger.edu MX 10 mx.hamburger.edu"}
{"time":"2026-02-09T14:45:04.123456Z","conversation":1,"host":"mx.hamburger.edu","address":"192.0.2.1:25","event":"connect","text":"connected to mx.hamburger.edu [192.0.2.1]"}
{"time":"2026-02-09T14:45:04.124956Z","conversation":1,"host":"mx.hamburger.edu","address":"192.0.2.1:25","event":"reply","text":"220 hamburger.edu \"ready\" <now>","code":220,"latency_us":1500}
{"time":"2026-02-09T14:45:04.124956Z","conversation":1,"host":"mx.hamburger.edu","address":"192.0.2.1:25","event":"command","text":"DATA"}
{"time":"2026-02-09T14:45:04.124956Z","conversation":1,"host":"mx.hamburger.edu","address":"192.0.2.1:25","event":"content","text":"(the letter, 5 octets)","octets":5}
{"time":"2026-02-09T14:45:04.124956Z","conversation":1,"host":"mx.hamburger.edu","address":"192.0.2.1:25","event":"command","text":"."}
{"time":"2026-02-09T14:45:04.124956Z","conversation":1,"host":"mx.hamburger.edu","address":"192.0.2.1:25","event":"close","text":"closed after 0.00 s"}
`
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", &out, want)
	}
}

// Replies come in the order of their commands, so each is timed from its own, however many were sent at once.
func TestLatencyIsThatOfTheOwnCommand(t *testing.T) {
	var out bytes.Buffer
	clock := newWatch()
	r := &Recorder{Now: clock.Now, Sinks: []Sink{{Writer: &out, Format: JSONL}}}
	c := r.Conversation("", netip.AddrPort{})
	say := func(after time.Duration, line string) {
		clock.pass(after)
		hear(c, line+"\n")
	}
	say(5*time.Microsecond, "S: 220 greeting")
	say(0, "C: MAIL")
	say(1*time.Microsecond, "C: RCPT")
	say(1*time.Microsecond, "C: BDAT 5 LAST")
	say(10*time.Microsecond, "S: 250-to MAIL")
	say(10*time.Microsecond, "S: 250 to MAIL")
	say(10*time.Microsecond, "S: 550 to RCPT")
	say(10*time.Microsecond, "B: abc")
	say(7*time.Microsecond, "S: 250 to the chunk")
	say(7*time.Microsecond, "S: 421 to nothing")
	r.Close()
	want := map[string]int64{"220 greeting": 5, "250-to MAIL": 12, "250 to MAIL": 22, "550 to RCPT": 31, "250 to the chunk": 7, "421 to nothing": -1}
	for _, l := range decode(t, out.Bytes()) {
		if l.Event != "reply" {
			continue
		}
		got := int64(-1)
		if l.Latency != nil {
			got = *l.Latency
		}
		if got != want[l.Text] {
			t.Errorf("%s: %d µs, want %d", l.Text, got, want[l.Text])
		}
		if l.More != strings.Contains(l.Text, "-") {
			t.Errorf("%s: more is %v", l.Text, l.More)
		}
	}
}

func TestTLSBeginsAfterTheReplyToSTARTTLS(t *testing.T) {
	var out bytes.Buffer
	r := &Recorder{Sinks: []Sink{{Writer: &out, Format: JSONL}}}
	c := r.Conversation("", netip.AddrPort{})
	hear(c, "S: 220 hi\nC: EHLO x\nS: 250-hi\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n")
	c.Noted("tls", "TLS 1.3")
	hear(c, "C: EHLO x\n")
	refused := r.Conversation("", netip.AddrPort{})
	hear(refused, "S: 220 hi\nC: STARTTLS\nS: 454 no\nC: MAIL\n")
	r.Close()
	var inside []string
	for _, l := range decode(t, out.Bytes()) {
		if l.TLS {
			inside = append(inside, l.Text)
		}
	}
	if got := strings.Join(inside, "|"); got != "TLS 1.3|EHLO x" {
		t.Errorf("inside TLS: %s", got)
	}
}

func TestReplyCode(t *testing.T) {
	for line, want := range map[string]struct {
		code int
		more bool
	}{
		"250 ok": {250, false}, "250-ok": {250, true}, "250": {250, false}, "250 ": {250, false}, "2500": {}, "25": {}, "": {},
		"abc ok": {}, "+50 x": {}, "-50 x": {}, "099 x": {},
	} {
		if code, more := replyCode(line); code != want.code || more != want.more {
			t.Errorf("%q: %d %v", line, code, more)
		}
	}
}

// FuzzJSONLines: whatever a server says is one valid object, from which its octets can be had back.
func FuzzJSONLines(f *testing.F) {
	for _, s := range []string{"250 ok", "250-\xff\xfe", "\x00\u2028\"\\", "</script>", "421"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		var out bytes.Buffer
		r := &Recorder{Sinks: []Sink{{Writer: &out, Format: JSONL, Bodies: true}}}
		c := r.Conversation(string(said), netip.AddrPort{})
		c.Sent(smtp.Content, said)
		c.Received(said)
		c.Noted("note", string(said))
		c.Close()
		r.Close()
		for _, l := range decode(t, out.Bytes()) {
			if want := strings.TrimSuffix(string(said), "\r\n"); l.Event == "reply" && Unescape(l.Text) != want {
				t.Fatalf("%q came back as %q", want, Unescape(l.Text))
			}
		}
	})
}
