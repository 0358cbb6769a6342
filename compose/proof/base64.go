package proof

import "encoding/base64"

const encodedWidth = 76 // octets of a line of base64 or quoted-printable. RFC 2045 §6.7(5), §6.8

// base64Content reads base64, without keeping it. RFC 2045 §6.8
type base64Content struct {
	where  spot
	to     sinks
	column int
	length int    // of what was read, in letters of base64
	padded int    // signs = so far
	over   bool   // it is complete
	kept   []byte // letters that make no whole group yet; only for sinks
}

// The classes of octets beyond the 64 letters of base64.
const (
	letterOf64 = iota
	paddingOf64
	blankOf64
	foreignTo64
)

func classOf64(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/':
		return letterOf64
	case c == '=':
		return paddingOf64
	case c == ' ' || c == '\t' || c == '\r':
		return blankOf64
	}
	return foreignTo64
}

func (c *base64Content) take(t piece) {
	if t.first {
		c.column = 0
	}
	c.column += len(t.text)
	if t.last && c.column > encodedWidth {
		c.where.place().warn("RFC 2045 §6.8", "a line of base64 has more than %d characters: break it", encodedWidth)
	}
	for _, octet := range t.text {
		switch classOf64(octet) {
		case letterOf64:
			c.letter(octet)
		case paddingOf64:
			c.padded++
		case foreignTo64:
			c.where.place().err("RFC 2045 §6.8", "what stands here is no base64, and readers stop here or show a broken file: encode the part again")
		}
	}
	c.flush()
}

// letter takes one of the 64.
func (c *base64Content) letter(octet byte) {
	if c.padded > 0 && !c.over {
		c.over = true
		c.where.place().err("RFC 2045 §6.8", "base64 goes on behind its end, and readers drop the rest: encode the part in one piece")
	}
	if c.over {
		return
	}
	c.length++
	if len(c.to) > 0 {
		c.kept = append(c.kept, octet)
	}
}

// flush decodes the whole groups.
func (c *base64Content) flush() {
	n := len(c.kept) / 4 * 4
	if n == 0 {
		return
	}
	octets := make([]byte, n/4*3)
	if m, err := base64.StdEncoding.Decode(octets, c.kept[:n]); err == nil {
		c.to.write(octets[:m])
	}
	c.kept = append(c.kept[:0], c.kept[n:]...)
}

func (c *base64Content) end() {
	rest := c.length % 4
	wanted := (4 - rest) % 4
	if !c.over && (rest == 1 || c.padded != wanted) {
		c.where.place().err("RFC 2045 §6.8", "base64 that ends within a group of four, so that the last octets are missing or made up: encode the part again")
	}
	octets := make([]byte, 3)
	if n, err := base64.RawStdEncoding.Decode(octets, c.kept); err == nil {
		c.to.write(octets[:n])
	}
	c.to.end()
}
