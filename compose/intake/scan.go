package intake

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	maxHeader = 1 << 20 // octets; the largest in the wild have a tenth of it
	maxFields = 10_000
	maxLine   = 998 // RFC 5322 §2.1.1
	bufferFor = 64 << 10
)

// fault is the first place of its kind.
type fault struct {
	problem string
	mended  string
	line    int // 0: it does not occur
}

// findings are what one reading tells.
type findings struct {
	fields []field
	bodyAt int64 // octets of the source before the body
	faults [4]fault
	utf8   bool // the body is UTF-8, so far as it was looked at
	eight  bool // an octet above 127 in the body
}

const (
	faultCR = iota
	faultNUL
	faultLong
	faultOdd
)

func newFindings() *findings {
	return &findings{utf8: true, faults: [4]fault{
		faultCR:   {problem: "a CR that ends no line", mended: "lone CRs became line ends, in the header blanks"},
		faultNUL:  {problem: "a NUL octet", mended: "NUL octets were removed"},
		faultLong: {problem: "a line of more than 998 octets", mended: "lines of more than 998 octets were broken"},
		faultOdd:  {mended: "octets of the header that are neither UTF-8 nor printable became question marks"},
	}}
}

func (f *findings) named(name string) []field {
	var found []field
	for _, field := range f.fields {
		if field.is(name) {
			found = append(found, field)
		}
	}
	return found
}

func (f *findings) mended() []string {
	var notes []string
	for _, fault := range f.faults {
		if fault.line > 0 {
			notes = append(notes, fault.mended)
		}
	}
	return notes
}

// scan reads the letter once, and mends its header if that is ordered.
func scan(r io.Reader, repair bool) (*findings, error) {
	s := &scanner{findings: newFindings(), in: bufio.NewReaderSize(r, bufferFor), repair: repair}
	if err := s.header(); err != nil {
		return nil, err
	}
	return s.findings, s.body()
}

type scanner struct {
	*findings
	in   *bufio.Reader
	line int
	at   int64
	last []byte // the lines of the last field, while more may follow

	repair     bool
	postmarked bool // the first line was that of an mbox
}

// next gives one line without its end, if it is not longer than all of a header may be.
func (s *scanner) next() (text []byte, err error) {
	for err = bufio.ErrBufferFull; err == bufio.ErrBufferFull && len(text) <= maxHeader; {
		var piece []byte
		piece, err = s.in.ReadSlice('\n')
		text = append(text, piece...)
	}
	switch {
	case len(text) == 0:
		return nil, err
	case err == bufio.ErrBufferFull:
		return nil, &Error{s.line + 1, "the header is too long"}
	case err == io.EOF:
		err = nil
	}
	s.line++
	s.at += int64(len(text))
	return bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r")), err
}

// header cuts the fields, up to the empty line or to the first line that belongs to none, which is then the body's first.
func (s *scanner) header() error {
	defer s.finish()
	for {
		before := s.at
		text, err := s.next()
		if err == nil {
			s.see(text)
			text, err = s.repaired(text)
		}
		switch {
		case err == io.EOF:
			s.bodyAt = s.at
			return nil
		case err != nil:
			return err
		case s.at > maxHeader || len(s.fields) > maxFields:
			return &Error{s.line, "the header is too long"}
		case len(text) == 0:
			s.bodyAt = s.at
			return nil
		case s.isPostmark(text):
			continue
		}
		if !s.take(string(text)) {
			s.bodyAt = before
			return s.rewind(text)
		}
	}
}

// isPostmark: the line of an mbox that stands before a letter, and the one of UUCP that may follow it. RFC 4155
func (s *scanner) isPostmark(text []byte) bool {
	first := s.line == 1 && bytes.HasPrefix(text, []byte("From "))
	s.postmarked = s.postmarked || first
	return first || bytes.HasPrefix(text, []byte(">From ")) && (s.line == 1 || s.line == 2 && s.postmarked)
}

// rewind: a body that begins without an empty line is read as if the line had been there.
func (s *scanner) rewind(text []byte) error {
	rest := s.in
	s.line--
	s.in = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(append(bytes.Clone(text), '\n')), rest), bufferFor)
	return nil
}

// take adds a line of the header.
func (s *scanner) take(text string) bool {
	if text[0] == ' ' || text[0] == '\t' {
		if len(s.fields) == 0 {
			return false
		}
		s.last = append(append(s.last, text...), "\r\n"...)
		return true
	}
	name, isField := fieldName(text)
	if !isField {
		return false
	}
	s.finish()
	s.fields = append(s.fields, field{name: name, line: s.line})
	s.last = append(append(s.last, text...), "\r\n"...)
	return true
}

// fieldName is the name of the field that a line begins, if it begins one. RFC 5322 §2.2
func fieldName(line string) (name string, ok bool) {
	name, _, found := strings.Cut(line, ":")
	name = strings.TrimRight(name, " \t") // RFC 5322 §4.5: blanks before the colon are of old
	return name, found && name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' })
}

// finish gives the last field its lines.
func (s *scanner) finish() {
	if n := len(s.fields); n > 0 && len(s.last) > 0 {
		s.fields[n-1].raw, s.last = string(s.last), s.last[:0]
	}
}

// body looks at every line without keeping it; of a very long one, at its pieces.
func (s *scanner) body() error {
	column := 0
	for {
		text, err := s.in.ReadSlice('\n')
		whole := err == nil || err == io.EOF
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) && err != io.EOF {
			return err
		}
		if column == 0 && len(text) > 0 {
			s.line++
		}
		before := column > 0
		column += len(text)
		if whole {
			text = bytes.TrimSuffix(text, []byte("\n"))
			text = bytes.TrimSuffix(text, []byte("\r"))
		}
		s.look(text, before, !whole)
		if column > maxLine+2 || whole && len(text) > maxLine {
			s.fault(faultLong)
		}
		if whole {
			column = 0
		}
		if err == io.EOF {
			return nil
		}
	}
}

// look sees a line of the body, or a piece of one that goes on before or after it.
func (s *scanner) look(text []byte, before, after bool) {
	if bytes.IndexByte(text, '\r') >= 0 {
		s.fault(faultCR)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		s.fault(faultNUL)
	}
	if bytes.ContainsFunc(text, func(r rune) bool { return r >= 0x80 }) {
		s.eight = true
		s.utf8 = s.utf8 && utf8.Valid(wholeRunes(text, before, after))
	}
}

// see looks at a line of the header.
func (s *scanner) see(text []byte) {
	if bytes.IndexByte(text, '\r') >= 0 {
		s.fault(faultCR)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		s.fault(faultNUL)
	}
	if len(text) > maxLine {
		s.fault(faultLong)
	}
}

func (s *scanner) fault(kind int) {
	if s.faults[kind].line == 0 {
		s.faults[kind].line = s.line
	}
}

// wholeRunes leaves out what belongs to a character that is not whole in this piece.
func wholeRunes(text []byte, before, after bool) []byte {
	for n := 0; before && n < utf8.UTFMax-1 && len(text) > 0 && !utf8.RuneStart(text[0]); n++ {
		text = text[1:]
	}
	for n := 1; after && n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				text = text[:len(text)-n]
			}
			break
		}
	}
	return text
}
