package transcript

import (
	"bytes"
	"strings"
)

// body is the letter that passes, as far as it was not yet told.
type body struct {
	octets int64  // since the last line that told a length
	parts  int    // lines that told the length of a part
	line   []byte // the start of a line that is not yet whole, for the sinks that want bodies
}

// longestPiece bounds the memory for a line that does not end.
const longestPiece = 64 << 10

// content records a piece of the letter: its octets where bodies are wanted, else only their number.
func (c *Conversation) content(p []byte) {
	c.letter.octets += int64(len(p))
	c.waiting.resume(c.recorder.now())
	if !c.wantsBodies() {
		return
	}
	c.rawContent(p)
	whole := bytes.LastIndexByte(p, '\n') + 1
	c.letter.line = append(c.letter.line, p[:whole]...)
	if whole > 0 || len(c.letter.line) > longestPiece {
		c.endLine()
	}
	c.letter.line = append(c.letter.line, p[whole:]...)
}

// endContent tells the length of what passed since the last line that did, before next is said: a command, or "".
func (c *Conversation) endContent(next string) {
	c.endLine()
	n := c.letter.octets
	if n == 0 {
		return
	}
	final := next == "." || c.waiting.lastChunk()
	text := "(" + c.letter.name(final) + ", " + octets(n) + ")"
	told := c.signed(note{event: eventContent, text: text, octets: n})
	for i, p := range c.recorder.printers {
		if p.write != nil && !p.sink.Bodies {
			p.put(c.pages[i], p.write(nil, told))
		}
	}
	c.letter.octets = 0
	c.letter.parts++
	if final {
		c.letter.parts = 0
	}
}

// name says how much of the letter it is that ends here.
func (b *body) name(final bool) string {
	switch {
	case !final:
		return "part of the letter"
	case b.parts > 0:
		return "the rest of the letter"
	}
	return "the letter"
}

// endLine gives the lines that are held to the sinks that want bodies, as they are on the wire.
func (c *Conversation) endLine() {
	if len(c.letter.line) == 0 {
		return
	}
	n := c.signed(note{event: eventContent})
	for i, p := range c.recorder.printers {
		if p.write == nil || !p.sink.Bodies {
			continue
		}
		var lines []byte
		for line := range bytes.Lines(c.letter.line) {
			n.text = withoutEnd(line)
			lines = p.write(lines, n)
		}
		p.put(c.pages[i], lines)
	}
	c.letter.line = c.letter.line[:0]
}

func (c *Conversation) rawContent(p []byte) {
	for i, printer := range c.recorder.printers {
		if printer.write == nil && printer.sink.Bodies {
			printer.put(c.pages[i], p)
		}
	}
}

func (c *Conversation) wantsBodies() bool {
	for _, s := range c.recorder.Sinks {
		if s.Bodies {
			return true
		}
	}
	return false
}

// lastChunk says whether the youngest command is the one that ends a letter sent in chunks. RFC 3030 §2
func (w *waiting) lastChunk() bool {
	if len(w.commands) == 0 {
		return false
	}
	fields := strings.Fields(strings.ToUpper(w.commands[len(w.commands)-1].text))
	return len(fields) == 3 && fields[0] == "BDAT" && fields[2] == "LAST"
}
