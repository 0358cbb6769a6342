package header

import (
	"strings"

	"mxsend/compose/address"
)

// Addresses writes an address field such as To: on one line if it fits, else one mailbox a line, broken inside a name only
// where it must be. Its error is an *Error.
func (w Writer) Addresses(name string, l address.List) (Field, error) {
	if err := checkName(name); err != nil {
		return Field{}, err
	}
	if len(l) == 0 {
		return Field{}, fail(name, "no address") // RFC 5322 §3.6.3: an empty field is not allowed
	}
	if err := w.checkList(name, l); err != nil {
		return Field{}, err
	}
	f := &lister{folder: w.folder(name)}
	f.list(l)
	if f.folded() {
		f = &lister{folder: w.folder(name), tall: true}
		f.list(l)
	}
	return f.field()
}

// Addresses writes an address field with the zero Writer.
func Addresses(name string, l address.List) (Field, error) { return Writer{}.Addresses(name, l) }

// Mailboxes writes an address field of plain mailboxes with the zero Writer.
func Mailboxes(name string, boxes ...address.Mailbox) (Field, error) {
	return Writer{}.Addresses(name, address.Single(boxes...))
}

func (w Writer) checkList(name string, l address.List) error {
	for _, g := range l {
		if err := CheckShown(name, g.Name); err != nil {
			return err
		}
		if !g.Named && len(g.Members) == 0 {
			return fail(name, "an entry without an address")
		}
		for _, m := range g.Members {
			if err := w.checkBox(name, m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w Writer) checkBox(name string, m address.Mailbox) error {
	switch {
	case m.Address.Local == "" || m.Address.Domain.IsZero():
		return fail(name, "a mailbox without an address")
	case m.Address.NeedsUTF8() && !w.UTF8:
		return fail(name, "%s is not ASCII; it can only stand in a letter that travels with SMTPUTF8", printable(m.Address.String()))
	}
	if err := CheckText(name, m.Address.Local); err != nil {
		return err
	}
	return CheckShown(name, m.Name)
}

// lister writes the entries of an address field.
type lister struct {
	*folder
	tall    bool // one mailbox a line
	written int  // mailboxes and groups so far
}

func (f *lister) list(l address.List) {
	for i, g := range l {
		after := comma(i < len(l)-1)
		if g.Named {
			f.group(g, ";"+after) // RFC 5322 §3.4
			continue
		}
		for j, m := range g.Members {
			f.mailbox(m, comma(j < len(g.Members)-1)+after)
		}
	}
}

func comma(more bool) string {
	if more {
		return ","
	}
	return ""
}

func (f *lister) group(g address.Group, after string) {
	f.next()
	if f.phrase(g.Name) {
		f.put(" ", ":") // RFC 2047 §5(3): a blank parts an encoded-word from every special
	} else {
		f.glue(":")
	}
	f.written = 0 // the first member stays on the line of the group's name
	for i, m := range g.Members {
		f.mailbox(m, comma(i < len(g.Members)-1))
	}
	f.glue(after)
	f.written++
}

// next starts the line of the next entry, if it has one of its own.
func (f *lister) next() {
	if f.tall && f.written > 0 {
		f.fold()
	}
	f.written++
}

// mailbox writes one mailbox and what follows it.
func (f *lister) mailbox(m address.Mailbox, after string) {
	f.next()
	path := m.Address.String()
	if m.Name == "" {
		f.put(" ", path+after)
		return
	}
	f.phrase(m.Name)
	f.put(" ", "<"+path+">"+after)
}

const maxQuoted = 60 // octets of a quoted name; longer ones are encoded, since a quoted string is never folded

// phrase writes a display name: as plain atoms, as a quoted string, or as encoded-words, which it says; never two of them at
// once. RFC 5322 §3.2.5, RFC 2047 §5(3)
func (f *lister) phrase(name string) (encoded bool) {
	plain := isPhrase(name)
	switch {
	case f.mustEncode(name), longest(name, plain) > maxQuoted:
		f.encoded(" ", name)
		return true
	case plain:
		for word := range strings.SplitSeq(name, " ") {
			f.put(" ", word)
		}
	default:
		f.put(" ", quote(name))
	}
	return false
}

// longest is the length of the longest piece of a name that is not broken: a word, or a quoted string as a whole.
func longest(name string, plain bool) int {
	if !plain {
		return len(name)
	}
	most := 0
	for word := range strings.SplitSeq(name, " ") {
		most = max(most, len(word))
	}
	return most
}

// isPhrase: atoms with single blanks between them. RFC 5322 §3.2.3, RFC 6532 §3.2
func isPhrase(s string) bool {
	for atom := range strings.SplitSeq(s, " ") {
		if atom == "" {
			return false
		}
		for i := 0; i < len(atom); i++ {
			if atom[i] < 0x80 && !isAtext(atom[i]) {
				return false
			}
		}
	}
	return true
}

// quote makes a quoted-string. RFC 5322 §3.2.4
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
