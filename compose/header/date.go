package header

import (
	"fmt"
	"net/mail"
	"strings"
	"time"
)

// Date writes a date in the zone of t, its offset in digits, in English whatever the locale. RFC 5322 §3.3 knows no year
// before 1900. Its error is an *Error.
func Date(name string, t time.Time) (Field, error) {
	if y := t.Year(); y < 1900 || y > 9999 {
		return Field{}, fail(name, "the year %d", y)
	}
	return Text(name, t.Format("Mon, 2 Jan 2006 15:04:05 -0700"))
}

// ParseDate reads a date as RFC 5322 §3.3 writes it, with the names of zones of old (§4.3). A zone with another name has no
// meaning that everybody shares, and is an error.
func ParseDate(s string) (time.Time, error) {
	s = strings.TrimSpace(WithoutComments(s))
	at := strings.LastIndexByte(s, ' ') + 1
	if name := s[at:]; name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == "" {
		offset, known := zone(strings.ToUpper(name))
		if !known {
			return time.Time{}, fmt.Errorf("the zone %s is not known: write its offset, such as +0100", name)
		}
		s = s[:at] + offset
	}
	return mail.ParseDate(s)
}

// zone is the offset that a name stands for. RFC 5322 §4.3
func zone(name string) (offset string, known bool) {
	switch name {
	case "UT", "GMT", "UTC", "Z":
		return "+0000", true
	case "EDT":
		return "-0400", true
	case "EST", "CDT":
		return "-0500", true
	case "CST", "MDT":
		return "-0600", true
	case "MST", "PDT":
		return "-0700", true
	case "PST":
		return "-0800", true
	}
	return "", false
}
