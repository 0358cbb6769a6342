package header

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mxsend/compose/address"
)

func TestDate(t *testing.T) {
	for want, at := range map[string]time.Time{
		"Tue, 3 Nov 2026 02:34:05 +0100":  time.Date(2026, 11, 3, 2, 34, 5, 0, time.FixedZone("", 3600)),
		"Fri, 21 Nov 1997 09:55:06 -0600": time.Date(1997, 11, 21, 9, 55, 6, 0, time.FixedZone("CST", -6*3600)), // RFC 5322 §A.1.1
		"Thu, 1 Jan 1970 00:00:00 +0000":  time.Unix(0, 0).UTC(),
		"Thu, 1 Jan 1970 05:30:00 +0530":  time.Unix(0, 0).In(time.FixedZone("IST", 19800)),
	} {
		if f, err := Date("Date", at); err != nil || f.Raw() != "Date: "+want+"\r\n" {
			t.Errorf("got %q, %v, want %q", f.Raw(), err, want)
		}
	}
	for _, at := range []time.Time{{}, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if f, err := Date("Date", at); err == nil {
			t.Errorf("%v was accepted: %q", at, f.Raw())
		}
	}
}

func TestIDs(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"Message-ID", "a@b", "<a@b>"}, {"Message-ID", " <a.b+c@d.org> ", "<a.b+c@d.org>"}, {"Message-ID", "<a@[192.0.2.1]>", "<a@[192.0.2.1]>"},
		{"References", "<20030$abc,(d)@x>", "<20030$abc,(d)@x>"}, {"References", `<"a"@x@y>`, `<"a"@x@y>`}, {"--in-reply-to", "<no-at>", "<no-at>"},
		{"Message-ID", "", ""}, {"Message-ID", "<>", ""}, {"Message-ID", "a", ""}, {"Message-ID", "@", ""}, {"Message-ID", "a@", ""}, {"Message-ID", "<a@b", ""}, {"Message-ID", "a@b>", ""}, {"Message-ID", "<a@b><c@d>", ""},
		{"Message-ID", "a@b@c", ""}, {"Message-ID", "a b@c", ""}, {"Message-ID", "a..b@c", ""}, {"Message-ID", ".a@c", ""}, {"Message-ID", "a@b,c", ""}, {"Message-ID", "a@bücher", ""}, {"Message-ID", "<no-at>", ""}, {"Message-ID", "a@[b]c]", ""}, {"Message-ID", "a@b\n", ""}, {"Message-ID", "\r\n<a@b>", ""},
		{"Message-ID", strings.Repeat("a", 950) + "@b", ""}, {"References", "no-at", ""}, {"References", "<a b>", ""}, {"References", "<a\r\nb>", ""}, {"References", "<ü@x>", ""}, {"References", "<>", ""},
	} {
		if got, err := NormalID(c.name, c.in); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s %.40q: got %q, %v, want %q", c.name, c.in, got, err, c.want)
		}
	}
	f, err := IDs("References", strings.Repeat("a", 70)+"@b", "<c@d>", "<"+strings.Repeat("e", 900)+"@f>", "g@h")
	want := "References: <" + strings.Repeat("a", 70) + "@b>\r\n <c@d>\r\n <" + strings.Repeat("e", 900) + "@f>\r\n <g@h>\r\n"
	if err != nil || f.Raw() != want {
		t.Errorf("got %q, %v", f.Raw(), err)
	}
	if f, err := IDs("References"); err == nil {
		t.Errorf("no identifier became %q", f.Raw())
	}
}

func TestNewID(t *testing.T) {
	at := time.Date(2026, 11, 3, 2, 34, 5, 0, time.FixedZone("", 3600))
	d, err := address.ParseDomain("crêpes.example")
	if err != nil {
		t.Fatal(err)
	}
	id, err := NewID(d, at, strings.NewReader("0123456789"))
	if err != nil || id != "<20261103013405.60oj4cpk6kr3ee1p@xn--crpes-isa.example>" {
		t.Errorf("got %s, %v", id, err)
	}
	if normal, err := NormalID("Message-ID", id); normal != id {
		t.Errorf("%s is no identifier: %v", id, err)
	}
	literal, _ := address.ParseDomain("[IPv6:2001:db8::1]")
	if id, err := NewID(literal, at, strings.NewReader("0123456789")); err != nil || id != "<20261103013405.60oj4cpk6kr3ee1p@[IPv6:2001:db8::1]>" {
		t.Errorf("got %s, %v", id, err)
	}
	if id, err := NewID(d, at, strings.NewReader("short")); err == nil {
		t.Errorf("without randomness: %s", id)
	}
	if id, err := NewID(address.Domain{}, at, strings.NewReader("0123456789")); err == nil {
		t.Errorf("without a domain: %s", id)
	}
}

