package command

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mxsend/attach"
	"mxsend/compose"
	"mxsend/compose/header"
)

// page reads the words as a page: from --html, or made of the Markdown that the words are.
func (r *reader) page() {
	path := r.c.String("html")
	switch {
	case path != "" && r.c.Bool("markdown"):
		r.usage("--html can't be used with --markdown: the page is given, or made of the words")
	case path != "":
		r.draft.HTML = r.pageFrom(path)
	case r.c.Bool("markdown"):
		page, err := compose.Markdown(r.draft.Text)
		r.refuse("--markdown", err)
		r.draft.HTML = page
	case len(r.c.StringSlice("inline")) > 0 || r.c.Bool("embed"):
		r.usage("--inline and --embed send what a page shows: give the page with --html FILE or --markdown, or attach with --attach")
	}
	r.alone(path)
	r.pictures()
	r.embed(filepath.Dir(path))
}

// alone reads --no-text: a page without a text beside it.
func (r *reader) alone(path string) {
	if r.draft.NoText = r.c.Bool("no-text"); !r.draft.NoText {
		return
	}
	switch {
	case path == "":
		r.usage("--no-text sends a page alone: give the page with --html FILE")
	case r.c.IsSet("body") || r.c.IsSet("body-file") || r.c.Bool("edit"):
		r.usage("--no-text can't be used with --body, --body-file and --edit: leave the text out, or --no-text")
	}
}

func (r *reader) pageFrom(path string) string {
	if isStandardInput(path) && !r.take("--html "+path) {
		return ""
	}
	raw, err := r.readSource(path)
	var page string
	if err == nil {
		page, err = compose.DecodeText(raw, r.c.String("charset"))
	}
	r.refuse("--html", err)
	return page
}

// pictures opens what --inline names.
func (r *reader) pictures() {
	for _, given := range r.c.StringSlice("inline") {
		spec, cid := cutCID(given)
		source, err := attach.ParseSource(spec)
		if err == nil && isStandardInput(source.Path) && !r.take("--inline "+source.Path) {
			continue
		}
		if err == nil {
			err = checkCID(cid)
		}
		if err != nil {
			r.refuse("--inline", err)
			continue
		}
		if p := r.picture(source); p != nil {
			r.draft.Pictures = append(r.draft.Pictures, called(p, source.Path, cid))
		}
	}
}

// called collects what the page may call a picture.
func called(p *attach.Part, path, cid string) compose.Picture {
	made := compose.Picture{File: p, Names: []string{path}}
	for _, name := range []string{cid, p.Name} {
		if name != "" && !slices.Contains(made.Names, name) {
			made.Names = append(made.Names, name)
		}
	}
	if strings.Contains(cid, "@") {
		made.ID = cid
	}
	return made
}

// cutCID takes ;cid=NAME out of FILE[;cid=NAME][;type=TYPE][;name=NAME], unless a file has the whole as its name.
func cutCID(given string) (spec, cid string) {
	if _, err := os.Lstat(given); err == nil {
		return given, ""
	}
	pieces := strings.Split(given, ";")
	for i, piece := range pieces[1:] {
		if name, ok := strings.CutPrefix(piece, "cid="); ok {
			return strings.Join(slices.Delete(pieces, i+1, i+2), ";"), strings.Trim(name, "<>")
		}
	}
	return given, ""
}

// checkCID: a name that stands in an address of the page; one with an @ is a whole Content-ID. RFC 2392 §2
func checkCID(cid string) error {
	if strings.Contains(cid, "@") {
		_, err := header.NormalID("cid", cid)
		return err
	}
	if strings.ContainsFunc(cid, func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune("<>\"'%()", c) }) {
		return &ValueError{"cid", fmt.Sprintf("%q is no name for a picture; use letters, digits, dots and dashes", cid)}
	}
	return nil
}

// picture opens a file and wants it to be one that a page can show.
func (r *reader) picture(source attach.Source) *attach.Part {
	p, err := r.opener.Open(r.c.Context, source)
	if err != nil {
		r.errs = append(r.errs, err)
		return nil
	}
	if kind, _, _ := strings.Cut(string(p.Type), "/"); kind != "image" && kind != "audio" && kind != "video" && kind != "font" {
		r.errs = append(r.errs, &ValueError{source.Path, "it is " + string(p.Type) + ", which no page shows; attach it with --attach"}, p.Close())
		return nil
	}
	for _, w := range p.Warnings {
		r.warn(w)
	}
	return p
}

// embed opens the pictures of this machine that the page shows, if it was asked to; else it warns of the holes they leave.
// dir is where the page lies.
func (r *reader) embed(dir string) {
	for _, address := range compose.LocalPictures(r.draft.HTML) {
		path := pathOf(address, dir)
		if r.isCalled(address) {
			continue
		}
		if !r.c.Bool("embed") {
			r.warn("the page shows " + path + ", which does not travel with it: add --embed, or --inline " + path)
			continue
		}
		if p := r.picture(attach.Source{Path: path}); p != nil {
			r.draft.Pictures = append(r.draft.Pictures, compose.Picture{File: p, Names: []string{address}})
		}
	}
}

func (r *reader) isCalled(address string) bool {
	plain, err := url.PathUnescape(address)
	return slices.ContainsFunc(r.draft.Pictures, func(p compose.Picture) bool {
		return slices.Contains(p.Names, address) || err == nil && slices.Contains(p.Names, plain)
	})
}

// pathOf is the file behind an address in the page: beside the page unless the address begins at the root.
func pathOf(address, dir string) string {
	path := address
	if u, err := url.Parse(address); err == nil {
		path = u.Path
	}
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
