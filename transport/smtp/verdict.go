package smtp

import (
	"strings"

	"mxsend/compose/letter"
)

// Verdict is what the server said about one recipient.
type Verdict struct {
	Recipient letter.Recipient
	Err       *Error // nil: accepted, by a 2yz reply to the end of the letter
	Reply     Reply  // the deciding reply; zero when there was none
	QueueID   string // the server's name for the letter, where its reply seems to hold one

	told func(Verdict) // Options.Accepted
}

// Result has one verdict a recipient, in the order they were given.
type Result struct {
	Verdicts []Verdict
	QueueID  string // of the last transaction that was accepted
}

func (v *Verdict) refuse(e *Error) { v.Err, v.Reply, v.QueueID = e, e.Reply, "" }

func (v *Verdict) accept(r Reply) {
	v.Err, v.Reply, v.QueueID = nil, r, queueID(r)
	if v.told != nil {
		v.told(*v)
	}
}

// queueID finds the name under which the server keeps the letter. No standard says where it stands; these are the habits
// of the large implementations. Empty when in doubt.
func queueID(r Reply) string {
	words := strings.Fields(strings.Join(r.texts(), " "))
	for i, w := range words {
		lower := strings.ToLower(w)
		switch {
		case lower == "as" && i > 0 && strings.EqualFold(words[i-1], "queued"): // Postfix: "Ok: queued as 4XyZ"
			return idWord(words, i+1)
		case strings.HasPrefix(lower, "id=") && len(w) > 3: // Exim: "OK id=1rT2-0004"
			return idWord([]string{w[3:]}, 0)
		case lower == "gsmtp" && i > 1: // "OK 1700000000 a1b2.12 - gsmtp"
			return idWord(words, i-2)
		case lower == "message" && i > 0 && i+1 < len(words) && strings.EqualFold(words[i+1], "accepted"): // Sendmail
			return idWord(words, i-1)
		case lower == "qp" && i > 1: // qmail: "ok 1700000000 qp 1234"
			return idWord(words, i+1)
		}
	}
	return ""
}

func idWord(words []string, i int) string {
	if i >= len(words) {
		return ""
	}
	id := strings.Trim(words[i], "<>()[].,;:")
	if len(id) > 128 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return ""
	}
	return id
}
