package intake

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// envelope gathers the recipients, each once, and the reverse-path.
func (o Order) envelope(f *findings) (letter.Envelope, error) {
	var e letter.Envelope
	var errs []error
	seen := map[address.Address]bool{}
	add := func(a address.Address) {
		if !seen[a] {
			seen[a] = true
			e.Recipients = append(e.Recipients, letter.Recipient{Address: a})
		}
	}
	for _, a := range o.Recipients {
		add(a)
	}
	for _, m := range o.Resend {
		add(m.Address)
	}
	if o.ReadFields {
		for _, field := range f.recipientFields() {
			l, err := o.parser().List(field.unfolded())
			if err != nil && field.unfolded() != "" {
				errs = append(errs, fmt.Errorf("the letter, line %d, %s: %w", field.line, field.name, err))
			}
			for _, m := range l.Mailboxes() {
				add(m.Address)
			}
		}
	}
	if len(e.Recipients) == 0 && len(errs) == 0 {
		errs = append(errs, &usageError{"no recipient: name one, or put one into To, Cc or Bcc and use -t"})
	}
	var err error
	e.Sender, err = o.reversePath(f)
	return e, errors.Join(append(errs, err)...)
}

// usageError is a letter for nobody. Exit code 64.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }
func (e *usageError) ExitCode() int { return 64 }

// recipientFields are To, Cc and Bcc, or those of the first Resent block where there is one: it is the latest. RFC 5322 §3.6.6
func (f *findings) recipientFields() []field {
	named := []string{"to", "cc", "bcc"}
	among := f.fields
	if block := f.resentBlock(); len(block) > 0 {
		named = []string{"resent-to", "resent-cc", "resent-bcc"}
		among = block
	}
	var found []field
	for _, field := range among {
		if slices.Contains(named, strings.ToLower(field.name)) {
			found = append(found, field)
		}
	}
	return found
}

// reversePath: what was ordered, else who sends it again, else Sender, else the first From.
func (o Order) reversePath(f *findings) (address.Address, error) {
	switch again := o.resenter(f.resentBlock()); {
	case o.Sender != nil:
		return *o.Sender, nil
	case len(o.Resend) > 0:
		return o.From.Address, nil
	case o.ReadFields && len(f.resentBlock()) > 0 && !again.IsZero():
		return again, nil
	}
	return o.firstNamed(f.fields, "sender", "from")
}

// firstNamed is the first mailbox of the first of these fields that is there, or who was ordered as the author.
func (o Order) firstNamed(among []field, names ...string) (address.Address, error) {
	for _, name := range names {
		i := slices.IndexFunc(among, func(f field) bool { return f.is(name) })
		if i < 0 {
			continue
		}
		l, err := o.parser().List(among[i].unfolded())
		if err != nil || len(l.Mailboxes()) == 0 {
			return address.Address{}, errors.Join(&Error{among[i].line, "the " + among[i].name + " field names nobody"}, err)
		}
		return l.Mailboxes()[0].Address, nil
	}
	return o.From.Address, nil
}
