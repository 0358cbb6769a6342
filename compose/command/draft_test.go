package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mxsend/compose/address"
)

// refusal is a command line and what must be said of it.
type refusal struct {
	name  string
	words []string
	stdin string
	code  int
	says  []string
}

func TestRefusals(t *testing.T) {
	from, to := []string{"-f", "alice@crepes.fr"}, "bob@hamburger.edu"
	for _, c := range []refusal{
		{"no recipient", from, "", 64, []string{"no recipient", "--to"}},
		{"no author", []string{to}, "", 64, []string{"no author", "--from", "EMAIL"}},
		{"a group without members", append(from, "--to", "nobody:;"), "", -1, nil},
		{"both bodies", append(from, "--body", "a", "--body-file", "b", to), "", 64, []string{"--body", "--body-file"}},
		{"standard input twice", append(from, "-a", "-", to), "x", 64, []string{"--attach -", "--body TEXT"}},
		{"standard input by its file", append(from, "-a", "/dev/stdin;name=x", to), "x", 64, []string{"/dev/stdin"}},
		{"two attachments from standard input", append(from, "--body", "x", "-a", "-", "-a", "-;name=y", to), "x", 64, []string{"standard input"}},
		{"a line break in the subject", append(from, "-s", "a\nBcc: x@y.org", to), "", 65, []string{"--subject", "line break"}},
		{"a NUL in the subject", append(from, "-s", "a\x00b", to), "", 65, []string{"--subject", "U+0000"}},
		{"Latin-1 in the subject", append(from, "-s", "Gr\xfc\xdfe", to), "", 65, []string{"--subject", "0xFC at 2"}},
		{"a line break in From", []string{"-f", "a@x.org\r\nBcc: b@y.org", to}, "", 65, []string{"--from"}},
		{"a line break in a recipient", append(from, "x@y.test>\nRCPT TO:<z@y.test"), "", 65, []string{"recipient"}},
		{"a line break in Cc", append(from, "-c", "x@y.test\nX: y", to), "", 65, []string{"--cc"}},
		{"a line break in a field", append(from, "-H", "X-A: b\r\nBcc: c@d.org", to), "", 65, []string{"--header X-A", "line break"}},
		{"a field without a colon", append(from, "-H", "nonsense", to), "", 65, []string{"--header", "Name: value"}},
		{"a blind field that names nobody", append(from, "-H", "Bcc: carol", to), "", 65, []string{"--bcc", "no domain"}},
		{"a blind field of old", append(from, "-H", "Resent-Bcc: c@d.org", to), "", 65, []string{"--header Resent-Bcc", "--bcc"}},
		{"two subjects in fields", append(from, "-H", "Subject: a", "-H", "subject: b", to), "", 65, []string{"given twice"}},
		{"a bad date", append(from, "--date", "yesterday", to), "", 65, []string{"--date", "2006-01-02T15:04:05"}},
		{"a bad date in a field", append(from, "-H", "Date: yesterday", to), "", 65, []string{"--header Date"}},
		{"a bad identifier", append(from, "--message-id", "a b@c", to), "", 65, []string{"--message-id"}},
		{"a bad parent", append(from, "--in-reply-to", "x", to), "", 65, []string{"--in-reply-to"}},
		{"a bad thread", append(from, "--references", "<a@b> x", to), "", 65, []string{"--references"}},
		{"an empty thread", append(from, "--references", " ", to), "", 65, []string{"--references"}},
		{"a bad importance", append(from, "--importance", "urgent", to), "", 64, []string{"--importance", "high, normal or low"}},
		{"a bad importance in a field", append(from, "-H", "Importance: urgent", to), "", 64, []string{"--header Importance", "high, normal or low"}},
		{"a bad word of programs", append(from, "--auto-submitted", "yes", to), "", 64, []string{"--auto-submitted", "auto-generated"}},
		{"one click and nothing to click", append(from, "--one-click", to), "", 64, []string{"--one-click", "--list-unsubscribe"}},
		{"one click without https", append(from, "--one-click", "--list-unsubscribe", "mailto:a@b.org", to), "", 65, []string{"--list-unsubscribe", "https"}},
		{"one click for two", append(from, "--one-click", "--list-unsubscribe", "https://a.org/", "--list-unsubscribe", "https://b.org/", to), "", 65, []string{"exactly one"}},
		{"no text without a page", append(from, "--no-text", to), "", 64, []string{"--no-text", "--html"}},
		{"no text and Markdown", append(from, "--no-text", "--markdown", to), "", 64, []string{"--no-text", "--html"}},
		{"no text and a text", append(from, "--no-text", "--html", "draft_test.go", "--body", "x", to), "", 64, []string{"--no-text", "--body"}},
		{"dots too many", append(from, "j..k@example.org", to), "", 65, []string{"recipient", "a dot too many"}},
		{"dots too many in a domain, laxly", append(from, "--lax", "j@example..org", to), "", 65, []string{"recipient", "a dot too many"}},
		{"an unknown charset", append(from, "--charset", "klingon", to), "x", 65, []string{"standard input", "klingon"}},
		{"a charset that it is not", append(from, "--charset", "shift_jis", to), "\x93\xff\xff", 65, []string{"standard input", "shift_jis"}},
		{"a bad envelope sender", append(from, "--envelope-from", "Alice <a@b.org>", to), "", 65, []string{"--envelope-from"}},
		{"an empty envelope sender", append(from, "--envelope-from", "", to), "", 65, []string{"--envelope-from"}},
		{"two senders", append(from, "--sender", "a@b.org, c@d.org", to), "", 64, []string{"--sender", "one mailbox"}},
		{"two authors", []string{"-f", "a@b.org, c@d.org", to}, "", 64, []string{"--sender"}},
		{"a group as author", []string{"-f", "us: a@b.org;", to}, "", 64, []string{"group"}},
		{"a bare name", append(from, "bob"), "", 65, []string{"recipient", "no domain"}},
		{"a body that is Latin-1", append(from, to), "Gr\xfc\xdfe", 65, []string{"standard input", "0xFC at 2"}},
		{"a body with a NUL", append(from, to), "a\x00", 65, []string{"standard input", "NUL byte at 1"}},
		{"a body file that is missing", append(from, "--body-file", "missing.txt", to), "", 66, []string{"--body-file", "missing.txt"}},
		{"an attachment that is missing", append(from, "-a", "missing.gif", to), "", 66, []string{"missing.gif"}},
		{"a list that is missing", append(from, "--to", "@missing.list"), "", 66, []string{"missing.list"}},
		{"an attachment's name with a line break", append(from, "-a", "draft_test.go;name=a\nb", to), "", 65, []string{"--attach"}},
	} {
		draft, err := draftOf(t, c.words, strings.NewReader(c.stdin))
		if c.code < 0 {
			_, err = fixedDesk().Compose(draft)
			c.code = 64
		}
		if err == nil || codeOf(err) != c.code {
			t.Errorf("%s: got %v with code %d, want %d", c.name, err, codeOf(err), c.code)
			continue
		}
		for _, want := range c.says {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", c.name, err, want)
			}
		}
		if strings.ContainsAny(strings.ReplaceAll(err.Error(), "\n", ""), "\r\x00\x1b") {
			t.Errorf("%s: the error carries a control character: %q", c.name, err)
		}
	}
}

