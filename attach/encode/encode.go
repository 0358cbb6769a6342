// Package encode turns the content of a part into what may travel: base64 and quoted-printable, and the arithmetic of
// their size.
//
// In come the bytes of a file (Base64) or a text (Canonical, then Choose and QuotedPrintable); out go lines of at most 76
// columns ended by CRLF. Base64Size and the length of a text say beforehand how many octets that will be.
//
// RFC 2045 §6.7 (quoted-printable), §6.8 (base64). Not supported: uuencode, BinHex, base64 without line breaks.
//
// Promised: the same bytes in give the same octets out, whatever the sizes of the writes; decoding gives the bytes back;
// memory does not grow with the content.
package encode

import "bytes"

// Encoding is a content transfer encoding, by its word on the wire. RFC 2045 §6.1
type Encoding string

const (
	SevenBit        Encoding = "7bit"
	EightBit        Encoding = "8bit"
	Binary          Encoding = "binary"
	QuotedPrintable Encoding = "quoted-printable"
	Base64          Encoding = "base64"
)

const maxLine = 998 // octets without CRLF. RFC 5322 §2.1.1

// Canonical gives a text the line ends of a message: LF, CR and CRLF all become CRLF. RFC 2049 §4
func Canonical(text []byte) []byte {
	if !bytes.ContainsAny(text, "\r\n") {
		return text
	}
	out := make([]byte, 0, len(text)+bytes.Count(text, []byte("\n"))+2)
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n':
			out = append(out, '\r', '\n')
			i++
		case text[i] == '\r' || text[i] == '\n':
			out = append(out, '\r', '\n')
		default:
			out = append(out, text[i])
		}
	}
	return out
}

// Choose says how a canonical text travels so that every server takes it and no signature breaks: as it is where it is
// plain; in quoted-printable where few octets are special; in base64 where many are.
func Choose(text []byte) Encoding {
	special := 0
	for _, c := range text {
		if isSpecial(c) {
			special++
		}
	}
	switch {
	case special == 0 && isPlain(text):
		return SevenBit
	case special*6 > len(text): // quoted-printable would add more than base64's third
		return Base64
	}
	return QuotedPrintable
}

// isSpecial: octets that are not printable ASCII, blank, tab, form feed or a line end.
func isSpecial(c byte) bool {
	return c >= 0x7f || c < ' ' && c != '\t' && c != '\r' && c != '\n' && c != '\f'
}

// isPlain looks for what would be changed on the way though it is ASCII: long lines, blanks at line ends (stripped by old
// gateways), "From " at the start (escaped in mailboxes) and a lone dot (an end to a careless server).
func isPlain(text []byte) bool {
	for line := range bytes.SplitSeq(text, []byte("\r\n")) {
		switch {
		case len(line) > maxLine, bytes.HasPrefix(line, []byte("From ")), string(line) == ".":
			return false
		case len(line) > 0 && (line[len(line)-1] == ' ' || line[len(line)-1] == '\t'):
			return false
		}
	}
	return true
}
