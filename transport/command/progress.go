package command

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"

	"mxsend/compose/letter"
)

const (
	progressAfter = time.Second // what is over sooner needs no bar
	progressEvery = 100 * time.Millisecond
)

// showProgress gives back the same letter, whose octets are counted as they are sent, and shows them on a terminal when the
// sending takes long. stop takes the bar away and waits for it. Off a terminal, beside a dialogue and with --quiet there is none.
func (s *settings) showProgress(c *cli.Context, l *letter.Letter) (watched *letter.Letter, stop func()) {
	if s.output.quiet || s.output.verbose > 0 || !isTerminal(c.App.ErrWriter) {
		return l, func() {}
	}
	p := &progress{total: l.Facts.Size * int64(len(domainsOf(l))), screen: c.App.ErrWriter, after: time.After(progressAfter), ended: make(chan struct{})}
	p.running.Go(p.show)
	return letter.New(l.Envelope, l.Facts, counted{l, &p.sent}), p.stop
}

// progress draws a bar while octets are counted.
type progress struct {
	total   int64
	sent    atomic.Int64
	screen  io.Writer
	after   <-chan time.Time
	ended   chan struct{}
	running sync.WaitGroup
}

func (p *progress) stop() {
	close(p.ended)
	p.running.Wait()
}

func (p *progress) show() {
	select {
	case <-p.ended:
		return
	case <-p.after:
	}
	bar := progressbar.NewOptions64(p.total, progressbar.OptionSetWriter(p.screen), progressbar.OptionShowBytes(true),
		progressbar.OptionShowTotalBytes(true), progressbar.OptionSetWidth(24), progressbar.OptionSetDescription("sending"))
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		bar.Set64(min(p.sent.Load(), p.total))
		select {
		case <-p.ended:
			bar.Clear()
			return
		case <-tick.C:
		}
	}
}

// counted adds up what is written of a letter.
type counted struct {
	letter *letter.Letter
	sent   *atomic.Int64
}

func (c counted) WriteTo(w io.Writer) (int64, error) { return c.letter.WriteTo(tally{w, c.sent}) }

type tally struct {
	w    io.Writer
	sent *atomic.Int64
}

func (t tally) Write(p []byte) (int, error) {
	n, err := t.w.Write(p)
	t.sent.Add(int64(n))
	return n, err
}
