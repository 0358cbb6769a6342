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

// FuzzWord: encoded-words are at most as long as asked, decode one by one, and join to what was encoded.
func FuzzWord(f *testing.F) {
	for _, s := range []string{"Grüße", strings.Repeat("語", 40), "👩‍👩‍👧‍👦🇫🇷e\u0301" + strings.Repeat("\u0301", 60), "a_b c=?=", "\ufffd"} {
		f.Add(s, 75)
		f.Add(s, 20)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if !utf8.ValidString(s) || s == "" {
			return
		}
		limit = min(max(limit, frame+12), maxEncodedWord) // a character takes up to twelve octets
		var joined string
		for c, rest := codecFor(s), s; rest != ""; {
			var made string
			made, rest = c.word(rest, limit)
			read, err := new(mime.WordDecoder).Decode(made)
			if err != nil || len(made) > limit || !utf8.ValidString(read) || read == "" {
				t.Fatalf("%q: the word %q of %d octets reads %q, %v", s, made, len(made), read, err)
			}
			joined += read
		}
		if joined != s {
			t.Fatalf("%q reads %q", s, joined)
		}
	})
}

// FuzzIDs: identifiers that are written are found again, each on its own.
func FuzzIDs(f *testing.F) {
	for _, s := range []string{"<a@b><c@d>", "a@b, c@d", "<a b@c>", "<x>", "<\"a\"@[b]>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ids := SplitIDs(s)
		field, err := IDs("References", ids...)
		if err != nil {
			return
		}
		check(t, field)
		again := SplitIDs(field.Body())
		if len(again) != len(ids) || strings.Contains(field.Raw(), "=?utf-8?") && !strings.Contains(s, "=?utf-8?") {
			t.Fatalf("%q: %q became %q", s, ids, again)
		}
		for i, id := range ids {
			if strings.Trim(id, "<>") != strings.Trim(again[i], "<>") {
				t.Fatalf("%q: %q became %q", s, id, again[i])
			}
		}
	})
}

// FuzzURIs: URIs that are written are found again, none is encoded or cut.
func FuzzURIs(f *testing.F) {
	for _, s := range []string{"<https://x.org/?a=1,2>, <mailto:u@x.org>", "https://x.org/" + strings.Repeat("u", 200), "a:b,c:d", "<a:b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		uris := splitURIs(s)
		field, err := URIs("List-Help", uris...)
		if err != nil {
			return
		}
		check(t, field)
		for i, uri := range splitURIs(field.Body()) {
			if want := strings.TrimSuffix(strings.TrimPrefix(strings.Trim(uris[i], " \t"), "<"), ">"); uri != "<"+want+">" {
				t.Fatalf("%q: %q became %q", s, want, uri)
			}
		}
	})
}
