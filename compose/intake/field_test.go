package intake

import (
	"bytes"
	"mime"
	"net/mail"
	"runtime"
	"strings"
	"testing"

	"mxsend/compose/address"
)

// Raw UTF-8 in fields, as programs write it, is encoded where that was ordered and nothing is signed.
func TestRawFields(t *testing.T) {
	raw := "Subject: Grüße aus Köln\r\nFrom: Jürgen <j@x.org>\r\nTo: Bob <bob@hamburger.edu>,\r\n \"Doe, Jané\" <jane@x.org>\r\nX-Note: schön\r\nX-Mixed: =?utf-8?q?a?= é\r\nContent-Type: text/plain; name=é\r\n"
	for _, c := range []struct {
		name  string
		in    string
		set   func(*Order)
		notes int
		utf8  bool
	}{
		{"left alone", raw, func(*Order) {}, 0, true},
		{"from a program", raw, func(o *Order) { o.MIME = true }, 4, true},
		{"repaired", raw, func(o *Order) { o.Repair = true }, 4, true},
		{"all encoded", strings.SplitAfter(raw, "X-Mixed")[0][:strings.Index(raw, "X-Mixed")], func(o *Order) { o.Downgrade = true }, 4, false},
		{"signed", "DKIM-Signature: v=1\r\n" + raw, func(o *Order) { o.MIME = true }, 0, true},
		{"a local part that only UTF-8 has", "From: jürgen@x.org\r\nSubject: x\r\n", func(o *Order) { o.MIME = true }, 0, true},
	} {
		o := order(t)
		c.set(&o)
		l, notes, err := o.Take(memory("Date: x\r\nMessage-ID: <1@x.org>\r\nCc: x@y.org\r\n" + c.in + "\r\nhi\r\n"))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := written(t, l)
		if len(notes) != c.notes || l.Facts.NeedsUTF8 != c.utf8 || (c.notes == 0) != strings.Contains(got, c.in) {
			t.Errorf("%s: got %q, %+v,\n%s", c.name, notes, l.Facts, got)
		}
		if c.notes > 0 {
			readEncoded(t, got)
		}
	}
}

