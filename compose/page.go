package compose

import (
	"errors"

	"mxsend/attach"
	"mxsend/compose/header"
)

// Picture is a file that travels with the page because the page shows it.
type Picture struct {
	File  *attach.Part
	Names []string // what the page may call it: after "cid:", or as the address of a picture; the first is used in errors
	ID    string   // its Content-ID, with or without angle brackets; empty: a new one
}

// page makes the part of the HTML: alone, or in a multipart/related with the pictures that it shows, the page first.
// RFC 2387 §3.1 wants the type of the root said again.
func (c *composer) page() (*part, error) {
	r := newRewriter()
	pictures, err := c.pictures(r)
	root, textErr := c.text("text/html", r.rewrite(c.draft.HTML))
	if err := errors.Join(err, textErr, r.check(c.draft.Pictures)); err != nil {
		return nil, err
	}
	return c.multipart("related", append([]*part{root}, pictures...), header.Param{Name: "type", Value: "text/html"})
}

// pictures makes their parts, and tells the rewriter how they are called. RFC 2392
func (c *composer) pictures(r *rewriter) ([]*part, error) {
	var parts []*part
	var errs []error
	for _, picture := range c.draft.Pictures {
		id, err := c.contentID(picture)
		r.learn(picture, id)
		p, fileErr := c.file(picture.File, "inline")
		if err := errors.Join(err, fileErr); err != nil {
			errs = append(errs, err)
			continue
		}
		f, err := header.IDs("Content-ID", id)
		errs = append(errs, err)
		p.fields = append(p.fields, f)
		parts = append(parts, p)
	}
	return parts, errors.Join(errs...)
}

// contentID is unique in the world, as RFC 2045 §7 wants it, whatever the page calls the picture.
func (c *composer) contentID(p Picture) (string, error) {
	if p.ID != "" {
		return header.NormalID("Content-ID", p.ID)
	}
	if len(c.draft.From) == 0 {
		return "<none@invalid>", nil // the letter is refused for its missing author
	}
	return header.NewID(c.draft.From[0].Address.Domain, c.moment(), c.dice)
}
