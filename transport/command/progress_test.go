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
	screen := &watching{found: make(chan struct{}), want: "25%"}
	p := &progress{total: 4 << 20, screen: screen, after: late, ended: make(chan struct{})}
	p.sent.Store(1 << 20)
	p.running.Go(p.show)
	<-screen.found
	p.stop()
	drawn := screen.text.String()
	if last := drawn[strings.LastIndex(drawn, "sending")+len("sending"):]; !strings.Contains(last, "\r") {
		t.Errorf("the bar stays: %q", drawn)
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
