package smtp

import "mxsend/compose/letter"

// fitting is the letter in the form that this server takes: one with 8-bit text or binary files is re-encoded where nothing
// forbids it, as a relay on the way would do. RFC 6152 §3, RFC 3030 §3
func (s *Session) fitting(l *letter.Letter) *letter.Letter {
	f := l.Facts
	heavy := f.Binary && !s.takesBinary() || f.Has8bit && !f.Binary && !s.extensions.eightBit() || f.NeedsUTF8 && !s.extensions.Has("SMTPUTF8")
	if !heavy || f.Signed || l.Recode == nil {
		return l
	}
	lighter, err := l.Recode()
	if err != nil {
		s.tell.noted("letter", "it can't be re-encoded for this server: "+err.Error())
		return l
	}
	lighter.Envelope = l.Envelope
	s.tell.noted("letter", "re-encoded, since the server does not take it as it is")
	return lighter
}
