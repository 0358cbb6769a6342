package command

import (
	"mxsend/compose/header"
)

// subject reads what the letter is about, which one it is and which it answers.
func (r *reader) subject() {
	var given string
	r.draft.Subject, given = r.one("subject")
	r.refuse(given, header.CheckText(given, r.draft.Subject))
	if id, given := r.one("message-id"); id != "" {
		_, err := header.NormalID(given, id)
		r.refuse(given, err)
		r.draft.MessageID = id
	}
	r.draft.InReplyTo = r.identifiers("in-reply-to")
	r.draft.References = r.identifiers("references")
	r.wishes()
}

func (r *reader) identifiers(flag string) []string {
	var ids []string
	values, given := r.c.StringSlice(flag), "--"+flag
	if _, ok := r.own[flag]; ok {
		var own string
		own, given = r.one(flag)
		values = []string{own}
	}
	for _, value := range values {
		split := header.SplitIDs(value)
		if len(split) == 0 {
			r.errs = append(r.errs, &ValueError{given, "no message identifier; write <left@right>"})
		}
		for _, id := range split {
			_, err := header.NormalID(given, id)
			r.refuse(given, err)
		}
		ids = append(ids, split...)
	}
	return ids
}
