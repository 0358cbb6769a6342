package header

import (
	"strings"
	"unicode/utf8"
)

// checkName: printable ASCII without a colon. RFC 5322 §2.2
func checkName(name string) error {
	if name == "" || len(name) > maxName {
		return fail(name, "a field name has 1 to %d characters", maxName)
	}
	for i := 0; i < len(name); i++ {
		if name[i] <= ' ' || name[i] > '~' || name[i] == ':' {
			return fail(name, "a field name is printable ASCII without blanks and colons")
		}
	}
	return nil
}

// CheckText refuses what no value may hold: line ends, NUL and other control characters, and broken UTF-8. what names the
// field or flag in the error, which is an *Error.
func CheckText(what, s string) error {
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd"):
			return fail(what, "the byte 0x%02X at %d is not UTF-8; give it in UTF-8", s[i], i)
		case r == '\n' || r == '\r':
			return fail(what, "a line break at %d; a field is one line", i)
		case r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029:
			return fail(what, "the control character U+%04X at %d", r, i)
		}
	}
	return nil
}

// CheckShown refuses what CheckText does, and what makes a name look like another: characters that turn the direction of
// what follows. It is for display names and file names.
func CheckShown(what, s string) error {
	for i, r := range s {
		if r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return fail(what, "the direction control U+%04X at %d disguises what is shown", r, i)
		}
	}
	return CheckText(what, s)
}

// printable keeps control characters and broken UTF-8 off the screen.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return utf8.RuneError
		}
		return r
	}, s)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// isAtext: RFC 5322 §3.2.3
func isAtext(c byte) bool {
	return isAlphanumeric(c) || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

// isDotAtom: ASCII atoms joined by single dots. RFC 5322 §3.2.3
func isDotAtom(s string) bool {
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" {
			return false
		}
		for i := 0; i < len(atom); i++ {
			if !isAtext(atom[i]) {
				return false
			}
		}
	}
	return true
}
