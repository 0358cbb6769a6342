// Package transcript writes down what was said to the exchangers of a letter, when, and what was decided in between.
//
// In come the lines of both sides as they pass (Conversation, which is an smtp.Witness) and notes on what is not said on
// the wire (Recorder.Note). Out goes, to any number of sinks at once, a text for people, JSON lines, or the exact octets.
//
//  1. Recorder.Conversation opens a page for one connection; Conversation.Sent, Received and Noted make events of what
//     passes, and pair each reply with the command it answers.
//  2. text, jsonl and raw write an event the way a sink wants it; Escape makes the words of strangers harmless.
//  3. printer gives the floor to one conversation at a time: the one that has it is written while it is held, the others
//     wait in a spool and are written, each as a whole, when the floor is free.
//  4. Recorder.Close waits until all is written and tells what could not be.
//
// The text has the form of the examples in RFC 5321 Appendix D: "C: " before what we say, "S: " before what the server
// says, and "*  " before what nobody says. Secrets are struck out before they come here.
//
// Not done: nothing is rotated, compressed or sent to a system log.
//
// Promised: whoever holds a conversation never waits for a sink and never learns that one failed; memory stays bounded
// whatever the letter's size and however slow a sink is; the zero Recorder, and a nil one, cost nothing.
package transcript

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Format is how a sink is written.
type Format string

const (
	Text  Format = "text"  // "C: ", "S: " and "*  " lines; what the zero Format means
	JSONL Format = "jsonl" // one JSON object a line
	Raw   Format = "raw"   // the octets of both directions, and nothing else
)

// ParseFormat reads the name of a format; no name is Text.
func ParseFormat(s string) (Format, error) {
	switch f := Format(strings.ToLower(s)); f {
	case "":
		return Text, nil
	case Text, JSONL, Raw:
		return f, nil
	}
	return "", fmt.Errorf("%q is no format: use text, jsonl or raw", s)
}

// Sink is one place that a transcript goes to. Its Writer is not closed.
type Sink struct {
	Writer io.Writer
	Format Format
	Bodies bool // the letters too; else one line says how long each was (Raw: nothing does)
	Colour bool // Text with the colours of a terminal
}

// Recorder gives every sink all of the conversations of a run. Set the fields before its first use and do not copy it
// after. The zero value is silent.
type Recorder struct {
	Sinks   []Sink
	Now     func() time.Time // nil: time.Now
	TempDir string           // for what waits and is too long for memory; "": the system's

	once     sync.Once
	printers []*printer
	mu       sync.Mutex
	number   int
}

// Active says whether anybody reads the transcript.
func (r *Recorder) Active() bool { return r != nil && len(r.Sinks) > 0 }

// Conversation opens the record of one connection, which the caller closes when the connection is over. Without sinks it
// is nil, whose methods do nothing.
func (r *Recorder) Conversation(host string, address netip.AddrPort) *Conversation {
	if !r.Active() {
		return nil
	}
	r.start()
	r.mu.Lock()
	r.number++
	c := &Conversation{recorder: r, number: r.number, host: host, began: r.now()}
	r.mu.Unlock()
	if address.IsValid() {
		c.address = address.String()
	}
	c.open(address)
	return c
}

// Note records what belongs to no conversation: a DNS answer, a host that is passed over. Event is one word, text a line.
func (r *Recorder) Note(event, text string) {
	if !r.Active() {
		return
	}
	r.start()
	e := note{time: r.now(), event: event, text: text}
	for _, p := range r.printers {
		p.note(e)
	}
}

// Close writes what still waits, and returns Err. Whatever is said to the recorder or its conversations after that is
// not recorded.
func (r *Recorder) Close() error {
	if !r.Active() {
		return nil
	}
	r.start()
	for _, p := range r.printers {
		p.finish()
	}
	return r.Err()
}

// Err tells, for each sink, the first thing that kept it from being complete.
func (r *Recorder) Err() error {
	if !r.Active() {
		return nil
	}
	r.start()
	var errs []error
	for _, p := range r.printers {
		errs = append(errs, p.failure())
	}
	return errors.Join(errs...)
}

func (r *Recorder) start() {
	r.once.Do(func() {
		for _, s := range r.Sinks {
			r.printers = append(r.printers, newPrinter(s, r.TempDir))
		}
	})
}

func (r *Recorder) now() time.Time {
	if r.Now == nil {
		return time.Now()
	}
	return r.Now()
}
