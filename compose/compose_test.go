package compose

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mxsend/attach"
	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// desk always writes at the same time and rolls the same dice.
func desk() Desk {
	now := time.Date(2026, 11, 23, 2, 34, 55, 0, time.FixedZone("CET", 3600))
	return Desk{Now: func() time.Time { return now }, Random: rand.NewChaCha8([32]byte{})}
}

func list(t testing.TB, s string) address.List {
	t.Helper()
	l, err := address.ParseList(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// simple is a draft that can be sent.
func simple(t testing.TB) Draft {
	return Draft{From: list(t, "Alice <alice@crepes.fr>").Mailboxes(), To: list(t, "bob@hamburger.edu"), Subject: "x", Text: "y\n"}
}

func compose(t testing.TB, d Draft) *letter.Letter {
	t.Helper()
	l, err := desk().Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// attached opens content as a file of that name.
func attached(t testing.TB, name string, content []byte) *attach.Part {
	t.Helper()
	p, err := attach.Opener{Stdin: bytes.NewReader(content), TempDir: t.TempDir()}.Open(t.Context(), attach.Source{Path: "-", Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestZeroDeskWrites(t *testing.T) {
	d := simple(t)
	before := time.Now().Truncate(time.Second)
	first, err := Desk{}.Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Desk{}.Compose(d)
	if err != nil || first.Facts.MessageID == second.Facts.MessageID {
		t.Errorf("%v: two letters are called %s", err, first.Facts.MessageID)
	}
	var b strings.Builder
	if _, err := first.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(b.String(), "\r\n")
	date, err := time.Parse("Date: Mon, 2 Jan 2006 15:04:05 -0700", line)
	if err != nil || date.Before(before) || date.After(time.Now()) {
		t.Errorf("%q is not now: %v", line, err)
	}
}

func TestReversePath(t *testing.T) {
	null := address.Address{}
	other := list(t, "bounce@crepes.fr").Mailboxes()[0]
	for _, c := range []struct {
		name   string
		sender address.Mailbox
		from   *address.Address
		want   string
	}{
		{"the author", address.Mailbox{}, nil, "alice@crepes.fr"},
		{"the sender", other, nil, "bounce@crepes.fr"},
		{"as given", address.Mailbox{}, &other.Address, "bounce@crepes.fr"},
		{"nowhere", other, &null, ""},
	} {
		d := simple(t)
		d.Sender, d.EnvelopeFrom = c.sender, c.from
		if got := compose(t, d).Envelope.Sender.String(); got != c.want {
			t.Errorf("%s: got <%s>, want <%s>", c.name, got, c.want)
		}
	}
}

func TestRecipientsOnceEach(t *testing.T) {
	d := simple(t)
	d.To = list(t, "a@x.org, Team: b@x.org, c@x.org;")
	d.Cc = list(t, "A@x.org, c@X.ORG")
	d.Bcc = list(t, "d@x.org, a@x.org")
	d.Recipients = []address.Address{list(t, "e@x.org").Mailboxes()[0].Address, list(t, "d@x.org").Mailboxes()[0].Address}
	var got []string
	for _, r := range compose(t, d).Envelope.Recipients {
		got = append(got, r.Address.String())
	}
	if want := []string{"a@x.org", "b@x.org", "c@x.org", "A@x.org", "d@x.org", "e@x.org"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAllThatIsWrongComesBackAtOnce also wants the exit code of each.
func TestAllThatIsWrongComesBackAtOnce(t *testing.T) {
	_, err := desk().Compose(Draft{
		From: list(t, "a@x.org, b@x.org").Mailboxes(), Subject: "a\r\nBcc: x", Text: "\xff", Importance: "urgent",
		Fields: []string{"Bad Name: x", "Received: by me", "Date: now"}, MessageID: "no id", References: []string{"<a b>"},
	})
	if err == nil {
		t.Fatal("it was composed")
	}
	for _, want := range []string{"no recipient", "several authors", "Subject: a line break", "0xFF at 0", "urgent", "field name", "Received", "Date", "Message-ID", "References"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in the error:\n%v", want, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name string
		spot func(*Draft)
		code int
	}{
		{"no author", func(d *Draft) { d.From = nil }, 64},
		{"no recipient", func(d *Draft) { d.To = nil }, 64},
		{"an empty group", func(d *Draft) { d.To = address.List{{Name: "nobody", Named: true}} }, 64},
		{"authors without a sender", func(d *Draft) { d.From = append(d.From, d.From[0]) }, 64},
		{"a line break in the subject", func(d *Draft) { d.Subject = "a\nBcc: evil@x.org" }, 65},
		{"a line break in a name", func(d *Draft) { d.From[0].Name = "a\r\nBcc: evil@x.org" }, 65},
		{"a direction control in a name", func(d *Draft) { d.From[0].Name = "a\u202eb" }, 65},
		{"a NUL in the subject", func(d *Draft) { d.Subject = "a\x00" }, 65},
		{"a NUL in the text", func(d *Draft) { d.Text = "a\x00" }, 65},
		{"a text that is Latin-1", func(d *Draft) { d.Text = "Gr\xfc\xdfe" }, 65},
		{"a second subject", func(d *Draft) { d.Fields = []string{"subject: again"} }, 65},
		{"a second MIME-Version", func(d *Draft) { d.Fields = []string{"MIME-Version: 1.0"} }, 65},
		{"two list fields", func(d *Draft) { d.Fields = []string{"List-Id: <a.b>", "list-id: <c.d>"} }, 65},
		{"a field with a blank", func(d *Draft) { d.Fields = []string{"X Y: z"} }, 65},
		{"Bcc as a field", func(d *Draft) { d.Fields = []string{"Bcc: x@y.org"} }, 65},
		{"an identifier with a line break", func(d *Draft) { d.MessageID = "a@b\r\nX: y" }, 65},
		{"a year before mail", func(d *Draft) { d.Date = time.Unix(-1e11, 0) }, 65},
		{"dice that fail", nil, -1},
	} {
		d, at := simple(t), desk()
		if c.spot == nil {
			at.Random = strings.NewReader("")
		} else {
			c.spot(&d)
		}
		l, err := at.Compose(d)
		if l != nil || err == nil || exitCode(err) != c.code {
			t.Errorf("%s: got %v, %v with code %d, want %d", c.name, l, err, exitCode(err), c.code)
		}
	}
}

func exitCode(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return -1
}

func TestCheckBlock(t *testing.T) {
	if err := checkBlock("From: a\r\nTo: b,\r\n c\r\nX:\r\n\r\n"); err != nil {
		t.Errorf("a good block: %v", err)
	}
	for _, bad := range []string{
		"From: a\r\n", "", "\r\n\r\n", "From: a\r\n\r\nTo: b\r\n\r\n", "From: a\r\n \r\nTo: b\r\n\r\n", " From: a\r\n\r\n", "From: a\nBcc: b\r\n\r\n",
		"From: a\r\nno field\r\n\r\n", "From : a\r\n\r\n", ": a\r\n\r\n", "X: " + strings.Repeat("a", 996) + "\r\n\r\n", "Größe: a\r\n\r\n", "A: b\x00\r\n\r\n",
	} {
		if err := checkBlock(bad); exitCode(err) != 70 {
			t.Errorf("%q: got %v, want an error with code 70", bad, err)
		}
	}
}

// TestChangedFileStopsTheLetter: a file that grew or shrank since it was measured never arrives torn.
func TestChangedFileStopsTheLetter(t *testing.T) {
	for name, change := range map[string]string{"grew": "0123456789x", "shrank": "01234", "is another": "9876543210"} {
		path := filepath.Join(t.TempDir(), "file.bin")
		write(t, path, "0123456789")
		past := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, past, past); err != nil {
			t.Fatal(err)
		}
		p, err := attach.Opener{}.Open(t.Context(), attach.Source{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		d := simple(t)
		d.Attachments = []*attach.Part{p}
		l := compose(t, d)
		write(t, path, change)
		n, err := l.WriteTo(io.Discard)
		if err == nil || n >= l.Facts.Size || exitCode(err) != 74 {
			t.Errorf("the file %s: wrote %d of %d octets, %v with code %d", name, n, l.Facts.Size, err, exitCode(err))
		}
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sizes is a writer that remembers how much came at once.
type sizes []int

func (s *sizes) Write(p []byte) (int, error) {
	*s = append(*s, len(p))
	return len(p), nil
}

func TestBlocksPassAsTheyCome(t *testing.T) {
	d := simple(t)
	d.Attachments = []*attach.Part{attached(t, "big.bin", make([]byte, 10<<20)), attached(t, "dot.gif", []byte("GIF89a"))}
	var got sizes
	if _, err := compose(t, d).WriteTo(&got); err != nil {
		t.Fatal(err)
	}
	small := 0
	for _, n := range got {
		if n < 64<<10 {
			small++
		}
	}
	if small > 4 || got[0] < 500 {
		t.Errorf("%d of %d writes are small, the first has %d octets", small, len(got), got[0])
	}
	got = nil
	if _, err := compose(t, simple(t)).WriteTo(&got); err != nil || len(got) != 1 {
		t.Errorf("a small letter came in %d writes, %v", len(got), err)
	}
}

func TestManyWritersAtOnce(t *testing.T) {
	d := simple(t)
	d.Attachments = []*attach.Part{attached(t, "a.bin", bytes.Repeat([]byte("abc"), 100_000)), attached(t, "b.eml", []byte("From: a@b.c\n\nhello\n"))}
	l := compose(t, d)
	var copies [4]bytes.Buffer
	var group sync.WaitGroup
	for i := range copies {
		group.Go(func() {
			if _, err := l.WriteTo(&copies[i]); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for i := range copies {
		if !bytes.Equal(copies[i].Bytes(), copies[0].Bytes()) {
			t.Errorf("copy %d differs", i)
		}
	}
}

func TestWriterErrorEndsTheLetter(t *testing.T) {
	d := simple(t)
	d.Attachments = []*attach.Part{attached(t, "a.bin", make([]byte, 1<<20))}
	l := compose(t, d)
	for _, room := range []int64{0, 10, 1000, 200_000, l.Facts.Size - 1} {
		n, err := l.WriteTo(&narrow{room})
		if !errors.Is(err, io.ErrShortWrite) || n > room {
			t.Errorf("with room for %d octets: %d, %v", room, n, err)
		}
	}
}

// narrow takes so many octets and no more.
type narrow struct{ room int64 }

func (w *narrow) Write(p []byte) (int, error) {
	if int64(len(p)) > w.room {
		return 0, io.ErrShortWrite
	}
	w.room -= int64(len(p))
	return len(p), nil
}

func TestCloseClosesTheFiles(t *testing.T) {
	d := simple(t)
	d.Attachments = []*attach.Part{attached(t, "a.bin", []byte("abc"))}
	l, err := desk().Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.WriteTo(io.Discard); err == nil {
		t.Errorf("a closed letter can still be written")
	}
	if err := d.Close(); err == nil {
		t.Errorf("the file was not closed with the letter")
	}
}

// BenchmarkCompose writes a letter with a file of 1 GiB to nowhere; the file has no blocks on the disk.
func BenchmarkCompose(b *testing.B) {
	path := filepath.Join(b.TempDir(), "big.bin")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(f.Truncate(1<<30), f.Close()); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(1 << 30)
	b.ReportAllocs()
	for b.Loop() {
		p, err := attach.Opener{}.Open(b.Context(), attach.Source{Path: path})
		if err != nil {
			b.Fatal(err)
		}
		d := simple(b)
		d.Attachments = []*attach.Part{p}
		l := compose(b, d)
		if n, err := l.WriteTo(io.Discard); err != nil || n != l.Facts.Size {
			b.Fatal(n, err)
		}
	}
}

func BenchmarkManyRecipients(b *testing.B) {
	var l address.List
	for i := range 10_000 {
		l = append(l, list(b, fmt.Sprintf("Recipient Number %d <r%d@example.org>", i, i))...)
	}
	d := simple(b)
	d.To = l
	b.ReportAllocs()
	for b.Loop() {
		compose(b, d)
	}
}
