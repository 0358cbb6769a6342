package proof

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// charsetCheck holds the octets of a text against the charset it names. RFC 2046 §4.1.2
type charsetCheck struct {
	where      spot
	charset    string
	attachment bool
	kept       []byte // the beginning of a character
	told       bool
}

// charsetOf is nil where there is nothing to hold against: charsets in which every octet means something, and parts whose
// label leaves ASCII only.
func charsetOf(where spot, attachment bool) sink {
	e := where.e
	charset := strings.ToLower(e.params["charset"])
	known := slices.Contains([]string{"us-ascii", "utf-8", "utf8"}, charset)
	silent := charset == "" && !attachment && (e.kind == plain || e.kind == "text/html") // other types have defaults of their own. RFC 6657 §3
	if !strings.HasPrefix(e.kind, "text/") || !known && !silent || e.encoding == "" || e.encoding == "7bit" {
		return nil
	}
	return &charsetCheck{where: where, charset: charset, attachment: attachment}
}

func (c *charsetCheck) write(b []byte) {
	switch {
	case c.told || len(b) == 0:
	case c.charset == "":
		if has8bit(b) {
			c.told = true
			c.where.place().warn("RFC 2046 §4.1.2", "a text with octets above 127 that names no charset, so readers guess: add charset=utf-8")
		}
	case c.charset == "us-ascii":
		if has8bit(b) {
			c.tell()
		}
	default:
		c.utf8(b)
	}
}

func (c *charsetCheck) utf8(b []byte) {
	if len(c.kept) > 0 {
		b = append(c.kept, b...)
	}
	n := len(b)
	for back := 1; back <= min(utf8.UTFMax-1, len(b)); back++ {
		if utf8.RuneStart(b[len(b)-back]) {
			if !utf8.FullRune(b[len(b)-back:]) {
				n = len(b) - back
			}
			break
		}
	}
	if !utf8.Valid(b[:n]) {
		c.tell()
	}
	c.kept = append([]byte(nil), b[n:]...)
}

func (c *charsetCheck) tell() {
	c.told = true
	const text = "the text says it is %s, and is not from here on, so readers show other letters: name its charset, or write it in utf-8"
	if c.attachment {
		c.where.place().warn("RFC 2046 §4.1.2", text, c.charset)
		return
	}
	c.where.place().err("RFC 2046 §4.1.2", text, c.charset)
}

func (c *charsetCheck) end() {
	if len(c.kept) > 0 && !c.told {
		c.tell()
	}
}
