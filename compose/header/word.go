package header

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// codec is one of the two ways to write an encoded-word. RFC 2047 §4
type codec struct {
	open   string
	length func(string) int
	encode func(string) string
}

const (
	closeWord = "?="
	frame     = len("=?utf-8?q?" + closeWord)
)

// codecFor takes the shorter of the two for the whole text, Q when they are equal.
func codecFor(s string) codec {
	if bLength(s) < qLength(s) {
		return codec{"=?utf-8?b?", bLength, func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }}
	}
	return codec{"=?utf-8?q?", qLength, encodeQ}
}

// word makes one encoded-word of at most limit octets out of the beginning of s, and returns what is left. It cuts between
// characters as a reader sees them, and never inside a code point (RFC 2047 §5).
func (c codec) word(s string, limit int) (made, rest string) {
	n := fitting(s, limit-frame, c.length)
	return c.open + c.encode(s[:n]) + closeWord, s[n:]
}

// encoded writes s as encoded-words, the first after gap on this line if there is room for one.
func (f *folder) encoded(gap, s string) {
	c := codecFor(s)
	for s != "" {
		least := min(frame+c.length(s[:cluster(s)]), maxEncodedWord) // one visible character
		if f.words == 0 {
			least = min(least, frame+qLength("🖂")) // a line with nothing but the name is read as a blank by some
		}
		if f.column > 0 && f.column+len(gap)+least > encodedLine {
			f.fold()
		}
		var made string
		made, s = c.word(s, min(maxEncodedWord, encodedLine-f.column-len(gap)))
		f.put(gap, made)
		f.limit = encodedLine // until the line ends. RFC 2047 §2
		gap = " "
	}
}

// fitting is the number of octets of s whose encoding takes at most room: whole visible characters, or whole code points
// where not even one visible character fits; never less than one code point.
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

const maxCluster = 100 // octets that are looked at; what is longer fits into no encoded-word and is cut by code points

// cluster is the number of octets of the first character as a reader sees it, with the marks, joiners, selectors and second
// halves of flags that belong to it. A reader that decodes word by word would show them apart. Unicode Annex #29
func cluster(s string) int {
	if len(s) == 1 || s[0] < utf8.RuneSelf && s[1] < utf8.RuneSelf {
		return 1
	}
	end := min(len(s), maxCluster)
	for end < len(s) && !utf8.RuneStart(s[end]) {
		end++
	}
	first, _, _, _ := uniseg.FirstGraphemeClusterInString(s[:end], -1)
	return len(first)
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
func isQ(c byte) bool { return isAlphanumeric(c) || strings.IndexByte("!*+-/", c) >= 0 }

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
