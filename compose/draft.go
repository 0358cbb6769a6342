package compose

import (
	"errors"
	"io"
	"time"

	"mxsend/attach"
	"mxsend/compose/address"
)

// Draft is a letter as its author thinks of it. Only From and one recipient are needed.
type Draft struct {
	Date       time.Time         // with its zone; zero: now
	From       []address.Mailbox // more than one needs a Sender. RFC 5322 §3.6.2
	Sender     address.Mailbox   // who sends it on behalf of From; zero: From itself
	ReplyTo    address.List
	To, Cc     address.List
	Bcc        address.List // in the envelope only
	Subject    string       // UTF-8, one line
	MessageID  string       // with or without angle brackets; empty: a new one in the domain of From
	InReplyTo  []string     // identifiers of the letters that this one answers
	References []string     // identifiers of the thread, the oldest first; those of InReplyTo are added
	Importance Importance
	Automatic  string   // what program sends it: auto-generated, auto-replied, auto-notified, or no; empty: not said. RFC 3834 §5
	Bulk       bool     // many get the same
	Leave      []string // URIs by which the reader leaves the list, https or mailto. RFC 2369 §3.2
	OneClick   bool     // the one https URI takes a POST without a question. RFC 8058
	Fields     []string // "Name: value", the author's own, after all others and in this order
	UserAgent  string   // the program that writes it, unless one of Fields names another; empty: not said

	Text        string         // UTF-8 with any line ends; may be empty
	Flowed      bool           // the text may be laid out anew by its reader. RFC 3676
	Binary      bool           // files travel unencoded to servers that take that. RFC 3030 §3
	HTML        string         // the same as a page; empty: none. Without a Text, one is made of it
	NoText      bool           // the page travels alone, without a text beside it
	Pictures    []Picture      // what the page shows
	Calendar    string         // an iCalendar object with a METHOD, to be answered by the reader; empty: none. RFC 6047
	Attachments []*attach.Part // in this order
	StrictNames bool           // names that are not ASCII follow RFC 2231 only, though Outlook does not read them so

	Seed string // what boundaries and Content-IDs are made of, so that the same draft gives the same octets; empty: chance

	EnvelopeFrom *address.Address  // nil: Sender, else the first From; the zero address is the null reverse-path
	Recipients   []address.Address // who else gets the letter, without being named in it
}

// Importance is a wish about the reader's attention, by its word on the wire. RFC 2156 §5.3.6
type Importance string

// What an author can wish for; the zero value says nothing.
const (
	High   Importance = "high"
	Normal Importance = "normal"
	Low    Importance = "low"
)

// Close gives back the attachments of a draft that no letter was made of.
func (d Draft) Close() error {
	var errs []error
	for _, c := range d.closers() {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

func (d Draft) closers() []io.Closer {
	var all []io.Closer
	for _, p := range d.Pictures {
		all = append(all, p.File)
	}
	for _, p := range d.Attachments {
		all = append(all, p)
	}
	return all
}

// shown are all mailboxes that the header names.
func (d Draft) shown() []address.Mailbox {
	all := append([]address.Mailbox{d.Sender}, d.From...)
	for _, l := range []address.List{d.ReplyTo, d.To, d.Cc} {
		all = append(all, l.Mailboxes()...)
	}
	return all
}

// needsUTF8: a local part has no ASCII form, so a letter that names one is UTF-8 in all its fields. RFC 6532 §3.2
func (d Draft) needsUTF8() bool {
	for _, m := range d.shown() {
		if m.Address.NeedsUTF8() {
			return true
		}
	}
	return false
}
