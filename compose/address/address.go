// Package address reads the addresses that people type and paste, and writes them as the wire wants them.
//
// In comes text: one address (Parse), a domain (ParseDomain), the name of an exchanger (ParseHost), or a list as it stands
// in a mail program's field or in a file (Parser.List).
//
//  1. scanner.next cuts the text into words, quoted strings, comments, domain literals and signs. Length and depth are
//     bounded before anything else is looked at.
//  2. reader.entry gathers the words before an address, which are its name or its local part, and so makes mailboxes and
//     groups. Whatever could be read in two ways is an error that shows the place.
//  3. reader.address checks the local part and the limits; ParseDomain turns the domain into A-labels (IDNA2008,
//     nontransitional) or an address literal.
//
// Out goes a List of mailboxes whose parts are decoded. Address.String builds the wire form from these parts and never
// from the text, so nothing that stood inside an address can become a parameter or a second command.
//
// RFC 5322 §3.4 (addresses, groups, comments), RFC 5321 §4.1.2, §4.1.3 and §4.5.3.1 (paths, literals and limits), RFC 6531
// and 6532 (UTF-8), RFC 5890 to 5894 (IDNA), RFC 6068 (mailto), RFC 2047 (names of received letters, on request).
//
// Not supported: source routes, comments inside an address, blanks around its dots and its @, and what else only the
// obsolete syntax of RFC 5322 §4.4 allows: these are refused, not skipped.
//
// Promised: Parse(a.String()) is a for every Address that came from here; a text is read in time proportional to its length.
package address

import (
	"strings"
)

// The limits of RFC 5321 §4.5.3.1, in octets of the wire form, and of what may be given at once.
const (
	maxLocal  = 64
	maxDomain = 253       // RFC 1035 §2.3.4: 255 with the length octets of the first label and the root
	maxLabel  = 63        // RFC 1035 §2.3.4
	maxPath   = 254       // RFC 5321 §4.5.3.1.3, less the angle brackets
	maxDepth  = 20        // comments within comments
	maxName   = 998       // octets of a display name: the longest line of a letter
	maxBoxes  = 100_000   // mailboxes of a list
	maxText   = 16 << 20  // octets of a list
	maxSingle = 3 * 1_000 // octets of a single address, percent-encoded
)

// Address is a mailbox of RFC 5321 §4.1.2, in its parts. The zero value is the null reverse-path. Addresses can be compared
// with ==: the domain is folded, the local part is kept as it was typed (RFC 5321 §2.4).
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

// Parse reads one bare address, with or without angle brackets, or a mailto link. It takes no name, no comment and no
// group, and "<>" is no address. Its error is an *Error.
func Parse(s string) (Address, error) { return Parser{}.Address(s) }

// Address does what Parse does, laxly if asked for; the default domain is not used.
func (p Parser) Address(s string) (Address, error) {
	if len(s) > maxSingle {
		return Address{}, &Error{Text: s[:maxSingle], Problem: "longer than any address"}
	}
	r := &reader{Parser: p, scanner: scanner{text: s}}
	if err := r.advance(); err != nil {
		return Address{}, err
	}
	a, err := r.single()
	if err == nil && r.token.kind != kindEnd {
		err = r.fail(r.token.from, "something stands after the address", "give one bare address, as in name@example.org")
	}
	if err != nil {
		return Address{}, err
	}
	return a, nil
}

// ParseList reads a list with the zero Parser: no default domain, no list files.
func ParseList(s string) (List, error) { return Parser{}.List(s) }
