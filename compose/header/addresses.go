package header

import (
	"strings"

	"mxsend/compose/address"
)

// Addresses writes an address field such as To. Lines are broken after commas first, inside a name only where it must be.
func (w Writer) Addresses(name string, l address.List) (Field, error) {
	if err := checkName(name); err != nil {
		return Field{}, err
	}
	if len(l) == 0 {
		return Field{}, fail(name, "no address") // RFC 5322 §3.6.3: an empty field is not allowed
	}
	f := newFolder(name)
	for i, g := range l {
		if err := w.group(f, g, i < len(l)-1); err != nil {
			return Field{}, err
		}
	}
	return f.field()
}

// Addresses writes an address field with the zero Writer.
func Addresses(name string, l address.List) (Field, error) { return Writer{}.Addresses(name, l) }

// Mailboxes writes an address field of plain mailboxes with the zero Writer.
func Mailboxes(name string, boxes ...address.Mailbox) (Field, error) {
	return Writer{}.Addresses(name, address.Single(boxes...))
}

func (w Writer) group(f *folder, g address.Group, more bool) error {
	if !g.Named {
		for _, m := range g.Members {
			if err := w.mailbox(f, m, comma(more)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := w.phrase(f, g.Name, ":"); err != nil {
		return err
	}
	for i, m := range g.Members {
		if err := w.mailbox(f, m, comma(i < len(g.Members)-1)); err != nil {
			return err
		}
	}
	f.b.WriteString(";" + comma(more)) // RFC 5322 §3.4
	f.column += 1 + len(comma(more))
	return nil
}

func comma(more bool) string {
	if more {
		return ","
	}
	return ""
}

// mailbox writes one mailbox and what follows it, on a line of its own if it does not fit on this one.
func (w Writer) mailbox(f *folder, m address.Mailbox, after string) error {
	path := m.Address.String()
	if m.Name == "" {
		f.put(" ", path+after)
		return nil
	}
	if w.isEncoded(m.Name) {
		// An encoded name is as long as it is: it starts a line unless the whole fits here.
		if f.words > 0 && !f.fits(frame+qLength(m.Name)+len(path)+4) {
			f.fold()
		}
	} else if f.words > 0 && !f.fits(len(quotePhrase(m.Name))+len(path)+3+len(after)) {
		f.fold()
	}
	if err := w.phrase(f, m.Name, ""); err != nil {
		return err
	}
	f.put(" ", "<"+path+">"+after)
	return nil
}

const maxQuoted = 60 // octets of a quoted name; longer ones are encoded, since a quoted string is never folded

func (w Writer) isEncoded(name string) bool {
	return w.mustEncode(name) || len(name) > maxQuoted && !isPhrase(name)
}

// phrase writes a display name: as plain atoms, as a quoted string, or as encoded-words; never two of them at once.
// RFC 5322 §3.2.5, RFC 2047 §5(3)
func (w Writer) phrase(f *folder, name, after string) error {
	if err := checkShown(f.name, name); err != nil {
		return err
	}
	switch {
	case w.isEncoded(name):
		f.encoded(name)
	case isPhrase(name):
		for word := range strings.SplitSeq(name, " ") {
			f.put(" ", word)
		}
	default:
		f.put(" ", quotePhrase(name))
	}
	f.b.WriteString(after)
	f.column += len(after)
	return nil
}

func quotePhrase(name string) string {
	if isPhrase(name) {
		return name
	}
	return quote(name)
}

// isPhrase: atoms with single blanks between them. RFC 5322 §3.2.3
func isPhrase(s string) bool {
	for atom := range strings.SplitSeq(s, " ") {
		if atom == "" {
			return false
		}
		for i := 0; i < len(atom); i++ {
			if c := atom[i]; c < 0x80 && !isQ(c) && strings.IndexByte("#$%&'=?^_`{|}~", c) < 0 {
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
