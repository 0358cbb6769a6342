package intake

import (
	"bytes"
	"unicode/utf8"

	"mxsend/compose/header"
)

// repaired is a line of the header as it can be sent, if that is ordered.
func (s *scanner) repaired(text []byte) ([]byte, error) {
	if !s.repair {
		return text, nil
	}
	text, err := s.inOneLine(text)
	name, isField := fieldName(string(text))
	goesOn := len(s.fields) > 0 && bytes.ContainsAny(text[:min(len(text), 1)], " \t")
	if err != nil || !isField && !goesOn {
		return text, err
	}
	if !isField {
		name = ""
	}
	value := text[len(name):]
	made := bytes.Map(shown, value)
	if !bytes.Equal(made, value) {
		s.fault(faultOdd)
	}
	return append(text[:len(name):len(name)], made...), nil
}

// shown is a character of a field, or a question mark for what no field may hold.
func shown(r rune) rune {
	if r == utf8.RuneError || header.CheckText("", string(r)) != nil {
		return '?'
	}
	return r
}

// inOneLine is a line without NUL, and with a blank for a CR within a value. What looks like a field after a CR may be one, or
// somebody's wish that it be taken for one: that is left to a person.
func (s *scanner) inOneLine(text []byte) ([]byte, error) {
	if !bytes.ContainsAny(text, "\r\x00") {
		return text, nil
	}
	text = bytes.ReplaceAll(bytes.TrimRight(text, "\r\x00"), []byte{0}, nil)
	_, after, found := bytes.Cut(text, []byte("\r"))
	for piece := range bytes.SplitSeq(after, []byte("\r")) {
		if _, isField := fieldName(string(piece)); found && (isField || len(piece) == 0) {
			return nil, &Error{s.line, "a CR in the header may be meant as a line end or not, which --repair can't tell"}
		}
	}
	return bytes.ReplaceAll(text, []byte("\r"), []byte(" ")), nil
}
