package header

import (
	"strings"
	"testing"
	"unicode"
)

// Every character is taken or refused as Unicode's classes and RFC 5322 §2.2, §3.2.3 have it.
func TestEveryCharacter(t *testing.T) {
	for r := rune(0); r <= 0xffff; r++ {
		if r >= 0xd800 && r < 0xe000 {
			continue // halves of pairs are no characters
		}
		s := "a" + string(r) + "b"
		breaks := unicode.In(r, unicode.Zl, unicode.Zp)
		turns := unicode.Is(unicode.Bidi_Control, r) && r != 0x61c && r != 0x200e && r != 0x200f // marks turn nothing but themselves
		text := !(unicode.IsControl(r) && r != '\t') && !breaks
		if got := CheckText("x", s) == nil; got != text {
			t.Errorf("%U: CheckText %v", r, got)
		}
		if got := CheckShown("x", s) == nil; got != (text && !turns) {
			t.Errorf("%U: CheckShown %v", r, got)
		}
		if got := printable(s) == s; got != !(unicode.IsControl(r) || breaks || turns) {
			t.Errorf("%U: printable %v", r, got)
		}
		name := r > ' ' && r < 0x7f && r != ':'
		if got := checkName(s) == nil; got != name {
			t.Errorf("%U: checkName %v", r, got)
		}
		if got := isASCII(s); got != (r < 0x80) {
			t.Errorf("%U: isASCII %v", r, got)
		}
		atom := unicode.IsOneOf([]*unicode.RangeTable{unicode.Letter, unicode.Digit}, r) && r < 0x80 || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
		if got := isDotAtom(s); got != (atom || r == '.') {
			t.Errorf("%U: isDotAtom %v", r, got)
		}
	}
}
