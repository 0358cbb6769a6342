package header

import (
	"mime"
	"net/mail"
	"strings"
	"testing"

	"mxsend/compose/address"
)

func TestAddresses(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"bob@hamburger.edu", "To: bob@hamburger.edu\r\n"},
		{"Bob <bob@hamburger.edu>", "To: Bob <bob@hamburger.edu>\r\n"},
		{`"Doe, Jane" <j@x.org>`, "To: \"Doe, Jane\" <j@x.org>\r\n"},
		{"Doe, Jane <j@x.org>", "To: \"Doe, Jane\" <j@x.org>\r\n"},
		{"Nathaniel S. Borenstein <n@x.org>", "To: \"Nathaniel S. Borenstein\" <n@x.org>\r\n"},
		{`"boss@x.org" <e@y.org>`, "To: \"boss@x.org\" <e@y.org>\r\n"},
		{`"a\"b\\c" <j@x.org>`, "To: \"a\\\"b\\\\c\" <j@x.org>\r\n"},
		{`"two  blanks" <j@x.org>`, "To: \"two  blanks\" <j@x.org>\r\n"},
		{"Jürgen <j@x.org>", "To: =?utf-8?q?J=C3=BCrgen?= <j@x.org>\r\n"},
		{"=?utf-8?q?x?= <j@x.org>", "To: =?utf-8?b?PT91dGYtOD9xP3g/PQ==?= <j@x.org>\r\n"},
		{"undisclosed-recipients:;", "To: undisclosed-recipients:;\r\n"},
		{"Team: a@x.org, b@x.org;, c@x.org", "To: Team: a@x.org, b@x.org;, c@x.org\r\n"},
		{`"The, Team": a@x.org;`, "To: \"The, Team\": a@x.org;\r\n"},
		{"Vorstände: a@x.org;", "To: =?utf-8?q?Vorst=C3=A4nde?= : a@x.org;\r\n"},
		{"j@bücher.example", "To: j@xn--bcher-kva.example\r\n"},
		{`"a b"@x.org, j@[192.0.2.1]`, "To: \"a b\"@x.org, j@[192.0.2.1]\r\n"},
		{`"a@x> ORCPT=b"@y.test`, "To: \"a@x> ORCPT=b\"@y.test\r\n"},
		{"alice.with.a.long.name@example.org, bob.with.a.name@example.org, c@x.org", "To: alice.with.a.long.name@example.org, bob.with.a.name@example.org, c@x.org\r\n"},
		{"alice.with.a.long.name@example.org, bob.with.a.long.name@example.org, carol@example.org, Dave <dave@example.org>",
			"To: alice.with.a.long.name@example.org,\r\n bob.with.a.long.name@example.org,\r\n carol@example.org,\r\n Dave <dave@example.org>\r\n"},
		{"The first team: alice.with.a.long.name@example.org, Bob <bob.with.a.long.name@example.org>;, carol@example.org",
			"To: The first team: alice.with.a.long.name@example.org,\r\n Bob <bob.with.a.long.name@example.org>;,\r\n carol@example.org\r\n"},
		{"Empty first:;, alice.with.a.long.name@example.org, Bob <bob.with.a.long.name@example.org>",
			"To: Empty first:;,\r\n alice.with.a.long.name@example.org,\r\n Bob <bob.with.a.long.name@example.org>\r\n"},
		{"A name of many words that goes on and on until it fills more than a line <n@x.org>",
			"To: A name of many words that goes on and on until it fills more than a line\r\n <n@x.org>\r\n"},
		{`"A name, with a comma, that goes on and on, until it fills more than a line" <n@x.org>`,
			"To: =?utf-8?q?A_name=2C_with_a_comma=2C_that_goes_on_and_on=2C_until_it_fi?=\r\n =?utf-8?q?lls_more_than_a_line?= <n@x.org>\r\n"},
	} {
		f, err := Addresses("To", mustList(t, c.in))
		if err != nil || f.Raw() != c.want {
			t.Errorf("%s: got  %q, %v, want %q", c.in, f.Raw(), err, c.want)
		}
		check(t, f)
	}
}

func TestAddressesRefuses(t *testing.T) {
	a := mustParse(t, "a@b.org")
	for what, l := range map[string]address.List{
		"nothing":                {},
		"an empty entry":         {{}},
		"the null reverse-path":  address.Single(address.Mailbox{}),
		"a name without address": address.Single(address.Mailbox{Name: "Bob"}),
		"UTF-8 without the mode": mustList(t, "jürgen@x.org"),
		"a line break":           address.Single(address.Mailbox{Name: "a\r\nBcc: x", Address: a}),
		"a hidden direction":     address.Single(address.Mailbox{Name: "gpj\u202eexe", Address: a}),
		"a group with a break":   {{Name: "a\nb", Named: true}},
		"a made-up local part":   address.Single(address.Mailbox{Address: address.Address{Local: "a\r\nb", Domain: a.Domain}}),
	} {
		if f, err := Addresses("To", l); err == nil {
			t.Errorf("%s became %q", what, f.Raw())
		}
	}
}

// The header shows as many mailboxes as the envelope carries, whoever reads it.
func TestAddressesReadBack(t *testing.T) {
	var boxes []address.Mailbox
	for _, name := range []string{
		"", "Bob", "Doe, Jane", "a@b.org", "a@b.org, c@d.org", "<a@b.org>", "a\"b", "a\\", "\\\"", "(a)", "a:b;", "  ", " x ", "Jürgen", "=?utf-8?q?x?=", "日本 太郎", "山田　太郎", strings.Repeat("long ", 30) + "x", strings.Repeat("長", 100),
		strings.Repeat("n", 500), strings.Repeat("n", 61) + " x", "tab\tx",
	} {
		boxes = append(boxes, address.Mailbox{Name: name, Address: mustParse(t, `"a, b <c@d>"@e.org`)})
	}
	f, err := Mailboxes("Cc", boxes...)
	if err != nil {
		t.Fatal(err)
	}
	check(t, f)
	parser := mail.AddressParser{WordDecoder: new(mime.WordDecoder)}
	got, err := parser.ParseList(f.Body())
	if err != nil || len(got) != len(boxes) {
		t.Fatalf("got %d mailboxes, %v, from %s", len(got), err, f.Raw())
	}
	own, err := address.Parser{Words: new(mime.WordDecoder)}.List(f.Body())
	if err != nil || len(own) != len(boxes) {
		t.Fatalf("got %d mailboxes, %v, from %s", len(own), err, f.Raw())
	}
	for i, m := range boxes {
		if got[i].Name != m.Name || got[i].Address != "a, b <c@d>@e.org" || own[i].Members[0] != m {
			t.Errorf("%q reads back as %q and %q", m.Name, got[i], own[i].Members[0])
		}
	}
}

func BenchmarkAddresses(b *testing.B) {
	l := mustList(b, strings.Repeat("Doe, Jürgen <jane.doe@example.org>, ", 999)+"bob@hamburger.edu")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Addresses("To", l); err != nil {
			b.Fatal(err)
		}
	}
}
