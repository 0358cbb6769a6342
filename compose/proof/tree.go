package proof

import (
	"bytes"
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
