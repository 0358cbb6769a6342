package smtp

import (
	"sync/atomic"

	"mxsend/compose/letter"
)

// pouring is a letter on its way out of one goroutine, while another listens.
type pouring struct {
	s      *Session
	letter *letter.Letter
	out    *sink
	chunks bool

	chunkEnded atomic.Bool // the last octets of a chunk that is not the last are on their way
	goOn       chan bool   // the reply to that chunk: whether to go on; holds one, so that nobody waits to tell
}

func (s *Session) newPouring(l *letter.Letter, chunks bool) *pouring {
	return &pouring{s: s, letter: l, out: newSink(s), chunks: chunks, goOn: make(chan bool, 1)}
}

// unfitError is a letter that could not be read or must not be sent.
type unfitError struct{ cause error }

func (e *unfitError) Error() string { return e.cause.Error() }
func (e *unfitError) Unwrap() error { return e.cause }

// pour writes the letter and its end. The error is a *unfitError when it is the letter's fault; the end is then never
// sent, and the connection is closed.
func (p *pouring) pour() error {
	write := p.data
	if p.chunks {
		write = p.bdat
	}
	err := write()
	switch {
	case err == nil:
		p.s.guard.readWithin(p.s.options.Timeouts.of(StageEndOfData))
		return nil
	case err == errChunkRefused:
		return err
	case p.out.err != nil:
		p.s.guard.lastWords(lastWords)
		return p.out.err
	}
	p.s.raw.Close()
	return &unfitError{err}
}

// data writes lines, dots doubled, and the final dot. RFC 5321 §4.5.2
func (p *pouring) data() error {
	lines := &stuffer{out: p.out, dots: true}
	if _, err := p.letter.WriteTo(lines); err != nil {
		return err
	}
	if err := lines.close(); err != nil {
		return err
	}
	return p.out.close(".\r\n")
}
