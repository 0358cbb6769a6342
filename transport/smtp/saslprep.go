package smtp

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// prepare writes a user name or password as both sides must: RFC 4013. Characters younger than Unicode 3.2 are let pass, as
// RFC 3454 §7 allows a client.
func prepare(s string) (string, error) {
	s = norm.NFKC.String(strings.Map(mapped, s))
	rightToLeft := false
	for _, c := range s {
		if isProhibited(c) {
			return "", fmt.Errorf("%U has no place in it", c)
		}
		rightToLeft = rightToLeft || isRightToLeft(c)
	}
	if rightToLeft && !reads(s) {
		return "", errors.New("it mixes directions of writing") // RFC 3454 §6
	}
	return s, nil
}

// mapped: blanks become a blank, and what nobody sees nothing. RFC 4013 §2.1; RFC 3454 B.1, C.1.2
func mapped(c rune) rune {
	switch {
	case c == 0xAD, c == 0x34F, c == 0x1806, c >= 0x180B && c <= 0x180D, c >= 0x200B && c <= 0x200D, c == 0x2060, c >= 0xFE00 && c <= 0xFE0F, c == 0xFEFF:
		return -1
	case c != ' ' && unicode.Is(unicode.Zs, c):
		return ' '
	}
	return c
}

// isProhibited: RFC 4013 §2.3; RFC 3454 C.2 to C.9
func isProhibited(c rune) bool {
	switch {
	case unicode.Is(unicode.Cc, c), unicode.Is(unicode.Co, c), unicode.Is(unicode.Noncharacter_Code_Point, c):
		return true
	case c == 0x6DD, c == 0x70F, c == 0x180E, c == 0x2028, c == 0x2029, c >= 0x2060 && c <= 0x2063, c >= 0xFFF9 && c <= 0xFFFD, c >= 0x1D173 && c <= 0x1D17A:
		return true
	case c == 0x340, c == 0x341, c == 0x200E, c == 0x200F, c >= 0x202A && c <= 0x202E, c >= 0x206A && c <= 0x206F, c >= 0x2FF0 && c <= 0x2FFB:
		return true
	}
	return c == 0xE0001 || c >= 0xE0020 && c <= 0xE007F
}

func isRightToLeft(c rune) bool {
	p, _ := bidi.LookupRune(c)
	return p.Class() == bidi.R || p.Class() == bidi.AL
}

// reads: what holds letters from right to left holds none from left to right, and begins and ends with such.
func reads(s string) bool {
	all := []rune(s)
	for _, c := range all {
		if p, _ := bidi.LookupRune(c); p.Class() == bidi.L {
			return false
		}
	}
	return isRightToLeft(all[0]) && isRightToLeft(all[len(all)-1])
}
