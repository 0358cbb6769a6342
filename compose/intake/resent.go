package intake

import (
	"errors"
	"slices"
	"strings"

	"mxsend/compose/address"
	"mxsend/compose/header"
)

// resent puts a Resent block above everything, if that was ordered; what is below is not touched. A block that the letter
// brings, when its recipients are asked for, gets what it lacks, if anyone is known who sends it. RFC 5322 §3.6.6
func (o Order) resent(f *findings, add func(header.Field, error) error) error {
	block := f.resentBlock()
	if len(o.Resend) > 0 {
		block = nil
	} else if !o.ReadFields || len(block) == 0 || o.resenter(block).IsZero() {
		return nil
	}
	var errs []error
	if !holds(block, "resent-date") {
		errs = append(errs, add(header.Date("Resent-Date", o.Now())))
	}
	if !holds(block, "resent-from") {
		errs = append(errs, o.addResentFrom(add))
	}
	if len(o.Resend) > 0 {
		errs = append(errs, add(header.Mailboxes("Resent-To", o.Resend...)))
	}
	if !holds(block, "resent-message-id") {
		errs = append(errs, o.addID("Resent-Message-ID", o.resenter(block).Domain, add))
	}
	return errors.Join(errs...)
}

func (o Order) addResentFrom(add func(header.Field, error) error) error {
	if o.From.Address.IsZero() {
		return &Error{0, "nobody sends it again; name yourself with --from"}
	}
	return add(header.Mailboxes("Resent-From", o.From))
}

// resenter is who sends the letter again, as the block says or was ordered; zero if nobody knows.
func (o Order) resenter(block []field) address.Address {
	a, _ := o.firstNamed(block, "resent-sender", "resent-from")
	return a
}

// resentBlock are the fields of the first Resent block, which is the latest. It ends where a name comes again, and where a
// server has written that the letter arrived.
func (f *findings) resentBlock() []field {
	var block []field
	for _, found := range f.fields {
		switch {
		case found.is("received") && len(block) > 0:
			return block
		case !strings.HasPrefix(strings.ToLower(found.name), "resent-"):
		case holds(block, found.name):
			return block
		default:
			block = append(block, found)
		}
	}
	return block
}

func holds(fields []field, name string) bool {
	return slices.ContainsFunc(fields, func(f field) bool { return f.is(name) })
}
