package bounce

import (
	"bytes"
	"io"
	"strings"

	"mxsend/compose/letter"
)

// part is one part of the report: text, or a letter.
type part struct {
	kind, encoding string
	text           []byte
	whole          *letter.Letter // in place of text
}

// letter is the notice, with its second form for servers that take no 8-bit text. There is none for a sender whose address
// needs UTF-8: no server without it could take his notice.
func (d *draft) letter() *letter.Letter {
	l := d.form(false)
	if l.Facts.Has8bit && !l.Facts.NeedsUTF8 {
		l.Recode = func() (*letter.Letter, error) { return d.form(true), nil }
	}
	return l
}

// form writes one form of the notice.
func (d *draft) form(narrow bool) *letter.Letter {
	status, back := d.status(narrow), d.returned(narrow)
	parts := []part{d.words(back), status}
	if d.header != nil {
		parts = append(parts, back) // RFC 6522 §3: the third part may be missing
	}
	facts := letter.Facts{MessageID: d.id, NeedsUTF8: d.Original.Envelope.Sender.NeedsUTF8()}
	var head, body fields
	d.head(&head)
	b := &bundle{tail: "\r\n--" + d.boundary + "--\r\n"}
	for _, p := range parts {
		d.open(&body, p)
		body.Write(p.text)
		b.whole = p.whole
		facts.Has8bit = facts.Has8bit || p.encoding == "8bit"
	}
	b.head = append(head.Bytes(), bytes.TrimPrefix(body.Bytes(), []byte("\r\n"))...)
	return letter.New(d.envelope(), b.measure(facts), b)
}

// envelope: from nobody, so that nobody is told of its own fate. RFC 3461 §6.1, RFC 8689 §5
func (d *draft) envelope() letter.Envelope {
	e := d.Original.Envelope
	to := letter.Recipient{Address: e.Sender, Notify: []string{"NEVER"}}
	return letter.Envelope{Recipients: []letter.Recipient{to}, RequireTLS: e.RequireTLS}
}

// head writes the header of the notice. RFC 3464 §2, RFC 3834 §5
func (d *draft) head(f *fields) {
	f.add("Date", date(d.now))
	f.add("From", "Mail Delivery System <MAILER-DAEMON@"+d.reporter+">")
	f.add("To", d.Original.Envelope.Sender.String())
	f.add("Subject", d.Kind.subject())
	f.add("Message-ID", d.id)
	if id := d.Original.Facts.MessageID; isMessageID(id) {
		f.add("In-Reply-To", id)
		f.add("References", id)
	}
	f.add("Auto-Submitted", "auto-replied")
	f.add("MIME-Version", "1.0")
	f.add("Content-Type", `multipart/report; report-type=delivery-status; boundary="`+d.boundary+`"`)
	f.end()
}

func (k Kind) subject() string {
	if k == Delay {
		return "Delivery Status Notification (Delay)"
	}
	return "Delivery Status Notification (Failure)"
}

// open writes the delimiter before a part, and the header of the part.
func (d *draft) open(f *fields, p part) {
	f.WriteString("\r\n--" + d.boundary + "\r\n")
	f.add("Content-Type", p.kind)
	f.add("Content-Transfer-Encoding", p.encoding)
	f.end()
}

// isMessageID says whether id is one that can be quoted: in angle brackets, printable, and not too long for a line.
func isMessageID(id string) bool {
	inner, opened := strings.CutPrefix(id, "<")
	inner, closed := strings.CutSuffix(inner, ">")
	odd := func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }
	return opened && closed && strings.Contains(inner, "@") && len(id) <= maxValue && !strings.ContainsFunc(inner, odd)
}

// bundle is the source of a notice: what stands before the returned letter, the letter, and what stands after it.
type bundle struct {
	head  []byte
	whole *letter.Letter // nil: what is returned stands in head
	tail  string
}

// measure adds what the parts amount to.
func (b *bundle) measure(f letter.Facts) letter.Facts {
	f.Size = int64(len(b.head) + len(b.tail))
	for line := range bytes.Lines(b.head) {
		f.LongestLine = max(f.LongestLine, len(bytes.TrimRight(line, "\r\n")))
	}
	f.LongestLine = max(f.LongestLine, len(b.tail)-len("\r\n\r\n"))
	if b.whole != nil {
		of := b.whole.Facts
		f.Size += of.Size
		f.LongestLine = max(f.LongestLine, of.LongestLine)
	}
	return f
}

// WriteTo implements io.WriterTo.
func (b *bundle) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(b.head)
	total := int64(n)
	if err == nil && b.whole != nil {
		var more int64
		more, err = b.whole.WriteTo(w)
		total += more
	}
	if err != nil {
		return total, err
	}
	n, err = io.WriteString(w, b.tail)
	return total + int64(n), err
}
