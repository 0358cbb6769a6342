package proof

import (
	"bytes"
	"context"
	"strings"
)

const (
	maxLine   = 998      // octets without CRLF. RFC 5322 §2.1.1
	niceLine  = 78       // octets without CRLF. RFC 5322 §2.1.1
	maxPiece  = 64 << 10 // octets of a line that are looked at together
	maxHeader = 1 << 20  // octets of the header of the letter or of a part; the largest in the wild have a tenth of it
)

// piece is a line without its end, or a piece of one that is very long.
type piece struct {
	text  []byte // until the next piece comes
	first bool   // it begins the line
	end   string // CRLF, LF, or nothing: the line goes on, or the letter is over
	last  bool   // it ends the line
}

// splitter cuts octets into lines, wherever the blocks it is given begin and end.
type splitter struct {
	ctx  context.Context
	take func(piece)
	kept []byte // the beginning of a line, from a block before
	amid bool   // a piece of the line was given away already
}

func (s *splitter) Write(p []byte) (int, error) {
	if err := context.Cause(s.ctx); err != nil {
		return 0, err
	}
	for rest := p; len(rest) > 0; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			s.keep(rest)
			break
		}
		line := rest[:i+1]
		rest = rest[i+1:]
		if len(s.kept) > 0 {
			s.kept = append(s.kept, line...)
			line = s.kept
		}
		s.give(line, true)
		s.kept = s.kept[:0]
	}
	return len(p), nil
}

// keep holds what may go on in the next block; of a line without end, only so much.
func (s *splitter) keep(p []byte) {
	s.kept = append(s.kept, p...)
	for len(s.kept) > maxPiece {
		n := maxPiece
		if s.kept[n-1] == '\r' {
			n-- // it may belong to the line end
		}
		s.give(s.kept[:n], false)
		s.kept = append(s.kept[:0], s.kept[n:]...)
	}
}

// end gives away the last line, if it has no line end.
func (s *splitter) end() {
	if len(s.kept) > 0 || s.amid {
		s.give(s.kept, true)
	}
}

func (s *splitter) give(text []byte, last bool) {
	t := piece{first: !s.amid, last: last}
	if last {
		t.text, t.end = parted(text)
	} else {
		t.text = text
	}
	s.amid = !last
	s.take(t)
}

// parted is the line and its end.
func parted(line []byte) (text []byte, end string) {
	text, cut := bytes.CutSuffix(line, []byte("\n"))
	if !cut {
		return text, ""
	}
	if text, cut = bytes.CutSuffix(text, []byte("\r")); cut {
		return text, "\r\n"
	}
	return text, "\n"
}

// inspect looks at what holds for every line, wherever it stands.
func (p *proof) inspect(t piece) {
	if t.first {
		p.number++
		p.column = 0
	}
	p.column += len(t.text)
	p.ended = t.end != ""
	where := p.place()
	where.within = false // a server that refuses the line refuses the whole letter
	if t.last && p.column > maxLine {
		where.err("RFC 5322 §2.1.1", "a line of more than %d octets, which servers refuse or cut: encode it or break it", maxLine)
	}
	if t.end == "\n" {
		where.err("RFC 5322 §2.3", "a line ends with LF alone: end it with CRLF")
	}
	if bytes.IndexByte(t.text, '\r') >= 0 {
		where.err("RFC 5322 §2.3", "a CR that ends no line: remove it or encode the part")
	}
	if bytes.IndexByte(t.text, 0) >= 0 {
		where.err("RFC 5322 §4.1", "a NUL octet, which servers refuse or drop: encode the part as base64")
	}
}

// has8bit: an octet above 127.
func has8bit[T string | []byte](s T) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return true
		}
	}
	return false
}

const blanks = " \t"

func trim(s string) string { return strings.Trim(s, blanks) }
