package address

// entry reads one mailbox or, where allowed, one group. Words before a comma are kept: they may be the family name of
// "Doe, Jane <jane@example.org>".
func (r *reader) entry(groups bool) (Group, error) {
	var p phrase
	for {
		switch {
		case r.word():
			p.add(r.token)
		case r.token.kind == kindComment:
			p.note = r.token.text
		case r.sign("<"):
			return r.named(&p)
		case r.sign("@"):
			return r.plain(&p)
		case r.sign(":") && p.isScheme():
			return r.link(&p)
		case r.sign(":") && groups && p.words > 0:
			return r.group(&p)
		case r.sign(",") && r.continues(&p):
			p.comma()
		default:
			return r.bare(&p)
		}
		if err := r.advance(); err != nil {
			return Group{}, err
		}
	}
}

// continues looks ahead, without taking anything: do the next words, up to the next separator, end in an address in angle
// brackets? Then what stands before the comma belongs to its name. Only one comma can do so, or every missing address would
// be swallowed, and none where a bare word is an address of its own.
func (r *reader) continues(p *phrase) bool {
	if p.words == 0 || p.commas > 0 || !r.fallback.IsZero() {
		return false
	}
	ahead := r.scanner
	for words := 0; ; words++ {
		t, err := ahead.next()
		if err != nil || t.kind != kindAtom && t.kind != kindQuoted && t.kind != kindComment {
			return err == nil && words > 0 && t.kind == kindSign && t.text == "<"
		}
	}
}

// named reads the address between < and >, whose name is p. RFC 5322 §3.4 name-addr
func (r *reader) named(p *phrase) (Group, error) {
	a, err := r.angled()
	if err != nil {
		return Group{}, err
	}
	if err := r.comments(&p.note); err != nil {
		return Group{}, err
	}
	g, err := r.mailbox(p, a)
	if err == nil && p.commas > 0 {
		r.warn("%q <%s> is read as one mailbox; quote the name to say so", g.Members[0].Name, a)
	}
	return g, err
}

// plain reads an address without brackets; the words before the @ must be the local part alone.
func (r *reader) plain(p *phrase) (Group, error) {
	switch {
	case p.words == 0:
		return Group{}, r.fail(r.token.from, "nothing before the @", "write it as name@example.org")
	case p.words > 1:
		return Group{}, r.fail(p.last.from, "a blank inside an address",
			"separate addresses with commas, or write Name <name@example.org>")
	}
	a, err := r.address(p.first)
	if err != nil {
		return Group{}, err
	}
	note := phrase{note: p.note} // RFC 5322 §3.4: a comment is the old way of giving a name
	if err := r.comments(&note.note); err != nil {
		return Group{}, err
	}
	if r.sign("<") {
		return r.twice(&note, a)
	}
	return r.mailbox(&note, a)
}

// twice reads "jane@example.org <jane@example.org>".
// QUIRK: RFC 5322 §3.4 wants a name with an @ quoted; mail programs that have no name paste the address in its place.
func (r *reader) twice(p *phrase, name Address) (Group, error) {
	at := r.token.from
	a, err := r.angled()
	if err != nil {
		return Group{}, err
	}
	if a != name {
		return Group{}, r.fail(at, "two addresses without a comma between them", "put a name with an @ in double quotes")
	}
	return r.mailbox(p, a)
}

// bare ends an entry that has no address: a word that gets the default domain, or an error.
func (r *reader) bare(p *phrase) (Group, error) {
	end := r.token.kind == kindEnd || r.separator()
	switch {
	case p.words == 1 && !r.fallback.IsZero() && end:
		a, err := r.build(p.first, r.fallback)
		if err != nil {
			return Group{}, err
		}
		return r.mailbox(&phrase{note: p.note}, a)
	case r.sign(">"):
		return Group{}, r.fail(r.token.from, "a > without its <", "write it as Name <name@example.org>")
	case r.token.kind == kindLiteral:
		return Group{}, r.fail(r.token.from, "an unexpected [", "put a name with special characters in double quotes")
	case r.sign(":") && p.words > 0:
		return Group{}, r.fail(r.token.from, "a group inside a group", "put a name with a colon in double quotes")
	case p.words == 0:
		return Group{}, r.fail(r.token.from, "an address is missing", "write it as name@example.org")
	case r.sign(",") || p.commas > 0:
		return Group{}, r.fail(p.first.from, "no domain",
			"write it as name@example.org, and put a name with commas in double quotes")
	case p.words == 1:
		return Group{}, r.fail(p.first.from, "no domain", "write it as "+printable(quoteLocal(p.first.text))+"@example.org")
	}
	return Group{}, r.fail(p.first.from, "a name without an address", "write it as Name <name@example.org>")
}

// mailbox ends an entry that has an address.
func (r *reader) mailbox(p *phrase, a Address) (Group, error) {
	if r.boxes++; r.boxes > maxBoxes {
		return Group{}, r.fail(r.token.from, "more addresses than one list may hold", "send to them in several runs")
	}
	name, err := r.name(p)
	return Group{Members: []Mailbox{{Name: name, Address: a}}}, err
}

// name is the display name, decoded where that is asked for. Words in an unknown charset are left as they are; what decodes
// to a line break or a disguise is refused.
func (r *reader) name(p *phrase) (string, error) {
	name := p.name()
	if r.Words != nil {
		if decoded, err := r.Words.DecodeHeader(name); err == nil {
			name = decoded
		}
	}
	switch {
	case len(name) > maxName:
		return "", r.fail(p.first.from, "a name longer than a line", "shorten it")
	case !isClean(name):
		return "", r.fail(p.first.from, "a control character in an encoded name", "")
	}
	return name, nil
}
