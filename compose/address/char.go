package address

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isAtext: RFC 5322 §3.2.3, and every UTF-8 character above ASCII by RFC 6531 §3.3.
func isAtext(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf ||
		strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

// isDotAtom: atoms joined by single dots. RFC 5322 §3.2.3
func isDotAtom(s string) bool { return s != "" && misplacedDot(s) < 0 && atomLength(s) == len(s) }

// misplacedDot is the place of the first dot that does not stand between two characters, or -1.
func misplacedDot(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '.' && (i == 0 || i == len(s)-1 || s[i-1] == '.') {
			return i
		}
	}
	return -1
}

// atomLength is how many octets at the beginning of s are those of atoms and dots.
func atomLength(s string) int {
	for i := 0; i < len(s); i++ {
		if !isAtext(s[i]) && s[i] != '.' {
			return i
		}
	}
	return len(s)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isBlank: characters above ASCII that look like a blank or like nothing. Pasted addresses bring them along. Inside a word
// they are kept, since names in Persian, Hindi and Japanese and some emoji are written with them.
func isBlank(r rune) bool {
	switch r {
	case '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u00ad', '\u2060', '\ufeff':
		return true
	}
	return r >= utf8.RuneSelf && unicode.Is(unicode.Zs, r)
}

// isSpoofing: characters that change how the rest of a line is shown, or end it.
func isSpoofing(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }

// lookalike is the sign that was meant where an input method gave its full-width form, or "".
func lookalike(r rune) string {
	switch r {
	case '＠', '﹫':
		return "@"
	case '，', '、', '﹐':
		return ","
	case '；', '﹔':
		return ";"
	case '＜':
		return "<"
	case '＞':
		return ">"
	case '．', '。', '｡':
		return "."
	}
	return ""
}

// separates says whether r looks like a sign that parts one address from the next. Such a character is never taken for a
// part of a name, or the address before it would be lost. The enumeration comma is: names hold it.
func separates(r rune) bool {
	switch lookalike(r) {
	case "@", ",", ";", "<", ">":
		return r != '、'
	}
	return false
}

// printable keeps control characters and broken UTF-8 off the screen.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if isControl(r) || isSpoofing(r) || r == utf8.RuneError {
			return utf8.RuneError
		}
		return r
	}, s)
}
