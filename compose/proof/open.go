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

const (
	maxBoundary = 70   // octets. RFC 2046 §5.1.1
	maxKept     = 1000 // octets of a boundary that no line could hold
)

// checkBoundary looks at the boundary, and at those of the multiparts around it. RFC 2046 §5.1.1, §5.1.2
func (p *proof) checkBoundary(b string, where place) {
	odd := strings.ContainsFunc(b, func(r rune) bool { return !isBoundaryRune(r) })
	switch {
	case len(b) > maxBoundary:
		where.err("RFC 2046 §5.1.1", "the boundary has more than %d characters: shorten it", maxBoundary)
	case strings.HasSuffix(b, " "):
		where.err("RFC 2046 §5.1.1", "the boundary ends with a blank, which gets lost on the way: choose another")
	case odd:
		where.warn("RFC 2046 §5.1.1", "the boundary %s holds what a boundary must not: use letters and digits", quote(b))
	}
	for _, e := range p.stack {
		outer := e.boundary
		switch {
		case outer == "":
		case b == outer || b == outer+"--":
			where.err("RFC 2046 §5.1.2", "the boundary is that of the %s around it, so that the two can't be told apart: choose another", e.kind)
			return
		case strings.HasPrefix(b, outer) || strings.HasPrefix(outer, b):
			where.warn("RFC 2046 §5.1.2", "the boundary begins like that of the %s around it, and some readers mix them up: choose another", e.kind)
			return
		}
	}
}

// isBoundaryRune: bchars of RFC 2046 §5.1.1
func isBoundaryRune(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("'()+_,-./:=? ", r)
}

// checkKids looks at what a multipart held.
func (e *entity) checkKids(where place) {
	switch e.kind {
	case "multipart/alternative":
		e.checkOrder(where)
	case "multipart/related":
		e.checkRoot(where)
	}
}

// checkOrder: readers show the last alternative that they can. RFC 2046 §5.1.4
func (e *entity) checkOrder(where place) {
	for i, kind := range e.kinds {
		if kind == plain && i > 0 && e.kinds[i-1] == "text/html" {
			where.warn("RFC 2046 §5.1.4", "the plain text stands behind the page, so readers show it instead: put it first")
		}
	}
	if e.kids == 1 {
		where.hint("RFC 2046 §5.1.4", "there is one alternative only: leave the multipart/alternative out")
	}
}

// checkRoot: RFC 2387 §3.1 (type), §3.2 (start)
func (e *entity) checkRoot(where place) {
	where = where.in("Content-Type")
	kind := strings.ToLower(e.params["type"])
	switch {
	case kind == "":
		where.warn("RFC 2387 §3.1", "multipart/related without type=, by which readers know what to show: add type=\"text/html\"")
	case e.params["start"] == "" && len(e.kinds) > 0 && e.kinds[0] != kind:
		where.warn("RFC 2387 §3.1", "type= says %s, and the first part is %s: make them agree", quote(kind), quote(e.kinds[0]))
	}
	if e.params["start"] != "" && !e.started && e.kids > 0 {
		where.err("RFC 2387 §3.2", "start= names the Content-ID %s, which no part has: name that of the first part, or leave it out", quote(e.params["start"]))
	}
}
