package command

import (
	"mxsend/compose"
	"mxsend/compose/header"
)

// program is what a letter says of the program that wrote it: neither its version nor the system, which are nobody's
// business.
const program = "mxsend"

// wishes reads how the letter is to be treated.
func (r *reader) wishes() {
	r.importance()
	r.leave()
	if kind := r.c.String("auto-submitted"); !r.replaced("Auto-Submitted") && kind != "" {
		_, err := header.AutoSubmitted(kind)
		r.misuse("--auto-submitted", err)
		r.draft.Automatic = kind
	}
	r.draft.Bulk = r.c.Bool("bulk") && !r.replaced("Precedence")
	if !r.c.Bool("no-user-agent") {
		r.draft.UserAgent = program
	}
}

func (r *reader) importance() {
	level, given := r.one("importance")
	if level == "" {
		return
	}
	_, err := header.Importance(level)
	r.misuse(given, err)
	r.draft.Importance = compose.Importance(level)
}

// leave reads how the reader leaves the list.
func (r *reader) leave() {
	if r.replaced("List-Unsubscribe") {
		return
	}
	r.draft.Leave = r.c.StringSlice("list-unsubscribe")
	r.draft.OneClick = r.c.Bool("one-click")
	switch {
	case len(r.draft.Leave) == 0 && r.draft.OneClick:
		r.usage("--one-click needs --list-unsubscribe https://…") // RFC 8058 §3.1
	case r.draft.OneClick:
		_, err := header.OneClick(r.draft.Leave...)
		r.refuse("--list-unsubscribe", err)
	case len(r.draft.Leave) > 0:
		_, err := header.URIs("List-Unsubscribe", r.draft.Leave...)
		r.refuse("--list-unsubscribe", err)
	}
}
