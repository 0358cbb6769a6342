package sandbox

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFateOf(t *testing.T) {
	for local, want := range map[string]destiny{
		"bob":           {},
		"550-x":         {kind: refused, reply: replyOf(550)},
		"451-anything":  {kind: refused, reply: replyOf(451)},
		"550":           {kind: refused, reply: replyOf(550)},
		"250-x":         {},
		"600-x":         {},
		"5500-x":        {},
		"+50-x":         {},
		"full-x":        {kind: refused, reply: mailboxFull()},
		"FULL-X":        {kind: refused, reply: mailboxFull()},
		"full":          {},
		"greylist-x":    {kind: greylisted},
		"data-451-x":    {kind: refusedLetter, reply: replyOf(451)},
		"data-250-x":    {},
		"data-x":        {},
		"drop-x":        {kind: dropped},
		"drop-data-x":   {kind: droppedInLetter},
		"drop-dot-x":    {kind: droppedAfterDot},
		"drop-database": {kind: dropped},
		"dropout":       {},
		"slow-x":        {kind: slow, delay: 3 * time.Second},
		"slow-5-x":      {kind: slow, delay: 5 * time.Second},
		"slow-601-x":    {kind: slow, delay: 3 * time.Second},
		"mail-550-x":    {},
		"-":             {},
		"":              {},
	} {
		if got := fateOf(recipients(), local); got != want {
			t.Errorf("%q: %v, want %v", local, got, want)
		}
	}
	if got := fateOf(senders(), "mail-451-x"); got.reply.code != 451 {
		t.Errorf("sender: %v", got)
	}
}

// What the help says can be done, can be done: every pattern leads to another fate than being accepted.
func TestTheTableIsTrue(t *testing.T) {
	help := Fates()
	for _, f := range append(recipients(), senders()...) {
		local := strings.NewReplacer("NNN", "451", "N", "7", "@", "").Replace(f.Pattern)
		rows := recipients()
		if strings.HasPrefix(f.Pattern, "mail") {
			rows = senders()
		}
		if d := fateOf(rows, local); d == (destiny{}) {
			t.Errorf("%s does nothing", f.Pattern)
		}
		if !strings.Contains(help, f.Pattern+" ") || !strings.Contains(help, f.Meaning+"\n") {
			t.Errorf("%s is not in the help:\n%s", f.Pattern, help)
		}
	}
	for line := range strings.Lines(help) {
		if len(line) > 100 {
			t.Errorf("too wide: %s", line)
		}
	}
}

func TestRefusals(t *testing.T) {
	s := open(t, &Sandbox{})
	c := greeted(t, s)
	c.say("MAIL FROM:<mail-550-x@crepes.fr>", "550 5.1.1")
	c.say("RCPT TO:<b@y.example>", "502")
	c.say("MAIL FROM:<a@x.example>", "250")
	c.say("RCPT TO:<550-x@y.example>", "550 5.1.1")
	c.say("RCPT TO:<450-x@y.example>", "450 4.2.1")
	c.say("RCPT TO:<452-x@y.example>", "452 4.3.1")
	c.say("RCPT TO:<499-x@y.example>", "499 4.0.0")
	c.say("RCPT TO:<599-x@y.example>", "599 5.0.0")
	c.say("RCPT TO:<full-x@y.example>", "452 4.2.2")
	c.say("DATA", "502") // nobody is left
	c.say("RCPT TO:<data-451-x@y.example>", "250")
	c.say("RCPT TO:<b@y.example>", "250")
	c.say("DATA", "354")
	c.say(stuffed, "451 4.3.0")
	c.send("<a@x.example>", "b@y.example", "250") // the fate of one letter is not that of the next
	if n := len(s.Stored()); n != 1 {
		t.Errorf("%d letters were stored", n)
	}
}

func TestClosingReplies(t *testing.T) {
	s := open(t, &Sandbox{})
	for _, where := range []string{"rcpt", "data", "mail", "tls"} {
		t.Run(where, func(t *testing.T) {
			c := greeted(t, s)
			switch where {
			case "tls":
				c.secure(s, "mx.y.example")
				c.say("EHLO x.example", "250")
				fallthrough
			case "rcpt": // what was sent at once does not take the reply away
				c.say("MAIL FROM:<a@x.example>", "250")
				c.say("RCPT TO:<421-x@y.example>\r\nRCPT TO:<b@y.example>\r\nDATA", "421 4.3.2")
			case "data":
				c.send("<a@x.example>", "data-421-x@y.example", "421 4.3.2")
			case "mail":
				c.say("MAIL FROM:<mail-421-x@y.example>", "421 4.3.2")
			}
			c.gone()
		})
	}
}

