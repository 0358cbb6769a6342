package address

import (
	"strings"
	"unicode/utf8"
)

// quoted takes a quoted string and undoes its backslashes. RFC 5322 §3.2.4
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
	return s.fail(start, "the quote is never closed", `write \" for a quote inside a name`)
}

// comment takes a comment with the comments inside it. RFC 5322 §3.2.2
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

func (s *scanner) checkText(at int, text string) error {
	if isClean(text) {
		return nil
	}
	if !utf8.ValidString(text) {
		return s.fail(at, "not UTF-8", "give addresses in UTF-8")
	}
	return s.fail(at, "a control character", "addresses are printable text on one line")
}

// isClean says whether text may be shown as a name: UTF-8 without control characters other than tabs.
func isClean(text string) bool {
	for _, r := range text {
		if r != '\t' && isControl(r) || isSpoofing(r) {
			return false
		}
	}
	return utf8.ValidString(text)
}
