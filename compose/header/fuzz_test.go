package header

import (
	"mime"
	"net/mail"
	"strings"
	"testing"
	"unicode/utf8"

	"mxsend/compose/address"
)

func FuzzText(f *testing.F) {
	for _, s := range []string{"Grüße", "a =?x?q?y?= b", strings.Repeat("語", 40), "a\t b", "=?", strings.Repeat("a", 990), "a  ü", "👩‍👩‍👧‍👦", "e\u0301"} {
		f.Add("Subject", s, false)
		f.Add("X-Note", s, true)
	}
	f.Fuzz(func(t *testing.T, name, s string, raw bool) {
		field, err := Writer{UTF8: raw}.Text(name, s)
		if err != nil {
			return
		}
		check(t, field)
		if got, want := decoded(t, field), strings.Trim(s, " \t"); got != want {
			t.Fatalf("%q arrives as %q in %q", want, got, field.Raw())
		}
	})
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"Doe, Jane", "Jürgen \"Q\"", strings.Repeat("x y.", 40), " x ", "a\tb", "=?utf-8?q?x?=", strings.Repeat("語", 40)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		field, err := Mailboxes("From", address.Mailbox{Name: s, Address: mustParse(t, "a@b.org")}, address.Mailbox{Address: mustParse(t, "c@d.org")})
		if err != nil {
			return
		}
		check(t, field)
		parser := mail.AddressParser{WordDecoder: new(mime.WordDecoder)}
		l, err := parser.ParseList(field.Body())
		if err != nil || len(l) != 2 || l[0].Name != s {
			t.Fatalf("%q reads back as %v, %v from %q", s, l, err, field.Raw())
		}
		own, err := address.Parser{Words: new(mime.WordDecoder)}.List(field.Body())
		if err != nil && len(s) < 900 || err == nil && (len(own) != 2 || own[0].Members[0].Name != s) {
			t.Fatalf("%q reads back as %v, %v from %q", s, own, err, field.Raw())
		}
	})
}

func FuzzParam(f *testing.F) {
	for _, s := range []string{"Résumé.pdf", strings.Repeat("語", 60), "a*'%\"\\", strings.Repeat("a b", 100), "ü%41"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		field, err := Structured("Content-Disposition", "attachment", Param{Name: "filename", Value: s})
		if err != nil || !utf8.ValidString(s) {
			return
		}
		if !strings.Contains(s, "=?") {
			check(t, field)
		}
		_, params, err := mime.ParseMediaType(field.Body())
		if err != nil || params["filename"] != s {
			t.Fatalf("%q reads back as %q, %v from %q", s, params["filename"], err, field.Raw())
		}
	})
}

// Whatever a user writes, what comes out is one field.
func FuzzCustom(f *testing.F) {
	for _, s := range []string{"X-A: b", "Reply-To: Doe, J <j@x.org>", "References: <a@b><c@d>", "List-Id: a <b.c>", "List-Help: <a:b>, c:d", "Date: Mon, 23 Nov 2026 02:34:55 +0100", "To: g: a@b.c;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		field, err := Custom(s)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\r\n\x00\x1b") {
				t.Fatalf("%q: the error is %q", s, err)
			}
			return
		}
		check(t, field)
		again, err := Custom(field.Name + ": " + field.Body())
		if err != nil || !strings.Contains(field.Body(), "=?") && again != field {
			t.Fatalf("%q became %q and then %q, %v", s, field.Raw(), again.Raw(), err)
		}
	})
}
