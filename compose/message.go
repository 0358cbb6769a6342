package compose

import (
	"io"
	"slices"

	"github.com/emersion/go-message/textproto"

	"mxsend/compose/header"
)

// message is a whole letter as a tree; it writes itself any number of times, in several goroutines at once.
type message struct {
	header textproto.Header
	fields []header.Field
	body   *part
}

// newMessage puts the fields of the letter and those of its body into one block: Content-* come last.
func newMessage(fields []header.Field, body *part) *message {
	all := slices.Concat(fields, body.fields)
	return &message{header: raw(all), fields: all, body: body}
}

// WriteTo streams the letter: what is small is gathered into large writes, blocks of files pass as they come.
func (m *message) WriteTo(w io.Writer) (int64, error) {
	g := &gatherer{w: w}
	err := m.write(g, func(w io.Writer, p *part) error {
		_, err := p.content.WriteTo(w)
		return err
	})
	if err == nil {
		err = g.flush()
	}
	return g.n, err
}

func (m *message) write(w io.Writer, put func(io.Writer, *part) error) error {
	if err := textproto.WriteHeader(w, m.header); err != nil {
		return err
	}
	return m.body.write(w, put)
}

const gathered = 16 << 10

// gatherer joins small writes. Unlike bufio.Writer it never copies a large one: it sends what it holds and passes the
// large one on as it is.
type gatherer struct {
	w   io.Writer
	buf []byte
	n   int64
}

func (g *gatherer) Write(p []byte) (int, error) {
	if len(g.buf)+len(p) <= gathered {
		g.buf = append(g.buf, p...)
		return len(p), nil
	}
	if err := g.flush(); err != nil {
		return 0, err
	}
	if len(p) <= gathered/2 {
		g.buf = append(g.buf, p...)
		return len(p), nil
	}
	n, err := g.w.Write(p)
	g.n += int64(n)
	return n, err
}

func (g *gatherer) flush() error {
	if len(g.buf) == 0 {
		return nil
	}
	n, err := g.w.Write(g.buf)
	g.n += int64(n)
	g.buf = g.buf[:0]
	return err
}