func codeOf(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return -1
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	_, err := draftOf(t, []string{"-s", "a\nb", "--cc", "x@", "-a", "missing.gif", "-a", "nowhere/other.gif", "--date", "never", "-H", "Received: x", "--importance", "x"},
		strings.NewReader("Gr\xfc\xdfe"))
	if err == nil {
		t.Fatal("nothing was wrong")
	}
	for _, want := range []string{"--subject", "--cc", "missing.gif", "other.gif", "--date", "--header Received", "--importance", "no author", "standard input"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing from:\n%v", want, err)
		}
	}
}

func TestHeaderReplacesOrAdds(t *testing.T) {
	d, err := draftOf(t, []string{"-f", "alice@crepes.fr", "-s", "a", "--to", "t@x.org", "--reply-to", "r@x.org", "--date", "@0", "--references", "<a@b>",
		"-H", "from: Bernard <bernard@crepes.fr>", "-H", "SUBJECT: b", "-H", "To: u@x.org", "-H", "To: v@x.org", "-H", "Cc: c@x.org", "-H", "Reply-To: s@x.org",
		"-H", "Date: Mon, 23 Nov 2026 02:34:55 +0100", "-H", "References: <c@d>", "-H", "X-Other: kept", "w@x.org"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var to []string
	for _, m := range d.To.Mailboxes() {
		to = append(to, m.Address.Local)
	}
	if got := strings.Join(to, " "); got != "t u v w" || len(d.Cc.Mailboxes()) != 1 || len(d.ReplyTo.Mailboxes()) != 2 {
		t.Errorf("to %s, cc %v, reply to %v", got, d.Cc, d.ReplyTo)
	}
	if d.From[0].Name != "Bernard" || len(d.From) != 1 || d.Subject != "b" || d.Date.Year() != 2026 || !slices.Equal(d.References, []string{"<c@d>"}) {
		t.Errorf("got %+v", d)
	}
	if !slices.Equal(d.Fields, []string{"X-Other: kept"}) {
		t.Errorf("fields %q", d.Fields)
	}
}

// TestFieldsReplaceWishes: what --header says of a wish stands in place of its flag.
func TestFieldsReplaceWishes(t *testing.T) {
	d, err := draftOf(t, []string{"-f", "alice@crepes.fr", "--auto-submitted", "auto-generated", "--bulk", "--list-unsubscribe", "mailto:a@b.org", "--importance", "low",
		"-H", "auto-submitted: auto-generated; type=x", "-H", "Precedence: list", "-H", "List-Unsubscribe: <mailto:c@d.org>", "-H", "Importance: HIGH", "-H", "X-Mailer: mine",
		"-H", "Bcc: b@x.org", "-H", "bcc: c@x.org", "w@x.org"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Bcc.Mailboxes()) != 2 || len(d.Fields) != 4 {
		t.Errorf("got %+v", d)
	}
	l, err := fixedDesk().Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	got := string(written(t, l))
	want := "Importance: high\r\nX-Priority: 1\r\nX-MSMail-Priority: High\r\nAuto-Submitted: auto-generated; type=x\r\nPrecedence: list\r\n" +
		"List-Unsubscribe: <mailto:c@d.org>\r\nX-Mailer: mine\r\nMIME-Version: 1.0\r\n"
	if !strings.Contains(got, want) || len(l.Envelope.Recipients) != 3 {
		t.Errorf("got %v and\n%s\nwant\n%s", l.Envelope, got, want)
	}
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"Mon, 23 Nov 2026 02:34:55 +0100": "2026-11-23T02:34:55+01:00",
		"23 Nov 2026 02:34 -0500":         "2026-11-23T02:34:00-05:00",
		"2026-11-23T02:34:55+01:00":       "2026-11-23T02:34:55+01:00",
		"2026-11-23T02:34:55Z":            "2026-11-23T02:34:55Z",
		"Mon, 1 Jan 2024 00:00:00 EST":    "2024-01-01T00:00:00-05:00",
		"1 Jan 2024 00:00 pdt (summer)":   "2024-01-01T00:00:00-07:00",
		"1 Jan 2024 00:00:00 GMT":         "2024-01-01T00:00:00Z",
		"@0":                              "1970-01-01T00:00:00Z",
		"1700000000":                      "2023-11-14T22:13:20Z",
	} {
		got, ok := parseDate(in)
		if !ok || got.Format(time.RFC3339) != want {
			t.Errorf("%q: got %v, %v, want %s", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "now", "2026-11-23", "@", "Tue, 30 Jun 2015 23:59:60 +0000", "@99999999999999", "@-99999999999", "Mon, 32 Nov 2026 02:34:55 +0100", "Mon, 1 Jan 2024 00:00:00 CET", "1 Jan 2024 00:00:00 A"} {
		if got, ok := parseDate(in); ok {
			t.Errorf("%q: got %v", in, got)
		}
	}
}

func TestEnvironment(t *testing.T) {
	for name, value := range map[string]string{
		"EMAIL": `"Doe, Jane" <jane@example.org>`, "MXSEND_TO": `"Roe, Bob" <bob@hamburger.edu>, carol@example.org`,
		"MXSEND_SUBJECT": "from the environment", "SOURCE_DATE_EPOCH": "1700000000", "MXSEND_BODY": "words",
	} {
		t.Setenv(name, value)
	}
	unset(t, "MXSEND_FROM")
	d, err := draftIn(t, io.Discard, nil, strings.NewReader("not these"))
	if err != nil {
		t.Fatal(err)
	}
	if d.From[0].Name != "Doe, Jane" || len(d.To.Mailboxes()) != 2 || d.Subject != "from the environment" || d.Date.Unix() != 1_700_000_000 || d.Text != "words" {
		t.Errorf("got %+v", d)
	}
	t.Setenv("MXSEND_FROM", "alice@crepes.fr")
	if d, err = draftIn(t, io.Discard, []string{"--subject", "from the flag"}, nil); err != nil || d.From[0].Address.Local != "alice" || d.Subject != "from the flag" {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestEveryFlagHasItsVariable(t *testing.T) {
	for _, f := range Flags() {
		name := f.Names()[0]
		variables := f.(interface{ GetEnvVars() []string }).GetEnvVars()
		if want := "MXSEND_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")); len(variables) == 0 || variables[0] != want {
			t.Errorf("--%s has %v, want %s", name, variables, want)
		}
		if f.(interface{ GetCategory() string }).GetCategory() == "" {
			t.Errorf("--%s stands in no category", name)
		}
	}
}

func TestRecipientsFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.txt")
	if err := os.WriteFile(path, []byte("# friends\nbob@hamburger.edu\n\nDoe, Jane <jane@example.org>, carol@example.org\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := draftOf(t, []string{"-f", "alice@crepes.fr", "--bcc", "@" + path, "@" + path}, nil)
	if err != nil || len(d.Bcc.Mailboxes()) != 3 || len(d.To.Mailboxes()) != 3 {
		t.Errorf("got %v and %v, %v", d.To, d.Bcc, err)
	}
}

func TestDefaultDomain(t *testing.T) {
	d, err := draftOf(t, []string{"-f", "root", "--default-domain", "host.example", "bob", "carol@example.org"}, nil)
	if err != nil || d.From[0].Address.String() != "root@host.example" || d.To.Mailboxes()[0].Address.String() != "bob@host.example" {
		t.Errorf("got %v, %v, %v", d.From, d.To, err)
	}
}

func TestBodyComesFromOnePlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "body.txt")
	if err := os.WriteFile(path, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ flags, want string }{
		{"", "from standard input\n"},
		{"--body-file\n-", "from standard input\n"},
		{"--body-file\n/dev/stdin", "from standard input\n"},
		{"--body\nfrom the flag", "from the flag"},
		{"--body\n", ""},
		{"--body-file\n" + path, "from a file\n"},
	} {
		stdin := strings.NewReader("from standard input\n")
		words := slices.DeleteFunc(strings.SplitN(c.flags, "\n", 2), func(s string) bool { return c.flags == "" })
		d, err := draftOf(t, append([]string{"-f", "a@b.org", "--to", "c@d.org"}, words...), stdin)
		if err != nil || d.Text != c.want {
			t.Errorf("%q: got %q, %v, want %q", c.flags, d.Text, err, c.want)
		}
		if untouched := stdin.Len() > 0; untouched != (c.want != "from standard input\n") {
			t.Errorf("%q: standard input was read: %v", c.flags, !untouched)
		}
	}
}

func TestAttachmentFromStandardInput(t *testing.T) {
	d, err := draftOf(t, []string{"-f", "a@b.org", "--body", "", "-a", "-;name=x.bin", "c@d.org"}, strings.NewReader("\x00\x01"))
	if err != nil || len(d.Attachments) != 1 || d.Attachments[0].Size != 2 || d.Attachments[0].Name != "x.bin" {
		t.Errorf("got %+v, %v", d.Attachments, err)
	}
}

func TestTooLongABody(t *testing.T) {
	_, err := readAll(context.Background(), zeros{})
	if codeOf(err) != 65 || !strings.Contains(err.Error(), "--attach") {
		t.Errorf("got %v", err)
	}
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestReadAllEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	in, out := io.Pipe()
	defer out.Close()
	cancel()
	if _, err := readAll(ctx, in); !errors.Is(err, context.Canceled) || codeOf(err) != 75 {
		t.Errorf("got %v with code %d", err, codeOf(err))
	}
	out.CloseWithError(os.ErrPermission)
	if _, err := readAll(context.Background(), in); codeOf(err) != 66 {
		t.Errorf("got %v with code %d", err, codeOf(err))
	}
}

func TestWarningsGoToTheScreen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "picture.jpg")
	if err := os.WriteFile(path, []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	var screen bytes.Buffer
	if _, err := draftIn(t, &screen, []string{"-f", "a@b.org", "-a", path, "c@d.org"}, nil); err != nil || !strings.Contains(screen.String(), "mxsend: warning: picture.jpg") {
		t.Errorf("got %q, %v", screen.String(), err)
	}
}

// TestTenThousandRecipients: an address is read once, not once for every other.
func TestTenThousandRecipients(t *testing.T) {
	words := []string{"-f", "a@b.org"}
	for i := range 10_000 {
		words = append(words, fmt.Sprintf("Recipient Number %d <r%d@example.org>", i, i))
	}
	d, err := draftOf(t, words, nil)
	if err != nil || len(d.To.Mailboxes()) != 10_000 || (d.To.Mailboxes()[9999] == address.Mailbox{}) {
		t.Errorf("got %d, %v", len(d.To.Mailboxes()), err)
	}
}
