package header

import "strings"

// folder writes one field word by word and breaks the line before a word that does not fit, at the white space that is
// there anyway. RFC 5322 §2.2.3
type folder struct {
	Writer
	b      strings.Builder
	name   string
	column int
	words  int // on this line
	limit  int // of this line: less once it holds an encoded-word
}

func (w Writer) folder(name string) *folder {
	f := &folder{Writer: w, name: name, limit: preferredLine}
	f.glue(name + ":")
	return f
}

// put writes the white space gap and the word. The first word stays on the line of the name, so that no line is empty.
func (f *folder) put(gap, word string) {
	if f.words > 0 && f.column+len(gap)+len(word) > f.limit {
		f.fold()
	}
	f.glue(gap + word)
	f.words++
}

// glue writes a sign right after what stands there.
func (f *folder) glue(s string) {
	f.b.WriteString(s)
	f.column += len(s)
}

// fold starts a new line; the next gap is its indentation.
func (f *folder) fold() {
	f.b.WriteString("\r\n")
	f.column, f.words, f.limit = 0, 0, preferredLine
}

// folded says whether the field has more than one line, or a line that is too long for one.
func (f *folder) folded() bool { return f.column > f.limit || strings.Contains(f.b.String(), "\r\n") }

// field ends the field and looks at it once more, whatever built it.
func (f *folder) field() (Field, error) {
	f.b.WriteString("\r\n")
	made := Field{Name: f.name, raw: f.b.String()}
	first := true
	for line := range strings.SplitSeq(strings.TrimSuffix(made.raw, "\r\n"), "\r\n") {
		if problem := f.check(line, first); problem != "" {
			return Field{}, fail(f.name, "%s", problem)
		}
		first = false
	}
	return made, nil
}

// check tells what is wrong with a line, if anything is.
func (f *folder) check(line string, first bool) string {
	switch {
	case len(line) > maxLine: // RFC 5322 §2.1.1
		return "a word that is too long for a line of 998 octets; put blanks into it"
	case strings.ContainsAny(line, "\r\n\x00"):
		return "a line break inside a line"
	case strings.Trim(line, " \t") == "":
		return "a line of white space only" // RFC 5322 §3.2.2
	case !first && line[0] != ' ' && line[0] != '\t':
		return "a line that starts a field of its own"
	case !f.UTF8 && !isASCII(line):
		return "an octet that is not ASCII" // RFC 5322 §2.2
	}
	return ""
}