func TestDrops(t *testing.T) {
	s := open(t, &Sandbox{Maildir: t.TempDir()})
	t.Run("at RCPT, after the replies to what came before", func(t *testing.T) {
		c := greeted(t, s)
		c.say("MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nRCPT TO:<drop-x@y.example>\r\nDATA", "250")
		c.want("250")
		c.gone()
	})
	t.Run("inside TLS", func(t *testing.T) {
		c := greeted(t, s)
		c.secure(s, "mx.y.example")
		c.say("EHLO x.example", "250")
		c.say("MAIL FROM:<a@x.example>", "250")
		c.PrintfLine("RCPT TO:<drop-x@y.example>")
		c.gone()
	})
	t.Run("in the letter", func(t *testing.T) {
		c := greeted(t, s)
		c.say("MAIL FROM:<a@x.example>", "250")
		c.say("RCPT TO:<drop-data-x@y.example>", "250")
		c.say("DATA", "354")
		block := make([]byte, 1<<20)
		for range 100 { // more than the buffers between us hold
			if _, err := c.conn.Write(block); err != nil {
				return
			}
		}
		t.Error("the whole letter was taken")
	})
	t.Run("in a chunk", func(t *testing.T) {
		c := greeted(t, s)
		c.say("MAIL FROM:<a@x.example>", "250")
		c.say("RCPT TO:<drop-data-x@y.example>", "250")
		c.PrintfLine("BDAT 5 LAST\r\nabc")
		c.gone()
	})
	if n := len(s.Stored()); n != 0 {
		t.Fatalf("%d letters were stored", n)
	}
	t.Run("after the dot", func(t *testing.T) {
		c := greeted(t, s)
		c.say("MAIL FROM:<a@x.example>", "250")
		c.say("RCPT TO:<drop-dot-x@y.example>", "250")
		c.say("DATA", "354")
		c.PrintfLine("%s", stuffed)
		c.gone()
		if n := len(s.Stored()); n != 1 {
			t.Errorf("%d letters were stored", n)
		}
	})
}

func TestSlowness(t *testing.T) {
	var waited []time.Duration
	s := open(t, &Sandbox{Wait: func(_ context.Context, d time.Duration) error {
		waited = append(waited, d)
		return nil
	}})
	c := greeted(t, s)
	c.say("MAIL FROM:<a@x.example>", "250")
	c.say("RCPT TO:<slow-x@y.example>", "250")
	c.say("RCPT TO:<slow-5-x@y.example>", "250")
	c.say("QUIT", "221")
	s.Close()
	if len(waited) != 2 || waited[0] != 3*time.Second || waited[1] != 5*time.Second {
		t.Errorf("waited %v", waited)
	}
}

func TestGreylist(t *testing.T) {
	dir := t.TempDir()
	rcpt := func(s *Sandbox, from, to, want string) {
		t.Helper()
		c := greeted(t, s)
		c.say("MAIL FROM:<"+from+">", "250")
		c.say("RCPT TO:<"+to+">", want)
		c.say("QUIT", "221")
	}
	first := open(t, &Sandbox{Maildir: dir})
	rcpt(first, "a@x.example", "greylist-x@y.example", "450 4.7.1")
	rcpt(first, "a@x.example", "greylist-x@y.example", "250")
	rcpt(first, "b@x.example", "greylist-x@y.example", "450 4.7.1")
	rcpt(first, "", "greylist-x@y.example", "450 4.7.1")
	first.Close()
	second := open(t, &Sandbox{Maildir: dir})
	rcpt(second, "b@x.example", "greylist-x@y.example", "250")
	rcpt(second, "b@x.example", "greylist-y@y.example", "450 4.7.1")

	forgetful := open(t, &Sandbox{})
	rcpt(forgetful, "a@x.example", "greylist-x@y.example", "450 4.7.1")
	rcpt(forgetful, "a@x.example", "greylist-x@y.example", "250")
}

func TestAGreylistThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "greylist"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := &Sandbox{Maildir: dir}
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "greylist") {
		t.Errorf("got %v", err)
	}
}

func TestNoRandomnessNoName(t *testing.T) {
	s := open(t, &Sandbox{Random: io.LimitReader(strings.NewReader(""), 0)})
	c := greeted(t, s)
	c.send("<a@x.example>", "b@y.example", "452")
}
