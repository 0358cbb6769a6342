package intake

import (
	"errors"
	"slices"
	"strings"

	"mxsend/compose/address"
	"mxsend/compose/header"
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

func (o Order) head(f *findings, seven *sevenBit) (head, []string, error) {
	h, notes, err := o.keep(f)
	add := func(field header.Field, err error) error {
		if err == nil {
			h.added = append(h.added, field)
			notes = append(notes, "added "+strings.TrimSpace(field.Raw()))
		}
		return err
	}
	errs := []error{err, o.resent(f, add)}
	if len(f.named("date")) == 0 {
		errs = append(errs, add(header.Date("Date", o.Now())))
	}
	if len(f.named("from")) == 0 {
		errs = append(errs, o.addFrom(add))
	}
	if len(f.named("message-id")) == 0 {
		errs = append(errs, o.addID("Message-ID", o.authorDomain(f), add))
	}
	if len(f.named("to"))+len(f.named("cc")) == 0 && !f.signed() { // many sign that there is no To
		errs = append(errs, add(header.Addresses("To", address.List{{Name: "undisclosed-recipients", Named: true}})))
	}
	if seven != nil {
		h.kept = seven.again().relabelled(h.kept, true)
	}
	bare := len(f.named("content-type")) == 0 && (seven != nil || o.MIME && len(f.named("mime-version")) == 0)
	if bare && f.eight {
		errs = append(errs, h.label(o.charset(f), seven != nil))
	}
	return h, notes, errors.Join(errs...)
}

// keep takes over the fields that are sent, mended where that is ordered and needed.
func (o Order) keep(f *findings) (head, []string, error) {
	h := head{}
	var notes []string
	var errs []error
	for _, field := range f.fields {
		if slices.Contains(leftOut, strings.ToLower(field.name)) {
			continue
		}
		kept, note, err := o.mend(field, f.signed())
		if note != "" {
			notes = append(notes, note)
		}
		h.kept, errs = append(h.kept, kept), append(errs, err)
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
	if d.IsZero() {
		return &Error{0, "no " + name + ", and no author in whose domain one could be made"}
	}
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

// charset is that of 8-bit text that came without MIME fields; empty if nobody can say. RFC 1428 §3
func (o Order) charset(f *findings) string {
	switch {
	case f.utf8:
		return "utf-8"
	case o.Repair:
		return "unknown-8bit"
	}
	return ""
}

// label says what 8-bit text is that came without MIME fields, as programs hand it to sendmail. What is re-encoded bears the
// label of its encoding already.
func (h *head) label(charset string, encoded bool) error {
	if charset == "" {
		return &Error{0, "8-bit text that is not UTF-8 and has no Content-Type; --repair sends it as of an unknown charset"}
	}
	version, versionErr := header.Text("MIME-Version", "1.0")
	kind, kindErr := header.Structured("Content-Type", "text/plain", header.Param{Name: "charset", Value: charset})
	encoding, encodingErr := header.Text("Content-Transfer-Encoding", "8bit")
	h.ending = []header.Field{version, kind, encoding}
	if encoded {
		h.ending = h.ending[1:2]
	}
	return errors.Join(versionErr, kindErr, encodingErr)
}

func (o Order) parser() address.Parser {
	return address.Parser{DefaultDomain: o.DefaultDomain, Lax: o.Lax}
}
