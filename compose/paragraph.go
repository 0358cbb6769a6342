package compose

import (
	"strings"
	"unicode/utf8"
)

// words adds text to the paragraph; white space counts only where it is preformatted.
func (p *plain) words(s string) {
	s = strings.NewReplacer("\u00ad", "", "\u200b", "", "\u200c", "", "\ufeff", "").Replace(s) // made for breaking lines, or for nobody
	if p.pre > 0 {
		p.paragraph.WriteString(s)
		return
	}
	fields := strings.FieldsFunc(s, isBlank)
	if s != "" && isBlank(rune(s[0])) {
		p.blank()
	}
	for i, word := range fields {
		if i > 0 {
			p.paragraph.WriteByte(' ')
		}
		p.paragraph.WriteString(word)
	}
	if len(fields) > 0 && isBlank(rune(s[len(s)-1])) {
		p.blank()
	}
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' }

// blank adds one blank where words stand before it.
func (p *plain) blank() {
	if s := p.paragraph.String(); s != "" && !strings.HasSuffix(s, " ") && !strings.HasSuffix(s, "\n") {
		p.paragraph.WriteByte(' ')
	}
}

// end writes the paragraph, line by line.
func (p *plain) end() {
	text := strings.Trim(p.paragraph.String(), "\n")
	p.paragraph.Reset()
	if strings.TrimSpace(text) == "" {
		return
	}
	if p.gap && p.out.Len() > 0 {
		p.out.WriteString(strings.TrimRight(shorter(p.prefix, p.gapPrefix), " ") + "\n")
	}
	p.gap = false
	for line := range strings.SplitSeq(text, "\n") {
		if p.pre > 0 {
			p.line(line)
			continue
		}
		for _, wrapped := range wrap(strings.TrimSpace(line), plainWidth-len(p.prefix)) {
			p.line(wrapped)
		}
	}
}

func shorter(a, b string) string {
	if len(a) < len(b) {
		return a
	}
	return b
}

func (p *plain) line(s string) {
	prefix := p.prefix
	if p.mark != "" {
		prefix, p.mark = p.mark, ""
	}
	p.out.WriteString(strings.TrimRight(prefix+s, " \t") + "\n")
}

func (p *plain) text() string { return strings.ReplaceAll(p.out.String(), "\u00a0", " ") }

// wrap breaks a line at blanks so that no piece is wider than width, if it has a blank in time.
func wrap(s string, width int) []string {
	var lines []string
	line, columns := "", 0
	for word := range strings.SplitSeq(s, " ") {
		n := utf8.RuneCountInString(word)
		if line != "" && columns+1+n > width {
			lines = append(lines, line)
			line, columns = word, n
			continue
		}
		if line != "" {
			line, columns = line+" ", columns+1
		}
		line, columns = line+word, columns+n
	}
	return append(lines, line)
}
