package bounce

import (
	"strings"

	"mxsend/transport/report"
	"mxsend/transport/smtp"
)

// advice is what a sender can do about a failure. It goes by the code alone: the words of a reply are for people.
func (r Recipient) advice() string {
	o := r.Outcome
	switch {
	case o.State == report.Unknown:
		return "It may have arrived. Ask before you send it again, since that may deliver a second copy."
	case o.Stage == report.StageResolve && !r.Expired:
		return "Check what stands after the @: that domain takes no mail."
	case o.Class == smtp.ClassLocal:
		return "Send it again from the files as they are now, or show this to whoever looks after your mail."
	}
	code := strings.Split(r.own(), ".")
	if code[1] == "7" && o.Class != smtp.ClassRefused {
		return "No connection to their server is as safe as your rules or theirs demand. Show this to whoever looks after your mail."
	}
	if words := subjectAdvice(code); words != "" {
		return words
	}
	if r.Expired {
		return "Their server may be down for long. Check what stands after the @, send it again later, or reach them in another way."
	}
	return "The words above are the server's. If they do not help, reach the recipient in another way and show them this notice."
}

// own is the code that the server gave, or that fits what happened; not the one that says only that time is over.
func (r Recipient) own() string {
	r.Expired = false
	return r.status(Failure)
}

// subjectAdvice reads the subject and the detail of a code. RFC 3463 §3
func subjectAdvice(code []string) string {
	switch subject, detail := code[1], code[2]; {
	case subject == "1" && (detail == "7" || detail == "8"):
		return "The server does not accept your own address as the sender's: check how it is written."
	case subject == "1":
		return "Check the address: it may be mistyped, or no longer in use."
	case subject == "2" && detail == "2":
		return "The mailbox is full. Send it again later, or tell the recipient in another way."
	case subject == "2" && detail == "3", subject == "3" && detail == "4":
		return "The letter is too big for that server. Send it again with less attached, or send a link."
	case subject == "2":
		return "The mailbox takes no letters now. Reach the recipient in another way."
	case subject == "6" && detail == "7":
		return "That server takes no addresses in this script. Ask the recipient for another one."
	case subject == "6":
		return "The server does not take letters of this form. Send it again as plain text, or without what is attached."
	case subject == "7":
		return "The server refuses this letter as a matter of policy. Reach the recipient in another way and show them this notice; only they or their postmaster can change it."
	}
	return ""
}
