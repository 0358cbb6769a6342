package address

import (
	"fmt"
	"io"
	"net/url"
	"strings"
)

// Parser reads lists as people type and paste them. The zero value refuses bare names and list files.
type Parser struct {
	DefaultDomain string                                   // what a name without a domain gets; empty: such a name is an error
	Open          func(name string) (io.ReadCloser, error) // opens the file of an "@file" entry; nil: those are errors
	Warn          func(string)                             // told what was set right without being asked; may be nil
}

// List reads mailboxes and groups separated by commas or semicolons. "Doe, Jane <jane@example.org>" is one mailbox;
// anything that could be read in two ways is an error. A text that is "@file" stands for the entries of that file, one a
// line. Its error is an *Error, or that of the file.
func (p Parser) List(s string) (List, error) {
	if name, ok := strings.CutPrefix(strings.TrimSpace(s), "@"); ok && p.Open != nil {
		return p.file(name)
	}
	if len(s) > maxText {
		return nil, &Error{Text: s, Problem: "a list of more than 16 MiB"}
	}
	warn := p.Warn
	if warn == nil {
		warn = func(string) {}
	}
	r := &reader{Parser: p, scanner: scanner{text: s, warn: warn}}
	return r.list()
}

// reader puts tokens together. One token is looked at before it is taken.
type reader struct {
	Parser
	scanner
	token token
}

func (r *reader) advance() error {
	var err error
	r.token, err = r.next()
	return err
}

func (r *reader) sign(c string) bool { return r.token.kind == kindSign && r.token.text == c }

func (r *reader) separator() bool { return r.sign(",") || r.sign(";") }

func (r *reader) list() (List, error) {
	if err := r.advance(); err != nil {
		return nil, err
	}
	var l List
	for r.token.kind != kindEnd {
		g, err := r.entry(true)
		if err != nil {
			return nil, err
		}
		l = append(l, g)
		if r.token.kind == kindEnd {
			break
		}
		if !r.separator() {
			return nil, r.fail(r.token.from, "two addresses without a comma between them", "separate addresses with commas")
		}
		if err := r.afterSeparator(); err != nil {
			return nil, err
		}
	}
	if len(l) == 0 {
		return nil, r.fail(0, "no address", "write it as name@example.org")
	}
	return l, nil
}

// afterSeparator: one separator may end a list, as in pasted ones; two in a row hide a missing address.
func (r *reader) afterSeparator() error {
	if err := r.advance(); err != nil {
		return err
	}
	if r.separator() {
		return r.fail(r.token.from, "an address is missing between two separators", "")
	}
	return nil
}

// entry reads one mailbox or, where allowed, one group. Words before a comma are kept: they may be the family name of
// "Doe, Jane <jane@example.org>".
func (r *reader) entry(groups bool) (Group, error) {
	var p phrase
	start := r.token.from
	for {
		switch {
		case r.token.kind == kindAtom || r.token.kind == kindQuoted:
			p.add(r.token)
		case r.token.kind == kindComment:
			p.comment(r.token.text)
		case r.sign("<"):
			return r.angled(p)
		case r.sign("@") || r.token.kind == kindLiteral:
			return r.bare(p)
		case r.sign(":") && p.isScheme():
			return r.mailto()
		case r.sign(":") && groups && len(p.words) > 0:
			return r.group(p)
		case r.sign(",") && r.DefaultDomain == "" && p.mayContinue() && r.continues():
			p.comma()
		default:
			return r.unfinished(p, start)
		}
		if err := r.advance(); err != nil {
			return Group{}, err
		}
	}
}

// continues looks ahead, without taking anything: do the next words, up to the next separator, end in an address in angle
// brackets? Then what stands before the comma belongs to its name.
func (r *reader) continues() bool {
	ahead := r.scanner
	ahead.warn = func(string) {}
	for words := 0; ; words++ {
		t, err := ahead.next()
		if err != nil || t.kind != kindAtom && t.kind != kindQuoted && t.kind != kindComment {
			return err == nil && words > 0 && t.kind == kindSign && t.text == "<"
		}
	}
}

// unfinished: the words of p came to an end without an address.
func (r *reader) unfinished(p phrase, start int) (Group, error) {
	switch {
	case len(p.words) == 1 && r.DefaultDomain != "" && (r.token.kind == kindEnd || r.separator()):
		d, err := ParseDomain(r.DefaultDomain)
		if err != nil {
			return Group{}, err
		}
		return r.mailbox(p.note, p.words[0], d)
	case r.sign(">"):
		return Group{}, r.fail(r.token.from, "a > without its <", "")
	case len(p.words) == 0:
		return Group{}, r.fail(r.token.from, "an address is missing", "write it as name@example.org")
	case len(p.words) == 1:
		return Group{}, r.fail(start, "no domain", "write it as "+printable(p.words[0].text)+"@example.org, or use --default-domain")
	}
	return Group{}, r.fail(start, "a name without an address", "write it as Name <name@example.org>")
}

