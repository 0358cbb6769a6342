package smtp

import (
	"errors"
	"fmt"
	"strings"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// requirements refuses a letter that this server cannot take, before a word is said about it.
func (s *Session) requirements(l *letter.Letter) *Error {
	facts := l.Facts
	switch {
	case s.extensions.Size() > 0 && facts.Size > s.extensions.Size(): // RFC 1870 §6.1
		return missing("5.3.4", fmt.Errorf("the letter has %d octets, the server takes %d", facts.Size, s.extensions.Size()))
	case facts.Has8bit && !s.extensions.eightBit(): // RFC 6152 §3
		return missing("5.6.3", errors.New("the letter has 8-bit text, which the server does not take"))
	case facts.NeedsUTF8 && !s.extensions.Has("SMTPUTF8"): // RFC 6531 §3.2
		return missing("5.6.7", errors.New("the letter has a header in UTF-8, which the server does not take"))
	case l.Envelope.Sender.NeedsUTF8() && !s.extensions.Has("SMTPUTF8"):
		return missing("5.6.7", fmt.Errorf("the sender %s needs SMTPUTF8, which the server does not offer", l.Envelope.Sender))
	}
	return unfitPath(StageMail, l.Envelope.Sender)
}

// missing is the refusal of this host: another may take the letter.
func missing(enhanced string, why error) *Error {
	return &Error{Class: ClassMissingFeature, Stage: StageMail, Reply: Reply{Enhanced: enhanced}, Cause: why}
}

// addressable refuses the recipients that cannot be named to this server and gives back the others.
func (s *Session) addressable(open []*Verdict) []*Verdict {
	var rest []*Verdict
	for _, v := range open {
		to := v.Recipient.Address
		err := unfitPath(StageRcpt, to)
		if to.NeedsUTF8() && !s.extensions.Has("SMTPUTF8") {
			err = missing("5.6.7", fmt.Errorf("the recipient %s needs SMTPUTF8, which the server does not offer", to))
			err.Stage = StageRcpt
		}
		if err != nil {
			v.refuse(err)
			continue
		}
		rest = append(rest, v)
	}
	return rest
}

// unfitPath refuses an address that would not stay one path of one command; an address that was parsed never is one.
func unfitPath(stage Stage, a address.Address) *Error {
	if !strings.ContainsFunc(a.String(), func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil
	}
	return &Error{Class: ClassLocal, Stage: stage, Reply: Reply{Enhanced: "5.1.3"}, Cause: fmt.Errorf("control characters in the address %q", a.String())}
}

// mailCommand names the sender, and with it what the letter needs and the server offers.
func (s *Session) mailCommand(l *letter.Letter, batch []*Verdict) string {
	sender := ""
	if !l.Envelope.Sender.IsZero() {
		sender = l.Envelope.Sender.String()
	}
	line := "MAIL FROM:<" + sender + ">"
	if s.extensions.Has("SIZE") && l.Facts.Size > 0 {
		line += fmt.Sprintf(" SIZE=%d", l.Facts.Size) // RFC 1870 §5: without the doubled dots
	}
	if l.Facts.Has8bit {
		line += " BODY=8BITMIME"
	}
	if needsUTF8(l, batch) {
		line += " SMTPUTF8"
	}
	return line
}

// needsUTF8 says whether the transaction must be one of RFC 6531; never unless something in it is not ASCII.
func needsUTF8(l *letter.Letter, batch []*Verdict) bool {
	if l.Facts.NeedsUTF8 || l.Envelope.Sender.NeedsUTF8() {
		return true
	}
	for _, v := range batch {
		if v.Recipient.Address.NeedsUTF8() {
			return true
		}
	}
	return false
}

func (s *Session) rcptCommand(r letter.Recipient) string {
	return "RCPT TO:<" + r.Address.String() + ">"
}
