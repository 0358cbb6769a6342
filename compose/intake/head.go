package intake

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mxsend/compose/address"
	"mxsend/compose/header"
	"mxsend/compose/letter"
)

// head is the header that is sent.
type head struct {
	added  []header.Field // above
	kept   []field
	ending []header.Field // below
}

func (h head) bytes() []byte {
	var b []byte
	for _, f := range h.added {
		b = append(b, f.Raw()...)
	}
	for _, f := range h.kept {
		b = append(b, f.raw...)
	}
	for _, f := range h.ending {
		b = append(b, f.Raw()...)
	}
	return append(b, "\r\n"...)
}

// value is the unfolded value of a field, added or kept.
func (h head) value(name string) string {
	for _, f := range h.added {
		if f.Is(name) {
			return f.Body()
		}
	}
	for _, f := range h.kept {
		if f.is(name) {
			return f.unfolded()
		}
	}
	return ""
}

// left out: who got a blind copy is nobody's business (RFC 5322 §3.6.3), and the last server writes Return-Path (RFC 5321 §4.4).
var leftOut = []string{"bcc", "resent-bcc", "return-path"}

func (o Order) head(f *findings) (head, []string, error) {
	h := head{}
	for _, field := range f.fields {
		if !slices.Contains(leftOut, strings.ToLower(field.name)) {
			h.kept = append(h.kept, field)
		}
	}
	var notes []string
	add := func(field header.Field, err error) error {
		if err == nil {
			h.added = append(h.added, field)
			notes = append(notes, "added "+strings.TrimSpace(field.Raw()))
		}
		return err
	}
	errs := []error{o.resentBlock(f, add)}
	if len(f.named("date")) == 0 {
		errs = append(errs, add(header.Date("Date", o.Now())))
	}
	if len(f.named("from")) == 0 {
		errs = append(errs, o.addFrom(add))
	}
	if len(f.named("message-id")) == 0 {
		errs = append(errs, o.addID("Message-ID", o.authorDomain(f), add))
	}
	if len(f.named("to"))+len(f.named("cc")) == 0 {
		errs = append(errs, add(header.Addresses("To", address.List{{Name: "undisclosed-recipients", Named: true}})))
	}
	if o.MIME && f.eight && len(f.named("mime-version")) == 0 && len(f.named("content-type")) == 0 {
		errs = append(errs, h.label(f))
	}
	return h, notes, errors.Join(errs...)
}

func (o Order) addFrom(add func(header.Field, error) error) error {
	if o.From.Address.IsZero() {
		return &Error{0, "no From field; name the author with --from"}
	}
	return add(header.Mailboxes("From", o.From))
}

func (o Order) addID(name string, d address.Domain, add func(header.Field, error) error) error {
	id, err := header.NewID(d, o.Now(), o.Random)
	if err != nil {
		return err
	}
	return add(header.IDs(name, id))
}

// authorDomain is the domain of the author, for a new Message-ID.
func (o Order) authorDomain(f *findings) address.Domain {
	for _, from := range f.named("from") {
		if l, err := o.parser().List(from.unfolded()); err == nil && len(l.Mailboxes()) > 0 {
			return l.Mailboxes()[0].Address.Domain
		}
	}
	return o.From.Address.Domain
}

// resentBlock stands above everything; what is below is not touched. RFC 5322 §3.6.6
func (o Order) resentBlock(f *findings, add func(header.Field, error) error) error {
	if len(o.Resend) == 0 {
		return nil
	}
	if o.From.Address.IsZero() {
		return &Error{0, "nobody sends it again; name yourself with --from"}
	}
	return errors.Join(
		add(header.Date("Resent-Date", o.Now())),
		add(header.Mailboxes("Resent-From", o.From)),
		add(header.Mailboxes("Resent-To", o.Resend...)),
		o.addID("Resent-Message-ID", o.From.Address.Domain, add))
}

// label says what 8-bit text is that came without MIME fields, as programs hand it to sendmail.
func (h *head) label(f *findings) error {
	if !f.utf8 {
		return &Error{0, "8-bit text that is not UTF-8 and has no Content-Type"}
	}
	for _, line := range []string{"MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"} {
		name, value, _ := strings.Cut(line, ": ")
		made, err := header.Structured(name, firstOf(value), paramsOf(value)...)
		if err != nil {
			return err
		}
		h.ending = append(h.ending, made)
	}
	return nil
}

func firstOf(value string) string {
	first, _, _ := strings.Cut(value, ";")
	return first
}

func paramsOf(value string) []header.Param {
	_, rest, found := strings.Cut(value, "; ")
	if !found {
		return nil
	}
	name, v, _ := strings.Cut(rest, "=")
	return []header.Param{{Name: name, Value: v}}
}

func (o Order) parser() address.Parser { return address.Parser{DefaultDomain: o.DefaultDomain} }

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
	var plain, resent []field
	block := true
	seen := map[string]bool{}
	for _, field := range f.fields {
		switch name := strings.ToLower(field.name); {
		case slices.Contains([]string{"to", "cc", "bcc"}, name):
			plain = append(plain, field)
		case strings.HasPrefix(name, "resent-"):
			block = block && !seen[name]
			seen[name] = true
			if block && slices.Contains([]string{"resent-to", "resent-cc", "resent-bcc"}, name) {
				resent = append(resent, field)
			}
		}
	}
	if len(seen) > 0 {
		return resent
	}
	return plain
}

// reversePath: what was ordered, else Sender, else the first From.
func (o Order) reversePath(f *findings) (address.Address, error) {
	if o.Sender != nil {
		return *o.Sender, nil
	}
	for _, name := range []string{"sender", "from"} {
		all := f.named(name)
		if len(all) == 0 {
			continue
		}
		l, err := o.parser().List(all[0].unfolded())
		if err != nil || len(l.Mailboxes()) == 0 {
			return address.Address{}, errors.Join(&Error{all[0].line, "the " + all[0].name + " field names nobody"}, err)
		}
		return l.Mailboxes()[0].Address, nil
	}
	return o.From.Address, nil
}
