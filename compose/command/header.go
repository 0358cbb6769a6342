package command

import (
	"net/textproto"
	"slices"
	"strings"

	"mxsend/compose/header"
)

// shared are the fields that a flag can set as well, with that flag. Such a field of --header is read by the flag's rules:
// it replaces the flag, but recipients are added to the flag's.
func shared(name string) (flag string, ok bool) {
	switch name {
	case "from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references", "importance":
		return name, true
	}
	return "", false
}

// sortHeaders divides the --header values: those that a flag could set are kept for it, the others go into the draft.
func (r *reader) sortHeaders() {
	r.own = map[string]string{}
	for _, line := range r.c.StringSlice("header") {
		name, value, found := strings.Cut(line, ":")
		key := strings.ToLower(name)
		if _, ok := shared(key); !found || !ok {
			_, err := header.Custom(line)
			r.refuse("--header "+label(line), err)
			r.draft.Fields = append(r.draft.Fields, line)
			continue
		}
		value = strings.Trim(value, " \t")
		before, twice := r.own[key]
		switch {
		case twice && (key == "to" || key == "cc" || key == "bcc" || key == "reply-to"):
			value = before + ", " + value
		case twice:
			r.errs = append(r.errs, &ValueError{"--header " + name, "given twice; a letter has one"})
		}
		r.own[key] = value
	}
}

// replaced says whether --header gives a field of that name, in place of what a flag says.
func (r *reader) replaced(name string) bool {
	return slices.ContainsFunc(r.draft.Fields, func(line string) bool { return strings.EqualFold(label(line), name) })
}

// label shortens a line to what names it in an error.
func label(line string) string {
	name, _, found := strings.Cut(line, ":")
	if !found || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c > '~' }) || len(name) > 70 {
		return "field"
	}
	return name
}

// one is the value of a field that has one: that of --header, else that of the flag; with the name it was given under.
func (r *reader) one(flag string) (value, given string) {
	if own, ok := r.own[flag]; ok {
		return own, "--header " + textproto.CanonicalMIMEHeaderKey(flag)
	}
	return r.c.String(flag), "--" + flag
}

// many are the values of a field that may be given in pieces, of --header and the flag together.
func (r *reader) many(flag string) []string {
	values := r.c.StringSlice(flag)
	if own, ok := r.own[flag]; ok {
		values = append(values[:len(values):len(values)], own)
	}
	return values
}
