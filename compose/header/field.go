// Package header writes the fields of a message: each one finished, folded and safe to put on the wire.
//
// In comes a field's name and what it shall say: text (Writer.Text), mailboxes (Writer.Addresses), message identifiers
// (IDs), a date (Date), URIs (URIs), a value with parameters (Writer.Structured), or a line that the user wrote (Writer.Custom).
//
//  1. checkName and CheckText look at the name and at every octet of the value: nothing can start another field.
//  2. What is not ASCII becomes encoded-words (folder.encoded) or RFC 2231 parameters (Writer.param), cut between characters
//     as a reader sees them. So does what would be taken for an encoded-word though it is none.
//  3. folder breaks the lines at white space that is there anyway.
//  4. folder.field looks at every line once more, whatever built it.
//
// Out goes a Field with its lines (Field.Raw).
//
// RFC 5322 §2.2 and §3.6 (fields, folding), RFC 2047 (encoded-words), RFC 2045 §5.1 and RFC 2231 (parameters), RFC 6532
// (raw UTF-8, only with Writer.UTF8), RFC 2369, 2919 and 8058 (List-*), RFC 3834 (Auto-Submitted). Not supported: other
// charsets than UTF-8, language tags, comments, the obsolete syntax. Control characters are refused rather than encoded:
// readers would show a line break that no field has.
//
// Promised: decoding a field gives the value back; no line is longer than 998 octets, and none longer than 78 where there
// is a place to break it; lines with encoded-words are at most 76; the only line end is CRLF; without Writer.UTF8 every
// octet is ASCII.
package header

import (
	"fmt"
	"strings"
)

// The limits of RFC 5322 §2.1.1 and RFC 2047 §2, in octets without the line end.
const (
	maxLine        = 998
	preferredLine  = 78
	encodedLine    = 76
	maxEncodedWord = 75
	maxName        = 70 // of a field, so that its value has room on the same line
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

// Field is one finished field. It is made by the functions of this package only; the zero value is no field.
type Field struct {
	Name string
	raw  string
}

// Raw is the field as it stands in a message: "Name: value", folded, every line ended by CRLF.
func (f Field) Raw() string { return f.raw }

// Body is the value with its folds undone, as RFC 5322 §2.2.3 says; encoded-words stay.
func (f Field) Body() string {
	_, body, _ := strings.Cut(f.raw, ":")
	return strings.Trim(strings.ReplaceAll(body, "\r\n", ""), " \t")
}

// Is compares field names as RFC 5322 does: without regard to case.
func (f Field) Is(name string) bool { return strings.EqualFold(f.Name, name) }

// Writer writes fields. The zero value writes ASCII only, as every server takes it.
type Writer struct {
	UTF8 bool // raw UTF-8 for a letter that travels with SMTPUTF8 (RFC 6532)
}
