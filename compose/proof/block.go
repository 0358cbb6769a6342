package proof

import "strings"

// field is one field of a header, its folds undone. RFC 5322 §2.2.3
type field struct {
	name  string
	value string
	place place
}

func (f field) is(name string) bool { return strings.EqualFold(f.name, name) }

const maxFields = 10_000

// block gathers the header of the letter or of a part.
type block struct {
	fields []field
	value  []byte // of the last field, as it grows
	size   int
	over   bool   // it is too long, and the rest was not looked at
	raw    []byte // as it stands, for signatures
	keep   bool   // raw is wanted
}

// line takes one physical line.
func (b *block) line(text, end string, at place) {
	if b.over {
		return
	}
	b.size += len(text) + 2
	if b.size > maxHeader || len(b.fields) >= maxFields {
		b.over = true
		at.err("", "the header has more than %d octets or %d fields, the rest of it was not read: no server takes it", maxHeader, maxFields)
		return
	}
	if b.keep {
		b.raw = append(append(b.raw, text...), end...)
	}
	if text[0] == ' ' || text[0] == '\t' {
		b.fold(text, at)
		return
	}
	b.begin(text, at)
}

// fold continues the last field.
func (b *block) fold(text string, at place) {
	if len(b.fields) == 0 {
		at.err("RFC 5322 §2.2.3", "the header begins with a blank, so this line continues no field: remove the blank")
		return
	}
	at.field = b.fields[len(b.fields)-1].place.field
	if trim(text) == "" {
		at.warn("RFC 5322 §3.2.2", "a line of blanks only, which some servers take for the end of the header: remove it")
	}
	checkWidth(text, at)
	b.value = append(b.value, text...)
}

// begin starts a field, or says that the line is none.
func (b *block) begin(text string, at place) {
	name, value, found := strings.Cut(text, ":")
	bare := strings.TrimRight(name, blanks)
	if !found || !isName(bare) {
		at.err("RFC 5322 §2.2", "%s is no field: write Name: value, and an empty line before the text", quote(text))
		return
	}
	b.close()
	at.field = shown(bare)
	if bare != name {
		at.warn("RFC 5322 §4.5", "a blank before the colon, which some servers don't take for a field: remove it")
	}
	checkWidth(text, at)
	b.fields = append(b.fields, field{name: bare, place: at})
	b.value = append(b.value[:0], value...)
}

// close finishes the last field.
func (b *block) close() {
	if n := len(b.fields); n > 0 {
		b.fields[n-1].value = trim(string(b.value))
	}
}

// all are the fields of the name.
func (b *block) all(name string) []field {
	var found []field
	for _, f := range b.fields {
		if f.is(name) {
			found = append(found, f)
		}
	}
	return found
}

// first is the first field of the name.
func (b *block) first(name string) (field, bool) {
	for _, f := range b.fields {
		if f.is(name) {
			return f, true
		}
	}
	return field{}, false
}

// value of the first field of the name; empty: there is none.
func (b *block) valueOf(name string) string {
	f, _ := b.first(name)
	return f.value
}

// isName: printable ASCII without a colon. RFC 5322 §2.2
func isName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// shown keeps a long name out of the findings.
func shown(name string) string {
	if len(name) > maxQuoted {
		return name[:maxQuoted] + "…"
	}
	return name
}

const encodedLine = 76 // octets of a line that holds an encoded-word. RFC 2047 §2

// checkWidth looks at the length of one line of a header.
func checkWidth(text string, at place) {
	switch {
	case len(text) > encodedLine && holdsWord(text):
		at.warn("RFC 2047 §2", "a line with encoded-words has more than %d octets, so that strict readers don't decode them: fold it", encodedLine)
	case len(text) > niceLine && len(text) <= maxLine && canFold(text):
		at.hint("RFC 5322 §2.1.1", "a line of more than %d octets: fold it at a blank", niceLine)
	}
}

// canFold: there is a blank between two words of the line, behind the name.
func canFold(text string) bool {
	_, value, found := strings.Cut(text, ":")
	if !found || text[0] == ' ' || text[0] == '\t' {
		value = text
	}
	return strings.ContainsAny(trim(value), blanks)
}