// angled reads the address between < and >.
func (r *reader) angled(p phrase) (Group, error) {
	open := r.token.from
	if err := r.advance(); err != nil {
		return Group{}, err
	}
	if r.sign("@") {
		return Group{}, r.fail(r.token.from, "a source route", "leave only the last address") // RFC 5321 §3.3
	}
	local := r.token
	if local.kind != kindAtom && local.kind != kindQuoted {
		return Group{}, r.fail(open, "no address between < and >", "write it as Name <name@example.org>")
	}
	if err := r.advance(); err != nil {
		return Group{}, err
	}
	d, err := r.domainOrDefault()
	if err != nil {
		return Group{}, err
	}
	if !r.sign(">") {
		return Group{}, r.fail(r.token.from, "a < without its >", "")
	}
	if err := r.advance(); err != nil {
		return Group{}, err
	}
	for r.token.kind == kindComment {
		p.comment(r.token.text)
		if err := r.advance(); err != nil {
			return Group{}, err
		}
	}
	return r.mailbox(p.name(), local, d)
}

func (r *reader) domainOrDefault() (Domain, error) {
	if !r.sign("@") && r.DefaultDomain != "" {
		return ParseDomain(r.DefaultDomain)
	}
	return r.domain()
}

// bare reads an address without brackets; the words before it must be the local part alone.
func (r *reader) bare(p phrase) (Group, error) {
	if len(p.words) != 1 {
		problem, hint := "a blank inside an address", "separate addresses with commas, or write Name <name@example.org>"
		if len(p.words) == 0 {
			problem, hint = "nothing before the @", "write it as name@example.org"
		}
		return Group{}, r.fail(r.token.from, problem, hint)
	}
	d, err := r.domain()
	if err != nil {
		return Group{}, err
	}
	for r.token.kind == kindComment { // RFC 5322 §3.4: the old way of giving a name
		p.comment(r.token.text)
		if err := r.advance(); err != nil {
			return Group{}, err
		}
	}
	return r.mailbox(p.note, p.words[0], d)
}

// domain takes "@" and the domain after it. A comment or a second part glued to it is an attempt at disguise.
func (r *reader) domain() (Domain, error) {
	at := r.token.from
	if !r.sign("@") || r.token.spaced {
		return Domain{}, r.fail(at, "no @ after the local part", "write it as name@example.org")
	}
	if err := r.advance(); err != nil {
		return Domain{}, err
	}
	t := r.token
	if t.kind != kindAtom && t.kind != kindLiteral || t.spaced {
		return Domain{}, r.fail(at, "nothing after the @", "write it as name@example.org")
	}
	d, err := ParseDomain(t.text)
	if err != nil {
		return Domain{}, r.rebase(err, t)
	}
	if err := r.advance(); err != nil {
		return Domain{}, err
	}
	if r.sign("@") {
		return Domain{}, r.fail(r.token.from, "a second @", "quote the local part if it holds one")
	}
	if n := r.token; n.from == t.to && (n.kind == kindAtom || n.kind == kindLiteral || n.kind == kindQuoted || n.kind == kindComment) {
		return Domain{}, r.fail(n.from, "something is glued to the domain", "put a blank before a comment")
	}
	return d, nil
}

// rebase shows an error of a part within the whole text.
func (r *reader) rebase(err error, t token) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	return &Error{Text: r.text, At: t.from, Problem: e.Problem, Hint: e.Hint}
}

// mailbox checks the local part and its limits. RFC 5321 §4.5.3.1
func (r *reader) mailbox(name string, local token, d Domain) (Group, error) {
	a := Address{Local: local.text, Domain: d}
	switch {
	case local.kind == kindAtom && !isDotAtom(local.text):
		return Group{}, r.fail(local.from, "a dot too many in the local part", `quote it: "`+printable(local.text)+`"@…`)
	case local.text == "":
		return Group{}, r.fail(local.from, "an empty local part", "")
	case len(local.text) > maxLocal:
		return Group{}, r.fail(local.from, "a local part longer than 64 octets", "")
	case len(a.String()) > maxPath:
		return Group{}, r.fail(local.from, "an address longer than 254 octets", "")
	}
	return Group{Members: []Mailbox{{Name: name, Address: a}}}, nil
}

// mailto takes only the address of a mailto URI. RFC 6068 §2
func (r *reader) mailto() (Group, error) {
	rest := r.text[r.token.to:]
	end := strings.IndexAny(rest, ",; \t<>")
	if end < 0 {
		end = len(rest)
	}
	target, query, _ := strings.Cut(rest[:end], "?")
	decoded, err := url.PathUnescape(target)
	if err != nil {
		return Group{}, r.fail(r.token.to, "a broken % in a mailto link", "")
	}
	a, err := Parse(decoded)
	if err != nil {
		return Group{}, err
	}
	if query != "" {
		r.warn(fmt.Sprintf("of the mailto link only the address %s is used", a))
	}
	r.at += end
	return Group{Members: []Mailbox{{Address: a}}}, r.advance()
}

// group reads the members of a named group up to its semicolon. RFC 5322 §3.4
func (r *reader) group(p phrase) (Group, error) {
	g := Group{Name: p.name(), Named: true}
	open := r.token.from
	if err := r.advance(); err != nil {
		return g, err
	}
	for !r.sign(";") {
		if r.token.kind == kindEnd {
			return g, r.fail(open, "the group is never closed", "end it with a semicolon")
		}
		member, err := r.entry(false)
		if err != nil {
			return g, err
		}
		g.Members = append(g.Members, member.Members...)
		if r.sign(",") {
			if err := r.afterSeparator(); err != nil && !r.sign(";") {
				return g, err
			}
		}
	}
	return g, r.advance()
}
