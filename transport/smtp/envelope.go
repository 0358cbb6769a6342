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
	for _, refusal := range []func(*letter.Letter) *Error{s.fitsSize, s.fitsText, s.fitsUTF8, s.fitsSecurity, s.fitsNotice} {
		if err := refusal(l); err != nil {
			return err
		}
	}
	return unfitPath(StageMail, l.Envelope.Sender)
}

// fitsSize: RFC 1870 §6.1
func (s *Session) fitsSize(l *letter.Letter) *Error {
	if limit := s.extensions.Size(); limit > 0 && l.Facts.Size > limit {
		return missing("5.3.4", fmt.Errorf("the letter has %d octets, the server takes %d", l.Facts.Size, limit))
	}
	return nil
}

// fitsText: RFC 6152 §3, RFC 3030 §3, RFC 5321 §4.5.3.1.6
func (s *Session) fitsText(l *letter.Letter) *Error {
	f := l.Facts
	switch {
	case f.Binary && !s.takesBinary():
		return missing("5.6.3", errors.New("the letter is binary, which the server does not take"))
	case f.Has8bit && !f.Binary && !s.extensions.eightBit():
		return missing("5.6.3", errors.New("the letter has 8-bit text, which the server does not take"))
	case f.LongestLine > maxText && !f.Binary:
		return &Error{Class: ClassLocal, Stage: StageMail, Reply: Reply{Enhanced: "5.6.0"}, Cause: errLongLine}
	}
	return nil
}

func (s *Session) takesBinary() bool {
	return s.options.Chunking != ChunkingOff && s.extensions.Has("CHUNKING") && s.extensions.Has("BINARYMIME")
}

// fitsUTF8: RFC 6531 §3.2
func (s *Session) fitsUTF8(l *letter.Letter) *Error {
	switch {
	case s.extensions.Has("SMTPUTF8"):
		return nil
	case l.Facts.NeedsUTF8:
		return missing("5.6.7", errors.New("the letter has a header in UTF-8, which the server does not take"))
	case l.Envelope.Sender.NeedsUTF8():
		return missing("5.6.7", fmt.Errorf("the sender %s needs SMTPUTF8, which the server does not offer", l.Envelope.Sender))
	}
	return nil
}

// fitsSecurity: RFC 8689 §4.2.1. That the exchanger is the right one (DANE, MTA-STS) is the policy room's to see to.
func (s *Session) fitsSecurity(l *letter.Letter) *Error {
	switch {
	case !l.Envelope.RequireTLS:
		return nil
	case s.facts == nil || !s.facts.Verified:
		return missing("5.7.30", errors.New("the letter demands verified TLS, which this connection has not"))
	case !s.extensions.Has("REQUIRETLS"):
		return missing("5.7.30", errors.New("the letter demands TLS all the way, which the server does not promise"))
	}
	return nil
}

// missing is the refusal of this host: another may take the letter.
func missing(enhanced string, why error) *Error {
	return &Error{Class: ClassMissingFeature, Stage: StageMail, Reply: Reply{Enhanced: enhanced}, Cause: why}
}

// addressable refuses the recipients that cannot be named to this server and gives back the others.
func (s *Session) addressable(open []*Verdict) []*Verdict {
	var rest []*Verdict
	for _, v := range open {
		if err := s.unnameable(v.Recipient); err != nil {
			v.refuse(err)
			continue
		}
		rest = append(rest, v)
	}
	return rest
}

func (s *Session) unnameable(r letter.Recipient) *Error {
	if r.Address.NeedsUTF8() && !s.extensions.Has("SMTPUTF8") {
		err := missing("5.6.7", fmt.Errorf("the recipient %s needs SMTPUTF8, which the server does not offer", r.Address))
		err.Stage = StageRcpt
		return err
	}
	if err := unfitPath(StageRcpt, r.Address); err != nil {
		return err
	}
	return fitsRecipientNotice(r)
}

// unfitPath refuses an address that would not stay one path of one command; an address that was parsed never is one.
func unfitPath(stage Stage, a address.Address) *Error {
	if !strings.ContainsFunc(a.String(), func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil
	}
	return &Error{Class: ClassLocal, Stage: stage, Reply: Reply{Enhanced: "5.1.3"}, Cause: fmt.Errorf("control characters in the address %q", a.String())}
}
