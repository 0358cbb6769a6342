package compose

import (
	"errors"
	"strings"

	"mxsend/compose/address"
	"mxsend/compose/header"
)

// block writes the fields of the letter in the order in which people and filters expect them, without those of the body,
// which follow. RFC 5322 §3.6 leaves the order free.
func (c *composer) block() ([]header.Field, error) {
	b := &blockWriter{}
	c.origin(b)
	c.destination(b)
	if c.draft.Subject != "" {
		b.add(c.writer.Text("Subject", c.draft.Subject))
	}
	c.thread(b)
	c.wishes(b)
	for _, line := range c.draft.Fields {
		b.add(c.writer.Custom(line))
	}
	c.userAgent(b)
	b.add(c.writer.Text("MIME-Version", "1.0")) // RFC 2045 §4
	b.checkSingle()
	return b.fields, errors.Join(b.errs...)
}

// blockWriter collects fields, and the errors of those that could not be written.
type blockWriter struct {
	fields []header.Field
	errs   []error
}

func (b *blockWriter) add(f header.Field, err error) {
	if err != nil {
		b.errs = append(b.errs, err)
		return
	}
	b.fields = append(b.fields, f)
}

func (b *blockWriter) addAll(fields []header.Field, err error) {
	if err != nil {
		b.errs = append(b.errs, err)
	}
	b.fields = append(b.fields, fields...)
}

// origin: when and by whom. RFC 5322 §3.6.1, §3.6.2
func (c *composer) origin(b *blockWriter) {
	date := c.draft.Date
	if date.IsZero() {
		date = c.now()
	}
	b.add(header.Date("Date", date))
	if len(c.draft.From) == 0 {
		b.errs = append(b.errs, missing("no sender: say who writes the letter"))
		return
	}
	b.add(c.writer.Addresses("From", address.Single(c.draft.From...)))
	switch sender := c.draft.Sender; {
	case !sender.Address.IsZero():
		b.add(c.writer.Addresses("Sender", address.Single(sender)))
	case len(c.draft.From) > 1:
		b.errs = append(b.errs, missing("several authors: say which of them sends the letter"))
	}
	if len(c.draft.ReplyTo) > 0 {
		b.add(c.writer.Addresses("Reply-To", c.draft.ReplyTo))
	}
}

// destination: to whom. RFC 5322 §3.6.3
func (c *composer) destination(b *blockWriter) {
	to := c.draft.To
	if len(to) == 0 && len(c.draft.Cc) == 0 {
		// Some filters take a letter without any of the fields for a forged one.
		to = address.List{{Name: "undisclosed-recipients", Named: true}}
	}
	if len(to) > 0 {
		b.add(c.writer.Addresses("To", to))
	}
	if len(c.draft.Cc) > 0 {
		b.add(c.writer.Addresses("Cc", c.draft.Cc))
	}
}

// thread: which letter this is, and which it answers. RFC 5322 §3.6.4
func (c *composer) thread(b *blockWriter) {
	id, err := c.identifier()
	if err != nil {
		b.errs = append(b.errs, err)
	} else {
		c.messageID = id
		b.add(header.IDs("Message-ID", id))
	}
	parents := b.identifiers("In-Reply-To", c.draft.InReplyTo)
	if len(parents) > 0 {
		b.add(header.IDs("In-Reply-To", parents...))
	}
	thread := b.identifiers("References", c.draft.References)
	for _, parent := range parents {
		thread = header.References(thread, parent)
	}
	if len(thread) > 0 {
		b.add(header.IDs("References", thread...))
	}
}

// identifiers puts them into one form, so that equal ones are seen to be equal.
func (b *blockWriter) identifiers(name string, ids []string) []string {
	var normal []string
	for _, id := range ids {
		n, err := header.NormalID(name, id)
		if err != nil {
			b.errs = append(b.errs, err)
			continue
		}
		normal = append(normal, n)
	}
	return normal
}

func (c *composer) identifier() (string, error) {
	if c.draft.MessageID != "" {
		return header.NormalID("Message-ID", c.draft.MessageID)
	}
	if len(c.draft.From) == 0 {
		return "<none@invalid>", nil // the letter is refused for its missing author
	}
	return header.NewID(c.draft.From[0].Address.Domain, c.now(), c.random())
}

// checkSingle refuses a field given twice where only one may stand: readers differ in which one they show, which is a way
// of forging a letter. RFC 5322 §3.6
func (b *blockWriter) checkSingle() {
	seen := map[string]bool{}
	for _, f := range b.fields {
		name := strings.ToLower(f.Name)
		if seen[name] && isSingle(name) {
			b.errs = append(b.errs, unfit("field %s: it is there already, and only one is allowed", f.Name))
		}
		seen[name] = true
	}
}

// isSingle: RFC 5322 §3.6, RFC 2045 §3, RFC 2369 §2 and §3, RFC 3834 §5, RFC 8058 §3.1.
func isSingle(name string) bool {
	switch name {
	case "date", "from", "sender", "reply-to", "to", "cc", "subject", "message-id", "in-reply-to", "references",
		"mime-version", "auto-submitted", "importance", "x-priority", "x-msmail-priority",
		"precedence", "disposition-notification-to", "user-agent", "x-mailer":
		return true
	}
	return strings.HasPrefix(name, "content-") || strings.HasPrefix(name, "list-")
}
