package address

import (
	"errors"
	"strings"
	"testing"
)

func TestParseDomain(t *testing.T) {
	for in, want := range map[string]string{ // ASCII and U-label form, or the literal
		"Hamburger.EDU":           "hamburger.edu hamburger.edu",
		"hamburger.edu.":          "hamburger.edu hamburger.edu",
		"localhost":               "localhost localhost",
		"3com.example":            "3com.example 3com.example",
		"r3---sn.example":         "r3---sn.example r3---sn.example",
		"BÜCHER.example":          "xn--bcher-kva.example bücher.example",
		"XN--BCHER-KVA.example":   "xn--bcher-kva.example bücher.example",
		"faß.example":             "xn--fa-hia.example faß.example",
		"fass.example":            "fass.example fass.example",
		"bu\u0308cher.example":    "xn--bcher-kva.example bücher.example",
		"нато.рф":                 "xn--80azep.xn--p1ai нато.рф",
		"例え.テスト":                  "xn--r8jz45g.xn--zckzah 例え.テスト",
		"نامه\u200cای.example":    "xn--mgba3gch31f060k.example نامه\u200cای.example",
		"i❤.example":              "xn--i-7iq.example i❤.example",
		"[192.0.2.1]":             "[192.0.2.1]",
		"[IPv6:2001:DB8:0::1]":    "[IPv6:2001:db8::1]",
		"[ipv6:2001:db8::1]":      "[IPv6:2001:db8::1]",
		"[2001:db8::1]":           "[IPv6:2001:db8::1]",
		"[IPv6:::ffff:192.0.2.1]": "[192.0.2.1]",
	} {
		d, err := ParseDomain(in)
		got := d.ASCII + " " + d.Unicode
		if d.Literal.IsValid() {
			got = d.String()
		}
		if err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", in, got, err, want)
		}
		if again, err := ParseDomain(d.String()); err != nil || again != d {
			t.Errorf("%s: %s reads back as %+v, %v", in, d, again, err)
		}
	}
}

func TestParseDomainRefuses(t *testing.T) {
	for _, in := range []string{
		"", ".", "..", ".x.org", "x..org", "x.org..", "a b", "a\tb", "a\nb", "a\x00b", "a@b", "a/b", "-a.org", "a-.org", "-ü.org", "ü-.org", "a_b.org", "*.org",
		"1.2.3.4", "192.0.2.1.", "2001:db8::1", "a.1", "1", "example.①", strings.Repeat("a", 64) + ".org", strings.Repeat("ü", 64) + ".org", strings.Repeat("a.", 127) + "org",
		"xn--example-", "xn--example-.org", "xn--.org", "xn--a.org", "xn--fass-.de", "xn--ab-yma.org", "xn--bücher.de", "xn--bcher-kva\u200b.org", "XN--FASS-.de",
		"bücher。example", "x．org", "x.org，y.org", "a\u200bb.org", "ex\u00adample.org", "a\u202eb.org", "a\u200db.org", "\xff.org", "\ufffd.org", "א1a.org",
		"[]", "[", "[192.0.2.1", "[192.0.2]", "[192.0.2.01]", "[192.0.2.256]", "[IPv6:192.0.2.1]", "[IPv6:2001:db8::1%eth0]", "[fe80::1%eth0]", "[IPv6:]", "[x-tag:abc]", "[ 192.0.2.1 ]", "[192.0.2.1]x", "[192.0.2.1]]",
	} {
		d, err := ParseDomain(in)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.40q: got %+v, %v, want an *Error", in, d, err)
		}
	}
}

func TestParseHostIsLax(t *testing.T) {
	for in, want := range map[string]string{
		"MX_1.Example.ORG.": "mx_1.example.org", "localhost": "localhost", "xn--example-.org": "xn--example-.org", "-mx.example": "-mx.example", "mx.1and1.example": "mx.1and1.example",
	} {
		if got, err := ParseHost(in); got != want || err != nil {
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"192.0.2.1", "192.0.2.1.", "2001:db8::1", "", ".", "a..b", "a b", "a\nb", "a b.xn--x", "xn--\x1b", "ü.org", "[192.0.2.1]", strings.Repeat("a", 64), strings.Repeat("a.", 127) + "a",
	} {
		if got, err := ParseHost(in); err == nil {
			t.Errorf("%q: got %q, want an error", in, got)
		}
	}
}