func readEncoded(t *testing.T, letter string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(letter))
	if err != nil {
		t.Fatal(err)
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil || subject != "Grüße aus Köln" || strings.Contains(m.Header.Get("Subject"), "ü") {
		t.Errorf("the subject is %q", m.Header.Get("Subject"))
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 2 || to[1].Name != "Doe, Jané" || strings.Contains(m.Header.Get("To"), "é") {
		t.Errorf("the recipients are %v, %v", to, err)
	}
}

// Header lines that are too long are folded where there is a blank, and refused where there is none.
func TestLongFields(t *testing.T) {
	o := order(t)
	if _, _, err := o.Take(memory("X-Long: " + strings.Repeat("word ", 300) + "\r\n" + complete)); err == nil || !strings.Contains(err.Error(), "line 1: a line of more than 998") {
		t.Errorf("got %v", err)
	}
	o.Repair = true
	l, notes, err := o.Take(memory("X-Long: " + strings.Repeat("word ", 500) + "end\r\n" + complete))
	if err != nil || len(notes) != 1 {
		t.Fatal(notes, err)
	}
	m, err := mail.ReadMessage(strings.NewReader(written(t, l)))
	if err != nil || m.Header.Get("X-Long") != strings.Repeat("word ", 500)+"end" || l.Facts.LongestLine > 998 {
		t.Errorf("%v, longest line %d, %q", err, l.Facts.LongestLine, m.Header.Get("X-Long"))
	}
	for _, bad := range []string{"X-Long: " + strings.Repeat("x", 1000), "X-Long:" + strings.Repeat(" ", 1000) + "x", "X: a\r\n b" + strings.Repeat("x", 1000), "X-CR: a\rBcc: b", "X-CR: a\r\rb"} {
		if l, _, err := o.Take(memory(bad + "\r\n" + complete)); err == nil {
			t.Errorf("%.20q: %q", bad, written(t, l))
		}
	}
}

// What can be mended in a header without a guess is mended.
func TestHeaderIsMended(t *testing.T) {
	o := order(t)
	for in, want := range map[string]string{"X-CR: a\rb\r\n": "X-CR: a b\r\n", "X-NUL: a\x00b\n": "X-NUL: ab\r\n", "X-End: a\r\r\n": "X-End: a\r\n",
		"X-Odd: a\xfc\x1b b\xc2\x85\n\tc\x7f\n": "X-Odd: a?? b?\r\n\tc?\r\n", "X-Odd \t: \xe9\n": "X-Odd \t: ?\r\n"} {
		o.Repair = false
		if _, _, err := o.Take(memory(in + complete)); err == nil {
			t.Errorf("%q went out unmended", in)
		}
		o.Repair = true
		l, notes, err := o.Take(memory(in + complete))
		if err != nil || len(notes) != 1 || written(t, l) != want+complete {
			t.Errorf("%q: %v, %q", in, err, notes)
		}
	}
	l, _, err := o.Take(memory(strings.ReplaceAll(complete, "\r\n", "\r\r\n")))
	if err != nil || !strings.HasPrefix(written(t, l), strings.SplitAfter(complete, "\r\n\r\n")[0]) {
		t.Errorf("a header with CRCRLF: %v", err)
	}
}

// TestFoldsCostWhatTheyAre: a field of many lines is gathered once.
func TestFoldsCostWhatTheyAre(t *testing.T) {
	in := []byte(complete[:strings.Index(complete, "\r\n\r\n")+2] + "X: y\r\n" + strings.Repeat(" a\r\n", 100_000) + "\r\n")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	found, err := scan(bytes.NewReader(in), false)
	runtime.ReadMemStats(&after)
	if err != nil || len(found.fields[len(found.fields)-1].raw) < 400_000 {
		t.Fatal(err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 40*uint64(len(in)) {
		t.Errorf("%d octets of header took %d", len(in), took)
	}
}

// Who signs that there is no To would see the signature broken by one.
func TestSignedLettersGetNoTo(t *testing.T) {
	to := "To: bob@hamburger.edu\r\n"
	for in, want := range map[string]bool{"": true, "DKIM-Signature: v=1; h=To\r\n": false} {
		o := order(t)
		a, _ := address.Parse("bob@hamburger.edu")
		o.Recipients = []address.Address{a}
		l, _, err := o.Take(memory(in + strings.Replace(complete, to, "", 1)))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(written(t, l), "undisclosed-recipients"); got != want {
			t.Errorf("%q: a To was added: %v", in, got)
		}
	}
}

func TestPostmarks(t *testing.T) {
	mark := "From alice Mon Nov 23 02:34:05 2026\n"
	for in, want := range map[string]string{
		mark: complete, ">" + mark: complete, mark + ">" + mark: complete,
		mark + "X-A: b\n": "X-A: b\r\n" + complete,
	} {
		l, _, err := order(t).Take(memory(in + complete))
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if got := written(t, l); got != want {
			t.Errorf("%q: got %q", in, got)
		}
	}
}

// A line that is broken by --repair is not broken inside a character.
func TestRepairKeepsCharacters(t *testing.T) {
	o := order(t)
	o.Repair = true
	text := "x" + strings.Repeat("ü", 2000)
	l, _, err := o.Take(memory(complete + text + "\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	rest := strings.TrimPrefix(written(t, l), complete)
	for line := range strings.SplitSeq(rest, "\r\n") {
		if strings.ToValidUTF8(line, "") != line || len(line) > 998 {
			t.Errorf("a character is cut in %q", line)
		}
	}
	if strings.ReplaceAll(rest, "\r\n", "") != text {
		t.Error("octets are lost")
	}
}
