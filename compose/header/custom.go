package header

import (
	"net/mail"
	"strings"

	"mxsend/compose/address"
)

// refused are the fields that a user cannot set, each with the way out.
func refused(name string) string {
	switch name := strings.ToLower(name); {
	case name == "bcc" || name == "resent-bcc":
		return "use --bcc, which keeps it out of the letter"
	case name == "content-transfer-encoding" || name == "mime-version" || name == "content-type":
		return "mxsend writes it as the letter needs it"
	case name == "content-disposition" || name == "content-id":
		return "it belongs to a part, not to the letter"
	case name == "received" || name == "return-path" || name == "delivered-to":
		return "only the servers on the way write it" // RFC 5321 §4.4
	case name == "dkim-signature" || strings.HasPrefix(name, "arc-"):
		return "a signature cannot be given by hand"
	}
	return ""
}

// Custom writes a field that the user gave as "Name: value". Fields whose form is known are written by their rules:
// addresses are parsed, identifiers and dates checked. Forbidden fields are refused with the way out.
func (w Writer) Custom(line string) (Field, error) {
	name, value, found := strings.Cut(line, ":")
	if !found {
		return Field{}, fail(line, `no colon; write "Name: value"`)
	}
	if err := checkName(name); err != nil {
		return Field{}, err
	}
	if why := refused(name); why != "" {
		return Field{}, fail(name, "it can't be set: %s", why)
	}
	if err := CheckText(name, value); err != nil {
		return Field{}, err
	}
	return w.known(name, strings.Trim(value, " \t"))
}

// Custom writes a field that the user gave with the zero Writer.
func Custom(line string) (Field, error) { return Writer{}.Custom(line) }

func (w Writer) known(name, value string) (Field, error) {
	switch strings.ToLower(name) {
	case "from", "to", "cc", "reply-to", "sender", "disposition-notification-to", "resent-from", "resent-to", "resent-cc", "resent-sender":
		l, err := address.ParseList(value)
		if err != nil {
			return Field{}, err
		}
		return w.Addresses(name, l)
	case "message-id", "in-reply-to", "references", "resent-message-id":
		return IDs(name, SplitIDs(value)...)
	case "date", "resent-date":
		t, err := mail.ParseDate(value)
		if err != nil {
			return Field{}, fail(name, "%q is no date; write it as Mon, 2 Jan 2006 15:04:05 -0700", value)
		}
		return Date(name, t)
	case "list-unsubscribe", "list-help", "list-subscribe", "list-owner", "list-archive":
		return URIs(name, strings.Split(value, ",")...)
	case "list-id", "list-post", "list-unsubscribe-post", "auto-submitted", "precedence", "importance", "feedback-id":
		if !isASCII(value) {
			return Field{}, fail(name, "it can only be ASCII") // RFC 2047 §5: not a place for encoded-words
		}
	}
	return w.Text(name, value)
}
