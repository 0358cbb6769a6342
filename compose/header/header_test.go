package header

import (
	"errors"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mxsend/compose/address"
)

// check looks at what every field must be, whatever is in it.
func check(t *testing.T, f Field) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(f.Raw(), "\r\n"), "\r\n")
	if !strings.HasSuffix(f.Raw(), "\r\n") || !strings.HasPrefix(lines[0], f.Name+":") {
		t.Fatalf("%q is no field", f.Raw())
	}
	for i, line := range lines {
		switch {
		case strings.ContainsAny(line, "\r\n\x00"), strings.TrimSpace(line) == "", len(line) > 998:
			t.Fatalf("line %d of %q is no line", i, f.Raw())
		case i > 0 && line[0] != ' ' && line[0] != '\t':
			t.Fatalf("line %d of %q starts a field", i, f.Raw())
		case strings.Contains(line, "=?utf-8?") && len(line) > 76 && f.Name != "Content-Type":
			t.Fatalf("line %d of %q is longer than 76", i, f.Raw())
		}
		for w := range strings.FieldsSeq(line) {
			if strings.HasPrefix(w, "=?utf-8?") && len(strings.TrimRight(w, ",:;")) > 75 {
				t.Fatalf("the encoded-word %q has %d octets", w, len(w))
			}
		}
	}
}

func decoded(t *testing.T, f Field) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(f.Body())
	if err != nil {
		t.Fatalf("%q: %v", f.Raw(), err)
	}
	return s
}

func TestTextArrivesAsTyped(t *testing.T) {
	for _, s := range []string{
		"", "Searching for the meaning of life", "Grüße", "[list] Grüße aus Köln an alle", "a  b   c", "日本語の長い件名がここにあります、とても長いので折り返されるはずです。とても長いので。",
		"=?utf-8?q?x?=", "a =?utf-8?q?x?= b", "Ünï Ünï", "tab\there", strings.Repeat("word ", 60) + "end", strings.Repeat("x", 2000),
		strings.Repeat("👩‍👩‍👧‍👦", 20), strings.Repeat("🇫🇷", 30), strings.Repeat("e\u0301", 60), "end ü", "ü start", strings.Repeat(" ", 3) + "x",
		"gap" + strings.Repeat(" ", 200) + "gap", "100% = ok? _under_",
	} {
		f, err := Text("Subject", s)
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		check(t, f)
		if got := decoded(t, f); got != strings.Trim(s, " \t") {
			t.Errorf("%q arrives as %q", s, got)
		}
	}
}

func TestTextFoldsAtBlanks(t *testing.T) {
	f, err := Text("Subject", "one two three four five six seven eight nine ten eleven twelve thirteen fourteen")
	want := "Subject: one two three four five six seven eight nine ten eleven twelve\r\n thirteen fourteen\r\n"
	if err != nil || f.Raw() != want {
		t.Errorf("got %q, %v", f.Raw(), err)
	}
}

func TestEncodedWordsKeepVisibleCharactersWhole(t *testing.T) {
	for _, unit := range []string{"👩‍👩‍👧‍👦", "🇫🇷", "e\u0301", "👍🏽", "❤️‍🔥", "日"} {
		f, err := Text("Subject", strings.Repeat(unit, 25))
		if err != nil {
			t.Fatal(err)
		}
		for w := range strings.FieldsSeq(f.Body()) {
			got, err := new(mime.WordDecoder).Decode(w)
			if err != nil || strings.ReplaceAll(got, unit, "") != "" {
				t.Errorf("%s is cut: %q holds %q, %v", unit, w, got, err)
			}
		}
	}
}

func TestRFC2047Examples(t *testing.T) {
	// RFC 2047 §8, the decoded side of the examples that UTF-8 can carry.
	for _, s := range []string{"a", "a b", "Keith Moore", "Keld Jørn Simonsen", "André Pirard", "If you can read this you understand the example.", "נעמי"} {
		f, err := Text("Subject", s)
		if err != nil {
			t.Fatal(err)
		}
		check(t, f)
		if got := decoded(t, f); got != s {
			t.Errorf("%q arrives as %q", s, got)
		}
	}
}

