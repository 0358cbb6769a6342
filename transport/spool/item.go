package spool

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"time"

	"mxsend/compose/letter"
	"mxsend/transport/report"
)

// Item is a letter in the spool, as its envelope has it.
type Item struct {
	ID         string
	Arrived    time.Time
	Terms      Terms
	Envelope   letter.Envelope // with all recipients, whatever their state
	Facts      letter.Facts
	Recipients []Recipient // one for each of Envelope.Recipients
	Held       bool
	DelayTold  bool

	digest string
	torn   bool // the last line of the journal has no end
}

// Recipient is what is known of one recipient.
type Recipient struct {
	letter.Recipient
	State    State
	Heard    State     // the state before it expired: what the last try ended with
	Answer   Answer    // the last one, or why there was none
	Attempts int       //
	First    time.Time // when it was tried first
	Last     time.Time // when it was tried last
	Next     time.Time // when it is tried again
	Told     bool      // its failure needs no more telling
}

// Done: every recipient has an answer, and who should know it does.
func (it *Item) Done() bool {
	for _, r := range it.Recipients {
		if !r.State.Final() || r.State != Delivered && !r.Told {
			return false
		}
	}
	return it.Terms.Kind != Kept
}

// readItem reads an envelope.
func readItem(f File) (*Item, error) {
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	return parseItem(bufio.NewReaderSize(io.NewSectionReader(f, 0, size), block))
}

// parseItem reads the head and replays the journal, which may grow for as long as the letter is tried.
func parseItem(r *bufio.Reader) (*Item, error) {
	h, err := readHead(r)
	if err != nil {
		return nil, err
	}
	it := &Item{ID: h.ID, Arrived: h.Arrived, Terms: h.Terms, Envelope: h.Envelope, Facts: h.Facts, digest: h.Digest}
	for _, r := range h.Envelope.Recipients {
		it.Recipients = append(it.Recipients, Recipient{Recipient: r, State: Open})
	}
	return it, it.replay(r)
}

func (it *Item) replay(r *bufio.Reader) error {
	for {
		line, _, err := readLine(r, maxHead)
		if rec, ok := parseRecord(strings.TrimSuffix(line, "\n")); ok {
			it.apply(rec)
		}
		if err == io.EOF {
			it.torn = line != ""
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// apply replays one record. A final state stays, whatever follows.
func (it *Item) apply(r record) {
	switch r.verb {
	case verbHold:
		it.Held = true
	case verbRelease:
		it.Held = false
	case verbDelay:
		it.DelayTold = true
	case verbKept:
		it.Terms.Kind = Kept
	}
	for _, place := range r.places {
		if place < len(it.Recipients) {
			it.Recipients[place].apply(r)
		}
	}
}

func (to *Recipient) apply(r record) {
	switch {
	case r.verb == verbTold:
		to.Told = true
	case to.State.Final():
	case r.verb == verbAttempt:
		if to.Attempts++; to.Attempts == 1 {
			to.First = r.at
		}
		to.Last, to.Next = r.at, r.next
	case r.verb == verbPutOff:
		to.Next = r.next
	case r.verb == verbDue:
		to.Next = time.Time{}
	case r.verb == verbState && r.state == Expired:
		to.Heard, to.State = to.State, Expired
	case r.verb == verbState:
		to.Heard, to.State, to.Answer = r.state, r.state, r.answer
	}
}

// due are the places of the recipients that may be tried now.
func (it *Item) due(now time.Time, all bool) []int {
	var places []int
	if it.Held || it.Terms.Kind == Kept {
		return nil
	}
	for i, r := range it.Recipients {
		if !r.State.Final() && (all || r.isDue(now)) {
			places = append(places, i)
		}
	}
	return places
}

// Outcome is what the last try ended with, as it was reported.
func (to *Recipient) Outcome() report.Outcome {
	a := to.Answer
	o := report.Outcome{Recipient: to.Address, State: report.State(to.Heard), Class: a.Class, Stage: a.Stage, Host: a.Host}
	o.Reply.Code, o.Reply.Enhanced = a.Code, a.Enhanced
	if a.Code != 0 {
		o.Reply.Lines = strings.Split(a.Text, "\n")
	}
	if o.State != report.Delivered {
		o.Cause = errors.New(a.String())
	}
	return o
}

// isDue: a time that lies further ahead than any pause is that of a clock that was wrong.
func (to *Recipient) isDue(now time.Time) bool {
	return !now.Before(to.Next) || to.Next.Sub(now) > longestPause
}

// ErrChanged is a letter whose octets are not those that were put into the spool. It is not sent.
var ErrChanged = errors.New("the letter in the spool is not the one that was put there")
