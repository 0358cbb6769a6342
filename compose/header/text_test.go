package header

import (
	"mime"
	"strings"
	"testing"
)

func TestTextArrivesAsTyped(t *testing.T) {
	for _, s := range []string{
		"", "Searching for the meaning of life", "Grüße", "[list] Grüße aus Köln an alle", "a  b   c", "日本語の長い件名がここにあります、とても長いので折り返されるはずです。とても長いので。",
		"=?utf-8?q?x?=", "a =?utf-8?q?x?= b", "=?utf-8?q?=0ABcc:x?=", "=?", "?=", "a=?b", "Ünï Ünï", "tab\there", "a  ü", "a \t ü", "ü  a", "ü \t b  ü",
		strings.Repeat("word ", 60) + "end", strings.Repeat("x", 2000), "a " + strings.Repeat("x", 900), strings.Repeat("ü", 3000), strings.Repeat("👩‍👩‍👧‍👦", 20),
		strings.Repeat("🇫🇷", 30), strings.Repeat("e\u0301", 60), "e" + strings.Repeat("\u0301", 500), "end ü", "ü start", strings.Repeat(" ", 3) + "x",
		"gap" + strings.Repeat(" ", 200) + "gap", "gap" + strings.Repeat("\t", 60) + "ü", "a b" + strings.Repeat(" ", 50) + "c d" + strings.Repeat(" ", 39) + "e", "100% = ok? _under_", "\ufffd", "z\u200dw",
	} {
		for _, w := range []Writer{{}, {UTF8: true}} {
			f, err := w.Text("Subject", s)
			if err != nil {
				t.Errorf("%q: %v", s, err)
				continue
			}
			check(t, f)
			if got := decoded(t, f); got != strings.Trim(s, " \t") {
				t.Errorf("%q arrives as %q from %q", s, got, f.Raw())
			}
		}
	}
}

func TestTextLines(t *testing.T) {
	for in, want := range map[string]string{
		"one two three four five six seven eight nine ten eleven twelve thirteen fourteen": "Subject: one two three four five six seven eight nine ten eleven twelve\r\n thirteen fourteen\r\n",
		"Grüße aus Köln":                "Subject: =?utf-8?b?R3LDvMOfZSBhdXMgS8O2bG4=?=\r\n",
		"[list] Grüße an alle hier":     "Subject: [list] =?utf-8?b?R3LDvMOfZQ==?= an alle hier\r\n",
		"日本":                            "Subject: =?utf-8?b?5pel5pys?=\r\n",
		"ü":                             "Subject: =?utf-8?b?w7w=?=\r\n",
		"üa":                            "Subject: =?utf-8?b?w7xh?=\r\n",
		"üab":                           "Subject: =?utf-8?q?=C3=BCab?=\r\n", // both have eight octets
		"a =?utf-8?q?x?=":               "Subject: a =?utf-8?b?PT91dGYtOD9xP3g/PQ==?=\r\n",
		strings.Repeat("x", 100) + " y": "Subject: " + strings.Repeat("x", 100) + "\r\n y\r\n",
		"":                              "Subject: \r\n",
	} {
		f, err := Text("Subject", in)
		if err != nil || f.Raw() != want {
			t.Errorf("%q: got %q, %v, want %q", in, f.Raw(), err, want)
		}
	}
}

func TestWordsForProgramsAreNotCut(t *testing.T) {
	long := strings.Repeat("x", 990)
	if f, err := Text("X-Token", long); err == nil {
		t.Errorf("a word of %d octets became %q", len(long), f.Raw())
	}
	if f, err := Text("X-Token", long[:900]); err != nil || f.Body() != long[:900] {
		t.Errorf("got %q, %v", f.Raw(), err)
	}
}

func TestLongNamesLeaveRoom(t *testing.T) {
	for n := 1; n <= maxName; n++ {
		f, err := Text(strings.Repeat("X", n), "日本 "+strings.Repeat("word ", 20))
		if err != nil {
			t.Fatal(err)
		}
		check(t, f)
		if got, want := decoded(t, f), "日本 "+strings.TrimSpace(strings.Repeat("word ", 20)); got != want {
			t.Errorf("%q arrives as %q", want, got)
		}
	}
}

func TestEncodedWordsKeepVisibleCharactersWhole(t *testing.T) {
	for _, unit := range []string{"👩‍👩‍👧‍👦", "🇫🇷", "e\u0301", "👍🏽", "❤️‍🔥", "日", "각", "षि", "\u05d0\u05b8", "1️⃣"} {
		for shift := range 4 {
			text := strings.Repeat("x", shift) + strings.Repeat(unit, 40)
			f, err := Text("Subject", text)
			if err != nil {
				t.Fatal(err)
			}
			check(t, f)
			for w := range strings.FieldsSeq(f.Body()) {
				got, err := new(mime.WordDecoder).Decode(w)
				if err != nil || strings.Trim(strings.ReplaceAll(got, unit, ""), "x") != "" {
					t.Errorf("%s is cut: %q holds %q, %v", unit, w, got, err)
				}
			}
		}
	}
}

func TestRFC2047Examples(t *testing.T) {
	// RFC 2047 §8: what the examples say, in UTF-8.
	for _, s := range []string{
		"a", "a b", "ab", "a  b", "Keith Moore", "Keld Jørn Simonsen", "André Pirard", "If you can read this you understand the example.",
		"Olle Järnefors", "Patrik Fältström", "Nathaniel Borenstein (םולש ןב ילטפנ)", "Time for ISO 10646?", "Re: Time for ISO 10646?",
	} {
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

func TestRawUTF8(t *testing.T) {
	w := Writer{UTF8: true}
	f, err := w.Text("Subject", "Grüße")
	if err != nil || f.Raw() != "Subject: Grüße\r\n" {
		t.Errorf("got %q, %v", f.Raw(), err)
	}
	f, err = w.Addresses("To", mustList(t, `"Jürgen, Q." <jürgen@bücher.example>, Grüße Ä <a@b.org>`))
	if want := "To: \"Jürgen, Q.\" <jürgen@xn--bcher-kva.example>, Grüße Ä <a@b.org>\r\n"; err != nil || f.Raw() != want {
		t.Errorf("got %q, %v", f.Raw(), err)
	}
	f, err = w.Structured("Content-Disposition", "attachment", Param{Name: "filename", Value: "Résumé.pdf"})
	if want := "Content-Disposition: attachment; filename=\"Résumé.pdf\"\r\n"; err != nil || f.Raw() != want {
		t.Errorf("got %q, %v", f.Raw(), err)
	}
}