func TestNothingStartsAnotherField(t *testing.T) {
	for _, s := range []string{"a\nBcc: x@y.org", "a\r\nb", "a\rb", "a\x00b", "a\x1b[2Jb", "a\x7f", "a\u0085b", "a\u2028b", "caf\xe9"} {
		for name, make := range map[string]func() (Field, error){
			"Text":   func() (Field, error) { return Text("Subject", s) },
			"Custom": func() (Field, error) { return Custom("X-Note: " + s) },
			"name": func() (Field, error) {
				return Mailboxes("From", address.Mailbox{Name: s, Address: mustParse(t, "a@b.org")})
			},
			"param":      func() (Field, error) { return Structured("Content-Type", "text/plain", Param{Name: "name", Value: s}) },
			"value":      func() (Field, error) { return Structured("Content-Type", s) },
			"field name": func() (Field, error) { return Custom(s + ": x") },
			"id":         func() (Field, error) { return IDs("Message-ID", s+"@b.org") },
			"uri":        func() (Field, error) { return URIs("List-Help", "https://x.org/"+s) },
		} {
			f, err := make()
			var e *Error
			if !errors.As(err, &e) {
				t.Errorf("%s %q: got %q, %v", name, s, f.Raw(), err)
			} else if strings.ContainsAny(err.Error(), "\r\n\x00\x1b") {
				t.Errorf("%s %q: the error carries it on: %q", name, s, err)
			}
		}
	}
	if f, err := Mailboxes("From", address.Mailbox{Name: "gpj\u202eexe", Address: mustParse(t, "a@b.org")}); err == nil {
		t.Errorf("a direction control passed: %q", f.Raw())
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"bob@hamburger.edu", "To: bob@hamburger.edu\r\n"},
		{"Bob <bob@hamburger.edu>", "To: Bob <bob@hamburger.edu>\r\n"},
		{`"Doe, Jane" <j@x.org>`, "To: \"Doe, Jane\" <j@x.org>\r\n"},
		{"Nathaniel S. Borenstein <n@x.org>", "To: \"Nathaniel S. Borenstein\" <n@x.org>\r\n"},
		{"Jürgen <j@x.org>", "To: =?utf-8?q?J=C3=BCrgen?= <j@x.org>\r\n"},
		{"undisclosed-recipients:;", "To: undisclosed-recipients:;\r\n"},
		{"Team: a@x.org, b@x.org;, c@x.org", "To: Team: a@x.org, b@x.org;, c@x.org\r\n"},
		{"j@bücher.example", "To: j@xn--bcher-kva.example\r\n"},
		{`"a b"@x.org`, "To: \"a b\"@x.org\r\n"},
		{"alice.with.a.long.name@example.org, bob.with.a.long.name@example.org, carol@example.org",
			"To: alice.with.a.long.name@example.org,\r\n bob.with.a.long.name@example.org,\r\n carol@example.org\r\n"},
	} {
		l, err := address.ParseList(c.in)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Addresses("To", l)
		if err != nil || f.Raw() != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.in, f.Raw(), err, c.want)
		}
		check(t, f)
	}
	if f, err := Addresses("To", nil); err == nil {
		t.Errorf("an empty list became %q", f.Raw())
	}
}

func TestParametersReadBack(t *testing.T) {
	for _, s := range []string{
		"ketchup.gif", "a b.txt", `quo"te\.txt`, "-dash", "Résumé.pdf", "日本語のとても長いファイル名がここにあります、とても長いので続きます.pdf", "100%.txt", "it's*.txt", "a;b=c.txt",
		strings.Repeat("long-", 30) + ".txt", strings.Repeat("ü", 150), "emoji 👩‍👩‍👧‍👦.png",
	} {
		f, err := Structured("Content-Disposition", "attachment", Param{Name: "filename", Value: s})
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		check(t, f)
		_, params, err := mime.ParseMediaType(f.Body())
		if err != nil || params["filename"] != s {
			t.Errorf("%q reads back as %q, %v from %q", s, params["filename"], err, f.Raw())
		}
		legacy, err := Structured("Content-Type", "image/gif", Param{Name: "name", Value: s, Legacy: true})
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		check(t, legacy)
		if _, params, err = mime.ParseMediaType(legacy.Body()); err != nil {
			t.Errorf("%q: %v", legacy.Raw(), err)
		}
		if got, err := new(mime.WordDecoder).DecodeHeader(params["name"]); err != nil || got != s {
			t.Errorf("%q reads back as %q, %v", s, got, err)
		}
	}
}

func TestContinuationsAreStarredWhereTheyAreEncoded(t *testing.T) {
	f, err := Structured("Content-Disposition", "attachment", Param{Name: "filename", Value: "ü" + strings.Repeat("a", 120) + "ü"})
	want := "Content-Disposition: attachment;\r\n filename*0*=utf-8''%C3%BC" + strings.Repeat("a", 49) + ";\r\n filename*1=" + strings.Repeat("a", 62) + ";\r\n filename*2*=" + strings.Repeat("a", 9) + "%C3%BC\r\n"
	if err != nil || f.Raw() != want {
		t.Errorf("got  %q, %v\nwant %q", f.Raw(), err, want)
	}
}