func TestReferences(t *testing.T) {
	var old []string
	for range 30 {
		old = append(old, "<x@y>")
	}
	old[0] = "<first@y>"
	if got := References(old, "<last@y>"); len(got) != 20 || got[0] != "<first@y>" || got[19] != "<last@y>" || len(old) != 30 || old[1] != "<x@y>" {
		t.Errorf("got %d references, %s to %s", len(got), got[0], got[len(got)-1])
	}
	for _, c := range []struct{ old, parent, want string }{{"", "", ""}, {"", "<a>", "<a>"}, {"<a>", "<b>", "<a> <b>"}, {"<a> <b>", "<b>", "<a> <b>"}, {"<a>", "", "<a>"}} {
		if got := References(strings.Fields(c.old), c.parent); !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("%q and %q: got %q", c.old, c.parent, got)
		}
	}
	for in, want := range map[string]string{"": "", "a@b": "a@b", "<a@b><c@d>": "<a@b>|<c@d>", " <a@b>,\t<c,d@e> f@g, ": "<a@b>|<c,d@e>|f@g", "<a b>": "<a|b>", "<a": "<a"} {
		if got := strings.Join(SplitIDs(in), "|"); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestListFields(t *testing.T) {
	fields, err := OneClick("https://x.org/u?id=12345678", "mailto:u@x.org?subject=unsubscribe")
	if err != nil || len(fields) != 2 || fields[0].Raw() != "List-Unsubscribe: <https://x.org/u?id=12345678>,\r\n <mailto:u@x.org?subject=unsubscribe>\r\n" || fields[1].Raw() != "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" {
		t.Errorf("got %q, %v", fields, err)
	}
	if fields, err := OneClick("mailto:u@x.org"); err == nil {
		t.Errorf("without https: %q", fields)
	}
	long := "https://x.org/" + strings.Repeat("u", 900)
	if f, err := URIs("List-Unsubscribe", long); err != nil || f.Body() != "<"+long+">" {
		t.Errorf("got %q, %v", f.Raw(), err)
	}
	for _, in := range []string{"", "x", "x:", ":x", "+a:b", "a_b:c", "https://x.org/ y", "https://x.org/<", `https://x.org/"`, "https://bücher.example/", "<<a:b>>", long + long} {
		if f, err := URIs("List-Help", in); err == nil {
			t.Errorf("%.40q was accepted: %q", in, f.Raw())
		}
	}
}

func TestWishes(t *testing.T) {
	var raw string
	fields, err := Importance("high")
	for _, f := range fields {
		raw += f.Raw()
	}
	if raw != "Importance: high\r\nX-Priority: 1\r\nX-MSMail-Priority: High\r\n" || err != nil {
		t.Errorf("got %q, %v", raw, err)
	}
	if fields, err := Importance("urgent"); err == nil {
		t.Errorf("got %q", fields)
	}
	if f, err := Bulk(); err != nil || f.Raw() != "Precedence: bulk\r\n" {
		t.Errorf("got %q, %v", f.Raw(), err)
	}
	if fields, err := Importance("LOW"); err != nil || fields[0].Raw() != "Importance: low\r\n" {
		t.Errorf("got %q, %v", fields, err)
	}
	for _, uris := range [][]string{{"https://x.org/a", "https://x.org/b"}, {"https://x.org/a", "http://x.org/a"}, {"http://x.org/"}, {}} {
		if fields, err := OneClick(uris...); err == nil {
			t.Errorf("%q with one click: %q", uris, fields)
		}
	}
	if f, err := AutoSubmitted("auto-generated"); err != nil || f.Raw() != "Auto-Submitted: auto-generated\r\n" {
		t.Errorf("got %q, %v", f.Raw(), err)
	}
	if f, err := AutoSubmitted("yes"); err == nil {
		t.Errorf("got %q", f.Raw())
	}
}
