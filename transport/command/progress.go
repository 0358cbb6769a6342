package command

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/urfave/cli/v2"

	"mxsend/compose/letter"
)

const (
	progressAfter = time.Second // what is over sooner needs no bar
	progressEvery = 100 * time.Millisecond
)

// showProgress gives back the same letter, whose octets are counted as they are sent, and shows them on a terminal when the
// sending takes long. stop takes the bar away and waits for it. Off a terminal,
// on one that wants no signs, beside a dialogue and with --quiet there is none.
func (s *settings) showProgress(c *cli.Context, l *letter.Letter) (watched *letter.Letter, stop func()) {
	if s.output.quiet || s.output.verbose > 0 || !colours(c.App.ErrWriter) || os.Getenv("TERM") == "dumb" {
		return l, func() {}
	}
	journeys := int64(len(domainsOf(l)))
	if len(s.carrier.Relays) > 0 {
		journeys = 1
	}
	p := &progress{total: l.Facts.Size * journeys, screen: c.App.ErrWriter, after: time.After(progressAfter), ended: make(chan struct{})}
	p.running.Go(p.show)
	watched = letter.New(l.Envelope, l.Facts, counted{l, &p.sent})
	watched.Recode = l.Recode
	return watched, p.stop
}

// progress draws a line while octets are counted. It is our own: the libraries for it cost every start of the program more
// than this costs the few letters that need it.
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

const clearLine = "\r\x1b[K"

func (p *progress) show() {
	select {
	case <-p.ended:
		return
	case <-p.after:
	}
	begun := time.Now().Add(-progressAfter)
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		io.WriteString(p.screen, clearLine+progressLine(min(p.sent.Load(), p.total), p.total, time.Since(begun)))
		select {
		case <-p.ended:
			io.WriteString(p.screen, clearLine)
			return
		case <-tick.C:
		}
	}
}

// progressLine: "sending  25 %, 256 of 1024 MiB, 512 MiB/s, 2 s left".
func progressLine(sent, total int64, took time.Duration) string {
	const mib = 1 << 20
	if total <= 0 || sent <= 0 || took <= 0 {
		return "sending"
	}
	rate := float64(sent) / took.Seconds()
	left := time.Duration(float64(total-sent) / rate * float64(time.Second))
	return fmt.Sprintf("sending  %d %%, %d of %d MiB, %.1f MiB/s, %v left", sent*100/total, sent/mib, total/mib, rate/mib, left.Round(time.Second))
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
