package proof

import (
	"strconv"
	"strings"
)

// delimiter acts on a line that ends a part, and says whether it is one.
func (p *proof) delimiter(text []byte) bool {
	line := strings.TrimRight(string(text[2:min(len(text), 2+2*maxKept)]), blanks) // RFC 2046 §5.1.1: blanks may follow
	for i := len(p.stack) - 1; i >= 0; i-- {
		b := p.stack[i].boundary
		if b == "" || !strings.HasPrefix(line, b) {
			continue
		}
		if rest := line[len(b):]; rest == "" || rest == "--" {
			p.delimit(i, rest == "--")
			return true
		}
	}
	p.checkLikeness(line)
	return false
}

// checkLikeness: RFC 2046 §5.1.1 lets readers compare no more than the beginning of the line.
func (p *proof) checkLikeness(line string) {
	for _, e := range p.stack {
		if e.boundary != "" && strings.HasPrefix(line, e.boundary) {
			p.place().warn("RFC 2046 §5.1.1", "a line begins like the delimiter of the %s around it, and some readers take it for one: choose another boundary", e.kind)
			return
		}
	}
}

// delimit ends what is open within the multipart, and begins its next part.
func (p *proof) delimit(i int, closing bool) {
	if e := p.top(); e.inHead() {
		e.place(p, p.number).warn("RFC 2046 §5.1", "the header of the part is not ended: put an empty line behind it")
		p.endHead(true)
	}
	for len(p.stack) > i+1 {
		p.pop()
	}
	m := p.stack[i]
	switch {
	case m.closed:
		m.place(p, p.number).warn("RFC 2046 §5.1.1", "a delimiter behind the end of the %s: what follows is not shown, or the boundary stands in the text", m.kind)
	case closing:
		m.closed = true
	default:
		p.beginPart(m)
	}
}

func (p *proof) beginPart(m *entity) {
	m.kids++
	if p.parts++; p.parts == manyParts {
		p.place().hint("", "the letter has %d parts and more, and servers refuse such letters: pack them into an archive", manyParts)
	}
	number := strconv.Itoa(m.kids)
	if m.number != "" {
		number = m.number + "." + number
	}
	p.push(&entity{number: number, within: m.within})
}
