package command

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"mxsend/compose/letter"
)

type words string

func (s words) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, string(s))
	return int64(n), err
}

func TestProgressIsDrawnAndTakenAway(t *testing.T) {
	late := make(chan time.Time, 1)
	late <- time.Time{}
	screen := &watching{found: make(chan struct{}), want: "25 %"}
	p := &progress{total: 4 << 20, screen: screen, after: late, ended: make(chan struct{})}
	p.sent.Store(1 << 20)
	p.running.Go(p.show)
	<-screen.found
	p.stop()
	if drawn := screen.text.String(); !strings.HasPrefix(drawn, clearLine+"sending") || !strings.HasSuffix(drawn, clearLine) {
		t.Errorf("the line stays: %q", drawn)
	}
}

func TestProgressLine(t *testing.T) {
	for _, c := range []struct {
		sent, total int64
		took        time.Duration
		want        string
	}{
		{256 << 20, 1 << 30, 500 * time.Millisecond, "sending  25 %, 256 of 1024 MiB, 512.0 MiB/s, 2s left"},
		{1 << 30, 1 << 30, 2 * time.Second, "sending  100 %, 1024 of 1024 MiB, 512.0 MiB/s, 0s left"},
		{0, 1 << 30, time.Second, "sending"}, {0, 0, 0, "sending"},
	} {
		if got := progressLine(c.sent, c.total, c.took); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestAQuickLetterNeedsNoBar(t *testing.T) {
	screen := &watching{}
	p := &progress{total: 1, screen: screen, ended: make(chan struct{})}
	p.running.Go(p.show)
	p.stop()
	if got := screen.text.String(); got != "" {
		t.Errorf("got %q", got)
	}
}

// watching tells when a text has been written.
type watching struct {
	text  strings.Builder
	want  string
	found chan struct{}
	told  bool
}

func (w *watching) Write(p []byte) (int, error) {
	w.text.Write(p)
	if !w.told && strings.Contains(w.text.String(), w.want) {
		w.told = true
		close(w.found)
	}
	return len(p), nil
}

func TestNoProgressOffATerminal(t *testing.T) {
	l := letter.New(letter.Envelope{}, letter.Facts{Size: 5}, words("hello"))
	c := cli.NewContext(&cli.App{ErrWriter: io.Discard}, nil, nil)
	same, stop := new(settings).showProgress(c, l)
	defer stop()
	if same != l {
		t.Error("the letter is watched though nobody looks")
	}
}

func TestCountedLetterIsTheSame(t *testing.T) {
	p := &progress{}
	l := letter.New(letter.Envelope{}, letter.Facts{Size: 5}, words("hello"))
	var b bytes.Buffer
	n, err := letter.New(l.Envelope, l.Facts, counted{l, &p.sent}).WriteTo(&b)
	if n != 5 || err != nil || b.String() != "hello" || p.sent.Load() != 5 {
		t.Errorf("got %q, %d, %v, counted %d", b.String(), n, err, p.sent.Load())
	}
}
