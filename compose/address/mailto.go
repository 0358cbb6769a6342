package address

import (
	"net/url"
	"strings"
)

// link is the entry that a mailto link makes; the colon is at hand.
func (r *reader) link(p *phrase) (Group, error) {
	a, err := r.mailto()
	if err != nil {
		return Group{}, err
	}
	return r.mailbox(&phrase{note: p.note}, a)
}

// mailto takes only the address of a mailto link, and says so if there is more; the colon is at hand. RFC 6068 §2
func (r *reader) mailto() (Address, error) {
	from := r.token.to
	rest := r.text[from:]
	end := strings.IndexAny(rest, ",; \t<>")
	if end < 0 {
		end = len(rest)
	}
	target, query, _ := strings.Cut(rest[:end], "?")
	a, err := r.decodeLink(target)
	if err != nil {
		return Address{}, r.rebase(err, from)
	}
	if query != "" {
		r.warn("of the mailto link only the address %s is used", a)
	}
	r.at = from + end
	r.spaced, r.tabbed = false, false
	return a, r.advance()
}

// decodeLink undoes the percent signs of an address. A link inside a link is none.
func (r *reader) decodeLink(target string) (Address, error) {
	plain, err := url.PathUnescape(target)
	switch {
	case len(target) > maxSingle:
		return Address{}, &Error{Text: target, Problem: "longer than any address"}
	case err != nil:
		return Address{}, &Error{Text: target, Problem: "a broken % in a mailto link", Hint: "write %25 for a percent sign"}
	case len(plain) >= 7 && strings.EqualFold(plain[:7], "mailto:"):
		return Address{}, &Error{Text: target, Problem: "a mailto link inside another"}
	}
	a, err := Parser{Lax: r.Lax}.Address(plain)
	if e, ok := err.(*Error); ok {
		return Address{}, &Error{Text: target, Problem: "no address in the mailto link: " + e.Problem, Hint: e.Hint}
	}
	return a, err
}
