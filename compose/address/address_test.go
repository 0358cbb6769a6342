package address

import (
	"errors"
	"strings"
	"testing"
)

func mustParse(t testing.TB, s string) Address {
	t.Helper()
	a, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// What tried to become a second recipient or a parameter elsewhere. The wire form is between < and > of a RCPT command, so
// the table holds what a server would see there; empty means that the text is refused.
func TestNothingInsideAnAddressBecomesACommand(t *testing.T) {
	for in, want := range map[string]string{
		`"a@x> ORCPT=b"@y.test`:                  `"a@x> ORCPT=b"@y.test`,
		`"a> SIZE=1"@y.test`:                     `"a> SIZE=1"@y.test`,
		`<"a> NOTIFY=NEVER"@y.test>`:             `"a> NOTIFY=NEVER"@y.test`,
		`"xclow3n@gmail.com x"@internal.example`: `"xclow3n@gmail.com x"@internal.example`,
		`"a\"> b"@y.test`:                        `"a\"> b"@y.test`,
		`"a\\"@y.test`:                           `"a\\"@y.test`,
		`"\a\b"@y.test`:                          `ab@y.test`,
		`"plain"@y.test`:                         `plain@y.test`,
		`"two  blanks"@y.test`:                   `"two  blanks"@y.test`,
		`"(not a comment)"@y.test`:               `"(not a comment)"@y.test`,
		`"<>"@y.test`:                            `"<>"@y.test`,
		`"@evil.test:"@y.test`:                   `"@evil.test:"@y.test`,
		`"a,b;c"@y.test`:                         `"a,b;c"@y.test`,
		`"a..b"@y.test`:                          `"a..b"@y.test`,
		`-oQ/tmp@y.test`:                         `-oQ/tmp@y.test`,
		`a+b/c=d#e!f$g%h&i'j*k?l^m_n{o|p}q~` + "`@y.test": `a+b/c=d#e!f$g%h&i'j*k?l^m_n{o|p}q~` + "`@y.test",
		`Bob@Hamburger.EDU.`:                              `Bob@hamburger.edu`,
		`j@[192.0.2.1]`:                                   `j@[192.0.2.1]`,
		`j@[IPv6:2001:DB8::1]`:                            `j@[IPv6:2001:db8::1]`,
		`mailto:j%2Bk@x.org`:                              `j+k@x.org`,
		// refused
		"x@y.test>\nRCPT TO:<z@y.test": "", "x@y.test>\r\nDATA": "", "x@y.test\r\n": "", "\nx@y.test": "", "x@y.test\x00": "", "x@y.test\x7f": "",
		"\"a\r\nRCPT TO:<b@c>\"@y.test": "", "\"a\nb\"@y.test": "", "\"a\tb\"@y.test": "", "\"a\x00b\"@y.test": "", "\"a\\\nb\"@y.test": "", "x\x1b[2J@y.test": "",
		"x@y.test> ORCPT=rfc822;z@y.test": "", "x@y.test>": "", "x@y.test> ": "", "<x@y.test> SIZE=1": "", "x@y.test SIZE=1": "", "<<x@y.test>>": "",
		"user@good.test(x)evil.test": "", "user(x)@good.test": "", "user@(x)good.test": "", "<user@good.test(x)>": "", "user@good.test (x)": "",
		"user@good.test evil": "", "user@good.test[192.0.2.1]": "", `user@good.test"x"`: "", "user@good.test,x@evil.test": "",
		"<@a:b@c>": "", "<@a,@b:c@d>": "", "@a:b@c": "", "a@b@c": "", `"a"@b@c`: "", "a%b@c@d": "", "undisclosed-recipients:;": "", "g:a@x.org;": "",
		"Bob <b@x.org>": "", "(Bob) b@x.org": "", "a@x.org, b@x.org": "", "": "", " ": "", "<>": "", "<": "", ">": "", "@": "", `""`: "", `"a"`: "", "[192.0.2.1]": "",
		"@x.org": "", "j@": "", "j..k@x.org": "", ".j@x.org": "", "j.@x.org": "", "j@x..y": "", "j@.x.org": "", "j k@x.org": "", "j @x.org": "", "j@ x.org": "", `""@x.org`: "",
		`"a"b@x.org`: "", `a"b"@x.org`: "", `"a"."b"@x.org`: "", "a\\@b@x.org": "", "a\u200bb@x.org": "", "\"a\u200b\"@x.org": "", "a\u202eb@x.org": "", "a\u00a0b@x.org": "",
		strings.Repeat("a", 65) + "@x.org": "", `"` + strings.Repeat(" ", 63) + `"@x.org`: "", strings.Repeat("ü", 33) + "@x.org": "", strings.Repeat("a", 1<<20): "",
		strings.Repeat("a", 64) + "@" + strings.Repeat("abcdefghi.", 19) + "org": "",
	} {
		a, err := Parse(in)
		if want != "" {
			if err != nil || a.String() != want {
				t.Errorf("%q: got %q, %v, want %q", in, a, err, want)
			}
			continue
		}
		var e *Error
		if !errors.As(err, &e) || e.ExitCode() != 65 || !a.IsZero() {
			t.Errorf("%.60q: got %q, %v, want an *Error", in, a, err)
		}
	}
}

func TestLimitsAreInclusive(t *testing.T) {
	local := strings.Repeat("a", 64)
	domain := strings.Repeat("abcdefghi.", 18) + "example.o" // 189 octets: 254 in all
	for in, ok := range map[string]bool{
		local + "@" + domain:                       true,
		local + "@" + domain + "x":                 false,
		local + "a@x.org":                          false,
		`"` + local[:60] + `\""@x.org`:             true,
		`"` + local[:61] + `\""@x.org`:             false,
		"a@" + local[:63] + ".org":                 true,
		"a@" + local + ".org":                      false,
		"a@" + strings.Repeat("a.", 124) + "org":   true,
		"a@" + strings.Repeat("a.", 125) + "orga":  false,
		"a@" + strings.Repeat("ü", 1<<20) + ".org": false,
	} {
		if _, err := Parse(in); (err == nil) != ok {
			t.Errorf("%.80s: got %v", in, err)
		}
	}
}

func TestAddressesCompare(t *testing.T) {
	a := mustParse(t, "Bob@Hamburger.EDU")
	if b := mustParse(t, "<Bob@hamburger.edu.>"); a != b {
		t.Errorf("%v and %v differ", a, b)
	}
	if b := mustParse(t, "bob@hamburger.edu"); a == b {
		t.Error("the case of a local part was lost")
	}
	if a, b := mustParse(t, `"bob"@x.org`), mustParse(t, "bob@x.org"); a != b {
		t.Errorf("%v and %v differ", a, b)
	}
	if (Address{}).String() != "" || !(Address{}).IsZero() || a.IsZero() {
		t.Error("the null reverse-path is empty, and nothing else is")
	}
	if a.NeedsUTF8() || !mustParse(t, "jürgen@x.org").NeedsUTF8() || mustParse(t, "j@bücher.example").NeedsUTF8() {
		t.Error("only a local part needs SMTPUTF8")
	}
}
