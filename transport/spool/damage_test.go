package spool

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/smtp"
)

// Whatever stands in a letter, its envelope can be read back, or the letter is not promised.
func TestWhatIsPromisedCanBeRead(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	l := compose(alice, "x", bob)
	l.Facts.MessageID = "<" + strings.Repeat("a", 100_000) + ">"
	if it, err := r.Spool.Show(w.add(t, r, l, Terms{})); err != nil || it.Facts.MessageID != l.Facts.MessageID {
		t.Errorf("%v", err)
	}
	l.Facts.MessageID = strings.Repeat("a", maxHead)
	if _, err := r.Spool.Add(t.Context(), l, Terms{}); err == nil || !strings.Contains(err.Error(), "longer than 16 MiB") {
		t.Errorf("got %v", err)
	}
	l = compose(alice, "x", bob)
	l.Envelope.Recipients = nil
	if _, err := r.Spool.Add(t.Context(), l, Terms{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("to nobody: %v", err)
	}
	if found, _ := os.ReadDir(r.Spool.Dir); len(found) != 2 {
		t.Errorf("left behind: %v", found)
	}
}

// A journal may grow beyond any head; what a server says is kept to what can be read.
func TestALongJournal(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob), Terms{})
	c, err := r.Spool.Claim(id)
	if err != nil {
		t.Fatal(err)
	}
	lines := make([]string, 100)
	for i := range lines {
		lines[i] = strings.Repeat("é", 1000)
	}
	if err := c.Settle(0, report.Outcome{State: report.Deferred, Reply: smtp.Reply{Code: 450, Lines: lines}}); err != nil {
		t.Fatal(err)
	}
	if got := c.Recipients[0].Answer.Text; len(got) > maxText+len("…") || !strings.HasSuffix(got, "é…") {
		t.Errorf("%d octets are kept", len(got))
	}
	for _, filler := range []string{strings.Repeat("x", maxHead+1) + "\n", strings.Repeat(strings.Repeat("y", 1<<10)+"\n", 1<<10)} {
		if _, err := io.WriteString(c.file, filler); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(c.Settle(0, report.Outcome{State: report.Delivered}), c.Close()); err != nil {
		t.Fatal(err)
	}
	if it, err := r.Spool.Show(id); err != nil || it.Recipients[0].State != Delivered {
		t.Errorf("%+v, %v", it, err)
	}
}

// Whoever adds a letter aside has it for himself at first; if he dies, others take it up.
func TestALetterAside(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob, carol), Terms{Aside: true})
	next, err := r.Run(t.Context(), false)
	if err != nil || len(w.asked) != 0 || next.Sub(noon) != firstPause {
		t.Errorf("others: %v, asked %v, next %v", err, w.asked, next)
	}
	w.moods[carol] = []report.State{report.Deferred, report.Delivered}
	if _, err := r.Attempt(t.Context(), id, Mode{All: true}); err != nil || w.asked[bob] != 1 || w.asked[carol] != 1 {
		t.Errorf("the owner: %v, asked %v", err, w.asked)
	}
	w.sleep(firstPause)
	if _, err := r.Run(t.Context(), false); err != nil || len(left(t, r.Spool)) != 0 {
		t.Errorf("later: %v, left %q", err, left(t, r.Spool))
	}
}

// Of a letter that was lost its sender hears in the end, from what the envelope knows.
func TestALostLetterIsTold(t *testing.T) {
	for name, lose := range map[string]func(path string) error{
		"gone":    os.Remove,
		"changed": func(path string) error { return os.WriteFile(path, []byte("hello"), 0o600) },
	} {
		w := newWorld()
		r := w.runner(t)
		notice := r.Notice
		said := ""
		r.Notice = func(ctx context.Context, told Telling) (*letter.Letter, bool, error) {
			var b strings.Builder
			_, err := told.Letter.WriteTo(&b)
			answer := told.Item.Recipients[0].Answer
			said = b.String() + answer.Text + " " + string(answer.Class)
			l, keep, noticeErr := notice(ctx, told)
			return l, keep, errors.Join(err, noticeErr)
		}
		id := w.add(t, r, compose(alice, "x", bob), Terms{Expiry: time.Hour})
		if err := lose(filepath.Join(r.Spool.Dir, id+letterFile)); err != nil {
			t.Fatal(err)
		}
		var coded *Error
		if _, err := r.Run(t.Context(), false); !errors.Is(err, ErrChanged) || !errors.As(err, &coded) || coded.Code != 74 {
			t.Errorf("%s: %v", name, err)
		}
		w.sleep(2 * time.Hour)
		r.Run(t.Context(), false)
		if w.told["failure "+bob] != 1 || w.taken[bob+" <x>"] != 0 || !strings.HasPrefix(said, "Message-ID: <x>\r\n\r\nthe letter in the spool is not the one") || !strings.HasSuffix(said, " local") {
			t.Errorf("%s: told %v: %q", name, w.told, said)
		}
		if got := left(t, r.Spool); len(got) != 1 || got[0] != "notice: open" {
			t.Errorf("%s: left %q", name, got)
		}
	}
}

// What cannot be cleaned away, or read, is told, and keeps no letter.
func TestRubbishKeepsNoLetter(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob), Terms{})
	orphan := strings.Replace(id, id[16:20], "aaaa", 1)
	if err := os.MkdirAll(filepath.Join(r.Spool.Dir, orphan+letterFile, "more"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.Spool.Dir, strings.Replace(id, id[16:20], "bbbb", 1)+envelopeFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.now = time.Now().Add(40 * time.Hour)
	_, err := r.Run(t.Context(), false)
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "cleaning the spool") || w.asked[bob] != 1 {
		t.Errorf("%v, asked %v", err, w.asked)
	}
}

// A relay that is down puts off what would go there in the same way, and nothing else.
func TestADeadRelayIsOneWay(t *testing.T) {
	w := newWorld()
	w.moods[bob], w.class = []report.State{report.Deferred}, smtp.ClassConnection
	r := w.runner(t)
	r.Parallel = 1
	for _, settings := range []map[string]string{{"relay": "x"}, {"relay": "x", "port": "26"}, {"relay": "x"}, nil, {"proxy": "socks5://x"}, nil} {
		w.add(t, r, compose(alice, "x", bob), Terms{Settings: settings})
	}
	if _, err := r.Run(t.Context(), false); err != nil || w.asked[bob] != 4 {
		t.Errorf("%v, asked %v", err, w.asked)
	}
}
