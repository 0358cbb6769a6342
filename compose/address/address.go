// Package address reads the addresses that people type and paste, and writes them as the wire wants them.
//
// In comes text: one address (Parse), a domain (ParseDomain), the name of an exchanger (ParseHost), or a list as it stands
// in a mail program's field (Parser.List).
//
//  1. scan cuts the text into words, quoted strings, comments, domain literals and separators; lengths and depth are
//     bounded before anything else is looked at.
//  2. Parser.List joins them to mailboxes and groups; whatever could be read in two ways is an error that shows the place.
//  3. ParseDomain turns a domain into A-labels (IDNA2008, nontransitional) or an address literal.
//
// Out goes a List of mailboxes whose parts are decoded; String builds the wire form from the parts, so that nothing that
// stood inside an address can become a parameter or a second command.
//
// RFC 5322 §3.4 (addresses, groups, comments), RFC 5321 §4.1.2 and §4.5.3.1 (paths and their limits), RFC 6531 and 6532
// (UTF-8), RFC 5890 to 5894 (IDNA), RFC 6068 (mailto). Source routes are refused, not skipped.
//
// Promised: Parse(a.String()) is a; reading takes time in proportion to the text.
package address

import (
	"strings"
	"unicode/utf8"
)

// The limits of RFC 5321 §4.5.3.1 and of what a person may give at once.
const (
	maxLocal  = 64
	maxDomain = 255
	maxPath   = 254 // RFC 5321 §4.5.3.1.3 less the angle brackets
	maxDepth  = 20  // nested comments
	maxText   = 16 << 20
)

// Address is a mailbox of RFC 5321 §4.1.2, in its parts. The zero value is the null reverse-path. Addresses can be compared:
// the domain is folded, the local part is kept as it was typed (RFC 5321 §2.4).
type Address struct {
	Local  string // decoded: without quotes and backslashes
	Domain Domain
}

// IsZero says whether a is the null reverse-path.
func (a Address) IsZero() bool { return a == Address{} }

// NeedsUTF8 says whether a can only travel with SMTPUTF8: its local part is not ASCII. A domain always has an ASCII form.
func (a Address) NeedsUTF8() bool { return !isASCII(a.Local) }

// String is the wire form without angle brackets: the local part quoted where it must be, the domain in A-labels or as a
// literal. The null reverse-path is empty.
func (a Address) String() string {
	if a.IsZero() {
		return ""
	}
	return quoteLocal(a.Local) + "@" + a.Domain.String()
}

// quoteLocal writes a local part as a dot-atom if it is one, else as a quoted string. RFC 5321 §4.1.2
func quoteLocal(local string) string {
	if isDotAtom(local) {
		return local
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(local); i++ {
		if local[i] == '"' || local[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(local[i])
	}
	b.WriteByte('"')
	return b.String()
}

// Mailbox is an address with the name that is shown for it.
type Mailbox struct {
	Name    string // decoded; may be empty
	Address Address
}

// Group is one entry of a list: a plain mailbox (Named is false and Members has one), or a named group with any number
// of members, none included ("undisclosed-recipients:;").
type Group struct {
	Name    string
	Named   bool
	Members []Mailbox
}

// List is what an address field holds.
type List []Group

// Single makes a list of plain mailboxes.
func Single(boxes ...Mailbox) List {
	var l List
	for _, m := range boxes {
		l = append(l, Group{Members: []Mailbox{m}})
	}
	return l
}

// Mailboxes are all mailboxes of the list in order, those of its groups included.
func (l List) Mailboxes() []Mailbox {
	var all []Mailbox
	for _, g := range l {
		all = append(all, g.Members...)
	}
	return all
}

// Parse reads one bare address, with or without angle brackets; "<>" is not one. Its error is an *Error.
func Parse(s string) (Address, error) {
	l, err := ParseList(s)
	if err != nil {
		return Address{}, err
	}
	if len(l) != 1 || l[0].Named || l[0].Members[0].Name != "" {
		return Address{}, &Error{Text: s, Problem: "not a single bare address", Hint: "write it as name@example.org"}
	}
	return l[0].Members[0].Address, nil
}

// ParseList reads a list with the zero Parser: no default domain, no list files.
func ParseList(s string) (List, error) { return Parser{}.List(s) }

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isAtext: RFC 5322 §3.2.3, and every UTF-8 character above ASCII by RFC 6531 §3.3.
func isAtext(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf ||
		strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

// isDotAtom: atoms joined by single dots. RFC 5322 §3.2.3
func isDotAtom(s string) bool {
	atom := 0
	for i := 0; i < len(s); i++ {
		switch {
		case isAtext(s[i]):
			atom++
		case s[i] == '.' && atom > 0:
			atom = 0
		default:
			return false
		}
	}
	return atom > 0
}
