package smtp

import (
	"fmt"
	"io"
)

// Chunking says when a letter is sent with BDAT instead of DATA. RFC 3030
type Chunking string

// The zero value is auto: DATA, since many servers handle chunks badly and none gains by them, unless the letter can travel
// in no other way.
const (
	ChunkingAuto Chunking = ""
	ChunkingOn   Chunking = "on"
	ChunkingOff  Chunking = "off"
)

// ParseChunking reads "auto", "on" or "off"; the empty word is auto.
func ParseChunking(s string) (Chunking, error) {
	switch c := Chunking(s); c {
	case "auto", ChunkingAuto:
		return ChunkingAuto, nil
	case ChunkingOn, ChunkingOff:
		return c, nil
	}
	return ChunkingAuto, fmt.Errorf("%q is none of auto, on, off", s)
}

// chunkSize is the most octets of one chunk. QUIRK: RFC 3030 sets no limit, but some servers wait at every chunk that is
// not the last, and others stall on one that is very large.
const chunkSize = 1 << 20

// usesChunks says whether this letter travels with BDAT.
func (t *transaction) usesChunks() bool {
	wanted := t.options.Chunking == ChunkingOn || t.letter.Facts.Binary
	return wanted && t.options.Chunking != ChunkingOff && t.extensions.Has("CHUNKING")
}

// mayUseData says whether a server that offered CHUNKING and does not know BDAT may be asked again with DATA.
func (t *transaction) mayUseData(r Reply) bool {
	unknown := r.Code == 500 || r.Code == 502 || r.Code == 503
	return unknown && t.usesChunks() && (!t.letter.Facts.Binary || t.letter.Recode != nil) && !t.dead
}

// bdat writes the letter in chunks, each after the reply to the one before. Dots are not doubled, and lines must be lines
// unless the letter is binary. RFC 3030 §2, §3
func (p *pouring) bdat() error {
	c := &chunker{p: p, left: p.letter.Facts.Size}
	var w io.Writer = c
	if !p.letter.Facts.Binary {
		w = &stuffer{out: c}
	}
	if c.left == 0 {
		c.announce()
	}
	if _, err := p.letter.WriteTo(w); err != nil {
		return err
	}
	if lines, ok := w.(*stuffer); ok && lines.cr {
		return errBareCR
	}
	return p.out.close("")
}

// chunker cuts a letter of known size into chunks. The last octet of the last chunk waits in the sink until the letter is
// known to be whole, as the final dot would.
type chunker struct {
	p    *pouring
	left int64 // octets not yet announced
	room int64 // octets of the present chunk still to come
}

func (c *chunker) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if c.room == 0 {
			if err := c.announce(); err != nil {
				return 0, err
			}
		}
		n := int(min(int64(len(rest)), c.room))
		if err := c.put(rest[:n]); err != nil {
			return 0, err
		}
		rest = rest[n:]
	}
	return len(p), nil
}

// announce begins a chunk.
func (c *chunker) announce() error {
	c.room = min(c.left, chunkSize)
	c.left -= c.room
	line := fmt.Sprintf("BDAT %d", c.room)
	if c.left == 0 {
		line += " LAST"
	}
	return c.p.out.command(line)
}

func (c *chunker) put(p []byte) error {
	c.room -= int64(len(p))
	end := c.room == 0
	if end && c.left == 0 {
		held := len(p) - 1
		if _, err := c.p.out.Write(p[:held]); err != nil {
			return err
		}
		return c.p.out.hold(p[held:])
	}
	if end {
		return c.p.endChunk(p)
	}
	_, err := c.p.out.Write(p)
	return err
}

// endChunk sends the last octets of a chunk and waits for the reply to it, which may come as soon as they are out.
func (p *pouring) endChunk(last []byte) error {
	p.s.guard.readWithin(p.s.options.Timeouts.of(StageEndOfData))
	p.chunkEnded.Store(true)
	if _, err := p.out.Write(last); err != nil {
		return err
	}
	if err := p.out.flush(); err != nil {
		return err
	}
	if !<-p.goOn {
		return errChunkRefused
	}
	return nil
}
