package intake

import (
	"bytes"
	"errors"
	"io"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

type memory string

func (m memory) Reader() io.Reader { return strings.NewReader(string(m)) }
func (m memory) Close() error      { return nil }

func mailbox(t testing.TB, s string) address.Mailbox {
	t.Helper()
	l, err := address.ParseList(s)
	if err != nil {
		t.Fatal(err)
	}
	return l.Mailboxes()[0]
}

func order(t testing.TB) Order {
	return Order{
		Recipients: []address.Address{mailbox(t, "bob@hamburger.edu").Address}, Random: strings.NewReader(strings.Repeat("0123456789", 10)),
		Now: func() time.Time { return time.Date(2026, 11, 23, 2, 34, 5, 0, time.UTC) },
	}
}

func written(t testing.TB, l *letter.Letter) string {
	t.Helper()
	var first, second bytes.Buffer
	if _, err := l.WriteTo(&first); err != nil {
		t.Fatal(err)
	}
	if _, err := l.WriteTo(&second); err != nil || first.String() != second.String() || int64(first.Len()) != l.Facts.Size {
		t.Fatalf("%d octets, then %d, announced %d, %v", first.Len(), second.Len(), l.Facts.Size, err)
	}
	return first.String()
}

const complete = "Date: Mon, 23 Nov 2026 02:34:05 +0000\r\nFrom: Alice <alice@crepes.fr>\r\nTo: bob@hamburger.edu\r\nMessage-ID: <1@crepes.fr>\r\nSubject: folded\r\n line\r\n\r\nhi\r\n.\r\nFrom here\r\n"

func TestACompleteLetterIsNotTouched(t *testing.T) {
	l, notes, err := order(t).Take(memory(complete))
	if err != nil || len(notes) != 0 {
		t.Fatal(notes, err)
	}
	if got := written(t, l); got != complete {
		t.Errorf("got %q", got)
	}
	if l.Envelope.Sender.String() != "alice@crepes.fr" || l.Facts.MessageID != "<1@crepes.fr>" || l.Facts.Has8bit || l.Facts.LongestLine != 37 {
		t.Errorf("got %+v, %+v", l.Envelope, l.Facts)
	}
}

func TestWhatIsChanged(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"line ends", strings.ReplaceAll(complete, "\r\n", "\n"), complete},
		{"no last line end", strings.TrimSuffix(complete, "\r\n"), complete},
		{"mbox", "From alice Mon Nov 23 02:34:05 2026\n" + complete, complete},
		{"Bcc and Return-Path", strings.Replace(complete, "Subject", "Bcc: eve@x.org,\r\n mallory@x.org\r\nReturn-Path: <x@y>\r\nRESENT-BCC: a@b.org\r\nSubject", 1), complete},
		{"empty body", "From: a@b.org\nDate: x\nMessage-ID: <1@b>\nTo: c@d.org\n", "From: a@b.org\r\nDate: x\r\nMessage-ID: <1@b>\r\nTo: c@d.org\r\n\r\n"},
		{"missing fields", "From: a@b.org\nSubject: x\n\nhi\n",
			"Date: Mon, 23 Nov 2026 02:34:05 +0000\r\nMessage-ID: <20261123023405.60oj4cpk6kr3ee1p@b.org>\r\nTo: undisclosed-recipients:;\r\nFrom: a@b.org\r\nSubject: x\r\n\r\nhi\r\n"},
		{"no empty line before the body", strings.Replace(complete, "\r\n\r\nhi", "\r\nhi there", 1), strings.Replace(complete, "\r\n\r\nhi", "\r\n\r\nhi there", 1)},
	} {
		l, _, err := order(t).Take(memory(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := written(t, l); got != c.want {
			t.Errorf("%s: got\n%q, want\n%q", c.name, got, c.want)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"lone CR":        {complete + "a\rb\r\n", "line 11: a CR that ends no line"},
		"NUL":            {complete + "a\x00b\r\n", "line 11: a NUL octet"},
		"long line":      {complete + strings.Repeat("x", 999) + "\r\n", "line 11: a line of more than 998 octets"},
		"very long line": {complete + strings.Repeat("x", 200_000) + "\r\n", "line 11: a line of more than 998 octets"},
		"two From":       {"From: eve@x.org\r\n" + complete, "line 3: a second From field"},
		"two Subject":    {"subject: x\r\n" + complete, "line 6: a second Subject field"},
		"Latin-1 header": {"X-Note: caf\xe9\r\n" + complete, "not UTF-8"},
		"no header":      {"just words\n", "no header"},
		"empty":          {"", "no header"},
		"no author":      {"Subject: x\n\nhi\n", "no From field"},
		"bad author":     {"From: nobody\nSubject: x\n\nhi\n", "names nobody"},
		"endless header": {strings.Repeat("A: "+strings.Repeat("x", 900)+"\n", 2000), "header is too long"},
	} {
		l, _, err := order(t).Take(memory(c.in))
		var coded interface{ ExitCode() int }
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &coded) || coded.ExitCode() != 65 {
			t.Errorf("%s: got %v, %v, want %q", name, l, err, c.want)
		}
	}
}

// endless is a letter that never ends, and counts what is read of it.
type endless struct {
	begin string
	read  int
}

func (e *endless) Reader() io.Reader { return io.MultiReader(strings.NewReader(e.begin), e) }
func (e *endless) Close() error      { return nil }
func (e *endless) Read(p []byte) (int, error) {
	clear(p)
	e.read += len(p)
	return len(p), nil
}

func TestEndlessLinesAreNotRead(t *testing.T) {
	for _, begin := range []string{"", "X-A: ", "X-A: b\n ", "From x\n", "words"} {
		in := &endless{begin: begin}
		o := order(t)
		o.Headless, o.Repair = true, true
		if l, _, err := o.Take(in); err == nil || !strings.Contains(err.Error(), "header is too long") || in.read > 2<<20 {
			t.Errorf("%q: got %v, %v after %d octets", begin, l, err, in.read)
		}
	}
}

func TestRepair(t *testing.T) {
	o := order(t)
	o.Repair = true
	l, notes, err := o.Take(memory(complete + "a\rb\x00c\r\n" + strings.Repeat("x", 2000) + "\r\n\r\r\n"))
	if err != nil || len(notes) != 3 {
		t.Fatal(notes, err)
	}
	want := complete + "a\r\nbc\r\n" + strings.Repeat("x", 998) + "\r\n" + strings.Repeat("x", 998) + "\r\nxxxx\r\n\r\n\r\n"
	if got := written(t, l); got != want {
		t.Errorf("got %q", got[len(complete):])
	}
	if l.Facts.LongestLine != 998 {
		t.Errorf("got %+v", l.Facts)
	}
}

func TestRecipients(t *testing.T) {
	read := "From: a@b.org\nTo: Bob <bob@hamburger.edu>, carol@x.org\nCc: dave@x.org\nTo: erin@x.org\nBcc: frank@x.org, carol@X.org\n\nhi\n"
	resent := "Resent-To: late@x.org\nResent-Date: x\nResent-To: early@x.org\n" + read
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"fields", read, []string{"bob@hamburger.edu", "carol@x.org", "dave@x.org", "erin@x.org", "frank@x.org"}},
		{"the latest resent block only", resent, []string{"bob@hamburger.edu", "late@x.org"}},
	} {
		o := order(t)
		o.ReadFields = true
		l, _, err := o.Take(memory(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for _, r := range l.Envelope.Recipients {
			got = append(got, r.Address.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if strings.Contains(written(t, l), "frank") {
			t.Errorf("%s: the blind copy shows", c.name)
		}
	}
	o := order(t)
	o.Recipients = nil
	if _, _, err := o.Take(memory(complete)); err == nil || !strings.Contains(err.Error(), "no recipient") {
		t.Errorf("got %v", err)
	}
	o.ReadFields = true
	if _, _, err := o.Take(memory("From: a@b.org\nTo: nobody, b@x.org\n\n")); err == nil || !strings.Contains(err.Error(), "line 2, To") {
		t.Errorf("got %v", err)
	}
}

func TestResend(t *testing.T) {
	o := order(t)
	o.Recipients, o.From, o.Resend = nil, mailbox(t, "carol@x.org"), []address.Mailbox{mailbox(t, "Dave <dave@x.org>")}
	l, _, err := o.Take(memory(complete))
	if err != nil {
		t.Fatal(err)
	}
	want := "Resent-Date: Mon, 23 Nov 2026 02:34:05 +0000\r\nResent-From: carol@x.org\r\nResent-To: Dave <dave@x.org>\r\nResent-Message-ID: <20261123023405.60oj4cpk6kr3ee1p@x.org>\r\n" + complete
	if got := written(t, l); got != want {
		t.Errorf("got %q", got)
	}
	if len(l.Envelope.Recipients) != 1 || l.Envelope.Recipients[0].Address.String() != "dave@x.org" {
		t.Errorf("got %+v", l.Envelope)
	}
}

func TestFacts(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want letter.Facts
	}{
		"8-bit":          {complete + "Grüße\r\n", letter.Facts{Has8bit: true}},
		"raw UTF-8 head": {"Subject: Grüße\r\n" + strings.Replace(complete, "Subject: folded\r\n line\r\n", "", 1), letter.Facts{NeedsUTF8: true}},
		"DKIM":           {"DKIM-Signature: v=1\r\n" + complete, letter.Facts{Signed: true}},
		"OpenPGP":        {"Content-Type: multipart/signed; x=y\r\n" + complete, letter.Facts{Signed: true}},
	} {
		l, _, err := order(t).Take(memory(c.in))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f := l.Facts; f.Has8bit != c.want.Has8bit || f.NeedsUTF8 != c.want.NeedsUTF8 || f.Signed != c.want.Signed {
			t.Errorf("%s: got %+v", name, f)
		}
	}
}

func TestWordsWithoutHeaderFromPrograms(t *testing.T) {
	o := order(t)
	o.Headless, o.MIME, o.From = true, true, mailbox(t, "root@host.example")
	l, _, err := o.Take(memory("Grüße\nvon cron\n"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(strings.NewReader(written(t, l)))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(m.Body)
	if m.Header.Get("From") != "root@host.example" || m.Header.Get("Content-Type") != "text/plain; charset=utf-8" || string(body) != "Grüße\r\nvon cron\r\n" {
		t.Errorf("got %v, %q", m.Header, body)
	}
	if _, _, err := o.Take(memory("Gr\xfc\xdfe\n")); err == nil {
		t.Error("Latin-1 was labelled")
	}
	o.Repair = true
	for _, in := range []string{"Gr\xfc\xdfe\n", " \x1bGr\xfc\xdfe\n", "Gr\xfc\xdfe: \x1b\n"} {
		l, _, err := o.Take(memory(in))
		if err != nil {
			t.Fatalf("%q: %v", in, err)
		}
		if got := written(t, l); !strings.HasSuffix(got, "Content-Type: text/plain; charset=unknown-8bit\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"+strings.TrimSuffix(in, "\n")+"\r\n") {
			t.Errorf("%q: got %q", in, got)
		}
	}
	o.Downgrade = true
	l, _, err = o.Take(memory("Gr\xfc\xdfe\n"))
	if err != nil || !strings.HasSuffix(written(t, l), "Content-Type: text/plain; charset=unknown-8bit\r\n\r\nGr=FC=DFe\r\n") {
		t.Errorf("%v, got %q", err, written(t, l))
	}
}

// Characters are whole, wherever a very long line is cut to be looked at.
func TestLongLinesOfUTF8(t *testing.T) {
	for shift := range 4 {
		for char, want := range map[string]bool{"é": true, "€": true, "😀": true, "\xfc": false} {
			in := complete + strings.Repeat("a", shift) + strings.Repeat(char, bufferFor) + "\n"
			found, err := scan(strings.NewReader(in), true)
			if err != nil || found.utf8 != want {
				t.Errorf("%d, %q: %v, %v", shift, char, found.utf8, err)
			}
		}
	}
}

// FuzzTake: what is taken in comes out, but for what the rules change.
func FuzzTake(f *testing.F) {
	f.Add([]byte(complete), false)
	f.Add([]byte("From: a@b.org\n\n\r\r\n\x00"), true)
	f.Add([]byte("From x\nFrom: a@b.org\nBcc: c@d.org\nno field\n"+strings.Repeat("x", 70_000)), true)
	f.Add([]byte("From x\n>From y\nFrom: a@b.org\r\n b\nReturn-Path : x\n\tz\nSubject : y\n \nX: y\n\n\nbody"), false)
	f.Add([]byte("X: "+strings.Repeat("word ", 300)+"\n"+complete), true)
	f.Fuzz(func(t *testing.T, data []byte, repair bool) {
		o := order(t)
		o.Repair = repair
		l, _, err := o.Take(memory(data))
		if err != nil {
			return
		}
		got := written(t, l)
		if untouched := model(string(data)); !repair && !strings.HasSuffix(got, untouched) {
			t.Fatalf("%q went in, %q comes out, want it to end in %q", data, got, untouched)
		}
		if strings.Contains(strings.ReplaceAll(got, "\r\n", ""), "\n") || strings.Contains(strings.ReplaceAll(got, "\r\n", ""), "\r") || strings.Contains(got, "\x00") {
			t.Fatalf("a lone line end or NUL goes out: %q", got)
		}
		for line := range strings.SplitSeq(got, "\r\n") {
			if len(line) > maxLine {
				t.Fatalf("a line of %d octets goes out", len(line))
			}
		}
		again, _, err := o.Take(memory(got))
		if err != nil {
			t.Fatalf("what went out is refused: %v: %q", err, got)
		}
		if second := written(t, again); second != got {
			t.Fatalf("it changes the second time: %q, then %q", got, second)
		}
	})
}

var isFieldLine = regexp.MustCompile(`^[!-9;-~]+[ \t]*:`)

// model is what must come out below the fields that are added: every field but those that are left out, then the body, with
// the line ends of a message.
func model(data string) string {
	lines := strings.Split(strings.TrimSuffix(data, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	if data == "" {
		lines = nil
	}
	for n := 0; len(lines) > 0 && n < 2 && (n == 0 && strings.HasPrefix(lines[0], "From ") || strings.HasPrefix(lines[0], ">From ")); n++ {
		ended := strings.HasPrefix(lines[0], ">")
		if lines = lines[1:]; ended {
			break
		}
	}
	var kept strings.Builder
	dropped, any := false, false
	for len(lines) > 0 && lines[0] != "" && (isFieldLine.MatchString(lines[0]) || any && strings.ContainsAny(lines[0][:1], " \t")) {
		if isFieldLine.MatchString(lines[0]) {
			name, _, _ := strings.Cut(lines[0], ":")
			dropped = slices.Contains([]string{"bcc", "resent-bcc", "return-path"}, strings.ToLower(strings.TrimRight(name, " \t")))
			any = true
		}
		if !dropped {
			kept.WriteString(lines[0] + "\r\n")
		}
		lines = lines[1:]
	}
	if len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	kept.WriteString("\r\n")
	for _, line := range lines {
		kept.WriteString(line + "\r\n")
	}
	return kept.String()
}
