package compose

import (
	"slices"

	"mxsend/compose/header"
)

// wishes are the fields that say how the letter is to be treated, by people and by programs.
func (c *composer) wishes(b *blockWriter) {
	if c.draft.Importance != "" {
		b.addAll(header.Importance(string(c.draft.Importance)))
	}
	if c.draft.Automatic != "" {
		b.add(header.AutoSubmitted(c.draft.Automatic))
	}
	if c.draft.Bulk {
		b.add(header.Bulk())
	}
	c.leave(b)
}

// leave: RFC 2369 §3.2, RFC 8058 §3.1
func (c *composer) leave(b *blockWriter) {
	switch {
	case c.draft.OneClick:
		b.addAll(header.OneClick(c.draft.Leave...))
	case len(c.draft.Leave) > 0:
		b.add(header.URIs("List-Unsubscribe", c.draft.Leave...))
	}
}

// userAgent names the program that wrote the letter, where the author named none.
// QUIRK: RFC 5536 §3.2.13 knows User-Agent for news; mail programs write it, or X-Mailer, which no RFC knows.
func (c *composer) userAgent(b *blockWriter) {
	named := func(f header.Field) bool { return f.Is("User-Agent") || f.Is("X-Mailer") }
	if c.draft.UserAgent != "" && !slices.ContainsFunc(b.fields, named) {
		b.add(c.writer.Text("User-Agent", c.draft.UserAgent))
	}
}
