package proof

import (
	"bytes"
	"strings"
)

// quotedContent reads quoted-printable. RFC 2045 §6.7
type quotedContent struct {
	where  spot
	to     sinks
	column int
	kept   []byte // the end of a piece, which the next one may change
	buffer []byte
}

func (c *quotedContent) take(t piece) {
	if t.first {
		c.column = 0
	}
	c.column += len(t.text)
	if t.last && c.column > encodedWidth {
		c.where.place().warn("RFC 2045 §6.7", "a line of quoted-printable has more than %d characters: break it", encodedWidth)
	}
	text := t.text
	if len(c.kept) > 0 {
		text = append(c.kept, text...)
		c.kept = nil
	}
	if !t.last {
		n := len(text) - min(len(text), 2)
		c.kept = bytes.Clone(text[n:])
		c.decode(text[:n], text[n:])
		return
	}
	c.line(text, t.end)
}

// line decodes the end of a line.
func (c *quotedContent) line(text []byte, end string) {
	bare := bytes.TrimRight(text, blanks)
	if soft, cut := bytes.CutSuffix(bare, []byte("=")); cut {
		c.decode(soft, nil)
		return
	}
	if len(bare) < len(text) {
		c.where.place().hint("RFC 2045 §6.7", "a blank at the end of a line, which gets lost: encode it as =20 or =09")
	}
	c.decode(bare, nil)
	if end != "" {
		c.to.write([]byte("\r\n"))
	}
}

// decode writes what stands for itself and what is =XX; next is what follows in the same line, and is kept for later.
func (c *quotedContent) decode(text, next []byte) {
	c.buffer = c.buffer[:0]
	for i := 0; i < len(text); i++ {
		if text[i] != '=' {
			c.see(text[i])
			c.buffer = append(c.buffer, text[i])
			continue
		}
		digits := text[i+1:]
		if len(digits) < 2 && len(next) > 0 { // cut by the piece: it goes on with what is kept
			c.kept = append(bytes.Clone(text[i:]), next...)
			break
		}
		octet, ok := c.hex(digits)
		if !ok {
			c.buffer = append(c.buffer, '=')
			continue
		}
		c.buffer = append(c.buffer, octet)
		i += 2
	}
	c.to.write(c.buffer)
}

// see: control characters. Octets above 127 are refused elsewhere.
func (c *quotedContent) see(octet byte) {
	if octet < ' ' && octet != '\t' && octet != '\r' && octet != 0 || octet == 0x7f {
		c.where.place().warn("RFC 2045 §6.7", "a control character as it is in quoted-printable: encode it as =%02X", octet)
	}
}

const hexDigits = "0123456789ABCDEF"

func (c *quotedContent) hex(digits []byte) (byte, bool) {
	if len(digits) >= 2 {
		upper := strings.ToUpper(string(digits[:2]))
		high, low := strings.IndexByte(hexDigits, upper[0]), strings.IndexByte(hexDigits, upper[1])
		if len(upper) == 2 && high >= 0 && low >= 0 {
			if upper != string(digits[:2]) {
				c.where.place().hint("RFC 2045 §6.7", "=%s in small letters, which strict readers don't decode: write =%s", digits[:2], upper)
			}
			return byte(high<<4 | low), true
		}
	}
	c.where.place().err("RFC 2045 §6.7", "a = that encodes nothing, and readers show it or drop what follows: write it as =3D")
	return 0, false
}

func (c *quotedContent) end() { c.to.end() }
