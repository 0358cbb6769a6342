package header

import (
	"strings"
	"testing"
	"time"
)

func TestComments(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                       "plain",
		" no comment ":                " no comment ",
		"a (b) c":                     "a  c",
		"(b) c":                       "c",
		"a (b (c) d) e":               "a  e",
		`a (b \) c) d`:                "a  d",
		`a (b \( c) d`:                "a  d",
		`"a (b) c" (d)`:               `"a (b) c"`,
		`"a \" (b)" (c)`:              `"a \" (b)"`,
		`(") a "(b)" c`:               `a "(b)" c`,
		`a \( b (c)`:                  `a \( b`,
		"a ) b (c) d":                 "a ) b  d",
		"a (never closed":             "a",
		`(x) a\`:                      `a\`,
		`(x\`:                         "",
		"text/plain (a;b); charset=x": "text/plain ; charset=x",
	} {
		if got := WithoutComments(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	for year, ok := range map[int]bool{1899: false, 1900: true, 2026: true, 9999: true, 10000: false} {
		f, err := Date("Date", time.Date(year, 2, 3, 4, 5, 6, 0, time.FixedZone("", -90*60)))
		if (err == nil) != ok || ok && !strings.HasSuffix(f.Body(), "4:05:06 -0130") {
			t.Errorf("%d: %q, %v", year, f.Body(), err)
		}
	}
	for in, want := range map[string]string{
		"Mon, 23 Nov 2026 12:00:00 +0100": "11:00", "23 Nov 2026 12:00 Z": "12:00", "23 Nov 2026 12:00 ut": "12:00", "23 Nov 2026 12:00 GMT (hi)": "12:00",
		"23 Nov 2026 12:00 UTC": "12:00", "23 Nov 2026 12:00 EDT": "16:00", "23 Nov 2026 12:00 EST": "17:00", "23 Nov 2026 12:00 CDT": "17:00",
		"23 Nov 2026 12:00 CST": "18:00", "23 Nov 2026 12:00 MDT": "18:00", "23 Nov 2026 12:00 MST": "19:00", "23 Nov 2026 12:00 PDT": "19:00",
		"23 Nov 2026 12:00 PST": "20:00", "23 Nov 2026 12:00 CET": "the zone CET is not known", "": "mail:", "23 Nov 2026": "mail:",
	} {
		got := ""
		if at, err := ParseDate(in); err != nil {
			got = err.Error()
		} else {
			got = at.UTC().Format("15:04")
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// RFC 2231 §7: attribute-char is all printable ASCII but "*", "'", "%" and the tspecials of RFC 2045 §5.1.
func TestPercent(t *testing.T) {
	for i := range 256 {
		c := string([]byte{byte(i)})
		plain := i > ' ' && i < 0x7f && !strings.Contains(`*'%()<>@,;:\"/[]?=`, c)
		if got := percent(c); (got == c) != plain || !plain && (len(got) != 3 || got[0] != '%') {
			t.Errorf("%q: %q", c, got)
		}
	}
}

// The last look at a field finds what no builder may have let through.
func TestTheLastLook(t *testing.T) {
	long := strings.Repeat("x", maxLine)
	for _, c := range []struct {
		line  string
		first bool
		utf8  bool
		want  string
	}{
		{"A: b", true, false, ""}, {" b", false, false, ""}, {"\tb", false, false, ""}, {long, true, false, ""}, {"A: é", true, true, ""},
		{long + "x", true, false, "too long"}, {"A: b\r", true, false, "line break"}, {"A: b\nC: d", true, false, "line break"}, {"A: \x00", true, false, "line break"},
		{" \t", false, false, "white space only"}, {"", false, false, "white space only"}, {"B: c", false, false, "of its own"}, {"A: é", true, false, "not ASCII"},
	} {
		f := &folder{Writer: Writer{UTF8: c.utf8}}
		if got := f.check(c.line, c.first); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%.20q, first %v: %q, want %q", c.line, c.first, got, c.want)
		}
	}
}
