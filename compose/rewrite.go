package compose

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/html"
)

// rewriter makes a page fit to travel: its pictures are called by their Content-IDs, and the charset it speaks of is the
// one it is sent in.
type rewriter struct {
	ids     map[string]string // name in the page to Content-ID, without angle brackets
	doubled map[string]bool   // names that two pictures have
	shown   map[string]bool   // Content-IDs that the page uses
	wrong   []error           // what it shows that is not there, or there twice
}

func newRewriter() *rewriter {
	return &rewriter{ids: map[string]string{}, doubled: map[string]bool{}, shown: map[string]bool{}}
}

func (r *rewriter) learn(p Picture, id string) {
	id = strings.Trim(id, "<>")
	for _, name := range append(slices.Clone(p.Names), id) {
		if other, taken := r.ids[name]; taken && other != id {
			r.doubled[name] = true
		}
		r.ids[name] = id
	}
}

// check: a page that calls for a picture which is not there would show a hole; a picture that no page calls for would be
// shown nowhere.
func (r *rewriter) check(pictures []Picture) error {
	errs := r.wrong
	for _, p := range pictures {
		if !slices.ContainsFunc(p.Names, func(name string) bool { return r.shown[r.ids[name]] }) {
			errs = append(errs, unfit("the page does not show the picture %s; write <img src=\"%s\">, or attach it", p.File.Name, p.Names[0]))
		}
	}
	return errors.Join(errs...)
}

// rewrite leaves every octet as it is but those of the tags and styles that it changes.
func (r *rewriter) rewrite(page string) string {
	var b strings.Builder
	read, inStyle := 0, false
	for z := html.NewTokenizer(strings.NewReader(page)); z.Next() != html.ErrorToken; {
		raw := string(z.Raw())
		read += len(raw)
		t := z.Token()
		switch t.Type {
		case html.StartTagToken, html.SelfClosingTagToken:
			inStyle = t.Data == "style"
			if r.tag(&t) {
				raw = t.String()
			}
		case html.EndTagToken:
			inStyle = false
		case html.TextToken:
			if inStyle {
				raw = r.style(raw)
			}
		}
		b.WriteString(raw)
	}
	return b.String() + page[read:] // a tag that never ends is no token
}

// tag changes the attributes of a tag that need it, and says whether any did.
func (r *rewriter) tag(t *html.Token) bool {
	changed := false
	for i, a := range t.Attr {
		value := r.attribute(t, a)
		changed = changed || value != a.Val
		t.Attr[i].Val = value
	}
	return changed
}

func (r *rewriter) attribute(t *html.Token, a html.Attribute) string {
	switch {
	case a.Key == "style":
		return r.style(a.Val)
	case t.Data == "meta" && a.Key == "charset":
		return "utf-8"
	case t.Data == "meta" && a.Key == "content" && isContentType(t):
		return "text/html; charset=utf-8"
	case isAddress(a.Key):
		return r.address(a.Val)
	}
	return a.Val
}

func isContentType(t *html.Token) bool {
	return slices.ContainsFunc(t.Attr, func(a html.Attribute) bool {
		return a.Key == "http-equiv" && strings.EqualFold(a.Val, "Content-Type")
	})
}

// isAddress: the attributes by which a page shows what lies elsewhere.
func isAddress(key string) bool { return key == "src" || key == "background" || key == "poster" }

// address replaces what the page calls a picture by the picture's Content-ID. RFC 2392 §2
func (r *rewriter) address(value string) string {
	name, byID := strings.CutPrefix(value, "cid:")
	if plain, err := url.PathUnescape(name); err == nil && r.ids[name] == "" {
		name = plain
	}
	id, known := r.ids[name]
	switch {
	case r.doubled[name]:
		r.wrong = append(r.wrong, unfit("two pictures are called %q, and the page shows it", name))
		r.shown[id] = true
	case known:
		r.shown[id] = true
		return "cid:" + strings.ReplaceAll(id, "%", "%25")
	case byID:
		r.wrong = append(r.wrong, unfit("the page shows cid:%s, but no picture is called so", name))
	}
	return value
}

var styleURL = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`url\(\s*["']?([^"')]+?)["']?\s*\)`) })

// style does the same within CSS.
func (r *rewriter) style(css string) string {
	return styleURL().ReplaceAllStringFunc(css, func(call string) string {
		given := styleURL().FindStringSubmatch(call)[1]
		if address := r.address(given); address != given {
			return "url(" + address + ")"
		}
		return call
	})
}

// LocalPictures are the addresses under which a page shows files of this machine: neither on the web nor in the letter.
// They stand there once each, in the page's order.
func LocalPictures(page string) []string {
	var found []string
	within := ""
	for z := html.NewTokenizer(strings.NewReader(page)); z.Next() != html.ErrorToken; {
		t := z.Token()
		if t.Data == "base" && t.Type != html.TextToken {
			return nil // the page says where its addresses begin
		}
		for _, address := range shownBy(t, within) {
			if isLocal(address) && !slices.Contains(found, address) {
				found = append(found, address)
			}
		}
		if within = ""; t.Type == html.StartTagToken {
			within = t.Data
		}
	}
	return found
}

// shownBy are the addresses that a tag shows, or the text within a style.
func shownBy(t html.Token, within string) []string {
	if t.Type == html.TextToken && within == "style" {
		return calls(t.Data)
	}
	var all []string
	for _, a := range t.Attr {
		switch {
		case a.Key == "style":
			all = append(all, calls(a.Val)...)
		case isAddress(a.Key) && showsPicture(t.Data, a.Key):
			all = append(all, a.Val)
		}
	}
	return all
}

// showsPicture: a film, a script or a page within the page has a src too.
func showsPicture(tag, key string) bool { return key != "src" || tag == "img" || tag == "input" }

// calls are the addresses that a style calls for, but for other styles, which no letter can bring along.
func calls(css string) []string {
	var all []string
	for _, call := range styleURL().FindAllStringSubmatch(css, -1) {
		if !strings.HasSuffix(call[1], ".css") {
			all = append(all, call[1])
		}
	}
	return all
}

func isLocal(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "" && u.Host == "" || u.Scheme == "file") && u.Path != ""
}
