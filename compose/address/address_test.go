package address

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestListReadsWhatPeopleType(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string // name|address
	}{
		{"bob@hamburger.edu", []string{"|bob@hamburger.edu"}},
		{" <bob@hamburger.edu> ", []string{"|bob@hamburger.edu"}},
		{"Bob <bob@hamburger.edu>", []string{"Bob|bob@hamburger.edu"}},
		{`"Doe, Jane" <jane@example.org>`, []string{"Doe, Jane|jane@example.org"}},
		{"Doe, Jane <jane@example.org>", []string{"Doe, Jane|jane@example.org"}},
		{"a@x.org, Doe, Jane <jane@example.org>, b@y.org", []string{"|a@x.org", "Doe, Jane|jane@example.org", "|b@y.org"}},
		{"j@x.org, k@y.org; l@z.org", []string{"|j@x.org", "|k@y.org", "|l@z.org"}},
		{"j@x.org,", []string{"|j@x.org"}},
		{"j@x.org (Jane)", []string{"Jane|j@x.org"}},
		{"John Q. Public <jqp@x.org>", []string{"John Q. Public|jqp@x.org"}},
		{`"John \"Q\"" <jq@x.org>`, []string{`John "Q"|jq@x.org`}},
		{"Team: a@x.org, B <b@x.org>;", []string{"|a@x.org", "B|b@x.org"}},
		{"undisclosed-recipients:;", nil},
		{"mailto:j@x.org?subject=hi", []string{"|j@x.org"}},
		{"mailto:j%2Bk@x.org", []string{"|j+k@x.org"}},
		{"Jürgen <j@x.org>", []string{"Jürgen|j@x.org"}},
		{"\u200bj@x.org\u00a0", []string{"|j@x.org"}},
		{"j@[192.0.2.1]", []string{"|j@[192.0.2.1]"}},
		{"j@[IPv6:2001:db8::1]", []string{"|j@[IPv6:2001:db8::1]"}},
		{"j@BÜCHER.example", []string{"|j@xn--bcher-kva.example"}},
		{"j@faß.example, j@fass.example", []string{"|j@xn--fa-hia.example", "|j@fass.example"}},
		{`"xclow3n@gmail.com x"@internal.example`, []string{`|"xclow3n@gmail.com x"@internal.example`}},
		{`"a@x> ORCPT=b"@y.test`, []string{`|"a@x> ORCPT=b"@y.test`}},
		{"jürgen@example.org", []string{"|jürgen@example.org"}},
	} {
		l, err := ParseList(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		var got []string
		for _, m := range l.Mailboxes() {
			got = append(got, m.Name+"|"+m.Address.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestListRefusesWhatCouldBeReadTwice(t *testing.T) {
	for _, in := range []string{
		"", " ", ",", "SomeName, joe@x.org", "j@x.org k@y.org", "a@x.org,,b@x.org", "Undisclosed:", "bob", "root, bob@x.org",
		"a@b@c.org", "@x.org", "j@", "j..k@x.org", ".j@x.org", "j.@x.org", "j@x..y", "j@.x.org", "j k@x.org", "<j@x.org", "j@x.org>",
		"<>", "Bob <>", "Bob", "<@a.org:b@c.org>", "user@good.test(x)evil.test", "user@good.test evil", "j @x.org", "j@ x.org",
		`"j@x.org`, `(j@x.org`, "x@y.test>\nRCPT TO:<z@y.test", "x@y.test\r\nDATA", "x\x00@y.test", "x@y.test\x1b[2J", "j＠x.org", "a@x.org，b@x.org",
		strings.Repeat("a", 65) + "@x.org", "a@" + strings.Repeat("a", 64) + ".org", "a@" + strings.Repeat("a.", 130) + "org",
		"j@xn--example-.org", "j@1.2.3.4", "j@[1.2.3]", "j@[1.2.3.4", "j@[fe80::1%eth0]", "j@a_b.org", "j@-a.org", "j@a-.org",
		"a\xffb@x.org", "\u202ea@x.org", `"a` + "\u202e" + `" <a@x.org>`, "mailto:", "mailto:%zz@x.org", strings.Repeat("(", 30) + "a@x.org",
		"A: B: c@x.org;;", "a@x.org:b", "\"\"@x.org", "@list.txt",
	} {
		l, err := ParseList(in)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: got %v, %v, want an *Error", in, l, err)
			continue
		}
		if strings.ContainsAny(e.Error(), "\r\n\x00\x1b\u202e") {
			t.Errorf("%q: the error carries a control character: %q", in, e.Error())
		}
	}
}

func TestParseTakesOneBareAddress(t *testing.T) {
	for _, in := range []string{"Bob <b@x.org>", "a@x.org, b@x.org", "g:a@x.org;", ""} {
		if a, err := Parse(in); err == nil {
			t.Errorf("%q: got %v, want an error", in, a)
		}
	}
	a, err := Parse("<Bob@Hamburger.EDU>")
	if err != nil || a.Local != "Bob" || a.Domain.ASCII != "hamburger.edu" {
		t.Errorf("got %+v, %v: the local part keeps its case, the domain does not", a, err)
	}
}

func TestDefaultDomainAndListFiles(t *testing.T) {
	p := Parser{DefaultDomain: "host.example", Open: func(name string) (io.ReadCloser, error) {
		if name != "list.txt" {
			return nil, errors.New("no such file")
		}
		return io.NopCloser(strings.NewReader("# friends\n\nroot\nBob <bob@x.org>, c@x.org\r\n")), nil
	}}
	l, err := p.List("@list.txt")
	if err != nil || len(l) != 3 || l[0].Members[0].Address.String() != "root@host.example" {
		t.Errorf("got %v, %v", l, err)
	}
	l, err = p.List("root, <postmaster>, Jane <jane@x.org>")
	if err != nil || len(l) != 3 {
		t.Errorf("got %v, %v, want three mailboxes", l, err)
	}
	for _, in := range []string{"@other.txt", "two words"} {
		if l, err := p.List(in); err == nil {
			t.Errorf("%q: got %v, want an error", in, l)
		}
	}
}

func TestErrorShowsThePlace(t *testing.T) {
	_, err := ParseList("alice@x.org bob@y.org")
	if want := "address «alice@x.org ›b‹ob@y.org»: two addresses without a comma between them; separate addresses with commas"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestParseHostIsLax(t *testing.T) {
	for in, want := range map[string]string{"MX_1.Example.ORG.": "mx_1.example.org", "localhost": "localhost"} {
		if got, err := ParseHost(in); got != want || err != nil {
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"192.0.2.1", "2001:db8::1", "", ".", "a..b", "a b", "a\nb"} {
		if got, err := ParseHost(in); err == nil {
			t.Errorf("%q: got %q, want an error", in, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a@b.org", `"a b"@c.org`, "j@[192.0.2.1]", "jürgen@bücher.example", `"\""@x.org`, "Doe, J <j@x.org>", "(c) a@b.c (d)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseList(s)
		if err != nil {
			return
		}
		for _, m := range l.Mailboxes() {
			wire := m.Address.String()
			if strings.ContainsAny(wire, "\r\n\x00") {
				t.Fatalf("%q: the wire form %q could start a line", s, wire)
			}
			again, err := Parse(wire)
			if err != nil || again != m.Address {
				t.Fatalf("%q: %q reads back as %+v, %v, want %+v", s, wire, again, err, m.Address)
			}
		}
	})
}

func BenchmarkTenThousand(b *testing.B) {
	text := strings.Repeat("Doe, Jane <jane.doe@example.org>, ", 10_000) + "bob@hamburger.edu"
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if l, err := ParseList(text); err != nil || len(l) != 10_001 {
			b.Fatal(len(l), err)
		}
	}
}
