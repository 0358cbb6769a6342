package compose

import (
	"slices"
	"strings"

	"mxsend/compose/header"
)

// importance: RFC 2156 §5.3.6
func (c *composer) importance(b *blockWriter) {
	// QUIRK: no RFC knows X-Priority; Outlook and most web mailers look at nothing else.
	priority := map[Importance]string{High: "1", Normal: "3", Low: "5"}[c.draft.Importance]
	switch {
	case priority != "":
		b.add(c.writer.Text("Importance", string(c.draft.Importance)))
		b.add(c.writer.Text("X-Priority", priority))
	case c.draft.Importance != "":
		b.errs = append(b.errs, missing("importance %q: it is high, normal or low", c.draft.Importance))
	}
}

// leave: RFC 2369 §3.2, RFC 8058 §3.1
func (c *composer) leave(b *blockWriter) {
	if len(c.draft.Leave) > 0 {
		b.add(header.URIs("List-Unsubscribe", c.draft.Leave...))
	}
	if !c.draft.OneClick {
		return
	}
	secure := func(uri string) bool {
		return strings.HasPrefix(strings.ToLower(strings.TrimLeft(uri, "< ")), "https:")
	}
	if !slices.ContainsFunc(c.draft.Leave, secure) {
		b.errs = append(b.errs, missing("leaving a list with one click needs an https address to leave it by"))
		return
	}
	b.add(c.writer.Text("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
}
