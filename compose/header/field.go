// Package header writes the fields of a message: each one finished, folded and safe to put on the wire.
//
// In comes a field's name and what it shall say: text (Writer.Text), mailboxes (Writer.Addresses), message identifiers
// (IDs), a date (Date), URIs (URIs), a value with parameters (Writer.Structured), or a line that the user wrote (Writer.Custom).
//
//  1. the name and every octet of the value are checked: nothing can start another field;
//  2. what is not ASCII becomes encoded-words or RFC 2231 parameters, cut between characters;
//  3. folder breaks the lines at white space that is there anyway.
//
// Out goes a Field with its lines (Raw).
//
// RFC 5322 §2.2 and §3.6 (fields, folding), RFC 2047 (encoded-words), RFC 2045 §5.1 and RFC 2231 (parameters), RFC 6532
// (raw UTF-8, only with Writer.UTF8), RFC 2369 and 8058 (List-*). Not supported: other charsets than UTF-8, language tags.
//
// Promised: decoding a field gives the value back; no line is longer than 998 octets, and none longer than 78 where there
// is a place to break it; lines with encoded-words are at most 76; the only line end is CRLF.
package header

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The limits of RFC 5322 §2.1.1 and RFC 2047 §2, in octets without the line end.
const (
	maxLine        = 998
	preferredLine  = 78
	encodedLine    = 76
	maxEncodedWord = 75
	maxName        = 70
)

// Error is a field that cannot be written as given. Exit code 65.
type Error struct {
	Field   string
	Problem string
}

func (e *Error) Error() string { return "field " + printable(e.Field) + ": " + e.Problem }

// ExitCode is EX_DATAERR of sysexits(3).
func (e *Error) ExitCode() int { return 65 }

func fail(name, format string, args ...any) error { return &Error{name, fmt.Sprintf(format, args...)} }

// Field is one finished field.
type Field struct {
	Name string
	raw  string
}

// Raw is the field as it stands in a message: "Name: value", folded, every line ended by CRLF.
func (f Field) Raw() string { return f.raw }

// Body is the value with its folds undone, as RFC 5322 §2.2.3 says; encoded-words stay.
func (f Field) Body() string {
	_, body, _ := strings.Cut(f.raw, ":")
	return strings.TrimSpace(strings.ReplaceAll(body, "\r\n", ""))
}

// Is compares field names as RFC 5322 does: without regard to case.
func (f Field) Is(name string) bool { return strings.EqualFold(f.Name, name) }

// Writer writes fields. The zero value writes ASCII only, as every server takes it.
type Writer struct {
	UTF8 bool // raw UTF-8 for a letter that travels with SMTPUTF8 (RFC 6532)
}

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
// field or flag in the error.
func CheckText(what, s string) error {
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd"):
			return fail(what, "the byte 0x%02X at %d is not UTF-8; give it in UTF-8", s[i], i)
		case r == '\n' || r == '\r':
			return fail(what, "a line break at %d; a field is one line", i)
		case r < ' ' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029:
			return fail(what, "the control character U+%04X at %d", r, i)
		}
	}
	return nil
}

// checkShown also refuses what makes a name look like another: bidirectional controls.
func checkShown(what, s string) error {
	for i, r := range s {
		if r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return fail(what, "the direction control U+%04X at %d disguises what is shown", r, i)
		}
	}
	return CheckText(what, s)
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError {
			return '�'
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
