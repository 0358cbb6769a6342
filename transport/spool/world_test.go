package spool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/smtp"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// world is everything outside the spool: a clock, and receivers that take letters or not.
type world struct {
	mu       sync.Mutex
	ticks    sync.Mutex // now
	now      time.Time
	moods    map[string][]report.State // what a recipient says, one after the other; the last one stays. None: delivered
	class    smtp.Class                // of what is deferred
	asked    map[string]int
	taken    map[string]int // letters by recipient and Message-ID
	told     map[string]int // notices by "failure ADDRESS" or "delay ADDRESS"
	torn     []string
	carries  int
	keep     bool // notices cannot be sent
	carryErr error
}

func newWorld() *world {
	return &world{now: noon, moods: map[string][]report.State{}, class: smtp.ClassRefused, asked: map[string]int{}, taken: map[string]int{}, told: map[string]int{}}
}

func (w *world) clock() time.Time {
	w.ticks.Lock()
	defer w.ticks.Unlock()
	return w.now
}

func (w *world) sleep(d time.Duration) {
	w.ticks.Lock()
	defer w.ticks.Unlock()
	w.now = w.now.Add(d)
}

type said string

func (s said) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, string(s))
	return int64(n), err
}

func compose(from, words string, to ...string) *letter.Letter {
	var e letter.Envelope
	if from != "" {
		e.Sender, _ = address.Parse(from)
	}
	for _, name := range to {
		a, err := address.Parse(name)
		if err != nil {
			panic(err)
		}
		e.Recipients = append(e.Recipients, letter.Recipient{Address: a})
	}
	text := "Message-ID: <" + words + ">\r\n\r\n" + words + "\r\n"
	return letter.New(e, letter.Facts{Size: int64(len(text)), MessageID: "<" + words + ">"}, said(text))
}

// carry is Runner.Carry: each recipient answers as its mood is.
func (w *world) carry(_ context.Context, l *letter.Letter, _ Terms, settled func(report.Outcome)) (report.Report, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.carries++
	if w.carryErr != nil {
		return report.Report{}, w.carryErr
	}
	var b bytes.Buffer
	if _, err := l.WriteTo(&b); err != nil {
		return report.Report{}, err
	}
	if id := strings.Trim(l.Facts.MessageID, "<>"); !strings.HasSuffix(b.String(), "\r\n\r\n"+id+"\r\n") {
		w.torn = append(w.torn, b.String())
	}
	var r report.Report
	for _, to := range l.Envelope.Recipients {
		o := w.answer(to.Address, l.Facts.MessageID)
		if o.State == report.Delivered {
			settled(o)
		}
		r.Outcomes = append(r.Outcomes, o)
	}
	return r, nil
}

func (w *world) answer(to address.Address, id string) report.Outcome {
	name := to.String()
	moods := append([]report.State{}, w.moods[name]...)
	if len(moods) == 0 {
		moods = []report.State{report.Delivered}
	}
	state := moods[min(w.asked[name], len(moods)-1)]
	w.asked[name]++
	o := report.Outcome{Recipient: to, State: state, Stage: smtp.StageConnect, Reply: smtp.Reply{Code: 250, Lines: []string{"said \x1b[31m\r\nof " + name}}}
	switch state {
	case report.Delivered:
		w.taken[name+" "+id]++
	case report.Unknown:
		w.taken[name+" "+id]++
	default:
		o.Class, o.Cause = w.class, errors.New("not now")
	}
	return o
}

func (w *world) notice(_ context.Context, t Telling) (*letter.Letter, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	kind := "failure"
	if t.Delay {
		kind = "delay"
	}
	var about []string
	for _, place := range t.Places {
		about = append(about, t.Item.Recipients[place].Address.String())
		w.told[kind+" "+t.Item.Recipients[place].Address.String()]++
	}
	return compose("", "notice of "+kind+" "+strings.Join(about, " ")+fmt.Sprint(w.told), t.Item.Envelope.Sender.String()), w.keep, nil
}

// runner is one over a spool in a folder of its own.
func (w *world) runner(t testing.TB) *Runner {
	t.Helper()
	s := &Spool{Dir: filepath.Join(t.TempDir(), "spool"), Now: w.clock}
	return &Runner{Spool: s, Carry: w.carry, Notice: w.notice, Jitter: func() float64 { return 0.5 }}
}

func (w *world) add(t testing.TB, r *Runner, l *letter.Letter, terms Terms) string {
	t.Helper()
	id, err := r.Spool.Add(t.Context(), l, terms)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// left lists what is in the spool, as "ID" or "kind: state state".
func left(t testing.TB, s *Spool) []string {
	t.Helper()
	var list []string
	if err := s.List(func(e Entry) error {
		if e.Item == nil {
			list = append(list, e.Name+": "+e.Problem.Error())
			return nil
		}
		line := string(e.Item.Terms.Kind) + ":"
		for _, to := range e.Item.Recipients {
			line += " " + string(to.State)
		}
		list = append(list, line)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return list
}
