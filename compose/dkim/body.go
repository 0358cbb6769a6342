package dkim

import (
	"bytes"
	"io"
)

// relaxed brings a body to its relaxed canonical form, RFC 6376 §3.4.4: blanks at the ends of lines are left out, other
// runs of them become one space, empty lines at the end are left out, and a last line gets its CRLF. An empty body stays
// empty. It may be written in blocks of any size, and keeps nothing of them.
//
// A block without blanks, as base64 is made of, passes as it is; the others are walked through run by run.
type relaxed struct {
	w     io.Writer // a hash: it never fails
	out   []byte    // canonical octets that were not yet passed on
	lines int64     // line ends that count only if something follows them
	blank bool      // so does a space
	cr    bool      // the block before ended with a CR, which may begin a line end
	some  bool      // something was passed on
}

const gathered = 16 << 10 // octets

const crlf = "\r\n"

// Write never fails.
func (c *relaxed) Write(p []byte) (int, error) {
	rest := p
	if c.cr && len(rest) > 0 && rest[0] == '\n' {
		c.endLine()
		rest = rest[1:]
	}
	if !c.cr && !c.blank && bytes.IndexByte(rest, ' ') < 0 && bytes.IndexByte(rest, '\t') < 0 {
		c.pass(rest)
		return len(p), nil
	}
	for len(rest) > 0 {
		rest = rest[c.step(rest):]
	}
	return len(p), nil
}

// pass takes a block without blanks: only its end needs a look.
func (c *relaxed) pass(p []byte) {
	text, cr := bytes.CutSuffix(p, []byte{'\r'})
	lines := int64(0)
	for bytes.HasSuffix(text, []byte(crlf)) {
		text = text[:len(text)-len(crlf)]
		lines++
	}
	if len(text) > 0 {
		c.release()
		c.flush()
		c.w.Write(text)
	}
	c.lines += lines
	c.cr = cr
}

// step takes what p begins with, and says how many octets that were.
func (c *relaxed) step(p []byte) int {
	b := p[0]
	if b == '\n' && c.cr {
		c.endLine()
		return 1
	}
	if c.cr { // it ends no line, so it is text
		c.text([]byte{'\r'})
		c.cr = false
	}
	switch b {
	case ' ', '\t':
		c.blank = true
		return 1
	case '\r':
		c.cr = true
		return 1
	}
	n := run(p)
	c.text(p[:n])
	return n
}

// run is the length of what p begins with and what is canonical already: one octet at least, which is no blank and no CR.
// Single spaces and line ends belong to it where text follows them.
func run(p []byte) int {
	for i := 1; i < len(p); i++ {
		switch p[i] {
		case ' ':
			if !followed(p, i+1) {
				return i
			}
		case '\r':
			if i+1 == len(p) || p[i+1] != '\n' || !followed(p, i+2) {
				return i
			}
			i++
		case '\t':
			return i
		}
	}
	return len(p)
}

// followed says whether p[i] is there, and is text whatever follows.
func followed(p []byte, i int) bool { return i < len(p) && p[i] != ' ' && p[i] != '\t' && p[i] != '\r' }

func (c *relaxed) endLine() {
	c.cr, c.blank = false, false
	c.lines++
}

func (c *relaxed) text(p []byte) {
	c.release()
	c.out = append(c.out, p...)
	if len(c.out) > gathered {
		c.flush()
	}
}

// release passes on what was held back, now that something follows it.
func (c *relaxed) release() {
	c.some = true
	for ; c.lines > 0; c.lines-- {
		c.out = append(c.out, crlf...)
		if len(c.out) > gathered {
			c.flush()
		}
	}
	if c.blank {
		c.out = append(c.out, ' ')
		c.blank = false
	}
}

func (c *relaxed) flush() {
	c.w.Write(c.out)
	c.out = c.out[:0]
}

// end passes on the rest.
func (c *relaxed) end() {
	if c.cr {
		c.text([]byte{'\r'})
	}
	if c.some {
		c.out = append(c.out, crlf...)
	}
	c.flush()
}
