package dkim_test

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// TestTampering: no field that is signed can be changed, taken away or added, and nothing of the body.
func TestTampering(t *testing.T) {
	s, dns := hand(t)
	whole := signed(t, s, draft(t, nil))
	if errs := verdicts(t, whole, dns); !good(errs, 2) {
		t.Fatal(errs)
	}
	head, body, _ := strings.Cut(whole, "\r\n\r\n")
	caught := func(what, text string) {
		t.Helper()
		for _, err := range verdicts(t, text, dns) {
			if err == nil {
				t.Errorf("%s: a signature holds:\n%s", what, text)
			}
		}
	}
	for _, name := range strings.Fields("From To Cc Subject Date Message-ID Reply-To MIME-Version Content-Type In-Reply-To References Content-Transfer-Encoding") {
		field := regexp.MustCompile(`(?m)^` + name + `: .*\r\n(?:[ \t].*\r\n)*`)
		found := field.FindString(head + "\r\n")
		if found == "" {
			t.Fatalf("no %s in\n%s", name, head)
		}
		caught(name+" changed", strings.Replace(whole, found, strings.Replace(found, ": ", ": x", 1), 1))
		caught(name+" taken away", strings.Replace(whole, found, "", 1))
		if !strings.Contains("In-Reply-To References Content-Transfer-Encoding", name) {
			caught(name+" added on top", found+whole)
			caught(name+" added below", head+"\r\n"+found+"\r\n"+body)
		}
	}
	caught("body changed", head+"\r\n\r\n"+strings.Replace(body, "ketchup", "Ketchup", 1))
	caught("body longer", whole+"one more line\r\n")
	caught("body shorter", head+"\r\n\r\n"+body[4:])
	caught("the hour of signing", strings.ReplaceAll(whole, " t=", " t=1"))
	caught("another domain", strings.ReplaceAll(whole, "d=crepes.fr", "d=crepes.com"))
	for _, missing := range strings.Fields("Sender X-Own") {
		if errs := verdicts(t, missing+": carol@hamburger.edu\r\n"+whole, dns); !good(errs, 2) {
			t.Errorf("%s, which is not signed, counts: %v", missing, errs)
		}
	}
}

// TestHarmlessChanges: what servers do on the way breaks nothing.
func TestHarmlessChanges(t *testing.T) {
	s, dns := hand(t)
	whole := signed(t, s, draft(t, nil))
	for name, text := range map[string]string{
		"a trace on top":         "Received: from a by b;\r\n Mon, 1 Jan 2024 00:00:00 +0000\r\nReturn-Path: <a@crepes.fr>\r\n" + whole,
		"fields folded anew":     strings.Replace(whole, "\r\nCc: ", "\r\nCc:\r\n\t ", 1),
		"names in capitals":      strings.Replace(whole, "\r\nSubject: ", "\r\nSUBJECT: ", 1),
		"blanks cut":             regexp.MustCompile(`[ \t]+\r\n`).ReplaceAllString(whole, "\r\n"),
		"empty lines at the end": whole + "\r\n\r\n",
	} {
		if errs := verdicts(t, text, dns); !good(errs, 2) {
			t.Errorf("%s: %v", name, errs)
		}
	}
}

// FuzzSign: whatever the header and the body are, a letter that can be signed is verified.
func FuzzSign(f *testing.F) {
	f.Add("alice@crepes.fr", "ketchup", "Do you like it? \r\n\r\n", uint8(1))
	f.Add("Alice <alice@crepes.fr>", "a\r\n b", "\t\r\n. \r\n", uint8(40))
	s, dns := hand(f)
	s.Domain = address.Domain{ASCII: "crepes.fr", Unicode: "crepes.fr"}
	lone := regexp.MustCompile(`\r([^\n]|$)|(^|[^\r])\n`)
	f.Fuzz(func(t *testing.T, from, subject, body string, n uint8) {
		text := "From: " + from + "\r\nSubject: " + subject + "\r\n\r\n" + body
		if head, _, _ := strings.Cut(text, "\r\n\r\n"); lone.MatchString(text) || strings.Count(head, ":") != 2 || regexp.MustCompile(`\r\n[^ \tS]`).MatchString(head) {
			t.Skip()
		}
		l := letter.New(letter.Envelope{}, letter.Facts{Size: int64(len(text))}, pieces{text, int(n) + 1})
		if errs := verdicts(t, signed(t, s, l), dns); !good(errs, 2) {
			t.Errorf("%q: %v", text, errs)
		}
	})
}

// pieces is a source that writes a text in blocks of n octets.
type pieces struct {
	text string
	n    int
}

func (p pieces) WriteTo(w io.Writer) (int64, error) {
	for rest := p.text; rest != ""; {
		cut := min(p.n, len(rest))
		if _, err := io.WriteString(w, rest[:cut]); err != nil {
			return 0, err
		}
		rest = rest[cut:]
	}
	return int64(len(p.text)), nil
}
