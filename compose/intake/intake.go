// Package intake takes in a letter that somebody else wrote: a file that a mail program left, or what a program hands to
// sendmail.
//
// In comes a source that can be read again and again, and what the command line says (Order).
//
//  1. scan reads it once, from the first octet to the last: it cuts the header into fields, mended where that is ordered, and
//     learns of the body what a conversation must know, without keeping it.
//  2. Order.check refuses what cannot be sent as it is, with the number of the line.
//  3. Order.lighten looks, if asked to, how 8-bit parts can travel as 7-bit.
//  4. Order.head makes the header that is sent: without Bcc and Return-Path, with Date, Message-ID and From where they were
//     missing, and a To that names nobody unless somebody signed, with a Resent block on top if asked for; every other field
//     with the octets it came with.
//  5. Order.envelope takes the recipients from the fields, if asked for, and from the command line; who sends a letter again
//     gets the reports of failure.
//
// Out goes a letter.Letter: the new head, then the body, read again from the source as it is written. Line ends become CRLF
// on the way, an mbox "From " line is left out, and nothing else is touched, so that signatures survive. Mending is done
// where it was ordered only, and told in notes: lone CR, NUL and long lines, what is neither UTF-8 nor printable in the header
// (Repair), raw UTF-8 in fields (Repair, MIME, Downgrade), 8-bit parts (Downgrade). 8-bit text without MIME fields gets them
// (MIME, Downgrade); if it is not UTF-8 it is of an unknown charset (Repair), and refused else.
//
// RFC 5322 §2.1, §3.6 and §3.6.6 (Resent), RFC 4155 (mbox), RFC 5321 §4.5.2, §6.3 (loops), RFC 6152 §3, RFC 1428 §3 (the
// unknown charset). A field that stands twice though it may stand only once is refused, since readers disagree about which
// counts; To, Cc and Bcc that stand twice are all taken. Recipients on the command line are added to those of the fields, as
// Postfix does it; older programs took them away.
//
// Not done: taking an mbox with several letters apart; undoing its ">From " lines in the body, which nobody can tell from
// what was written so; mending a header with a CR that may be meant as a line end: it could start a field that nobody wrote.
//
// Promised: a letter that is complete and has CRLF line ends goes out as it came in, octet for octet; memory does not grow
// with the body.
package intake

import (
	"errors"
	"fmt"
	"io"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/header"
	"mxsend/compose/letter"
)

// Source is a letter that can be read any number of times; *attach.Part is one.
type Source interface {
	Reader() io.Reader
	Close() error
}

// Order is what is asked for along with the letter. Now and Random are needed.
type Order struct {
	Sender        *address.Address  // the reverse-path; nil: that of the fields
	From          address.Mailbox   // for a letter without From; zero: such a letter is refused
	Recipients    []address.Address // from the command line
	ReadFields    bool              // take recipients from the fields too: sendmail -t
	Resend        []address.Mailbox // send it again to these, and say so in a Resent block
	Repair        bool              // mend lone CR, NUL, lines that are too long and odd octets in the header, and encode raw UTF-8 fields
	MIME          bool              // label 8-bit text that has no MIME fields as UTF-8, if it is, and encode raw UTF-8 fields
	Downgrade     bool              // re-encode 8-bit parts and fields, so that every server takes the letter
	Lax           bool              // of the fields too, take local parts with dots too many
	Headless      bool              // words without any header are a letter too: sendmail
	DefaultDomain string            // of names without a domain in the fields
	Now           func() time.Time
	Random        io.Reader
}

// Error is a letter that cannot be sent as it is. Exit code 65.
type Error struct {
	Line    int // from 1; 0: no single one
	Problem string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return "the letter: " + e.Problem
	}
	return fmt.Sprintf("the letter, line %d: %s", e.Line, e.Problem)
}

// ExitCode is EX_DATAERR of sysexits(3).
func (e *Error) ExitCode() int { return 65 }

// Take makes a letter of the source, which it closes with the letter. The notes tell what was added or mended.
func (o Order) Take(source Source) (l *letter.Letter, notes []string, err error) {
	found, err := scan(source.Reader(), o.Repair)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the letter: %w", err)
	}
	if err := o.check(found); err != nil {
		return nil, nil, err
	}
	m := &message{source: source, skip: found.bodyAt, repair: o.Repair}
	why, err := o.lighten(m, found)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the letter: %w", err)
	}
	head, notes, err := o.head(found, m.seven)
	envelope, envelopeErr := o.envelope(found)
	if err := errors.Join(err, envelopeErr); err != nil {
		return nil, nil, err
	}
	if o.Repair {
		notes = append(notes, found.mended()...)
	}
	if why != "" {
		notes = append(notes, "left 8-bit: "+why)
	}
	m.head = head.bytes()
	facts, err := m.facts(found)
	facts.MessageID = head.value("message-id")
	return letter.New(envelope, facts, m, source), notes, err
}

// lighten looks how 8-bit parts can be re-encoded, if that was ordered and there are any, or why they cannot.
func (o Order) lighten(m *message, f *findings) (why string, err error) {
	if !o.Downgrade || !f.eight {
		return "", nil
	}
	seven, why, err := m.learn(f)
	if why == "" && err == nil {
		m.seven = seven
	}
	return why, err
}

const maxHops = 100 // RFC 5321 §6.3

// onlyOnce are the fields that readers must not be left to choose from. RFC 5322 §3.6, RFC 2045 §3
var onlyOnce = []string{"from", "sender", "reply-to", "date", "message-id", "subject", "in-reply-to", "references", "mime-version", "content-type",
	"content-transfer-encoding"}

// check refuses what no server may be given. RFC 5321 §2.3.8, §4.5.3.1.6
func (o Order) check(f *findings) error {
	var errs []error
	for _, fault := range f.faults {
		if fault.line > 0 && !o.Repair {
			errs = append(errs, &Error{fault.line, fault.problem + "; --repair mends it"})
		}
	}
	if n := len(f.named("received")); n > maxHops {
		errs = append(errs, &Error{0, fmt.Sprintf("%d Received fields: it goes round in circles", n)})
	}
	for _, name := range onlyOnce {
		if all := f.named(name); len(all) > 1 {
			errs = append(errs, &Error{all[1].line, "a second " + all[1].name + " field"}) // RFC 5322 §3.6
		}
	}
	for _, field := range f.fields {
		if err := header.CheckText(field.name, field.unfolded()); err != nil {
			errs = append(errs, &Error{field.line, err.Error() + "; --repair mends it"})
		}
	}
	if len(f.fields) == 0 && !o.Headless {
		errs = append(errs, &Error{1, "no header: a letter begins with fields such as From and Subject"})
	}
	return errors.Join(errs...)
}
