package header

import "strings"

// folder writes one field word by word and breaks the line before a word that does not fit, at the white space that is
// there anyway. RFC 5322 §2.2.3
type folder struct {
	b      strings.Builder
	name   string
	column int
	words  int // on this line
	limit  int
}

func newFolder(name string) *folder {
	f := &folder{name: name, limit: preferredLine}
	f.b.WriteString(name + ":")
	f.column = len(name) + 1
	return f
}

// put writes the white space gap and the word. The first word stays on the line of the name, so that no line is empty.
func (f *folder) put(gap, word string) {
	if f.words > 0 && f.column+len(gap)+len(word) > f.limit {
		f.fold()
	}
	f.b.WriteString(gap)
	f.b.WriteString(word)
	f.column += len(gap) + len(word)
	f.words++
}

// fold starts a new line; the next gap is its indentation.
func (f *folder) fold() {
	f.b.WriteString("\r\n")
	f.column, f.words, f.limit = 0, 0, preferredLine
}

// room is how many octets fit on this line after a gap of one blank.
func (f *folder) room(limit int) int { return limit - f.column - 1 }

// fits says whether a text of n octets fits on this line after a gap of one blank.
func (f *folder) fits(n int) bool { return f.column+1+n <= f.limit }

// field ends the field and looks at it once more, whatever built it.
func (f *folder) field() (Field, error) {
	f.b.WriteString("\r\n")
	made := Field{Name: f.name, raw: f.b.String()}
	for line := range strings.SplitSeq(strings.TrimSuffix(made.raw, "\r\n"), "\r\n") {
		switch {
		case len(line) > maxLine: // RFC 5322 §2.1.1
			return Field{}, fail(f.name, "a word of more than %d octets without a blank", maxLine)
		case strings.ContainsAny(line, "\r\n\x00"):
			return Field{}, fail(f.name, "a line break inside a line")
		case strings.Trim(line, " \t") == "":
			return Field{}, fail(f.name, "a line of white space only") // RFC 5322 §3.2.2
		}
	}
	return made, nil
}
