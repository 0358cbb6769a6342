package address

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Error is an address that cannot be used as given. It shows the place and, where there is one, the way out. Exit code 65.
type Error struct {
	Text    string // what was given
	At      int    // octet of Text at which it went wrong
	Problem string
	Hint    string // what to do; may be empty
}

// ExitCode is EX_DATAERR of sysexits(3).
func (e *Error) ExitCode() int { return 65 }

const around = 30 // characters shown on either side of the place

// Error is one line: the text near the place, marked with ›‹ around the character at which reading stopped.
func (e *Error) Error() string {
	before, here, after := e.window()
	if here != "" && before != "" {
		here = "›" + here + "‹"
	}
	text := "address «" + before + here + after + "»: " + e.Problem
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// Caret is two lines for a terminal: the text near the place, and below it a ^ at the character at which reading stopped.
func (e *Error) Caret() string {
	before, here, after := e.window()
	return before + here + after + "\n" + strings.Repeat(" ", uniseg.StringWidth(before)) + "^"
}

// window cuts Text to what is worth showing, safe for a terminal: the characters before the place, the one at it (none at
// the end of the text), those after it.
func (e *Error) window() (before, here, after string) {
	at := min(max(e.At, 0), len(e.Text))
	before, after = e.Text[:at], e.Text[at:]
	_, width := utf8.DecodeRuneInString(after)
	here, after = printable(after[:width]), after[width:]
	if cut := lastRunes(before, around); cut > 0 {
		before = "…" + printable(before[cut:])
	} else {
		before = printable(before)
	}
	if cut := firstRunes(after, around); cut < len(after) {
		return before, here, printable(after[:cut]) + "…"
	}
	return before, here, printable(after)
}

// firstRunes is the length of the first n characters of s.
func firstRunes(s string, n int) int {
	at := 0
	for ; n > 0 && at < len(s); n-- {
		_, width := utf8.DecodeRuneInString(s[at:])
		at += width
	}
	return at
}

// lastRunes is where the last n characters of s begin.
func lastRunes(s string, n int) int {
	at := len(s)
	for ; n > 0 && at > 0; n-- {
		_, width := utf8.DecodeLastRuneInString(s[:at])
		at -= width
	}
	return at
}

// FileError is a list file that cannot be read. Exit code 66.
type FileError struct {
	Name string
	Err  error
}

func (e *FileError) Error() string {
	return "reading the list " + printable(e.Name) + ": " + e.Err.Error()
}

// Unwrap is what the operating system said.
func (e *FileError) Unwrap() error { return e.Err }

// ExitCode is EX_NOINPUT of sysexits(3).
func (e *FileError) ExitCode() int { return 66 }
