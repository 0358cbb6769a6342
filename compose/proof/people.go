package proof

import (
	"net/mail"
	"slices"
	"strings"

	"mxsend/compose/address"
	"mxsend/compose/header"
)

// people are those whom the header of the letter names.
type people struct {
	authors   []address.Mailbox            // From
	receivers map[address.Address]struct{} // To and Cc
	resent    bool                         // somebody sent it again, to others
	utf8      bool                         // one of the addresses has no form in ASCII
}

var peopleFields = []string{"from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-sender", "resent-to",
	"resent-cc", "resent-bcc", "resent-reply-to", "disposition-notification-to"}

func isPeople(name string) bool { return slices.Contains(peopleFields, name) }

// checkPeople reads every field that holds addresses. RFC 5322 §3.4, §3.6.2, §3.6.3
func (p *proof) checkPeople(head *block) {
	p.people.receivers = map[address.Address]struct{}{}
	for _, f := range head.fields {
		name := strings.ToLower(f.name)
		p.people.resent = p.people.resent || strings.HasPrefix(name, "resent-")
		if !isPeople(name) {
			continue
		}
		boxes := readMailboxes(f)
		for _, box := range boxes {
			p.people.utf8 = p.people.utf8 || box.Address.NeedsUTF8()
			checkDisplayName(box, f.place)
		}
		p.remember(name, boxes)
	}
	p.checkSender(head)
}

func (p *proof) remember(name string, boxes []address.Mailbox) {
	switch name {
	case "from":
		p.people.authors = append(p.people.authors, boxes...)
	case "to", "cc":
		for _, box := range boxes {
			p.people.receivers[box.Address] = struct{}{}
		}
	}
}

// readMailboxes reads with the parser of what people type, and with one that goes by the letter of the standard.
func readMailboxes(f field) []address.Mailbox {
	if f.value == "" && strings.HasSuffix(strings.ToLower(f.name), "bcc") {
		return nil // RFC 5322 §3.6.3 allows it, alone among them
	}
	list, err := address.Parser{Words: words()}.List(f.value)
	strict := mail.AddressParser{WordDecoder: words()}
	plain, strictErr := strict.ParseList(f.value)
	if strictErr != nil {
		_, strictErr = strict.ParseList(withIPv4(f.value))
	}
	switch {
	case f.value == "":
		f.place.err("RFC 5322 §3.6.3", "the field is empty: name somebody, or leave it out")
	case err != nil && strictErr != nil:
		f.place.err("RFC 5322 §3.4", "no list of addresses: %s", why(err))
	case err != nil:
		return unusual(plain, err, f.place)
	case strictErr != nil:
		f.place.warn("RFC 5322 §3.4", "addresses as people write them (%s): put commas between them, and names with signs into quotes", why(strictErr))
	}
	if err != nil {
		return nil
	}
	return list.Mailboxes()
}

// withIPv4 stands in for a value whose addresses name hosts by IPv6. QUIRK: net/mail takes such a literal for a mistake.
func withIPv4(value string) string {
	var b strings.Builder
	for {
		before, literal, found := strings.Cut(value, "@[IPv6:")
		_, after, closed := strings.Cut(literal, "]")
		if !found || !closed {
			return b.String() + value
		}
		b.WriteString(before + "@[192.0.2.1]")
		value = after
	}
}

// unusual are the mailboxes that only the other parser reads: their names are looked at elsewhere, their addresses here.
func unusual(plain []*mail.Address, err error, where place) []address.Mailbox {
	var boxes []address.Mailbox
	for _, one := range plain {
		a, addressErr := address.Parse(one.Address)
		if addressErr != nil {
			where.warn("RFC 5322 §4.4", "an address that not every server takes: %s", why(addressErr))
			err = nil
			continue
		}
		if header.CheckShown("", one.Name) != nil {
			err = nil
		}
		boxes = append(boxes, address.Mailbox{Name: one.Name, Address: a})
	}
	if err != nil {
		where.warn("RFC 5322 §4.4", "addresses that not every server takes: %s", why(err))
	}
	return boxes
}

// checkDisplayName looks for names that pretend to be somebody else.
func checkDisplayName(box address.Mailbox, where place) {
	if header.CheckShown("the name", box.Name) != nil {
		where.warn("RFC 5322 §3.6.2", "the name %s holds characters that hide what it is: write it without", quote(box.Name))
	}
	if !strings.Contains(box.Name, "@") || len(box.Name) > maxLine {
		return
	}
	for word := range strings.FieldsFuncSeq(box.Name, func(r rune) bool { return strings.ContainsRune(" \t<>()[],;:\"'", r) }) {
		other, err := address.Parse(word)
		if err == nil && other != box.Address && !sameButCase(other, box.Address) {
			where.warn("RFC 5322 §3.6.2", "the name %s looks like another address than %s, as in letters of cheats: write a name", quote(box.Name), quote(box.Address.String()))
			return
		}
	}
}

func sameButCase(a, b address.Address) bool { return strings.EqualFold(a.String(), b.String()) }

// checkSender: several authors need one who sent the letter. RFC 5322 §3.6.2
func (p *proof) checkSender(head *block) {
	sender, given := head.first("Sender")
	from, _ := head.first("From")
	if len(p.people.authors) > 1 && !given && len(head.all("From")) == 1 {
		from.place.err("RFC 5322 §3.6.2", "several authors and no Sender: say who of them sent the letter")
	}
	if given && strings.Contains(sender.value, ",") {
		if boxes, err := (address.Parser{Words: words()}).List(sender.value); err == nil && len(boxes.Mailboxes()) > 1 {
			sender.place.err("RFC 5322 §3.6.2", "several senders: only one can have sent the letter")
		}
	}
}
