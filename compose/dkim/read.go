package dkim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"

	"mxsend/compose/letter"
)

// findings are what a signature needs to know of a letter.
type findings struct {
	fields   []field
	bodyHash []byte // SHA-256 of the canonical body: bh=
}

// read goes through the letter once and keeps its header. A letter without an empty line is all header: RFC 5322 §2.1
func read(ctx context.Context, l *letter.Letter) (*findings, error) {
	r := &reader{ctx: ctx, hash: sha256.New()}
	r.body.w = r.hash
	if _, err := l.WriteTo(r); err != nil {
		return nil, fmt.Errorf("reading the letter for its signature: %w", err)
	}
	r.body.end()
	return &findings{fields: cut(r.header), bodyHash: r.hash.Sum(nil)}, nil
}

// reader parts the header from the body, wherever the blocks it is given begin and end.
type reader struct {
	ctx    context.Context
	header []byte // without the empty line
	inBody bool
	body   relaxed
	hash   hash.Hash
}

// maxHeader is more than compose and intake let through.
const maxHeader = 16 << 20

var errHeader = errors.New("the header never ends")

func (r *reader) Write(p []byte) (int, error) {
	if err := context.Cause(r.ctx); err != nil {
		return 0, err
	}
	if r.inBody {
		return r.body.Write(p)
	}
	from := max(len(r.header)-3, 0) // the end of the header may be cut by the ends of blocks
	r.header = append(r.header, p...)
	end := headerEnd(r.header, from)
	if end < 0 {
		if len(r.header) > maxHeader {
			return 0, errHeader
		}
		return len(p), nil
	}
	r.inBody = true
	_, err := r.body.Write(r.header[end+2:])
	r.header = r.header[:end]
	return len(p), err
}

// headerEnd is where the empty line begins, or -1; a letter may begin with it. It is looked for from there on.
func headerEnd(b []byte, from int) int {
	if bytes.HasPrefix(b, []byte("\r\n")) {
		return 0
	}
	i := bytes.Index(b[from:], []byte("\r\n\r\n"))
	if i < 0 {
		return -1
	}
	return from + i + 2
}
