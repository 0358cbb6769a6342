package address

import (
	"io"
	"net/mail"
	"strings"
	"testing"
)

// What is read can be written, and what is written reads back as the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"a@b.org", `"a b"@c.org`, "j@[192.0.2.1]", "jürgen@bücher.example", `"\""@x.org`, "Doe, J <j@x.org>", "(c) a@b.c (d)", "g: a@b.c, d@e.f;",
		"mailto:a%40@b.c?x", "a@b.c <a@b.c>", "\u200ba@b.c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseList(s)
		if err != nil {
			if shown := err.Error(); strings.ContainsAny(shown, "\r\n\x00\x1b") {
				t.Fatalf("%q: the error is %q", s, shown)
			}
			return
		}
		for _, m := range l.Mailboxes() {
			wire := m.Address.String()
			if strings.ContainsAny(wire, "\r\n\x00\t") || len(wire) > maxPath {
				t.Fatalf("%q: the wire form %q is no path", s, wire)
			}
			again, err := Parse(wire)
			if err != nil || again != m.Address {
				t.Fatalf("%q: %q reads back as %+v, %v, want %+v", s, wire, again, err, m.Address)
			}
		}
	})
}

// Whatever is in a local part and fits into a path, quoting carries it.
func FuzzLocal(f *testing.F) {
	for _, s := range []string{"a", "a b", `"`, `\`, "a.b", ".", "@", "<>", "ü", "a> ORCPT=b"} {
		f.Add(s)
	}
	domain := Domain{ASCII: "x.org", Unicode: "x.org"}
	f.Fuzz(func(t *testing.T, local string) {
		want := Address{Local: local, Domain: domain}
		got, err := Parse(want.String())
		if err == nil && got != want && strings.IndexFunc(local, isBlank) < 0 { // those are dropped at the ends
			t.Fatalf("%q reads back as %+v", want.String(), got)
		}
		printable := local != "" && len(local) < 32 && isASCII(local) && strings.IndexFunc(local, isControl) < 0
		if err != nil && printable {
			t.Fatalf("%q: %v", want.String(), err)
		}
	})
}

func FuzzDomain(f *testing.F) {
	for _, s := range []string{"x.org", "bücher.example", "xn--bcher-kva.example", "[192.0.2.1]", "[IPv6:::1]", "xn--example-", "faß.de", "a\u200db"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDomain(s)
		if err != nil {
			return
		}
		if again, err := ParseDomain(d.String()); err != nil || again != d || !isASCII(d.String()) {
			t.Fatalf("%q: %q reads back as %+v, %v", s, d.String(), again, err)
		}
		if again, err := ParseDomain(d.Unicode); d.Unicode != "" && (err != nil || again != d) {
			t.Fatalf("%q: %q reads back as %+v, %v", s, d.Unicode, again, err)
		}
		if _, err := ParseHost(d.ASCII); err != nil && !d.Literal.IsValid() {
			t.Fatalf("%q is a domain and no host name: %v", d.ASCII, err)
		}
	})
}

func BenchmarkTenThousand(b *testing.B) {
	for name, one := range map[string]string{
		"plain": "jane.doe@example.org, ", "named": "Doe, Jane <jane.doe@example.org>, ", "idn": "jane@bücher.example, ", "comment": "j@x.org (Jane (Doe)), ",
	} {
		text := strings.Repeat(one, 9_999) + "bob@hamburger.edu"
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if l, err := ParseList(text); err != nil || len(l) != 10_000 {
					b.Fatal(len(l), err)
				}
			}
		})
	}
}

// The limit is a pass that cuts the same text at its commas and its @ and copies the pieces, without asking what they are.
func BenchmarkLimit(b *testing.B) {
	text := strings.Repeat("jane.doe@example.org, ", 9_999) + "bob@hamburger.edu"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		l := make(List, 0, 16)
		for one := range strings.SplitSeq(text, ",") {
			local, domain, _ := strings.Cut(strings.TrimSpace(one), "@")
			a := Address{Local: strings.Clone(local), Domain: Domain{ASCII: strings.ToLower(domain), Unicode: domain}}
			l = append(l, Group{Members: []Mailbox{{Address: a}}})
		}
		if len(l) != 10_000 {
			b.Fatal(len(l))
		}
	}
}

// Another parser on the same text.
func BenchmarkNetMail(b *testing.B) {
	text := strings.Repeat("jane.doe@example.org, ", 9_999) + "bob@hamburger.edu"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if l, err := mail.ParseAddressList(text); err != nil || len(l) != 10_000 {
			b.Fatal(len(l), err)
		}
	}
}

// Ten times the addresses take ten times the memory, not a hundred times.
func TestMemoryGrowsWithTheLength(t *testing.T) {
	for _, one := range []string{"jane.doe@example.org, ", "Doe, Jane <jane.doe@example.org>, ", "g: a@b.org, c@d.org;, ", "j@x.org (Jane (Doe)), ", "\u200bj@x.org, "} {
		allocations := func(n int) float64 {
			text := strings.Repeat(one, n-1) + "bob@hamburger.edu"
			return testing.AllocsPerRun(1, func() {
				if l, err := ParseList(text); err != nil || len(l) < n {
					t.Fatal(len(l), err)
				}
			})
		}
		if few, many := allocations(1_000), allocations(10_000); many > 12*few {
			t.Errorf("%q: %v allocations for a thousand, %v for ten thousand", one, few, many)
		}
	}
}

// Whatever stands in a list file, its addresses can be written, and every line that is none is told by its number.
func FuzzFile(f *testing.F) {
	for _, s := range []string{"# friends\nbob@hamburger.edu\r\n\nDoe, Jane <j@x.org>\tk@x.org\n", "\ufeffa@b.org", "a@b\x00", "@other", "g: a@b.org;\n;", "a@b.org\rc@d.org"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := Parser{Open: func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }}.List("@list")
		if err != nil {
			if shown := err.Error(); strings.ContainsAny(shown, "\r\x00\x1b") || len(shown) > 20_000 {
				t.Fatalf("%q: the error is %q", s, shown)
			}
			return
		}
		for _, m := range l.Mailboxes() {
			if again, err := Parse(m.Address.String()); err != nil || again != m.Address {
				t.Fatalf("%q: %q reads back as %+v, %v", s, m.Address.String(), again, err)
			}
		}
	})
}

// Texts that make some parsers slow: a million octets of each must take no longer than a million octets of addresses.
func BenchmarkHostile(b *testing.B) {
	for name, one := range map[string]string{
		"commas": "a,", "words": "a ", "quotes": `"a" `, "comments": "(a)", "colons": "a:", "open": "(", "brackets": "<", "invisible": "\u200b", "inner": "a\u200b", "at": "a@", "links": "mailto:", "members": "a: a@b.c,",
	} {
		text := strings.Repeat(one, 1_000_000/len(one))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if l, err := ParseList(text); err == nil {
					b.Fatal(len(l))
				}
			}
		})
	}
}
