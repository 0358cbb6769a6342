package intake

import (
	"bytes"
	"io"
	"strings"

	"mxsend/attach/encode"
)

// sevenBit follows the lines of a body through its parts, twice: the first time, without a writer, it learns which parts
// hold 8-bit octets; the second time it writes those in quoted-printable, so that servers without 8BITMIME take them.
// RFC 6152 §3, RFC 2045 §6
type sevenBit struct {
	out     io.Writer    // nil: learn only
	top     []field      // the header of the letter
	heavy   map[int]bool // parts with 8-bit octets, by their number
	why     string       // it cannot be done; empty: it can
	levels  []level      // the multiparts around the line at hand, the outermost first
	place   place
	part    part
	number  int // of the part at hand
	head    *scanner
	message bool // the header at hand is that of a letter, not of a part
	line    []byte
}

// place is where a line stands.
type place int

const (
	inPart  place = iota
	inHead        // of a part, or of a letter within the letter
	between       // before the first part of a multipart, or after its last
)

// level is a multipart.
type level struct {
	boundary string
	digest   bool // its parts are letters unless they say otherwise. RFC 2046 §5.1.5
	sealed   bool // somebody vouches for its octets
}

// learn reads the body once, and says why its parts cannot be re-encoded, if they cannot.
func (m *message) learn(f *findings) (*sevenBit, string, error) {
	if f.signed() {
		return nil, "it is signed or encrypted, which re-encoding would break", nil
	}
	if !f.utf8 && !m.repair && len(f.named("content-type")) == 0 {
		return nil, "its text is not UTF-8 and has no Content-Type", nil
	}
	s := (&sevenBit{heavy: map[int]bool{}, top: f.fields}).again()
	in := m.source.Reader()
	_, err := io.CopyN(io.Discard, in, m.skip)
	if err == nil {
		err = m.body(s, in)
	}
	return s, s.why, err
}

// again is a new walk with what was learned; several goroutines may ask for one at once.
func (s *sevenBit) again() *sevenBit {
	walk := &sevenBit{heavy: s.heavy, top: s.top}
	walk.begin(s.top, true)
	return walk
}

// Write takes lines ended by CRLF, in any pieces.
func (s *sevenBit) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		piece, rest, ended := bytes.Cut(p, []byte("\n"))
		s.line = append(s.line, piece...)
		if ended {
			s.next(bytes.TrimSuffix(s.line, []byte("\r")))
			s.line = s.line[:0]
		}
		p = rest
	}
	return n, nil
}

func (s *sevenBit) next(line []byte) {
	switch {
	case s.delimits(line):
		s.put(line)
	case s.place == inHead:
		s.headLine(string(line))
	case s.place == between:
		s.refuseIf(isEight(line), "8-bit octets stand outside its parts")
		s.put(line)
	default:
		s.partLine(line)
	}
}

// delimits looks whether a line ends the parts down to one of the multiparts around it. RFC 2046 §5.1.1
func (s *sevenBit) delimits(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("--")) {
		return false
	}
	text := strings.TrimRight(string(line[2:]), " \t")
	for i := len(s.levels) - 1; i >= 0; i-- {
		rest, ok := strings.CutPrefix(text, s.levels[i].boundary)
		if !ok || rest != "" && rest != "--" {
			continue
		}
		if s.place == inHead {
			s.endHead() // a part without a body
		}
		s.levels = s.levels[:i+1]
		if s.place = between; rest == "" {
			s.beginHead(false)
		} else {
			s.levels = s.levels[:i]
		}
		return true
	}
	return false
}

// partLine copies a line of content, or encodes it. Line ends stay where they are, so the one before a delimiter does too.
func (s *sevenBit) partLine(line []byte) {
	if isEight(line) && s.out == nil {
		s.heavy[s.number] = true
		s.refuseIf(s.part.sealed, "it is signed or encrypted, which re-encoding would break")
		s.refuseIf(s.part.encoded, "a part that says it is encoded holds 8-bit octets")
		s.refuseIf(strings.HasPrefix(s.part.kind, "message/"), "a part of type "+s.part.kind+" holds 8-bit octets")
	}
	if s.heavy[s.number] && s.out != nil {
		line = encode.EncodeQuoted(line)
	}
	s.put(line)
}

func (s *sevenBit) put(line []byte) {
	if s.out != nil {
		s.out.Write(line)
		s.out.Write([]byte("\r\n"))
	}
}

func (s *sevenBit) refuseIf(bad bool, why string) {
	if bad && s.why == "" {
		s.why = why
	}
}

func isEight(line []byte) bool {
	for _, c := range line {
		if c >= 0x80 {
			return true
		}
	}
	return false
}
