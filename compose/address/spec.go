package address

import (
	"unicode"
)

// single reads what Parse takes: an address, in angle brackets or without them.
func (r *reader) single() (Address, error) {
	if r.sign("<") {
		return r.angled()
	}
	return r.spec()
}

// angled reads an address with its angle brackets; the opening one is at hand.
func (r *reader) angled() (Address, error) {
	open := r.token.from
	if err := r.advance(); err != nil {
		return Address{}, err
	}
	switch {
	case r.sign("@"):
		return Address{}, r.fail(r.token.from, "a source route", "leave only the last address") // RFC 5321 §3.3
	case !r.word():
		return Address{}, r.fail(open, "no address between < and >", "write it as Name <name@example.org>")
	}
	a, err := r.spec()
	if err != nil {
		return Address{}, err
	}
	switch {
	case r.token.kind == kindComment:
		return Address{}, r.commented()
	case !r.sign(">"):
		return Address{}, r.fail(r.token.from, "a < without its >", "write it as Name <name@example.org>")
	}
	return a, r.advance()
}

// spec reads an address from its local part on. RFC 5322 §3.4.1
func (r *reader) spec() (Address, error) {
	if !r.word() {
		return Address{}, r.fail(r.token.from, "nothing before the @", "write it as name@example.org")
	}
	local := r.token
	if err := r.advance(); err != nil {
		return Address{}, err
	}
	switch {
	case r.sign(":") && isMailto(local):
		return r.mailto()
	case !r.sign("@") && !r.fallback.IsZero():
		return r.build(local, r.fallback)
	}
	return r.address(local)
}

// address reads "@" and the domain after the local part. What is glued to it is an attempt at disguise.
func (r *reader) address(local token) (Address, error) {
	at := r.token
	switch {
	case at.kind == kindComment:
		return Address{}, r.commented()
	case !r.sign("@"):
		return Address{}, r.fail(at.from, "no @ after "+printable(quoteLocal(local.text)), "write it as name@example.org")
	}
	if err := r.advance(); err != nil {
		return Address{}, err
	}
	t := r.token
	switch {
	case t.kind == kindComment:
		return Address{}, r.commented()
	case t.kind != kindAtom && t.kind != kindLiteral:
		return Address{}, r.fail(at.from, "nothing after the @", "write it as name@example.org")
	case at.spaced || t.spaced:
		return Address{}, r.fail(at.from, "a blank beside the @", "write it as name@example.org")
	}
	d, err := ParseDomain(t.text)
	if err != nil {
		return Address{}, r.rebase(err, t.from)
	}
	if err := r.advance(); err != nil {
		return Address{}, err
	}
	switch n := r.token; {
	case r.sign("@"):
		return Address{}, r.fail(n.from, "a second @", `quote the local part if it holds one: "a@b"@example.org`)
	case n.from == t.to && (r.word() || n.kind == kindLiteral):
		return Address{}, r.fail(n.from, "something is glued to the domain", "separate addresses with commas")
	}
	return r.build(local, d)
}

// commented refuses a comment inside an address: readers do not agree on what is left without it.
func (r *reader) commented() error {
	return r.fail(r.token.from, "a comment inside an address", "put it before or after the address")
}

// rebase shows an error of a part within the whole text, where the part begins at octet from.
func (r *reader) rebase(err error, from int) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	return &Error{Text: r.text, At: from + e.At, Problem: e.Problem, Hint: e.Hint}
}

// build checks the local part and the limits, the lengths of the wire form being those that count. RFC 5321 §4.5.3.1
func (r *reader) build(local token, d Domain) (Address, error) {
	if err := r.checkLocal(local); err != nil {
		return Address{}, err
	}
	a := Address{Local: local.text, Domain: d}
	switch {
	case len(quoteLocal(a.Local)) > maxLocal:
		return Address{}, r.fail(local.from, "a local part longer than 64 octets", "")
	case len(a.String()) > maxPath:
		return Address{}, r.fail(local.from, "an address longer than 254 octets", "")
	}
	return a, nil
}

// checkLocal refuses misplaced dots outside quotes, unless the wire form may have the quotes that were forgotten, and everywhere what nobody sees in an address.
func (r *reader) checkLocal(local token) error {
	if local.text == "" {
		return r.fail(local.from, "an empty local part", "write it as name@example.org")
	}
	if at := misplacedDot(local.text); at >= 0 && local.kind == kindAtom && !r.Lax {
		return r.fail(local.from+at, "a dot too many in the local part", `quote it: "`+printable(local.text)+`"@…`)
	}
	for i, c := range local.text {
		if local.kind == kindQuoted {
			i = 0 // backslashes have moved it
		}
		switch {
		case lookalike(c) != "":
			return r.fail(local.from+i, "a full-width "+string(c), "type "+lookalike(c)+" instead")
		case isBlank(c) || isControl(c) || unicode.In(c, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp):
			return r.fail(local.from+i, "an invisible character inside an address", "type the address anew")
		}
	}
	return nil
}
