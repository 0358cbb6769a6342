package address

import (
	"fmt"
	"io"
	"mime"
	"strings"
)

// Parser reads lists as people type and paste them. The zero value refuses bare names and list files, and takes
// encoded-words literally.
type Parser struct {
	DefaultDomain string                                   // what a name without a domain gets; empty: such a name is an error
	Open          func(name string) (io.ReadCloser, error) // opens the file of an "@file" entry; nil: those are errors
	Warn          func(string)                             // told what was set right or may be misread; may be nil
	Lax           bool                                     // quotes a local part with dots too many ("j..k@example.org"), as some providers gave them out
	Words         *mime.WordDecoder                        // decodes the names of a received letter (RFC 2047); nil: names are literal
}

// List reads mailboxes and groups separated by commas or semicolons. "Doe, Jane <jane@example.org>" is one mailbox, unless
// there is a default domain for Doe; anything else that could be read in two ways is an error. One separator may end the
// list. A text that is "@file" stands for the entries of that file. The error is an *Error, a *FileError, or several of them
// joined.
func (p Parser) List(s string) (List, error) {
	if name, ok := strings.CutPrefix(strings.TrimSpace(s), "@"); ok && p.Open != nil {
		return p.file(name)
	}
	r, err := p.reader(s)
	if err != nil {
		return nil, err
	}
	return r.list()
}

func (p Parser) reader(s string) (*reader, error) {
	if len(s) > maxText {
		return nil, &Error{Text: s[:maxSingle], Problem: fmt.Sprintf("a list of more than %d MiB", maxText>>20)}
	}
	r := &reader{Parser: p, scanner: scanner{text: s}}
	if p.DefaultDomain != "" {
		d, err := ParseDomain(p.DefaultDomain)
		if err != nil {
			return nil, fmt.Errorf("the default domain: %w", err)
		}
		r.fallback = d
	}
	return r, nil
}

func (p Parser) warn(format string, args ...any) {
	if p.Warn != nil {
		p.Warn(fmt.Sprintf(format, args...))
	}
}

// reader puts tokens together. One token is looked at before it is taken.
type reader struct {
	Parser
	scanner
	token    token
	fallback Domain // of names without one; zero: they are refused
	boxes    int    // mailboxes so far
	lines    bool   // a tab parts addresses too, as in list files
}

func (r *reader) advance() error {
	var err error
	r.token, err = r.next()
	return err
}

func (r *reader) sign(c string) bool { return r.token.kind == kindSign && r.token.text == c }

func (r *reader) word() bool { return r.token.kind == kindAtom || r.token.kind == kindQuoted }

func (r *reader) separator() bool { return r.sign(",") || r.sign(";") }

func (r *reader) list() (List, error) {
	var l List
	err := r.advance()
	for err == nil && r.token.kind != kindEnd {
		var g Group
		if g, err = r.entry(true); err == nil {
			l = append(l, g)
			err = r.separate()
		}
	}
	if err != nil {
		return nil, err
	}
	if len(l) == 0 {
		return nil, r.fail(0, "no address", "write it as name@example.org")
	}
	if r.stripped != 0 {
		r.warn("an invisible character (U+%04X) beside an address was left out", r.stripped)
	}
	return l, nil
}

// separate goes on to the next entry. One separator may end a list, as in pasted ones; two in a row hide a missing address.
func (r *reader) separate() error {
	switch {
	case r.token.kind == kindEnd, r.lines && r.token.tabbed && !r.separator():
		return nil
	case !r.separator():
		return r.fail(r.token.from, "two addresses without a comma between them", "separate addresses with commas")
	}
	last := r.token
	if err := r.advance(); err != nil {
		return err
	}
	if r.separator() {
		return r.fail(r.token.from, "an address is missing between two separators", "")
	}
	if r.token.kind == kindEnd && last.text == "," {
		r.warn("the list ends with a comma: is an address missing?")
	}
	return nil
}

// comments passes over comments and keeps the last of them.
func (r *reader) comments(note *string) error {
	for r.token.kind == kindComment {
		*note = r.token.text
		if err := r.advance(); err != nil {
			return err
		}
	}
	return nil
}
