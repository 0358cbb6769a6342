package proof

import "strings"

// sink takes decoded octets.
type sink interface {
	write(b []byte)
	end()
}

type sinks []sink

func (s sinks) write(b []byte) {
	for _, one := range s {
		one.write(b)
	}
}

func (s sinks) end() {
	for _, one := range s {
		one.end()
	}
}

// spot is the line that was read last, in the part of e.
type spot struct {
	p *proof
	e *entity
}

func (s spot) place() place { return s.e.place(s.p, max(s.e.last, s.e.line)) }

// leaf is what looks at the content of a part that holds no parts; nil: there is nothing to look at.
func (p *proof) leaf(e *entity, head *block) content {
	where := spot{p, e}
	text := p.readers(e, head)
	switch e.encoding {
	case "base64":
		return &base64Content{where: where, to: text}
	case "quoted-printable":
		return &quotedContent{where: where, to: text}
	case "", "7bit", "8bit", "binary":
		if len(text) > 0 {
			return &plainContent{to: text}
		}
	}
	return nil
}

// readers are those who look at the text of the part.
func (p *proof) readers(e *entity, head *block) sinks {
	var all sinks
	disposition, _, _ := strings.Cut(strings.ToLower(head.valueOf("Content-Disposition")), ";")
	attachment := trim(disposition) == "attachment"
	if check := charsetOf(spot{p, e}, attachment); check != nil {
		all = append(all, check)
	}
	if e.kind == "text/html" && !attachment && !e.within {
		all = append(all, &pageScanner{where: spot{p, e}})
		p.cids.pages = true
		p.checkAlone(e)
	}
	return all
}

// checkAlone: a page that is the text of the letter, without a plain one beside it. RFC 2046 §5.1.4
func (p *proof) checkAlone(e *entity) {
	if strings.Trim(e.number, "1.") != "" {
		return
	}
	for _, around := range p.stack {
		if around.kind == "multipart/alternative" {
			return
		}
	}
	e.place(p, e.line).hint("RFC 2046 §5.1.4", "a page without a plain text beside it, which looks like spam and can't be read everywhere: add a text/plain alternative")
}

// plainContent stands as it is.
type plainContent struct{ to sinks }

func (c *plainContent) take(t piece) {
	c.to.write(t.text)
	if t.end != "" {
		c.to.write([]byte("\r\n"))
	}
}

func (c *plainContent) end() { c.to.end() }
