package header

import (
	"strings"
	"unicode/utf8"
)

// Text writes an unstructured field such as Subject. White space at the ends is dropped; everything else arrives as given.
func (w Writer) Text(name, value string) (Field, error) {
	if err := checkName(name); err != nil {
		return Field{}, err
	}
	if err := CheckText(name, value); err != nil {
		return Field{}, err
	}
	f := newFolder(name)
	words := split(strings.Trim(value, " \t"))
	first, last := w.encodedSpan(words)
	for i := 0; i < len(words); i++ {
		if i == first {
			f.encoded(join(words[first : last+1]))
			i = last
			continue
		}
		f.put(words[i].gap, words[i].text)
	}
	if len(words) == 0 {
		f.b.WriteByte(' ')
	}
	return f.field()
}

// Text writes an unstructured field with the zero Writer.
func Text(name, value string) (Field, error) { return Writer{}.Text(name, value) }

// word is a run of printable characters with the white space before it; the first one's is the blank after the colon.
type word struct{ gap, text string }

func split(s string) []word {
	var words []word
	gap := " "
	for s != "" {
		end := strings.IndexAny(s, " \t")
		if end < 0 {
			end = len(s)
		}
		rest := strings.TrimLeft(s[end:], " \t")
		words = append(words, word{gap, s[:end]})
		gap, s = s[end:len(s)-len(rest)], rest
	}
	return words
}

func join(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(w.gap)
		}
		b.WriteString(w.text)
	}
	return b.String()
}

const maxGap = 40 // octets of white space that may indent a line

// encodedSpan is the first and last word that must be encoded; all between them is encoded too, since the white space
// between encoded-words vanishes (RFC 2047 §6.2). first is -1 when there is none.
func (w Writer) encodedSpan(words []word) (first, last int) {
	first, last = -1, -1
	for i, word := range words {
		if !w.mustEncode(word.text) && len(word.gap) <= maxGap {
			continue
		}
		from := i
		if len(word.gap) > maxGap && i > 0 {
			from = i - 1
		}
		if first < 0 {
			first = from
		}
		last = i
	}
	return first, last
}

// mustEncode: what is not ASCII, what would be taken for an encoded-word though it is not meant as one, and what no line holds.
func (w Writer) mustEncode(s string) bool {
	return !w.UTF8 && !isASCII(s) || strings.Contains(s, "=?") || len(s) > maxLine-maxName-maxGap
}

// encoded writes s as encoded-words, the first on this line if there is room for one.
func (f *folder) encoded(s string) {
	for s != "" {
		least := min(frame+bLength(s[:cluster(s)]), maxEncodedWord) // one visible character
		if f.column > 0 && f.room(encodedLine) < least {
			f.fold()
		}
		var made string
		made, s = encodeWord(s, min(maxEncodedWord, f.room(encodedLine)))
		f.put(" ", made)
		f.limit = encodedLine // until the line ends: RFC 2047 §2
	}
}

// cluster is the number of octets of the first character as a reader sees it, with all that joins it.
func cluster(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	for n < len(s) {
		before, _ := utf8.DecodeLastRuneInString(s[:n])
		r, width := utf8.DecodeRuneInString(s[n:])
		if !joins(before, r, s[:n]) {
			break
		}
		n += width
	}
	return n
}
