package header

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	frameQ = "=?utf-8?q?"
	frameB = "=?utf-8?b?"
	frame  = len(frameQ) + len("?=")
)

// encodeWord makes one encoded-word of at most limit octets out of the beginning of s, and returns what is left. It cuts
// between characters as a reader sees them. The shorter of Q and B is taken, Q when equal. RFC 2047 §2, §4
func encodeWord(s string, limit int) (made, rest string) {
	room := limit - frame
	n := fitting(s, room, qLength)
	if m := fitting(s, room, bLength); m > n || m == n && bLength(s[:m]) < qLength(s[:n]) {
		return frameB + base64.StdEncoding.EncodeToString([]byte(s[:m])) + "?=", s[m:]
	}
	return frameQ + encodeQ(s[:n]) + "?=", s[n:]
}

// fitting is the number of octets of s whose encoding takes at most room: whole visible characters, or whole code points
// where not even one visible character fits.
func fitting(s string, room int, length func(string) int) int {
	n := 0
	for n < len(s) {
		next := n + cluster(s[n:])
		if length(s[:next]) > room {
			break
		}
		n = next
	}
	if n > 0 {
		return n
	}
	for n < len(s) {
		_, width := utf8.DecodeRuneInString(s[n:])
		if n > 0 && length(s[:n+width]) > room {
			break
		}
		n += width
	}
	return n
}

func bLength(s string) int { return (len(s) + 2) / 3 * 4 }

func qLength(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if n++; !isQ(s[i]) && s[i] != ' ' {
			n += 2
		}
	}
	return n
}

// isQ: the letters that stand for themselves even in a phrase. RFC 2047 §5(3)
func isQ(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!*+-/", c) >= 0
}

func encodeQ(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ':
			b.WriteByte('_')
		case isQ(c):
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	return b.String()
}

const zeroWidthJoiner = '\u200d'

// joins says whether r is shown together with the character before it: marks, variation selectors, skin tones, what a
// zero-width joiner binds, and the second half of a flag. A reader that decodes word by word would show them apart.
func joins(before, r rune, all string) bool {
	switch {
	case unicode.Is(unicode.M, r) || r == zeroWidthJoiner || before == zeroWidthJoiner:
		return true
	case r >= 0x1f3fb && r <= 0x1f3ff:
		return true
	case isFlagLetter(r) && isFlagLetter(before):
		_, width := utf8.DecodeRuneInString(all)
		return width == len(all)
	}
	return false
}

func isFlagLetter(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
