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
	words, err := c.words()
	errs := []error{err}
	children := []*part{words}
	for _, file := range c.draft.Attachments {
		p, err := c.file(file, "attachment")
		errs = append(errs, err)
		children = append(children, p)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c.multipart("mixed", children)
}

// words are what is to be read, in all its versions, the plainest first. RFC 2046 §5.1.4
func (c *composer) words() (*part, error) {
	if c.draft.HTML == "" {
		if len(c.draft.Pictures) > 0 {
			return nil, missing("pictures without a page to show them: attach them as files")
		}
		return c.text("text/plain", c.draft.Text)
	}
	said := c.draft.Text
	if said == "" {
		var err error
		if said, err = PlainText(c.draft.HTML); err != nil {
			return nil, err
		}
	}
	text, textErr := c.text("text/plain", said)
	page, pageErr := c.page()
	if err := errors.Join(textErr, pageErr); err != nil {
		return nil, err
	}
	return c.multipart("alternative", []*part{text, page})
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
	p := &part{boundary: boundary, children: children, encoding: encode.SevenBit}
	for _, child := range children {
		if child.encoding == encode.EightBit {
			p.encoding = encode.EightBit // the label is that of the heaviest child. RFC 2045 §6.4
		}
	}
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
