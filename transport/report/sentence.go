package report

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
	"mxsend/transport/transcript"
)

// Sentence tells a person what became of one recipient, in one line without control characters and without a full stop.
func (o Outcome) Sentence() string { return o.sentence("") }

// sentence knows whether the letter is kept.
func (o Outcome) sentence(queued string) string {
	text := o.Recipient.String() + ": " + o.fate(queued)
	if reply := o.Reply.String(); reply != "" && o.replied() {
		text += ": " + reply
	}
	return transcript.Escape(text)
}

// replied says whether the fate is the host's own words, so that they belong into the sentence.
func (o Outcome) replied() bool {
	return o.State == Delivered || o.Class == smtp.ClassRefused
}

func (o Outcome) fate(queued string) string {
	if queued != "" && (o.State == Deferred || o.State == Unknown) {
		return "not delivered yet, queued as " + queued + ": " + o.reason()
	}
	switch o.State {
	case Delivered:
		return "accepted by " + o.peer()
	case Stopped:
		return "not sent: stopped with " + o.peer() + " as asked"
	case Unknown:
		if o.Class == smtp.ClassLocal {
			return "unknown whether delivered: " + Reason(o.Cause)
		}
		return "unknown whether delivered: " + o.peer() + " took the whole letter and " + o.silence() + "; " +
			"sending it again may deliver a second copy"
	case Deferred:
		return "not delivered, try again later: " + o.reason()
	}
	return "not delivered: " + o.reason()
}

// silence is what came in place of a reply to the end of the letter.
func (o Outcome) silence() string {
	if o.Class == smtp.ClassProtocol {
		return "answered with what is no reply: " + Reason(o.Cause)
	}
	return "was lost before it answered"
}

func (o Outcome) reason() string {
	switch {
	case o.Stage == StageResolve:
		return Reason(o.Cause)
	case o.Class == smtp.ClassRefused:
		return "refused by " + o.peer() + " " + o.Stage.When()
	case o.Host != "" || o.Address.IsValid():
		return o.peer() + ": " + Reason(o.Cause)
	}
	return Reason(o.Cause)
}

func (o Outcome) peer() string { return Peer(o.Host, o.Address) }

// Reason is the error without the words that only a program needs, for an attempt or a sentence.
func Reason(err error) string {
	var dialogue *smtp.Error
	var route *resolve.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.As(err, &dialogue):
		return transcript.Escape(dialogue.Error())
	case errors.As(err, &route):
		return transcript.Escape(route.Error())
	}
	return transcript.Escape(strings.TrimPrefix(err.Error(), "dial "))
}

// Lines are the sentences of a report: one a recipient, or only those of the recipients that were not accepted.
func (r Report) Lines(all bool) []string {
	var lines []string
	for _, o := range r.Outcomes {
		if all || o.State != Delivered {
			lines = append(lines, o.sentence(r.Queued))
		}
	}
	return lines
}

// Summary counts the states, for a person who gave many recipients: "3 accepted, 1 try again later".
func (r Report) Summary() string {
	counts := map[State]int{}
	for _, o := range r.Outcomes {
		counts[o.State]++
	}
	var parts []string
	for _, s := range []struct {
		state State
		words string
	}{{Delivered, "accepted"}, {Stopped, "stopped as asked"}, {Deferred, "to try again later"}, {Unknown, "unknown"}, {Failed, "refused"}} {
		if n := counts[s.state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s.words))
		}
	}
	return strings.Join(parts, ", ")
}
