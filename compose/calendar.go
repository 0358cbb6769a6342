package compose

import (
	"strings"

	"mxsend/attach/encode"
	"mxsend/compose/header"
)

// invitation makes a version of the words of an iCalendar object. Its method stands in the type as well, or readers show
// nothing to accept. RFC 6047 §2.4
func (c *composer) invitation() (*part, error) {
	method, err := calendarMethod(c.draft.Calendar)
	if err != nil {
		return nil, err
	}
	return c.text("text/calendar", c.draft.Calendar, header.Param{Name: "method", Value: method})
}

// invitationFile makes the same octets a file.
// QUIRK: Outlook reads the version among the words, older readers and phones only open a file; whoever sees both shows one.
func (c *composer) invitationFile() (*part, error) {
	content, err := encoded(ended(c.draft.Calendar), encode.Base64)
	if err != nil {
		return nil, err
	}
	p := &part{content: content, encoding: encode.Base64}
	if err := p.describe(c.writer, "application/ics", header.Param{Name: "name", Value: "invite.ics"}); err != nil {
		return nil, err
	}
	return p, p.field(c.writer, "Content-Disposition", "attachment", header.Param{Name: "filename", Value: "invite.ics"})
}

// calendarMethod is what the object asks for: REQUEST, REPLY, CANCEL, PUBLISH and others. RFC 5545 §3.7.2, RFC 5546 §1.4
func calendarMethod(object string) (string, error) {
	lines := unfolded(object)
	if len(lines) < 2 || !strings.EqualFold(lines[0], "BEGIN:VCALENDAR") || !strings.EqualFold(lines[len(lines)-1], "END:VCALENDAR") {
		return "", unfit("the calendar object does not begin with BEGIN:VCALENDAR and end with END:VCALENDAR")
	}
	method := ""
	for depth, i := 0, 0; i < len(lines); i++ {
		name, value, _ := strings.Cut(strings.ToUpper(lines[i]), ":")
		switch {
		case name == "BEGIN":
			depth++
		case name == "END":
			depth--
		case name == "METHOD" && depth == 1 && method == "":
			method = strings.TrimSpace(value)
		}
	}
	if method == "" {
		return "", unfit("the calendar object has no METHOD, so nothing is asked of the reader; attach it as a file")
	}
	if strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
		return "", unfit("the METHOD %q of the calendar object is no word", method)
	}
	return method, nil
}

// unfolded joins the lines that a blank at their beginning continues. RFC 5545 §3.1
func unfolded(object string) []string {
	text := string(encode.Canonical([]byte(object)))
	text = strings.NewReplacer("\r\n ", "", "\r\n\t", "").Replace(text)
	return strings.Split(strings.TrimRight(text, "\r\n"), "\r\n")
}
