package address

// group reads the members of a named group up to its semicolon; the colon is at hand. RFC 5322 §3.4
func (r *reader) group(p *phrase) (Group, error) {
	open := r.token.from
	name, err := r.name(p)
	if err != nil {
		return Group{}, err
	}
	g := Group{Name: name, Named: true}
	var note string // the comments around members say nothing about them
	if err := r.step(&note); err != nil {
		return g, err
	}
	for !r.sign(";") {
		if r.token.kind == kindEnd {
			return g, r.fail(open, "the group is never closed", "end it with a semicolon, or quote a name with a colon")
		}
		member, err := r.entry(false)
		if err != nil {
			return g, err
		}
		g.Members = append(g.Members, member.Members...)
		if err := r.nextMember(&note); err != nil {
			return g, err
		}
	}
	return g, r.step(&note)
}

// nextMember goes on to the next member of a group, or to its end.
func (r *reader) nextMember(note *string) error {
	switch {
	case r.sign(";"), r.token.kind == kindEnd:
		return nil
	case !r.sign(","):
		return r.fail(r.token.from, "two addresses without a comma between them", "separate addresses with commas")
	}
	if err := r.step(note); err != nil {
		return err
	}
	if r.sign(",") || r.sign(";") {
		return r.fail(r.token.from, "an address is missing after the comma", "")
	}
	return nil
}

// step takes the token at hand and the comments after it.
func (r *reader) step(note *string) error {
	if err := r.advance(); err != nil {
		return err
	}
	return r.comments(note)
}
