package compose

import (
	"errors"
	"io"

	"github.com/emersion/go-message/textproto"

	"mxsend/attach/encode"
	"mxsend/compose/header"
)

// part is a node of the MIME tree: a leaf with content, or a multipart with children. It is not changed once it is built.
type part struct {
	fields   []header.Field // Content-*, in the order in which they are written
	encoding encode.Encoding
	content  content // of a leaf
	boundary string  // of a multipart
	children []*part
}

// content is what a leaf holds, encoded already.
type content interface {
	EncodedSize() int64 // octets that WriteTo writes; known without reading
	io.WriterTo         // any number of times
}

// tree builds the body: the words first, then the files. A level with one part only is left out; but words always stand
// before files, be they none, since readers that find a file alone show a blank letter or the file as the letter.
//
//	mixed
//	├── alternative
//	│   ├── text/plain
//	│   ├── related
//	│   │   ├── text/html
//	│   │   └── pictures
//	│   └── text/calendar
//	└── files
func (c *composer) tree() (*part, error) {
	s := &siblings{}
	s.add(c.words())
	if c.draft.Calendar != "" {
		s.add(c.invitationFile())
	}
	for _, file := range c.draft.Attachments {
		s.add(c.file(file, "attachment"))
	}
	return s.in(c, "mixed")
}

// words are what is to be read, in all its versions, the plainest first. RFC 2046 §5.1.4
func (c *composer) words() (*part, error) {
	s := &siblings{}
	if !c.draft.NoText || c.draft.HTML == "" {
		s.add(c.plain())
	}
	switch {
	case c.draft.HTML != "":
		s.add(c.page())
	case len(c.draft.Pictures) > 0:
		return nil, missing("pictures without a page to show them: attach them as files")
	}
	if c.draft.Calendar != "" {
		s.add(c.invitation())
	}
	return s.in(c, "alternative")
}

// plain is the version that everyone can read: the author's, or made of the page.
func (c *composer) plain() (*part, error) {
	said := c.draft.Text
	if said == "" && c.draft.HTML != "" {
		var err error
		if said, err = PlainText(c.draft.HTML); err != nil {
			return nil, err
		}
	}
	if c.draft.Flowed {
		return c.text("text/plain", flowed(said), header.Param{Name: "format", Value: "flowed"}) // RFC 3676 §4.1
	}
	return c.text("text/plain", said)
}

// siblings collects parts, and the errors of those that could not be made.
type siblings struct {
	parts []*part
	errs  []error
}

func (s *siblings) add(p *part, err error) {
	s.parts, s.errs = append(s.parts, p), append(s.errs, err)
}

// in puts them into one multipart.
func (s *siblings) in(c *composer, kind string, params ...header.Param) (*part, error) {
	if err := errors.Join(s.errs...); err != nil {
		return nil, err
	}
	return c.multipart(kind, s.parts, params...)
}

// multipart puts parts together, or gives back the only one.
func (c *composer) multipart(kind string, children []*part, params ...header.Param) (*part, error) {
	if len(children) == 1 {
		return children[0], nil
	}
	boundary, err := c.boundary()
	if err != nil {
		return nil, err
	}
	p := &part{boundary: boundary, children: children, encoding: heaviest(children)}
	params = append(params, header.Param{Name: "boundary", Value: boundary})
	return p, p.describe(c.writer, "multipart/"+kind, params...)
}

// describe writes the fields that every part has: its type and how it is encoded. RFC 2045 §5, §6
func (p *part) describe(w header.Writer, kind string, params ...header.Param) error {
	if err := p.field(w, "Content-Type", kind, params...); err != nil {
		return err
	}
	if p.content == nil && p.encoding == encode.SevenBit {
		return nil // RFC 2045 §6.1: what is not labelled is 7bit
	}
	return p.field(w, "Content-Transfer-Encoding", string(p.encoding))
}

func (p *part) field(w header.Writer, name, value string, params ...header.Param) error {
	f, err := w.Structured(name, value, params...)
	if err == nil {
		p.fields = append(p.fields, f)
	}
	return err
}

// write writes the body of the part to w: delimiters, the headers of its children, and what put makes of every content.
func (p *part) write(w io.Writer, put func(io.Writer, *part) error) error {
	if p.content != nil {
		return put(w, p)
	}
	m := textproto.NewMultipartWriter(w)
	if err := m.SetBoundary(p.boundary); err != nil {
		return err
	}
	for _, child := range p.children {
		in, err := m.CreatePart(raw(child.fields))
		if err != nil {
			return err
		}
		if err := child.write(in, put); err != nil {
			return err
		}
	}
	return m.Close()
}

// raw hands finished fields to go-message, which writes them in the reverse order of their adding and as they are.
func raw(fields []header.Field) textproto.Header {
	var h textproto.Header
	for i := len(fields) - 1; i >= 0; i-- {
		h.AddRaw([]byte(fields[i].Raw()))
	}
	return h
}
