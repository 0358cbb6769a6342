package address

import (
	"strings"
	"unicode/utf8"
)

// kind is what a token of an address list is.
type kind int

const (
	kindEnd     kind = iota
	kindAtom         // letters and dots as they stand
	kindQuoted       // text is decoded
	kindLiteral      // with its brackets
	kindComment      // text is decoded, without the outer parentheses
	kindSign         // one of < > , ; : @
)

// token is a piece of the text; from and to are its octets there. spaced says that white space or a comment stood before
// it, tabbed that a tab was in that white space.
type token struct {
	kind           kind
	text           string
	from, to       int
	spaced, tabbed bool
}

// scanner cuts a list into tokens, once, from left to right. Its copy looks ahead without taking anything.
type scanner struct {
	text           string
	at             int
	spaced, tabbed bool
	stripped       rune // the last invisible blank that was passed over; 0 for none
}

func (s *scanner) fail(at int, problem, hint string) error {
	return &Error{Text: s.text, At: at, Problem: problem, Hint: hint}
}

// next gives the next token. RFC 5322 §3.2
func (s *scanner) next() (token, error) {
	s.skipSpace()
	t := token{from: s.at, to: s.at, spaced: s.spaced, tabbed: s.tabbed}
	if s.at == len(s.text) {
		return t, nil
	}
	err := s.read(&t)
	t.to = s.at
	s.spaced, s.tabbed = t.kind == kindComment, false
	return t, err
}

func (s *scanner) read(t *token) error {
	switch c := s.text[s.at]; {
	case isAtext(c) || c == '.':
		return s.atom(t)
	case c == '"':
		return s.quoted(t)
	case c == '(':
		return s.comment(t)
	case c == '[':
		return s.literal(t)
	case strings.IndexByte("<>,;:@", c) >= 0:
		t.kind, t.text = kindSign, s.text[s.at:s.at+1]
		s.at++
		return nil
	case isControl(rune(c)):
		return s.fail(s.at, "a control character", "addresses are printable text on one line")
	}
	return s.fail(s.at, "an unexpected "+s.text[s.at:s.at+1], "put a name with special characters in double quotes")
}

// skipSpace passes over blanks, and over invisible ones beside a word.
func (s *scanner) skipSpace() {
	for s.at < len(s.text) {
		r, width := utf8.DecodeRuneInString(s.text[s.at:])
		switch {
		case r == '\t':
			s.tabbed = true
		case isBlank(r):
			s.stripped = r
		case r != ' ':
			return
		}
		s.at += width
		s.spaced = true
	}
}

// atom takes letters and dots. An invisible blank ends it unless it stands inside.
func (s *scanner) atom(t *token) error {
	end := s.at // of what is known to belong to the atom
	for at := s.at; at < len(s.text); {
		r, width := rune(s.text[at]), 1
		if r >= utf8.RuneSelf {
			r, width = utf8.DecodeRuneInString(s.text[at:])
			if err := s.accept(at, r, width); err != nil {
				return err
			}
		} else if !isAtext(byte(r)) && r != '.' {
			break
		}
		at += width
		if !isBlank(r) {
			end = at
		}
	}
	t.kind, t.text = kindAtom, s.text[s.at:end]
	s.at = end
	return nil
}

// accept refuses characters that no word holds: broken ones, signs that an input method made full-width, and disguises.
func (s *scanner) accept(at int, r rune, width int) error {
	switch {
	case r == utf8.RuneError && width == 1:
		return s.fail(at, "not UTF-8", "give addresses in UTF-8")
	case separates(r):
		return s.fail(at, "a full-width "+string(r), "type "+lookalike(r)+" instead, or put the name in double quotes")
	case isControl(r) || isSpoofing(r):
		return s.fail(at, "a control character", "addresses are printable text on one line")
	}
	return nil
}

// literal takes everything up to the closing bracket; ParseDomain looks into it. RFC 5321 §4.1.3
func (s *scanner) literal(t *token) error {
	end := strings.IndexByte(s.text[s.at:min(len(s.text), s.at+maxDomain)], ']')
	if end < 0 {
		return s.fail(s.at, "the address literal is never closed", "write [192.0.2.1]")
	}
	t.kind, t.text = kindLiteral, s.text[s.at:s.at+end+1]
	s.at += end + 1
	return nil
}
