package address

import "strings"

// phrase collects the words before an address: its display name, or its local part.
type phrase struct {
	first  token // the first word
	last   token // what was added last
	words  int
	commas int
	text   strings.Builder
	note   string // the last comment
}

func (p *phrase) add(t token) {
	if p.words == 0 {
		p.first = t
	} else if t.spaced || t.kind == kindQuoted || p.last.kind == kindQuoted {
		p.text.WriteByte(' ')
	}
	p.text.WriteString(t.text)
	p.last = t
	p.words++
}

// comma keeps the comma of "Doe, Jane".
func (p *phrase) comma() {
	p.text.WriteByte(',')
	p.commas++
}

// name is the display name: the words, or the comment where there are none.
func (p *phrase) name() string {
	if p.words == 0 {
		return p.note
	}
	return p.text.String()
}

// isScheme: the single word mailto.
func (p *phrase) isScheme() bool { return p.words == 1 && isMailto(p.first) }

func isMailto(t token) bool { return t.kind == kindAtom && strings.EqualFold(t.text, "mailto") }
