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

// token is a piece of the text; from and to are its octets there. spaced says that white space or a comment stood before it.
type token struct {
	kind     kind
	text     string
	from, to int
	spaced   bool
}

// scanner cuts a list into tokens, once, from left to right.
type scanner struct {
	text   string
	at     int
	spaced bool
	warn   func(string)
}

func (s *scanner) fail(at int, problem, hint string) error {
	return &Error{Text: s.text, At: at, Problem: problem, Hint: hint}
}

// next gives the next token. RFC 5322 §3.2
func (s *scanner) next() (token, error) {
	s.skipSpace()
	if s.at == len(s.text) {
		return token{kind: kindEnd, from: s.at, to: s.at, spaced: s.spaced}, nil
	}
	t := token{from: s.at, spaced: s.spaced}
	err := s.read(&t)
	t.to = s.at
	s.spaced = t.kind == kindComment
	return t, err
}

func (s *scanner) read(t *token) error {
	switch c := s.text[s.at]; {
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
	case isAtext(c) || c == '.':
		return s.atom(t)
	case c < ' ' || c == 0x7f:
		return s.fail(s.at, "a control character", "addresses are printable text")
	}
	return s.fail(s.at, "an unexpected "+s.text[s.at:s.at+1], "put a name with special characters in double quotes")
}

// invisible are blanks that pasted addresses bring along.
const invisible = "\u00a0\u200b\u200c\u200d\u2060\ufeff\u202f"

func (s *scanner) skipSpace() {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == ' ' || c == '\t':
			s.at++
		case c >= utf8.RuneSelf:
			r, width := utf8.DecodeRuneInString(s.text[s.at:])
			if !strings.ContainsRune(invisible, r) {
				return
			}
			s.warn("an invisible blank was removed from an address")
			s.at += width
		default:
			return
		}
		s.spaced = true
	}
}

func (s *scanner) atom(t *token) error {
	start := s.at
	for s.at < len(s.text) && (isAtext(s.text[s.at]) || s.text[s.at] == '.') {
		if s.text[s.at] < utf8.RuneSelf {
			s.at++
			continue
		}
		r, width := utf8.DecodeRuneInString(s.text[s.at:])
		if strings.ContainsRune(invisible, r) {
			break
		}
		if err := s.acceptRune(r, width); err != nil {
			return err
		}
		s.at += width
	}
	t.kind, t.text = kindAtom, s.text[start:s.at]
	return nil
}

// acceptRune refuses characters that look like the signs of an address but are not, and those that disguise one.
func (s *scanner) acceptRune(r rune, width int) error {
	plain := map[rune]string{'＠': "@", '，': ",", '、': ",", '；': ";", '：': ":", '＜': "<", '＞': ">", '．': ".", '　': "a blank"}
	switch {
	case r == utf8.RuneError && width == 1:
		return s.fail(s.at, "not UTF-8", "give addresses in UTF-8")
	case plain[r] != "":
		return s.fail(s.at, "a full-width "+string(r), "type "+plain[r]+" instead")
	case r >= 0x80 && r < 0xa0 || isSpoofing(r):
		return s.fail(s.at, "a control character", "addresses are printable text")
	}
	return nil
}

func (s *scanner) quoted(t *token) error {
	var b strings.Builder
	start := s.at
	for s.at++; s.at < len(s.text); s.at++ {
		c := s.text[s.at]
		switch {
		case c == '"':
			s.at++
			t.kind, t.text = kindQuoted, b.String()
			return s.checkText(start, t.text)
		case c == '\\' && s.at+1 < len(s.text):
			s.at++
			c = s.text[s.at]
		}
		b.WriteByte(c)
	}
	return s.fail(start, "the quote is never closed", "")
}

func (s *scanner) checkText(at int, text string) error {
	for _, r := range text {
		switch {
		case r == utf8.RuneError:
			return s.fail(at, "not UTF-8", "give addresses in UTF-8")
		case r < ' ' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 || isSpoofing(r):
			return s.fail(at, "a control character", "addresses are printable text")
		}
	}
	return nil
}

func (s *scanner) comment(t *token) error {
	var b strings.Builder
	start, depth := s.at, 0
	for ; s.at < len(s.text); s.at++ {
		c := s.text[s.at]
		switch {
		case c == '(':
			if depth++; depth == 1 {
				continue
			}
		case c == ')':
			if depth--; depth == 0 {
				s.at++
				t.kind, t.text = kindComment, strings.TrimSpace(b.String())
				return s.checkText(start, t.text)
			}
		case c == '\\' && s.at+1 < len(s.text):
			s.at++
			c = s.text[s.at]
		}
		if depth > maxDepth {
			return s.fail(s.at, "comments are nested too deeply", "")
		}
		b.WriteByte(c)
	}
	return s.fail(start, "the comment is never closed", "")
}

func (s *scanner) literal(t *token) error {
	end := strings.IndexByte(s.text[s.at:], ']')
	if end < 0 {
		return s.fail(s.at, "the address literal is never closed", "write [192.0.2.1]")
	}
	t.kind, t.text = kindLiteral, s.text[s.at:s.at+end+1]
	s.at += end + 1
	return nil
}
