package smtp

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mxsend/compose/letter"
)

// maxEnvelopeID is the longest ENVID, in xtext. RFC 3461 §4.4
const maxEnvelopeID = 100

// fitsNotice refuses notification wishes that are not words of RFC 3461 §4, and says so when the server knows none.
func (s *Session) fitsNotice(l *letter.Letter) *Error {
	e := l.Envelope
	err := noticeWord("RET", e.Ret, "FULL", "HDRS")
	if len(xtext(e.ID)) > maxEnvelopeID {
		err = fmt.Errorf("the envelope id has more than %d characters", maxEnvelopeID)
	}
	wished := func(r letter.Recipient) bool { return len(r.Notify) > 0 || r.Original != "" }
	if !s.extensions.Has("DSN") && (e.Ret != "" || e.ID != "" || slices.ContainsFunc(e.Recipients, wished)) {
		// RFC 3461 §5.2.2: from here on it is up to others.
		s.tell.noted("dsn", "the server offers no delivery notifications: yours are not passed on")
	}
	return unfitNotice(StageMail, err)
}

// fitsRecipientNotice is the same for what was wished for one recipient.
func fitsRecipientNotice(r letter.Recipient) *Error {
	kind, _, _ := strings.Cut(r.Original, ";")
	if strings.ContainsFunc(kind, func(c rune) bool { return c <= ' ' || c > '~' || c == '+' || c == '=' }) {
		return unfitNotice(StageRcpt, fmt.Errorf("%q is no type of an original recipient", kind))
	}
	if len(r.Notify) > 1 && slices.Contains(r.Notify, "NEVER") {
		return unfitNotice(StageRcpt, errors.New("NOTIFY=NEVER goes with no other wish")) // RFC 3461 §4.1
	}
	for _, word := range r.Notify {
		if err := noticeWord("NOTIFY", word, "NEVER", "SUCCESS", "FAILURE", "DELAY"); err != nil {
			return unfitNotice(StageRcpt, err)
		}
	}
	return nil
}

func unfitNotice(stage Stage, err error) *Error {
	if err == nil {
		return nil
	}
	return &Error{Class: ClassLocal, Stage: stage, Reply: Reply{Enhanced: "5.5.4"}, Cause: err}
}

func noticeWord(name, word string, allowed ...string) error {
	if word == "" || slices.Contains(allowed, word) {
		return nil
	}
	return fmt.Errorf("%s=%q is none of %s", name, word, strings.Join(allowed, ", "))
}

// mailNotice is what RFC 3461 §4.3 and §4.4 put with the sender; nothing if the server does not know it.
func (s *Session) mailNotice(e letter.Envelope) string {
	if !s.extensions.Has("DSN") {
		return ""
	}
	line := ""
	if e.Ret != "" {
		line += " RET=" + e.Ret
	}
	if e.ID != "" {
		line += " ENVID=" + xtext(e.ID)
	}
	return line
}

// rcptNotice is what RFC 3461 §4.1 and §4.2 put with a recipient.
func (s *Session) rcptNotice(e letter.Envelope, r letter.Recipient) string {
	if !s.extensions.Has("DSN") {
		return ""
	}
	line, notify := "", r.Notify
	if e.Sender.IsZero() && !slices.Equal(notify, []string{"NEVER"}) {
		notify = nil // RFC 3461 §4.1: there is nobody to be notified
	}
	if len(notify) > 0 {
		line += " NOTIFY=" + strings.Join(notify, ",")
	}
	return line + original(r)
}

// original is ORCPT, in the form that its address type wants. RFC 3461 §4.2, RFC 6533 §3
func original(r letter.Recipient) string {
	kind, text, ok := strings.Cut(r.Original, ";")
	switch {
	case !ok:
		return ""
	case strings.EqualFold(kind, "utf-8"):
		return " ORCPT=utf-8;" + utf8Xtext(text)
	}
	return " ORCPT=" + kind + ";" + xtext(text)
}

// xtext writes + and = and what is not printable as +XX. RFC 3461 §4
func xtext(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' || c == '+' || c == '=' {
			fmt.Fprintf(&b, "+%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// utf8Xtext writes what is not printable ASCII, and backslash, + and =, as \x{HEX}: understood with and without SMTPUTF8.
// RFC 6533 §3
func utf8Xtext(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r <= ' ' || r > '~' || r == '+' || r == '=' || r == '\\' {
			fmt.Fprintf(&b, "\\x{%02X}", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
