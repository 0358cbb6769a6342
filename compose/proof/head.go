package proof

import (
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"mxsend/compose/header"
)

// checkHead looks at the header of the letter.
func (p *proof) checkHead(head *block) {
	p.head = head
	p.checkOnce(head)
	p.checkMissing(head)
	p.checkPeople(head)
	p.checkDate(head)
	p.checkIDs(head)
	p.checkBlind(head)
	p.checkServers(head)
}

// once are the fields that stand once at most. RFC 5322 §3.6
var once = []string{"From", "Date", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject"}

func (p *proof) checkOnce(head *block) {
	for _, name := range once {
		if all := head.all(name); len(all) > 1 {
			all[1].place.err("RFC 5322 §3.6", "%s stands %d times, and servers refuse that or readers differ in which they take: leave one", name, len(all))
		}
	}
}

func (p *proof) checkMissing(head *block) {
	missing := func(names ...string) bool {
		for _, name := range names {
			if _, found := head.first(name); found {
				return false
			}
		}
		return true
	}
	nowhere := p.at(0)
	if missing("From") {
		nowhere.in("From").err("RFC 5322 §3.6", "the field is missing: say who wrote the letter")
	}
	if missing("Date") {
		nowhere.in("Date").err("RFC 5322 §3.6", "the field is missing: say when the letter was written")
	}
	if missing("Message-ID") {
		nowhere.in("Message-ID").warn("RFC 5322 §3.6.4", "the field is missing, which looks like spam and breaks threads: add one")
	}
	if missing("Subject") {
		nowhere.in("Subject").hint("RFC 5322 §3.6.5", "the field is missing: say what the letter is about")
	}
	if missing("To", "Cc", "Bcc") {
		nowhere.in("To").hint("RFC 5322 §3.6.3", "neither To nor Cc, which looks like spam: add To: undisclosed-recipients:;")
	}
}

const (
	early = 24 * time.Hour     // a clock in another zone is not that far ahead
	late  = 7 * 24 * time.Hour // after which nobody tries any more. RFC 5321 §4.5.4.1
)

// checkDate: RFC 5322 §3.3
func (p *proof) checkDate(head *block) {
	f, given := head.first("Date")
	if !given {
		return
	}
	if len(f.value) > maxValue {
		f.place.err("RFC 5322 §3.3", "the date is too long to be one")
		return
	}
	date, err := mail.ParseDate(f.value)
	switch {
	case err != nil:
		f.place.err("RFC 5322 §3.3", "%s is no date: write it as %s", quote(f.value), p.now.Format("Mon, 2 Jan 2006 15:04:05 -0700"))
	case namesAnotherDay(f.value, date):
		f.place.warn("RFC 5322 §3.3", "that day is a %s: write the day that it is, or none", date.Weekday())
	case date.Sub(p.now) > early:
		f.place.warn("RFC 5322 §3.6.1", "the date lies in the future, which looks like spam: set the clock right")
	case p.now.Sub(date) > late:
		f.place.hint("RFC 5322 §3.6.1", "the date is %d days old, so the letter sinks among the old ones", int(p.now.Sub(date).Hours()/24))
	}
}

// namesAnotherDay: the day of the week may be left out, but not be another one.
func namesAnotherDay(value string, date time.Time) bool {
	day, _, given := strings.Cut(header.WithoutComments(value), ",")
	return given && !strings.EqualFold(trim(day), date.Format("Mon"))
}

// checkIDs: RFC 5322 §3.6.4
func (p *proof) checkIDs(head *block) {
	if f, given := head.first("Message-ID"); given {
		checkMessageID(f)
	}
	for _, name := range []string{"In-Reply-To", "References"} {
		f, _ := head.first(name)
		for _, id := range header.SplitIDs(header.WithoutComments(f.value)) {
			if _, err := header.NormalID(name, id); err != nil || !bracketed(id) {
				f.place.warn("RFC 5322 §3.6.4", "%s is no message identifier, so readers don't find the thread: write <left@right>", quote(id))
				break
			}
		}
	}
}

func bracketed(id string) bool { return strings.HasPrefix(id, "<") && strings.HasSuffix(id, ">") }

func checkMessageID(f field) {
	id := trim(header.WithoutComments(f.value))
	_, err := header.NormalID("Message-ID", id)
	_, domain, _ := strings.Cut(trimBrackets(id), "@")
	switch {
	case !bracketed(id) || strings.ContainsAny(id, blanks) || domain == "":
		f.place.err("RFC 5322 §3.6.4", "%s is no message identifier: write one <left@right>", quote(f.value))
	case err != nil:
		f.place.warn("RFC 5322 §3.6.4", "the message identifier %s holds signs that it must not: use letters, digits, dots and hyphens", quote(id))
	case strings.EqualFold(domain, "localhost") || !strings.ContainsAny(domain, ".["):
		f.place.hint("RFC 5322 §3.6.4", "the message identifier ends with %s, which is not unique in the world: use your domain", quote(domain))
	}
}

// checkBlind: whoever got a blind copy is nobody's business. RFC 5322 §3.6.3
func (p *proof) checkBlind(head *block) {
	for _, name := range []string{"Bcc", "Resent-Bcc"} {
		for _, f := range head.all(name) {
			if f.value == "" {
				f.place.hint("RFC 5322 §3.6.3", "the field tells that there are blind copies: remove it")
				continue
			}
			f.place.err("RFC 5322 §3.6.3", "everybody could read who gets a blind copy: remove the field")
		}
	}
}

// checkServers: what the last server writes. RFC 5321 §4.4
func (p *proof) checkServers(head *block) {
	if f, given := head.first("Return-Path"); given {
		f.place.warn("RFC 5321 §4.4", "the last server writes this field, so the letter seems to have been delivered before: remove it")
	}
}

// checkRaw: octets above 127 in a header travel with SMTPUTF8 only. RFC 6532 §3.2, RFC 6531 §3.2
func (p *proof) checkRaw(head *block) {
	for _, f := range head.fields {
		switch {
		case !has8bit(f.value):
		case !utf8.ValidString(f.value):
			f.place.err("RFC 6532 §3.1", "octets above 127 that are not UTF-8, so nobody can read them: write encoded-words")
		case p.needsUTF8():
			f.place.hint("RFC 6531 §3.2", "raw UTF-8, as the addresses need it: only servers with SMTPUTF8 take the letter")
		default:
			f.place.warn("RFC 6532 §3", "raw UTF-8, though no address needs it: only servers with SMTPUTF8 take the letter, so write encoded-words, and domains as xn--")
		}
	}
}

// needsUTF8: an address of the letter or its envelope has no form in ASCII.
func (p *proof) needsUTF8() bool {
	for _, r := range p.envelope.Recipients {
		if r.Address.NeedsUTF8() {
			return true
		}
	}
	return p.envelope.Sender.NeedsUTF8() || p.people.utf8
}
