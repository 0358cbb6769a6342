package header

import "time"

// Date writes a date in the zone of t, its offset in digits, in English whatever the locale. RFC 5322 §3.3 knows no year
// before 1900. Its error is an *Error.
func Date(name string, t time.Time) (Field, error) {
	if y := t.Year(); y < 1900 || y > 9999 {
		return Field{}, fail(name, "the year %d", y)
	}
	return Text(name, t.Format("Mon, 2 Jan 2006 15:04:05 -0700"))
}
