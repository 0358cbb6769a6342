package sandbox

import "github.com/emersion/go-smtp"

// reply is one reply of the server.
type reply struct {
	code     int
	enhanced smtp.EnhancedCode
	text     string
}

// replyOf is a likely reply for a code. RFC 3463 §3
func replyOf(code int) reply {
	switch code {
	case 421:
		return reply{code, smtp.EnhancedCode{4, 3, 2}, "rehearsal: shutting down, try again later"}
	case 450:
		return reply{code, smtp.EnhancedCode{4, 2, 1}, "rehearsal: mailbox busy, try again later"}
	case 451:
		return reply{code, smtp.EnhancedCode{4, 3, 0}, "rehearsal: local error, try again later"}
	case 452:
		return reply{code, smtp.EnhancedCode{4, 3, 1}, "rehearsal: not enough room, try again later"}
	case 550:
		return reply{code, smtp.EnhancedCode{5, 1, 1}, "rehearsal: no such user here"}
	case 551:
		return reply{code, smtp.EnhancedCode{5, 1, 6}, "rehearsal: the user has moved"}
	case 552:
		return reply{code, smtp.EnhancedCode{5, 2, 2}, "rehearsal: more than the mailbox may hold"}
	case 553:
		return reply{code, smtp.EnhancedCode{5, 1, 3}, "rehearsal: mailbox name not allowed"}
	case 554:
		return reply{code, smtp.EnhancedCode{5, 7, 1}, "rehearsal: refused by policy"}
	}
	if code < 500 {
		return reply{code, smtp.EnhancedCode{4, 0, 0}, "rehearsal: not now, try again later"}
	}
	return reply{code, smtp.EnhancedCode{5, 0, 0}, "rehearsal: refused"}
}

func mailboxFull() reply {
	return reply{452, smtp.EnhancedCode{4, 2, 2}, "rehearsal: mailbox full, try again later"}
}

func greylistedNow() reply {
	return reply{450, smtp.EnhancedCode{4, 7, 1}, "rehearsal: greylisted, try again later"}
}

func badAddress() reply {
	return reply{553, smtp.EnhancedCode{5, 1, 3}, "not an address"}
}

func needsUTF8() reply {
	return reply{553, smtp.EnhancedCode{5, 6, 7}, "an address beyond ASCII needs SMTPUTF8"}
}

func queuedAs(id string) reply {
	return reply{250, smtp.EnhancedCode{2, 0, 0}, "Ok: queued as " + id}
}

func diskTrouble() reply {
	return reply{452, smtp.EnhancedCode{4, 3, 1}, "the letter could not be stored"}
}

func closingDown() reply {
	return reply{421, smtp.EnhancedCode{4, 3, 2}, "shutting down"}
}

// err makes go-smtp say the reply.
func (r reply) err() error {
	return &smtp.SMTPError{Code: r.code, EnhancedCode: r.enhanced, Message: r.text}
}
