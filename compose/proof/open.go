package proof

import "strings"

// endHead is the empty line behind a header; cut: the header ended without it.
func (p *proof) endHead(cut bool) {
	e := p.top()
	e.state = inBody
	e.head.close()
	head := e.head
	e.head = nil
	if len(p.stack) == 1 {
		p.seals.begin(head, cut)
		p.checkHead(head)
	}
	p.open(e, head)
}

// open reads what the entity is, and makes ready for its content.
func (p *proof) open(e *entity, head *block) {
	p.checkWords(head)
	p.checkRaw(head)
	p.checkMIMEVersion(e, head)
	p.readKind(e, head)
	p.readEncoding(e, head)
	p.readNames(e, head)
	p.adopt(e, head)
	p.enter(e, head)
}

// adopt tells the multipart around about its part.
func (p *proof) adopt(e *entity, head *block) {
	id := trimBrackets(head.valueOf("Content-ID"))
	parent := p.parent()
	p.offer(e, parent, id)
	if parent == nil || !parent.isMultipart() {
		return
	}
	const remembered = 10
	if len(parent.kinds) < remembered {
		parent.kinds = append(parent.kinds, e.kind)
	}
	if start := trimBrackets(parent.params["start"]); start != "" && start == id {
		parent.started = true
	}
	if rank(e.encoding) > rank(parent.encoding) {
		e.place(p, e.line).in("Content-Transfer-Encoding").warn("RFC 2045 §6.4",
			"it is %s, and the %s around it says less: label that %s too", e.encoding, parent.kind, e.encoding)
	}
}

// parent is the entity around the innermost; nil: there is none.
func (p *proof) parent() *entity {
	if len(p.stack) < 2 {
		return nil
	}
	return p.stack[len(p.stack)-2]
}

// rank orders the labels that say what octets are within. RFC 2045 §6.2
func rank(encoding string) int {
	switch encoding {
	case "8bit":
		return 1
	case "binary":
		return 2
	}
	return 0
}

// enter makes ready for the content.
func (p *proof) enter(e *entity, head *block) {
	where := e.place(p, e.line)
	multipart := strings.HasPrefix(e.kind, "multipart/")
	switch {
	case len(p.stack) > maxDepth && (multipart || e.kind == rfc822):
		where.warn("", "parts lie within parts more than %d levels deep, and were not looked into: servers refuse such letters", maxDepth)
	case multipart:
		p.enterMultipart(e, head)
	case isLetter(e.kind):
		p.enterLetter(e, head)
	default:
		e.content = p.leaf(e, head)
	}
}

func isLetter(kind string) bool { return kind == rfc822 || kind == "message/global" }

// enterMultipart: only labels that change nothing are allowed. RFC 2045 §6.4
func (p *proof) enterMultipart(e *entity, head *block) {
	where := e.place(p, e.line)
	if encoded(e.encoding) {
		where.in("Content-Transfer-Encoding").err("RFC 2045 §6.4", "a multipart can't be %s: encode its parts instead", e.encoding)
		e.encoding = "8bit"
	}
	b := e.params["boundary"]
	if b == "" {
		if f, _ := head.first("Content-Type"); f.name != "" {
			where = f.place
		}
		where.err("RFC 2046 §5.1.1", "the %s has no boundary, so nobody finds its parts: add boundary=", e.kind)
		return
	}
	p.checkBoundary(b, where.in("Content-Type"))
	if len(b) <= maxKept {
		e.boundary = b
	}
}

// enterLetter goes into a letter within the letter. RFC 2046 §5.2.1
func (p *proof) enterLetter(e *entity, head *block) {
	if encoded(e.encoding) {
		if e.kind == rfc822 {
			e.place(p, e.line).in("Content-Transfer-Encoding").err("RFC 2046 §5.2.1",
				"a letter within the letter can't be %s, and many readers show an empty file: label it 7bit or 8bit, or send it as %s", e.encoding, octets)
		}
		e.content = p.leaf(e, head)
		return
	}
	p.push(&entity{number: e.number, within: true, letter: true})
}

func encoded(encoding string) bool { return encoding == "base64" || encoding == "quoted-printable" }
