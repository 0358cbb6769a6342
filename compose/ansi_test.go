package compose

import (
	"strings"
	"testing"
)

func TestStripEscapes(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		"plain [31m é":                   "plain [31m é",
		"\x1b[1;31mred\x1b[0m \x1b[Kend": "red end",
		"\x1b[38;2;1;2;3mx\x1b[?25l":     "x",
		"\x1b]0;title\x07a\x1b]8;;https://x.org\x1b\\link\x1b]8;;\x1b\\": "alink",
		"\x1b(Bcharset\x1b=\x1b7":  "charset",
		"\u009b31mc1\u009b0m":      "c1",
		"cut off\x1b":              "cut off",
		"cut off\x1b[":             "cut off",
		"cut off\x1b[3\nnext":      "cut off3\nnext",
		"\x1b]0;never ended\nnext": "0;never ended\nnext",
		"\x1b\x1b[31mx":            "x",
	} {
		if got := StripEscapes(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// FuzzStripEscapes: none is left, nothing is added, and what holds none stays as it is.
func FuzzStripEscapes(f *testing.F) {
	f.Add("\x1b[1mx\x1b]0;t\x07")
	f.Fuzz(func(t *testing.T, s string) {
		got := StripEscapes(s)
		if strings.ContainsAny(got, "\x1b\u009b") || len(got) > len(s) {
			t.Fatalf("%q became %q", s, got)
		}
		if !strings.ContainsAny(s, "\x1b\u009b") && got != s {
			t.Fatalf("%q was changed to %q", s, got)
		}
	})
}
