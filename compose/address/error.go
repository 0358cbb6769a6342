package address

import (
	"strings"
	"unicode/utf8"
)

// Error is an address that cannot be used as given. It shows the place and, where there is one, the way out. Exit code 65.
type Error struct {
	Text    string // what was given
	At      int    // octet at which it went wrong
	Problem string
	Hint    string
}

// ExitCode is EX_DATAERR of sysexits(3).
func (e *Error) ExitCode() int { return 65 }

const around = 30 // characters shown on either side of the place

// Error is one line: the text near the place, marked with ›‹ around the character at which reading stopped.
func (e *Error) Error() string {
	text := "address " + e.excerpt() + ": " + e.Problem
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

func (e *Error) excerpt() string {
	at := min(max(e.At, 0), len(e.Text))
	before, after := printable(e.Text[:at]), printable(e.Text[at:])
	if at == 0 || at == len(e.Text) {
		return "«" + shorten(before, true) + shorten(after, false) + "»"
	}
	_, width := utf8.DecodeRuneInString(e.Text[at:])
	here := printable(e.Text[at : at+width])
	return "«" + shorten(before, true) + "›" + here + "‹" + shorten(printable(e.Text[at+width:]), false) + "»"
}

func shorten(s string, fromEnd bool) string {
	r := []rune(s)
	switch {
	case len(r) <= around:
		return s
	case fromEnd:
		return "…" + string(r[len(r)-around:])
	}
	return string(r[:around]) + "…"
}

// printable keeps control characters and broken UTF-8 off the screen.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError || isSpoofing(r) {
			return '�'
		}
		return r
	}, s)
}

// isSpoofing: characters that change how the rest of a line is shown.
func isSpoofing(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029 || r == 0x0085
}
