package transcript

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "250 2.1.5 <bob@hamburger.edu>... Recipient ok", "250 2.1.5 <bob@hamburger.edu>... Recipient ok"},
		{"terminal escape", "550 \x1b[2J\x1b]0;owned\x07", `550 \x1b[2J\x1b]0;owned\x07`},
		{"carriage return that hides", "250 no\r550 yes", `250 no\x0d550 yes`},
		{"NUL, tab, DEL", "a\x00b\tc\x7f", `a\x00b\x09c\x7f`},
		{"C1 as UTF-8", "a\u009b31mb", `a\u{9b}31mb`},
		{"C1 as an octet", "a\x9b31mb", `a\x9b31mb`},
		{"Latin-1", "Empf\xe4nger", `Empf\xe4nger`},
		{"UTF-8", "Empfänger 受信者 👩‍🚀", "Empfänger 受信者 👩‍🚀"},
		{"right to left letters", "שלום", "שלום"},
		{"bidi override", "exe.\u202egpj", `exe.\u{202e}gpj`},
		{"bidi isolate and marks", "\u2066a\u2069\u200f\u061c", `\u{2066}a\u{2069}\u{200f}\u{61c}`},
		{"line separators", "a\u2028b\u0085c", `a\u{2028}b\u{85}c`},
		{"invisible", "a\ufeffb\u200bc\U000e0041d", `a\u{feff}b\u{200b}c\u{e0041}d`},
		{"replacement character that was sent", "\ufffd", "\ufffd"},
		{"harmless backslash", `C:\temp \n`, `C:\temp \n`},
		{"backslash that looks like an escape", `\x1b \u{9b} \\`, `\\x1b \\u{9b} \\\`},
		{"backslash before what is escaped", "\\\x1b", `\\\x1b`},
		{"cut in a character", "\xe2\x82", `\xe2\x82`},
		{"empty", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Escape(c.in)
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if back := Unescape(got); back != c.in {
				t.Errorf("undone: %q, was %q", back, c.in)
			}
		})
	}
}

func TestUnescapeLeavesWhatIsNoEscape(t *testing.T) {
	for _, s := range []string{`\`, `\x`, `\x1`, `\xzz`, `\u{`, `\u{}`, `\u{110000}`, `\u{d800}`, `\u12`, `\n`} {
		if got := Unescape(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

// FuzzEscape: whatever comes, it can be shown, and what came can be told from what is shown.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"250 ok", "\x1b[31m", `\x1b`, `\\x`, "\\\x00", "\xff\xfe", "a\u202eb", "\\\u202e", `\u{9b}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		shown := Escape(s)
		if !utf8.ValidString(shown) {
			t.Fatalf("%q is shown as invalid UTF-8: %q", s, shown)
		}
		bad := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
		if strings.ContainsFunc(shown, bad) {
			t.Fatalf("%q is shown with a control character: %q", s, shown)
		}
		if back := Unescape(shown); back != s {
			t.Fatalf("%q is shown as %q, which means %q", s, shown, back)
		}
	})
}

// TestPrintable: what shows stays, also the escapes that are there already.
func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{`a \x1b`: `a \x1b`, "\x1b[31m": `\x1b[31m`, "ü\u202e\xff\u009b": `ü\u{202e}\xff\u{9b}`, "": ""} {
		if got := Printable(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestJSON: the text is the same to whoever parses it, and harmless to whoever looks at it.
func TestJSON(t *testing.T) {
	in := "ü \x1b\u009b\u007f\u202e\U000e0041 😀 \u2028\n"
	text, err := json.Marshal(map[string]string{"a": in})
	if err != nil {
		t.Fatal(err)
	}
	safe := JSON(text)
	if strings.ContainsFunc(string(safe), func(r rune) bool { return r != '\n' && !visible(r) }) {
		t.Errorf("%q", safe)
	}
	var back map[string]string
	if err := json.Unmarshal(safe, &back); err != nil || back["a"] != in {
		t.Errorf("%q came back as %q, %v", in, back["a"], err)
	}
}
