package bounce

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mxsend/transport/report"
	"mxsend/transport/smtp"
	"mxsend/transport/transcript"
)

const (
	width      = 72 // columns of the text
	maxReplies = 12 // lines of a reply that are shown
)

// words is the first part: what happened, for a person. Server text is shown as it came, as far as it has a shape.
func (d *draft) words(back part) part {
	var t text
	t.paragraph("", "This is the mail system at "+d.reporter+".")
	t.paragraph("", d.opening())
	d.which(&t)
	for _, r := range d.told {
		t.line("", escaped(r.Recipient.Address.String(), maxValue))
		r.story(&t, d)
		t.line("", "")
	}
	t.paragraph("", d.closing(back))
	p := part{kind: "text/plain; charset=us-ascii", encoding: "7bit", text: []byte(strings.TrimRight(t.String(), "\r\n") + "\r\n")}
	if !isASCII(t.String()) {
		p.kind = "text/plain; charset=utf-8"
		return p.quoted()
	}
	return p
}

func (d *draft) opening() string {
	whom := "this recipient"
	if len(d.told) > 1 {
		whom = fmt.Sprintf("these %d recipients", len(d.told))
	}
	if d.Kind == Delay {
		return "Your letter could not yet be delivered to " + whom + ". It is safe, and it is tried again without your help; please do not send it a second time."
	}
	unknown := func(r Recipient) bool { return r.Outcome.State == report.Unknown }
	if !slices.ContainsFunc(d.told, func(r Recipient) bool { return !unknown(r) }) {
		return "It is not known whether your letter was delivered to " + whom + ". It will not be tried again."
	}
	return "Your letter could not be delivered to " + whom + ", and it will not be tried again."
}

// which names the letter.
func (d *draft) which(t *text) {
	if subject := d.subject(); subject != "" {
		t.wrapped("    ", "Subject: "+subject)
	}
	if sent := date(d.Arrived); sent != "" {
		t.line("    ", "Sent:    "+sent)
	}
	if d.subject() != "" || !d.Arrived.IsZero() {
		t.line("", "")
	}
}

// closing says what the other parts are.
func (d *draft) closing(back part) string {
	switch {
	case d.header == nil:
		return "A report for mail programs follows. The letter itself could not be read again and is not returned."
	case back.whole != nil:
		return "A report for mail programs follows, and then your letter."
	}
	return "A report for mail programs follows, and then the header of your letter."
}

// story tells what became of the letter for one recipient, in the server's own words, and what can be done.
func (r Recipient) story(t *text, d *draft) {
	if r.Expired && d.Kind == Failure {
		t.wrapped("    ", r.patience(d)+" In the end:")
	}
	said := r.happened()
	reply := said.reply
	if len(reply) > 0 {
		said.text += ":"
	}
	t.wrapped("    ", said.text)
	for _, line := range reply {
		t.wrapped("        ", line)
	}
	if until := date(r.RetryUntil); d.Kind == Delay && until != "" {
		t.wrapped("    ", "It is tried again until "+until+".")
	}
	if d.Kind == Failure {
		t.wrapped("    ", r.advice())
	}
}

// patience says how long it was tried.
func (r Recipient) patience(d *draft) string {
	last := r.LastAttempt
	if last.IsZero() {
		last = d.now
	}
	long := last.Sub(d.Arrived)
	if d.Arrived.IsZero() || long <= 0 {
		return "It was tried until its time was over."
	}
	return "It was tried for " + span(long) + "."
}

// span is a length of time in whole units, of the largest kind of which there are two.
func span(d time.Duration) string {
	for _, u := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "days"}, {time.Hour, "hours"}, {time.Minute, "minutes"}} {
		if n := d.Round(u.size) / u.size; d >= 2*u.size {
			return fmt.Sprintf("%d %s", n, u.name)
		}
	}
	return "less than two minutes"
}

// account is a sentence, and what a server said about it.
type account struct {
	text  string
	reply []string
}

func (r Recipient) happened() account {
	o := r.Outcome
	peer, reason := escaped(report.Peer(o.Host, o.Address), maxValue), bounded(report.Reason(o.Cause), maxValue)
	switch {
	case o.State == report.Unknown:
		return account{text: peer + " took the whole letter and was lost before it answered"}
	case o.Class == smtp.ClassRefused && o.Reply.Code != 0:
		verb := "refused by "
		if o.Reply.Code/100 == 4 {
			verb = "put off by "
		}
		return account{verb + peer + " " + o.Stage.When(), replyLines(o.Reply)}
	case reason == "" && o.Reply.Code != 0:
		return account{"answered by " + peer, replyLines(o.Reply)}
	case reason == "":
		return account{text: "no reason is known"}
	case o.Stage != report.StageResolve && peer != "":
		return account{text: peer + ": " + reason}
	}
	return account{text: reason}
}

// replyLines is a reply line by line, as far as a person will read it.
func replyLines(r smtp.Reply) []string {
	var lines []string
	left := maxValue
	for i, line := range r.Lines {
		if i == maxReplies || left < len("...") {
			return append(lines, "...")
		}
		line = escaped(line, left)
		left -= len(line)
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%03d %s", r.Code, line)))
	}
	if len(lines) == 0 {
		lines = []string{fmt.Sprintf("%03d", r.Code)}
	}
	return lines
}

// escaped is a stranger's text made harmless, in at most n octets.
func escaped(s string, n int) string {
	return bounded(transcript.Escape(bounded(s, n)), n)
}

// text is what a person reads: lines that end in CRLF.
type text struct{ strings.Builder }

func (t *text) line(indent, s string) {
	t.WriteString(strings.TrimRight(indent+s, " ") + "\r\n")
}

// paragraph writes wrapped lines and an empty one.
func (t *text) paragraph(indent, s string) {
	t.wrapped(indent, s)
	t.line("", "")
}

// wrapped breaks s at blanks into lines of at most width columns, where that is possible.
func (t *text) wrapped(indent, s string) {
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case len(indent)+len([]rune(line))+1+len([]rune(word)) > width:
			t.line(indent, line)
			line = word
		default:
			line += " " + word
		}
	}
	if line != "" {
		t.line(indent, line)
	}
}
