package smtp

import (
	"fmt"
	"slices"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// mailCommand names the sender, and with it what the letter needs and the server offers. requirements has seen to it that
// the server offers what the letter cannot do without.
func (s *Session) mailCommand(l *letter.Letter, batch []*Verdict) string {
	line := "MAIL FROM:<" + path(l.Envelope.Sender) + ">"
	if s.extensions.Has("SIZE") && l.Facts.Size > 0 {
		line += fmt.Sprintf(" SIZE=%d", l.Facts.Size) // RFC 1870 §5: without the doubled dots
	}
	switch {
	case l.Facts.Binary:
		line += " BODY=BINARYMIME"
	case l.Facts.Has8bit:
		line += " BODY=8BITMIME"
	}
	if needsUTF8(l, batch) {
		line += " SMTPUTF8"
	}
	if l.Envelope.RequireTLS {
		line += " REQUIRETLS"
	}
	return line + s.mailNotice(l.Envelope)
}

// path is the address as it stands between the angle brackets; nothing for the null reverse-path.
func path(a address.Address) string {
	if a.IsZero() {
		return ""
	}
	return a.String()
}

// needsUTF8 says whether the transaction must be one of RFC 6531; never unless something in it is not ASCII.
func needsUTF8(l *letter.Letter, batch []*Verdict) bool {
	inUTF8 := func(v *Verdict) bool { return v.Recipient.Address.NeedsUTF8() }
	return l.Facts.NeedsUTF8 || l.Envelope.Sender.NeedsUTF8() || slices.ContainsFunc(batch, inUTF8)
}

// rcptCommand names one recipient, with the notifications asked for.
func (s *Session) rcptCommand(e letter.Envelope, r letter.Recipient) string {
	return "RCPT TO:<" + path(r.Address) + ">" + s.rcptNotice(e, r)
}
