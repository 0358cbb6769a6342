package compose

import (
	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// envelope gathers who sends and who receives, in the order To, Cc, Bcc, others.
func (d Draft) envelope() (letter.Envelope, error) {
	e := letter.Envelope{Sender: d.reversePath()}
	seen := map[address.Address]bool{}
	add := func(a address.Address) {
		// The domain is folded already, the local part is compared as it stands. RFC 5321 §2.4
		if !seen[a] && !a.IsZero() {
			seen[a] = true
			e.Recipients = append(e.Recipients, letter.Recipient{Address: a})
		}
	}
	for _, l := range []address.List{d.To, d.Cc, d.Bcc} {
		for _, m := range l.Mailboxes() {
			add(m.Address)
		}
	}
	for _, a := range d.Recipients {
		add(a)
	}
	if len(e.Recipients) == 0 {
		return e, missing("no recipient: name at least one")
	}
	return e, nil
}

// reversePath is where reports of failure go.
func (d Draft) reversePath() address.Address {
	switch {
	case d.EnvelopeFrom != nil:
		return *d.EnvelopeFrom
	case !d.Sender.Address.IsZero():
		return d.Sender.Address
	case len(d.From) > 0:
		return d.From[0].Address
	}
	return address.Address{}
}
