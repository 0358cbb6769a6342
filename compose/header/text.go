package header

import "strings"

// Text writes an unstructured field such as Subject. White space at the ends is dropped; everything else arrives as given.
// Its error is an *Error.
func (w Writer) Text(name, value string) (Field, error) {
	if err := checkName(name); err != nil {
		return Field{}, err
	}
	if err := CheckText(name, value); err != nil {
		return Field{}, err
	}
	f := w.folder(name)
	words := split(strings.Trim(value, " \t"))
	first, last := f.span(words)
	for i := 0; i < len(words); i++ {
		if i == first {
			f.encoded(words[i].gap, join(words[first:last+1]))
			i = last
			continue
		}
		f.put(words[i].gap, words[i].text)
	}
	if len(words) == 0 {
		f.glue(" ")
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

const (
	maxGap  = 40                         // octets of white space that may indent a line
	maxWord = maxLine - maxName - maxGap // octets of a word that stands as it is
)

// span is the first and last word that must be encoded; all between them is encoded too, since the white space between
// encoded-words vanishes (RFC 2047 §6.2). first is -1 when there is none.
func (f *folder) span(words []word) (first, last int) {
	first, last = -1, -1
	for i, word := range words {
		wide := len(word.gap) > maxGap // then the word before goes along, to hold it
		if !wide && !f.mustEncode(word.text) && !(len(word.text) > maxWord && isProse(f.name)) {
			continue
		}
		last = i
		if wide && i > 0 {
			i--
		}
		if first < 0 {
			first = i
		}
	}
	return first, last
}

// mustEncode: what is not ASCII, and what would be taken for an encoded-word though it is not meant as one.
func (w Writer) mustEncode(s string) bool { return !w.UTF8 && !isASCII(s) || strings.Contains(s, "=?") }

// isProse names the fields that people read. Their words may be cut by encoding; those of other fields are for programs,
// which look for them as they stand.
func isProse(name string) bool {
	switch strings.ToLower(name) {
	case "subject", "comments", "keywords", "organization", "content-description", "thread-topic":
		return true
	}
	return false
}
