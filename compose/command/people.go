package command

import (
	"mxsend/compose/address"
)

// people reads who writes and who receives.
func (r *reader) people() {
	r.author()
	r.draft.ReplyTo = r.lists("reply-to")
	r.draft.To = r.lists("to")
	for _, word := range r.c.Args().Slice() {
		l, err := r.parser.List(word)
		r.refuse("recipient", err)
		r.draft.To = append(r.draft.To, l...)
	}
	r.draft.Cc = r.lists("cc")
	r.draft.Bcc = r.lists("bcc")
	given := r.c.Args().Present()
	for _, flag := range []string{"to", "cc", "bcc"} {
		given = given || len(r.many(flag)) > 0
	}
	if !given {
		r.usage("no recipient: name one at the end of the command line, as in mxsend -s Hello bob@example.org, or with --to, --cc or --bcc")
	}
}

// author reads From and Sender. There is no default: a guessed name of this host would be wrong in the letter, and reports
// of failure would be lost.
func (r *reader) author() {
	value, given := r.one("from")
	if value == "" {
		r.usage("no author: say who writes with --from NAME@DOMAIN, or set MXSEND_FROM or EMAIL")
	} else {
		r.draft.From = r.mailboxes(given, value)
	}
	if value, given = r.one("sender"); value != "" {
		if boxes := r.mailboxes(given, value); len(boxes) == 1 {
			r.draft.Sender = boxes[0]
		} else if len(boxes) > 1 {
			r.usage("%s: one mailbox sends a letter, these are %d", given, len(boxes))
		}
	}
	if len(r.draft.From) > 1 && value == "" {
		r.usage("several authors in --from: say with --sender which of them sends the letter") // RFC 5322 §3.6.2
	}
}

func (r *reader) lists(flag string) address.List {
	var all address.List
	for _, value := range r.many(flag) {
		l, err := r.parser.List(value)
		r.refuse("--"+flag, err)
		all = append(all, l...)
	}
	return all
}

// mailboxes reads plain mailboxes; groups and list files have no place in From and Sender.
func (r *reader) mailboxes(given, value string) []address.Mailbox {
	p := r.parser
	p.Open = nil
	l, err := p.List(value)
	r.refuse(given, err)
	for _, g := range l {
		if g.Named {
			r.usage("%s: a group cannot write a letter; name the mailbox", given)
			return nil
		}
	}
	return l.Mailboxes()
}

// envelope reads where reports of failure go. RFC 5321 §4.5.5: "<>" asks for none.
func (r *reader) envelope() {
	value := r.c.String("envelope-from")
	switch {
	case value == "<>":
		r.draft.EnvelopeFrom = &address.Address{}
	case r.c.IsSet("envelope-from"):
		a, err := r.parser.Address(value)
		r.refuse("--envelope-from", err)
		r.draft.EnvelopeFrom = &a
	}
}
