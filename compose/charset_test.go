package compose

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDecodeText(t *testing.T) {
	for _, c := range []struct{ in, charset, want string }{
		{"", "", ""},
		{"Grüße\n", "", "Grüße\n"},
		{"Grüße\n", "utf-8", "Grüße\n"},
		{"ü\ufffd", "", "ü\ufffd"},
		{"\ufeffa", "", "a"},
		{"\ufeff\ufeff", "", "\ufeff"},
		{"Gr\xfc\xdfe", "latin1", "Grüße"},
		{"Gr\xfc\xdfe \x80", "ISO-8859-1", "Grüße €"}, // as browsers read it
		{"5 \xa4", "iso-8859-15", "5 €"},
		{"\x93\xfa\x96\x7b", "Shift_JIS", "日本"},
		{"\xcf\xf0\xe8\xe2\xe5\xf2", "windows-1251", "Привет"},
		{"\xff\xfea\x00\xfc\x00", "", "aü"},
		{"\xfe\xff\x00a\xd8\x3c\xdf\x54", "", "a🍔"},
		{"\xff\xfe\x00\x00a\x00\x00\x00", "", "a"},
		{"\x00\x00\xfe\xff\x00\x01\xf3\x54", "", "🍔"},
		{"a\x00\xfc\x00", "utf-16le", "aü"},
		{"\xff\xfea\x00", "latin1", "a"}, // the mark knows better
		{"\xef\xbb\xbf\xc3\xbc", "latin1", "ü"},
	} {
		if got, err := DecodeText([]byte(c.in), c.charset); got != c.want || err != nil {
			t.Errorf("%q as %q: got %q, %v, want %q", c.in, c.charset, got, err, c.want)
		}
	}
}

func TestDecodeTextRefuses(t *testing.T) {
	for _, c := range []struct{ in, charset, says string }{
		{"Gr\xfc\xdfe", "", "0xFC at 2"},
		{"ok\xc3", "", "0xC3 at 2"},
		{strings.Repeat("a", 5000) + "\xff", "", "0xFF at 5000"},
		{strings.Repeat("a", 1<<20) + "\x00", "utf-8", "NUL byte at 1048576"},
		{"\xed\xa0\x80", "", "0xED at 0"},
		{"a\x00b", "", "NUL byte at 1"},
		{"a\x00", "latin1", "NUL byte at 1"},
		{"x", "klingon", "klingon"},
		{"\x93\xff\xff", "shift_jis", "shift_jis"},
		{"\xff\xfe\x00\xd8", "", "UTF-16"},
		{"\xff\xfea\x00b", "", "UTF-16"},
		{"\xff\xfe\x00\x00\x00\x00\x11\x00", "", "UTF-32"},
	} {
		if got, err := DecodeText([]byte(c.in), c.charset); exitCode(err) != 65 || !strings.Contains(strings.ToUpper(err.Error()), strings.ToUpper(c.says)) {
			t.Errorf("%q as %q: got %q, %v, want an error about %s", c.in, c.charset, got, err, c.says)
		}
	}
}

// FuzzDecodeText: what is taken is UTF-8 without NUL; what was UTF-8 without a mark is taken as it is.
func FuzzDecodeText(f *testing.F) {
	for _, charset := range []string{"", "latin1", "utf-16", "shift_jis", "iso-2022-jp", "gb18030", "x-user-defined", "replacement", "utf-7"} {
		f.Add([]byte("a\xff\xfe\x00\x1b$B\x82"), charset)
	}
	f.Fuzz(func(t *testing.T, raw []byte, charset string) {
		got, err := DecodeText(raw, charset)
		if err != nil {
			if exitCode(err) != 65 {
				t.Fatalf("%q as %q: %v", raw, charset, err)
			}
			return
		}
		if !utf8.ValidString(got) || strings.Contains(got, "\x00") {
			t.Fatalf("%q as %q became %q", raw, charset, got)
		}
		if charset == "" && utf8.Valid(raw) && got != strings.TrimPrefix(string(raw), "\ufeff") {
			t.Fatalf("%q was changed to %q", raw, got)
		}
	})
}
