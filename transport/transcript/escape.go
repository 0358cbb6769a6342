package transcript

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Escape makes the words of a stranger harmless to a terminal, a log and the eye: control characters (C0, DEL, C1),
// invisible and bidirectional ones become \u{…} or \xNN, octets that are no UTF-8 become \xNN. A backslash that could be
// read as the start of such a form is doubled, so that Unescape gives back the octets that came.
func Escape(s string) string { return string(appendEscaped(nil, s, false)) }

// Printable makes a sentence harmless that may hold escaped words already: what shows stays as it is, backslashes too, so what
// comes out cannot be undone.
func Printable(s string) string {
	var dst []byte
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if s[i] < ' ' || s[i] == 0x7f {
			dst = fmt.Appendf(dst, `\x%02x`, s[i])
		} else {
			dst = appendRune(dst, s[i:i+size], r)
		}
		i += size
	}
	return string(dst)
}

// JSON makes an encoded text harmless to a terminal: within strings, which is where they stand, characters that do not show
// are written by their number. RFC 8259 §7
func JSON(text []byte) []byte {
	var dst []byte
	for _, r := range string(text) {
		switch {
		case r == '\n' || visible(r):
			dst = utf8.AppendRune(dst, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = fmt.Appendf(dst, `\u%04x\u%04x`, high, low)
		default:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		}
	}
	return dst
}

// appendEscaped appends s escaped; tabs stay where they are harmless, as in the lines of a letter of ours.
func appendEscaped(dst []byte, s string, tabs bool) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\\':
			dst = appendBackslash(dst, s[i+1:], tabs)
		case ' ' <= c && c < 0x7f, c == '\t' && tabs:
			dst = append(dst, c)
		case c < utf8.RuneSelf:
			dst = fmt.Appendf(dst, `\x%02x`, c)
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			dst = appendRune(dst, s[i:i+size], r)
			i += size
			continue
		}
		i++
	}
	return dst
}

// appendRune appends a character above ASCII: as it came if it shows, else escaped.
func appendRune(dst []byte, came string, r rune) []byte {
	switch {
	case r == utf8.RuneError && len(came) == 1:
		return fmt.Appendf(dst, `\x%02x`, came[0])
	case visible(r):
		return append(dst, came...)
	}
	return fmt.Appendf(dst, `\u{%x}`, r)
}

// visible says whether r may be shown as it is. Everything without a shape of its own may not, be it a bidirectional
// control, a tag or a code point that nobody has assigned; but the two joiners are needed to write some languages.
func visible(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return unicode.IsGraphic(r) || r == nonJoiner || r == joiner
}

// appendBackslash doubles a backslash that stands before what could be taken for the rest of an escape.
func appendBackslash(dst []byte, rest string, tabs bool) []byte {
	if rest == "" {
		return append(dst, `\`...)
	}
	r, size := utf8.DecodeRuneInString(rest)
	plain := ' ' <= r && r < 0x7f || r == '\t' && tabs || r >= utf8.RuneSelf && visible(r) && (r != utf8.RuneError || size > 1)
	if plain && r != '\\' && r != 'x' && r != 'u' {
		return append(dst, `\`...)
	}
	return append(dst, `\\`...)
}

// Unescape undoes Escape. What is no escape stands for itself.
func Unescape(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, `\`)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		value, size := unescapeOne(after)
		b.WriteString(value)
		s = after[size:]
	}
}

// unescapeOne reads what follows a backslash, and says how much of it belongs to the escape.
func unescapeOne(s string) (value string, size int) {
	switch {
	case strings.HasPrefix(s, `\`):
		return `\`, 1
	case len(s) >= 3 && s[0] == 'x':
		if n, err := strconv.ParseUint(s[1:3], 16, 8); err == nil {
			return string([]byte{byte(n)}), 3
		}
	case strings.HasPrefix(s, "u{"):
		digits, _, closed := strings.Cut(s[2:], "}")
		if n, err := strconv.ParseUint(digits, 16, 21); closed && err == nil && utf8.ValidRune(rune(n)) {
			return string(rune(n)), len(digits) + 3
		}
	}
	return `\`, 0
}
