package proof

import (
	"bytes"
	"strconv"
	"strings"
)

const (
	maxDepth  = 50   // of parts within parts; Postfix takes 100, others less
	manyParts = 1000 // from here on servers become suspicious
	plain     = "text/plain"
	octets    = "application/octet-stream"
	rfc822    = "message/rfc822"
)

// state is where in an entity the next line stands.
type state int

const (
	inHeader state = iota
	inBody         // also before the first delimiter and behind the last
)

// entity is the letter, a part of it, or a letter within it. RFC 2045 §2.4
type entity struct {
	number   string // "1.2"; empty: the letter itself
	line     int    // at which it begins
	last     int    // of its content that is not empty
	state    state
	within   bool   // in a letter within the letter
	letter   bool   // it begins a letter, whose header says more than that of a part
	head     *block // until its end
	kind     string // its media type
	params   map[string]string
	encoding string
	boundary string
	kids     int
	kinds    []string // of the first kids
	started  bool     // the kid that start= names was found. RFC 2387 §3.2
	closed   bool
	content  content
}

func (e *entity) inHead() bool { return e.state == inHeader }

func (e *entity) isMultipart() bool { return e.boundary != "" }

func (e *entity) place(p *proof, line int) place {
	return place{sheet: p.sheet, line: line, part: e.number, within: e.within}
}

// content looks at the lines of a part that holds no parts.
type content interface {
	take(t piece)
	end()
}

func (p *proof) top() *entity { return p.stack[len(p.stack)-1] }

// place is the line that is read now.
func (p *proof) place() place { return p.top().place(p, p.number) }

// line leads a line to where it belongs.
func (p *proof) line(t piece) {
	p.inspect(t)
	p.seals.body(t)
	if t.first && bytes.HasPrefix(t.text, []byte("--")) && p.delimiter(t.text) {
		return
	}
	e := p.top()
	switch {
	case !e.inHead():
		p.bodyLine(e, t)
	case t.first && t.last && len(t.text) == 0:
		p.endHead(false)
	case t.first && len(t.text) > 0:
		e.head.line(string(t.text), t.end, e.place(p, p.number))
	default: // more of a line that is refused for its length
		e.head.over = true
	}
}

func (p *proof) bodyLine(e *entity, t piece) {
	if len(t.text) > 0 {
		e.last = p.number
	}
	if has8bit(t.text) {
		p.refuse8bit(e)
	}
	if e.content != nil {
		e.content.take(t)
	}
}

// refuse8bit: octets above 127 where the label says that there are none. RFC 2045 §2.7, §6.2
func (p *proof) refuse8bit(e *entity) {
	where := e.place(p, p.number)
	switch e.encoding {
	case "8bit", "binary":
	case "":
		where.err("RFC 2045 §6.1", "octets above 127 in a part that doesn't say so: add MIME-Version, a charset and Content-Transfer-Encoding, or encode it")
	case "7bit", "base64", "quoted-printable":
		where.err("RFC 2045 §6.2", "octets above 127 in a part whose Content-Transfer-Encoding is %s: encode it, or label it 8bit", e.encoding)
	}
}

// push begins an entity, in its header.
func (p *proof) push(e *entity) {
	e.line = p.number + 1
	e.letter = e.letter || len(p.stack) == 0
	e.head = &block{keep: len(p.stack) == 0}
	p.stack = append(p.stack, e)
}

// pop ends the innermost entity.
func (p *proof) pop() {
	e := p.top()
	if e.content != nil {
		e.content.end()
	}
	if e.isMultipart() {
		e.checkEnd(e.place(p, e.line))
	}
	p.stack = p.stack[:len(p.stack)-1]
}

// checkEnd looks at a multipart that is over.
func (e *entity) checkEnd(where place) {
	switch {
	case e.kids == 0 && e.closed:
		where.err("RFC 2046 §5.1.1", "the %s holds no part: leave it out", e.kind)
	case e.kids == 0:
		where.err("RFC 2046 §5.1.1", "the boundary of the %s is nowhere, so nobody finds its parts: write --%s before each part", e.kind, clean(e.boundary))
	case !e.closed:
		where.err("RFC 2046 §5.1.1", "the %s is not closed, as if the letter had been cut: end it with --%s--", e.kind, clean(e.boundary))
	}
	e.checkKids(where)
}

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
