package proof

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// clock is an hour after the letters of these tests were written.
func clock() time.Time { return time.Date(2026, 11, 23, 3, 34, 55, 0, time.UTC) }

type source string

func (s source) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, string(s))
	return int64(n), err
}

// made is a letter with these octets, for these recipients.
func made(text string, to ...string) *letter.Letter {
	var e letter.Envelope
	for _, s := range to {
		a, err := address.Parse(s)
		if err != nil {
			panic(err)
		}
		e.Recipients = append(e.Recipients, letter.Recipient{Address: a})
	}
	return letter.New(e, letter.Facts{Size: int64(len(text))}, source(text))
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func read(t testing.TB, l *letter.Letter, keys map[string]string) []Finding {
	t.Helper()
	found, err := Reader{Now: clock, Keys: keys}.Read(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func lines(found []Finding) string {
	var all strings.Builder
	for _, f := range found {
		all.WriteString(f.String() + "\n")
	}
	return all.String()
}

const (
	ground = "Date: Mon, 23 Nov 2026 03:34:55 +0100\nFrom: Alice <alice@crepes.fr>\nTo: bob@hamburger.edu\nSubject: ketchup\n" +
		"Message-ID: <1@crepes.fr>\n"
	version = "MIME-Version: 1.0\n"
	body    = "\nDo you like ketchup?\n"
)

// with is the ground with fields in place of those of the same name, or added.
func with(fields ...string) string {
	text := ground
	for _, f := range fields {
		name, _, _ := strings.Cut(f, ":")
		kept := ""
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, name+":") {
				kept += line
			}
		}
		text = kept + f + "\n"
	}
	return text
}

// multi is a multipart of parts, each with its header.
func multi(kind string, parts ...string) string {
	text := with() + version + "Content-Type: multipart/" + kind + "; boundary=\"=_b\"\n"
	for _, p := range parts {
		text += "\n--=_b\n" + p
	}
	return text + "\n--=_b--\n"
}

const (
	words8 = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "
	page   = "Content-Type: text/html; charset=us-ascii\n\n"
	gif    = "Content-Type: image/gif\nContent-Transfer-Encoding: base64\n"
)

// pair is a pair of letters: one with the fault, and the nearest one without.
type pair struct {
	name string
	want string // what the finding begins with; … stands for anything
	bad  string
	good string
}

func (c pair) check(t *testing.T, to ...string) {
	t.Helper()
	bad, good := read(t, made(crlf(c.bad), to...), nil), read(t, made(crlf(c.good), to...), nil)
	if !slices.ContainsFunc(bad, c.matches) {
		t.Errorf("%s: not found; there is:\n%s", c.name, lines(bad))
	}
	if slices.ContainsFunc(good, c.alike) {
		t.Errorf("%s: found where it is not; there is:\n%s", c.name, lines(good))
	}
}

// matches: every word group of want in its order.
func (c pair) matches(f Finding) bool {
	rest, found := strings.CutPrefix(f.String(), strings.Split(c.want, "…")[0])
	for _, group := range strings.Split(c.want, "…")[1:] {
		at := strings.Index(rest, group)
		if !found || at < 0 {
			return false
		}
		rest = rest[at+len(group):]
	}
	return found
}

// alike: the words of the fault, wherever they stand.
func (c pair) alike(f Finding) bool {
	groups := strings.Split(c.want, "…")
	return strings.Contains(f.String(), groups[len(groups)-1])
}

func checkAll(t *testing.T, cases []pair) {
	t.Helper()
	for _, c := range cases {
		c.check(t, "bob@hamburger.edu")
	}
}

func TestNothingIsWrongWithAPlainLetter(t *testing.T) {
	for name, text := range map[string]string{
		"bare":         with() + body,
		"labelled":     with() + version + "Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 7bit\n" + body,
		"empty":        with() + "\n",
		"attachments":  multi("mixed", words8+"quoted-printable\n\nCr=C3=AApes=\n?\n", gif+"Content-Disposition: attachment; filename=ketchup.gif\n\nR0lGODlhAQABAA==\n"),
		"alternatives": multi("alternative", "\nwords", page+"<p>words</p>"),
		"pictures":     multi(`related; type="text/html"`, "Content-Type: multipart/alternative; boundary=i\n\n--i\n\nwords\n--i\n"+page+"<img src=\"cid:k@crepes.fr\">\n--i--", gif+"Content-ID: <k@crepes.fr>\n\nR0lGODlhAQABAA==\n"),
	} {
		if name == "pictures" {
			text = strings.Replace(text, `type="text/html"`, `type="multipart/alternative"`, 1)
		}
		if found := read(t, made(crlf(text), "bob@hamburger.edu"), nil); len(found) > 0 {
			t.Errorf("%s:\n%s", name, lines(found))
		}
	}
}

func TestFindingsAreOneLine(t *testing.T) {
	f := Finding{Severity: Error, Line: 12, Part: "1.2", Field: "Subject", Text: "words", RFC: "RFC 5322 §2.2", Places: 3}
	if got := f.String(); got != "error: line 12, part 1.2, Subject: words; 3 places (RFC 5322 §2.2)" {
		t.Error(got)
	}
	if got := (Finding{Severity: Hint, Text: "words"}).String(); got != "hint: words" {
		t.Error(got)
	}
	if Failed([]Finding{{Severity: Warning}, {Severity: Hint}}) || !Failed([]Finding{{Severity: Hint}, {Severity: Error}}) {
		t.Error("an error and nothing else fails")
	}
}

func TestTheSameFaultIsToldOnce(t *testing.T) {
	found := read(t, made(crlf(with()+"\n"+strings.Repeat("a\x00b\n", 1000)), "bob@hamburger.edu"), nil)
	if len(found) != 1 || found[0].Places != 1000 || found[0].Line != 7 {
		t.Error(lines(found))
	}
}

func TestFindingsAreBounded(t *testing.T) {
	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&many, "X-%d\nX-%d : \xff\n", i, i)
	}
	found := read(t, made(crlf(with()+many.String()+body), "bob@hamburger.edu"), nil)
	if len(found) > 3*maxFindings+3 {
		t.Errorf("%d findings", len(found))
	}
	if !strings.Contains(lines(found), "more of this severity are not listed") {
		t.Error("nothing says that there is more")
	}
}

// TestFindingsAreSafeToShow: nothing in a letter can speak to a terminal.
func TestFindingsAreSafeToShow(t *testing.T) {
	evil := "\x1b[2J\u202e\x9b\x07"
	text := with("Subject: =?utf-8?q?"+evil+"?x =?"+evil, "From: "+evil+" <a@b>", "Date: "+evil, "Message-ID: "+evil, evil) + version +
		"Content-Type: multipart/" + evil + "; boundary=\"" + evil + "\"\nContent-Transfer-Encoding: " + evil + "\nDKIM-Signature: v=" + evil + "\n" + body
	for _, f := range read(t, made(crlf(text), "bob@hamburger.edu"), nil) {
		if !safe(f.String()) {
			t.Errorf("%q", f.String())
		}
	}
}

func TestErrorsOfTheLetterComeBack(t *testing.T) {
	l := letter.New(letter.Envelope{}, letter.Facts{Size: 1 << 20}, source(crlf(with()+body)))
	if _, err := (Reader{Now: clock}).Read(t.Context(), l); !errors.Is(err, letter.ErrChanged) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Reader{}).Read(ctx, made(crlf(with()+body))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
