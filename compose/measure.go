package compose

import (
	"bytes"
	"io"
	"slices"
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
	facts := letter.Facts{Has8bit: m.body.encoding == encode.EightBit, Binary: m.body.encoding == encode.Binary}
	err := m.write(&scale, func(_ io.Writer, p *part) error {
		facts.Size += p.content.EncodedSize()
		longest, err := p.longestLine(m.body.delimiters())
		facts.LongestLine = max(facts.LongestLine, longest)
		return err
	})
	facts.Size += scale.n
	facts.LongestLine = max(facts.LongestLine, scale.longest)
	facts.NeedsUTF8 = scale.utf8 // all that the meter saw is header. RFC 6532 §3.2
	return facts, err
}

const encodedLine = 76 // RFC 2045 §6.8

// delimiters are the lines that part the multiparts of a tree.
func (p *part) delimiters() []string {
	if p.boundary == "" {
		return nil
	}
	all := []string{"--" + p.boundary}
	for _, child := range p.children {
		all = append(all, child.delimiters()...)
	}
	return all
}

// longestLine is known of base64; a text, or a letter within the letter, is looked at, for the delimiters too: only plain
// octets can hold one. RFC 2046 §5.1.1
func (p *part) longestLine(delimiters []string) (int, error) {
	switch p.encoding {
	case encode.Binary:
		return 0, nil // no lines to be measured, and what is in it was not made for this boundary
	case encode.Base64:
		return int(min(max(p.content.EncodedSize()-2, 0), encodedLine)), nil
	}
	scale := meter{delimiters: delimiters}
	_, err := p.content.WriteTo(&scale)
	if err == nil && scale.parted {
		err = unfit("a part holds a line that would part it from the next; write the letter again, with another seed if one is given")
	}
	return scale.longest, err
}

// meter counts what is written to it.
type meter struct {
	n       int64
	longest int // octets without the line end
	column  int
	utf8    bool // an octet above 127 was seen

	delimiters []string
	begin      []byte // of the line, as far as a delimiter goes
	parted     bool   // a line begins with a delimiter
}

func (m *meter) Write(p []byte) (int, error) {
	m.n += int64(len(p))
	m.utf8 = m.utf8 || bytes.ContainsFunc(p, func(r rune) bool { return r >= utf8.RuneSelf })
	for rest := p; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		m.column += len(bytes.TrimSuffix(line, []byte("\r")))
		m.longest = max(m.longest, m.column)
		m.compare(line, ended)
		if ended {
			m.column = 0
		}
		rest = after
	}
	return len(p), nil
}

const maxDelimiter = len("--=_") + 32

// compare holds the beginning of the line against the delimiters, once it is long enough.
func (m *meter) compare(line []byte, ended bool) {
	if m.delimiters == nil {
		return
	}
	m.begin = append(m.begin, line[:min(len(line), maxDelimiter-len(m.begin))]...)
	if len(m.begin) == maxDelimiter {
		m.parted = m.parted || slices.Contains(m.delimiters, string(m.begin))
	}
	if ended {
		m.begin = m.begin[:0]
	}
}
