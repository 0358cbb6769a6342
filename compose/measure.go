package compose

import (
	"bytes"
	"io"
	"unicode/utf8"

	"mxsend/attach/encode"
	"mxsend/compose/letter"
)

// facts walks the tree as WriteTo will, but adds up the announced sizes of the contents instead of writing them.
func (m *message) facts() (letter.Facts, error) {
	if err := m.check(); err != nil {
		return letter.Facts{}, err
	}
	var scale meter
	facts := letter.Facts{Has8bit: m.body.encoding == encode.EightBit}
	err := m.write(&scale, func(_ io.Writer, p *part) error {
		facts.Size += p.content.EncodedSize()
		longest, err := p.longestLine()
		facts.LongestLine = max(facts.LongestLine, longest)
		return err
	})
	facts.Size += scale.n
	facts.LongestLine = max(facts.LongestLine, scale.longest)
	facts.NeedsUTF8 = scale.utf8 // all that the meter saw is header. RFC 6532 §3.2
	return facts, err
}

const encodedLine = 76 // RFC 2045 §6.8

// longestLine is known of base64; a text, or a letter within the letter, is looked at.
func (p *part) longestLine() (int, error) {
	if p.encoding == encode.Base64 {
		return int(min(max(p.content.EncodedSize()-2, 0), encodedLine)), nil
	}
	var scale meter
	_, err := p.content.WriteTo(&scale)
	return scale.longest, err
}

// meter counts what is written to it.
type meter struct {
	n       int64
	longest int // octets without the line end
	column  int
	utf8    bool // an octet above 127 was seen
}

func (m *meter) Write(p []byte) (int, error) {
	m.n += int64(len(p))
	m.utf8 = m.utf8 || bytes.ContainsFunc(p, func(r rune) bool { return r >= utf8.RuneSelf })
	for rest := p; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		m.column += len(bytes.TrimSuffix(line, []byte("\r")))
		m.longest = max(m.longest, m.column)
		if ended {
			m.column = 0
		}
		rest = after
	}
	return len(p), nil
}
