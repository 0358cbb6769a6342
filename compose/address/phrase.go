package address

import "strings"

// phrase collects the words before an address: its display name, or its local part.
type phrase struct {
	words  []token
	commas int
	text   strings.Builder
	note   string // the last comment
}

func (p *phrase) add(t token) {
	if len(p.words) > 0 && (t.spaced || t.kind == kindQuoted) {
		p.text.WriteByte(' ')
	}
	p.text.WriteString(t.text)
	p.words = append(p.words, t)
}

func (p *phrase) comment(text string) { p.note = text }

// comma keeps the comma of "Doe, Jane".
func (p *phrase) comma() {
	p.text.WriteByte(',')
	p.commas++
}

// mayContinue: only one comma can stand in a name that is not quoted, or every missing address would be swallowed.
func (p *phrase) mayContinue() bool { return len(p.words) > 0 && p.commas == 0 }

// name is the display name: the words, or the comment where there are none.
func (p *phrase) name() string {
	if len(p.words) == 0 {
		return p.note
	}
	return p.text.String()
}

// isScheme: the single word mailto.
func (p *phrase) isScheme() bool {
	return len(p.words) == 1 && strings.EqualFold(p.words[0].text, "mailto")
}
