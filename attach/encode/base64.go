package encode

import (
	"io"

	"github.com/segmentio/asm/base64"
)

const (
	lineIn   = 57 // octets that fill a line of 76 columns. RFC 2045 §6.8
	lineOut  = 76
	lineEnd  = lineOut + 2
	blockIn  = lineIn * 1024
	blockOut = lineEnd * 1024
)

// Base64Size is the number of octets that n bytes become: lines of 76 columns, every one ended by CRLF; none for none.
func Base64Size(n int64) int64 {
	columns := (n + 2) / 3 * 4
	return columns + (columns+lineOut-1)/lineOut*2
}

// NewBase64 encodes what is written to it and writes it to w in large blocks. Close writes what is left, with the last line
// end, and does not close w.
func NewBase64(w io.Writer) io.WriteCloser { return &encoder{w: w} }

// encoder gathers whole blocks, so that lines are laid out without a branch for each. Writes that bring whole blocks are
// encoded where they lie.
type encoder struct {
	w    io.Writer
	in   []byte // less than blockIn octets that wait for more
	flat []byte // a block encoded without line ends
	out  []byte
}

func (e *encoder) Write(p []byte) (int, error) {
	n := len(p)
	if len(e.in) > 0 {
		take := min(blockIn-len(e.in), len(p))
		e.in, p = append(e.in, p[:take]...), p[take:]
		if len(e.in) == blockIn {
			if err := e.block(e.in); err != nil {
				return 0, err
			}
			e.in = e.in[:0]
		}
	}
	for len(p) >= blockIn {
		if err := e.block(p[:blockIn]); err != nil {
			return 0, err
		}
		p = p[blockIn:]
	}
	if len(p) > 0 && e.in == nil {
		e.in = make([]byte, 0, blockIn)
	}
	e.in = append(e.in, p...)
	return n, nil
}

func (e *encoder) Close() error {
	if len(e.in) == 0 {
		return nil
	}
	err := e.block(e.in)
	e.in = e.in[:0]
	return err
}

// block encodes at most blockIn octets: first flat, since that is what the processor does fastest, then line by line.
func (e *encoder) block(p []byte) error {
	if e.flat == nil {
		e.flat = make([]byte, blockIn/3*4)
		e.out = make([]byte, blockOut)
	}
	columns := base64.StdEncoding.EncodedLen(len(p))
	base64.StdEncoding.Encode(e.flat, p)
	to := 0
	at := 0
	for ; at+lineOut <= columns; at += lineOut {
		*(*[lineOut]byte)(e.out[to:]) = *(*[lineOut]byte)(e.flat[at:])
		e.out[to+lineOut], e.out[to+lineOut+1] = '\r', '\n'
		to += lineEnd
	}
	if at < columns {
		to += copy(e.out[to:], e.flat[at:columns])
		to += copy(e.out[to:], "\r\n")
	}
	_, err := e.w.Write(e.out[:to])
	return err
}
