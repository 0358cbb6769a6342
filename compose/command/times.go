package command

import (
	"strconv"
	"strings"
	"time"

	"mxsend/compose/header"
)

// times reads the date of the letter, and what else makes its octets come again.
func (r *reader) times() {
	r.draft.Seed = r.c.String("boundary-seed")
	value, given := r.one("date")
	if value == "" {
		return
	}
	date, ok := parseDate(value)
	if !ok {
		r.errs = append(r.errs, &ValueError{given, strconv.Quote(value) + " is no date; write it as Mon, 2 Jan 2006 15:04:05 -0700, as 2006-01-02T15:04:05-07:00, or as @ and the seconds since 1970"})
		return
	}
	r.draft.Date = date
}

// parseDate reads RFC 5322 §3.3, RFC 3339, and seconds since 1970 in UTC, with or without the @ that date(1) wants:
// SOURCE_DATE_EPOCH has none. Years that no letter can bear are not dates, and neither are leap seconds, which clocks of
// this kind do not show.
func parseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	date, err := header.ParseDate(s)
	if err != nil {
		date, err = time.Parse(time.RFC3339, s)
	}
	if err != nil {
		var seconds int64
		seconds, err = strconv.ParseInt(strings.TrimPrefix(s, "@"), 10, 64)
		date = time.Unix(seconds, 0).UTC()
	}
	return date, err == nil && date.Year() >= 1900 && date.Year() <= 9999
}
