package header

import (
	"fmt"
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
	case name == "authentication-results" || name == "received-spf":
		return "only the receiving server writes it" // RFC 8601 §5
	case name == "dkim-signature" || strings.HasPrefix(name, "arc-"):
		return "a signature cannot be given by hand"
	}
	return ""
}

// Custom writes a field that the user gave as "Name: value". Fields whose form is known are written by their rules:
// addresses are parsed, identifiers, dates and URIs checked. Forbidden fields are refused with the way out. The name of a
// known field gets its usual spelling; others keep theirs. Its error is an *Error, or wraps an *address.Error.
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
	return w.known(spelling(name), strings.Trim(value, " \t"))
}

// Custom writes a field that the user gave with the zero Writer.
func Custom(line string) (Field, error) { return Writer{}.Custom(line) }

func (w Writer) known(name, value string) (Field, error) {
	switch strings.ToLower(name) {
	case "from", "to", "cc", "reply-to", "sender", "resent-from", "resent-to", "resent-cc", "resent-sender",
		"disposition-notification-to", "return-receipt-to", "errors-to", "mail-followup-to", "mail-reply-to":
		return w.written(name, value)
	case "message-id", "resent-message-id":
		return IDs(name, value)
	case "in-reply-to", "references":
		return IDs(name, SplitIDs(value)...)
	case "date", "resent-date":
		return givenDate(name, value)
	case "list-unsubscribe", "list-help", "list-subscribe", "list-owner", "list-archive", "archived-at":
		return URIs(name, splitURIs(value)...)
	case "list-id":
		return w.listID(name, value)
	case "list-post", "list-unsubscribe-post", "auto-submitted", "precedence", "importance", "feedback-id", "content-language":
		if !isASCII(value) || strings.Contains(value, "=?") {
			return Field{}, fail(name, "it can only be ASCII") // RFC 2047 §5: not a place for encoded-words
		}
	}
	return w.Text(name, value)
}

func (w Writer) written(name, value string) (Field, error) {
	l, err := address.ParseList(value)
	if err != nil {
		return Field{}, fmt.Errorf("field %s: %w", name, err)
	}
	return w.Addresses(name, l)
}

func givenDate(name, value string) (Field, error) {
	t, err := ParseDate(value)
	if err != nil {
		return Field{}, fail(name, "%q is no date; write it as Mon, 2 Jan 2006 15:04:05 -0700", printable(value))
	}
	return Date(name, t)
}

// listID writes the name of a list and its identifier in angle brackets. RFC 2919 §2
func (w Writer) listID(name, value string) (Field, error) {
	shown, id, _ := strings.Cut(value, "<")
	id, closed := strings.CutSuffix(id, ">")
	if !closed || !isDotAtom(id) {
		return Field{}, fail(name, "write it as Name of the list <list.example.org>")
	}
	shown = strings.Trim(shown, " \t")
	if len(shown) > 1 && shown[0] == '"' && shown[len(shown)-1] == '"' {
		shown = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(shown[1 : len(shown)-1])
	}
	if err := CheckShown(name, shown); err != nil {
		return Field{}, err
	}
	f := &lister{folder: w.folder(name)}
	if shown != "" {
		f.phrase(shown)
	}
	f.put(" ", "<"+id+">")
	return f.field()
}

// usual are the names of known fields as they are usually spelt.
const usual = "Date From Sender Reply-To To Cc Subject Message-ID In-Reply-To References Comments Keywords Organization " +
	"Resent-Date Resent-From Resent-Sender Resent-To Resent-Cc Resent-Message-ID Importance Precedence Priority Sensitivity " +
	"Auto-Submitted List-ID List-Unsubscribe List-Unsubscribe-Post List-Help List-Subscribe List-Owner List-Post List-Archive " +
	"Disposition-Notification-To Content-Language Content-Description User-Agent Feedback-ID Archived-At"

func spelling(name string) string {
	for known := range strings.FieldsSeq(usual) {
		if strings.EqualFold(known, name) {
			return known
		}
	}
	return name
}