func TestCustom(t *testing.T) {
	for in, want := range map[string]string{
		"X-Note: hello":           "X-Note: hello\r\n",
		"x-note:hello":            "x-note: hello\r\n",
		"Reply-To: Bob <b@x.org>": "Reply-To: Bob <b@x.org>\r\n",
		"In-Reply-To: a@b c@d":    "In-Reply-To: <a@b> <c@d>\r\n",
		"List-Unsubscribe: <https://x.org/u?a=1>, <mailto:u@x.org>": "List-Unsubscribe: <https://x.org/u?a=1>, <mailto:u@x.org>\r\n",
		"Date: Mon, 23 Nov 2026 02:34:55 +0100":                     "Date: Mon, 23 Nov 2026 02:34:55 +0100\r\n",
		"Organization: Crêpes":                                      "Organization: =?utf-8?q?Cr=C3=AApes?=\r\n",
		"X-Empty:":                                                  "X-Empty: \r\n",
	} {
		f, err := Custom(in)
		if err != nil || f.Raw() != want {
			t.Errorf("%q: got %q, %v, want %q", in, f.Raw(), err, want)
		}
	}
	for _, in := range []string{
		"no colon", ": x", "X Y: z", "Bcc: a@b.org", "Content-Type: text/html", "MIME-Version: 1.0", "Received: x", "DKIM-Signature: x",
		"ARC-Seal: x", "Reply-To: nobody", "Date: yesterday", "Message-ID: a b", "List-Help: no uri", "Precedence: büro", "É: x", strings.Repeat("X", 80) + ": y",
	} {
		if f, err := Custom(in); err == nil {
			t.Errorf("%q was accepted: %q", in, f.Raw())
		}
	}
}

func TestDateAndIDs(t *testing.T) {
	at := time.Date(2026, 11, 3, 2, 34, 5, 0, time.FixedZone("", 3600))
	if f, err := Date("Date", at); err != nil || f.Raw() != "Date: Tue, 3 Nov 2026 02:34:05 +0100\r\n" {
		t.Errorf("got %q, %v", f.Raw(), err)
	}
	if f, err := Date("Date", time.Time{}); err == nil {
		t.Errorf("the year 1 was accepted: %q", f.Raw())
	}
	d, _ := address.ParseDomain("crêpes.example")
	id, err := NewID(d, at, strings.NewReader("0123456789"))
	if err != nil || id != "<20261103013405.60oj4cpk6kr3ee1p@xn--crpes-isa.example>" {
		t.Errorf("got %s, %v", id, err)
	}
	if _, err := NewID(d, at, strings.NewReader("")); err == nil {
		t.Error("an identifier without randomness")
	}
	var old []string
	for range 30 {
		old = append(old, "<x@y>")
	}
	old[0] = "<first@y>"
	if got := References(old, "<last@y>"); len(got) != 20 || got[0] != "<first@y>" || got[19] != "<last@y>" {
		t.Errorf("got %d references, %s to %s", len(got), got[0], got[len(got)-1])
	}
}

func TestRawUTF8(t *testing.T) {
	f, err := Writer{UTF8: true}.Text("Subject", "Grüße")
	if err != nil || f.Raw() != "Subject: Grüße\r\n" {
		t.Errorf("got %q, %v", f.Raw(), err)
	}
}

func mustParse(t testing.TB, s string) address.Address {
	t.Helper()
	a, err := address.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"Grüße", "a =?x?q?y?= b", strings.Repeat("語", 40), "a\t b", "=?", strings.Repeat("a", 990)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		field, err := Text("Subject", s)
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
	f.Add("Doe, Jane")
	f.Add("Jürgen \"Q\"")
	f.Add(strings.Repeat("x y.", 40))
	f.Fuzz(func(t *testing.T, s string) {
		field, err := Mailboxes("From", address.Mailbox{Name: s, Address: mustParse(t, "a@b.org")}, address.Mailbox{Address: mustParse(t, "c@d.org")})
		if err != nil || s == "" || strings.Trim(s, " \t") != s || strings.Contains(s, "\t") {
			return
		}
		check(t, field)
		parser := mail.AddressParser{WordDecoder: new(mime.WordDecoder)}
		l, err := parser.ParseList(field.Body())
		if err != nil || len(l) != 2 || l[0].Name != s {
			t.Fatalf("%q reads back as %v, %v from %q", s, l, err, field.Raw())
		}
	})
}

func FuzzParam(f *testing.F) {
	f.Add("Résumé.pdf")
	f.Add(strings.Repeat("語", 60))
	f.Add("a*'%\"\\")
	f.Fuzz(func(t *testing.T, s string) {
		field, err := Structured("Content-Disposition", "attachment", Param{Name: "filename", Value: s})
		if err != nil || s == "" || !utf8.ValidString(s) {
			return
		}
		check(t, field)
		_, params, err := mime.ParseMediaType(field.Body())
		if err != nil || params["filename"] != s {
			t.Fatalf("%q reads back as %q, %v from %q", s, params["filename"], err, field.Raw())
		}
	})
}
