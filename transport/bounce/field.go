package bounce

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"mxsend/transport/transcript"
)

const (
	maxValue  = 960 // octets of the longest value, which so fits into one line even if it can't be folded
	wantWidth = 76  // columns of a line that can be folded. RFC 5322 §2.1.1 wants 78 at most
)

// fields are finished lines of a header, or of a report, which is written like one.
type fields struct{ bytes.Buffer }

// add writes one field, folded at blanks. A control character can't get in, whatever the value was made of.
func (f *fields) add(name, value string) {
	value = strings.TrimSpace(bounded(harmless(value), maxValue))
	if value == "" {
		return
	}
	line := name + ":"
	for _, piece := range pieces(value) {
		if len(line)+len(piece) > wantWidth && line != name+":" {
			f.WriteString(line + "\r\n")
			line = ""
		}
		line += piece
	}
	f.WriteString(line + "\r\n")
}

// pieces cuts a value where it may be folded: each piece is one blank and what follows it, and never blanks alone. Unfolded,
// the value is what it was. RFC 5322 §2.2.3
func pieces(value string) []string {
	var cut []string
	rest := " " + value
	for i := 1; i < len(rest); i++ {
		if rest[i] == ' ' && rest[i+1] != ' ' { // value ends in no blank
			cut = append(cut, rest[:i])
			rest, i = rest[i:], 0
		}
	}
	return append(cut, rest)
}

// end closes a group of fields.
func (f *fields) end() { f.WriteString("\r\n") }

// harmless replaces what has no shape: control characters, the line ends of all scripts, octets that are no UTF-8.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// bounded is s, or the beginning of it and three dots, in at most n octets and without half a character.
func bounded(s string, n int) string {
	if len(s) <= n {
		return s
	}
	cut := max(0, n-len("..."))
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}

// ascii makes a stranger's words printable ASCII, in the forms that transcript.Unescape undoes. What a reader of the
// header could take for an encoded word is escaped too. RFC 2047 §2
func ascii(s string) string {
	s = bounded(s, 8*maxValue) // what is escaped only grows
	var b strings.Builder
	for s != "" {
		run := len(s) - len(strings.TrimLeftFunc(s, func(r rune) bool { return r < utf8.RuneSelf }))
		b.WriteString(transcript.Escape(s[:run]))
		if s = s[run:]; s == "" {
			break
		}
		if strings.HasSuffix(b.String(), `\`) && run > 0 {
			b.WriteByte('\\')
		}
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
		s = s[size:]
	}
	return strings.ReplaceAll(b.String(), "=?", `=\x3f`)
}
