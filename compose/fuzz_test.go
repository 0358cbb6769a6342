package compose

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"mxsend/attach"
	"mxsend/compose/address"
)

// FuzzCompose: whatever is said, it is refused, or the letter has the announced size, Go's parsers read it, and what they
// read is what was said.
func FuzzCompose(f *testing.F) {
	f.Add("Searching for the meaning of life", "Alice", "X-Crepes: yes", "Do you like ketchup?\n", "ketchup.gif", []byte("GIF89a"))
	f.Add("Größe \t =?utf-8?q?x?= [x]", "Doe, \"Jane\"", "Comments: à  la", "From x\n.\r\rü \t", "Résumé;\"x\".pdf", []byte(""))
	f.Add("日本語の件名"+strings.Repeat("長", 60), "山田太郎", "Subject: twice", "\x00", "a.eml", []byte("From: a@b.c\n\nüx\n"))
	f.Add(strings.Repeat("a", 1200), strings.Repeat("b", 100), "X-Long: "+strings.Repeat("c ", 600), strings.Repeat("d", 1000), "👩‍👩‍👧‍👦.txt", []byte("--=_"))
	f.Fuzz(func(t *testing.T, subject, name, custom, text, file string, content []byte) {
		p, err := attach.Opener{Stdin: bytes.NewReader(content)}.Open(t.Context(), attach.Source{Path: "-", Name: file})
		if err != nil {
			return
		}
		defer p.Close()
		d := simple(t)
		d.From = []address.Mailbox{{Name: name, Address: d.From[0].Address}}
		d.Subject, d.Text, d.Attachments = subject, text, []*attach.Part{p}
		if custom != "" {
			d.Fields = []string{custom}
		}
		l, err := desk().Compose(d)
		if err != nil {
			if code := exitCode(err); code != 64 && code != 65 {
				t.Fatalf("refused with code %d: %v", code, err)
			}
			return
		}
		var raw bytes.Buffer
		if n, err := l.WriteTo(&raw); err != nil || n != l.Facts.Size || int64(raw.Len()) != n {
			t.Fatalf("wrote %d of %d octets: %v", n, l.Facts.Size, err)
		}
		checkFuzzed(t, d, raw.Bytes())
	})
}

func checkFuzzed(t *testing.T, d Draft, raw []byte) {
	t.Helper()
	for line := range bytes.SplitSeq(bytes.TrimSuffix(raw, []byte("\r\n")), []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n\x00") {
			t.Fatalf("the line %q cannot be sent", line)
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	if got := decodeWords(t, m.Header.Get("Subject")); got != strings.Trim(d.Subject, " \t") {
		t.Fatalf("the subject reads %q, want %q", got, d.Subject)
	}
	from, err := (&mail.AddressParser{WordDecoder: new(mime.WordDecoder)}).Parse(m.Header.Get("From"))
	if err != nil || from.Name != d.From[0].Name || from.Address != "alice@crepes.fr" {
		t.Fatalf("From %q reads %v, %v, want %q", m.Header.Get("From"), from, err, d.From[0].Name)
	}
	if m.Header.Get("Bcc") != "" || len(m.Header["From"]) != 1 || len(m.Header["Subject"]) > 1 || len(m.Header["To"]) != 1 {
		t.Fatalf("a field got in: %v", m.Header)
	}
	parts := fuzzedParts(t, m)
	if len(parts) != 2 || string(parts[0].content) != canonical(d.Text) {
		t.Fatalf("%d parts, the text reads %q, want %q", len(parts), parts[0].content, canonical(d.Text))
	}
	want, err := io.ReadAll(d.Attachments[0].Reader())
	if err != nil {
		t.Fatal(err)
	}
	if d.Attachments[0].Type != "message/rfc822" && !bytes.Equal(parts[1].content, want) || parts[1].name != d.Attachments[0].Name {
		t.Fatalf("the file %q arrives as %q with %q, want %q", d.Attachments[0].Name, parts[1].name, parts[1].content, want)
	}
}

func canonical(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return strings.ReplaceAll(s, "\n", "\r\n")
}

func decodeWords(t *testing.T, s string) string {
	t.Helper()
	decoded, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return decoded
}

type fuzzedPart struct {
	name    string
	content []byte
}

func fuzzedParts(t *testing.T, m *mail.Message) []fuzzedPart {
	t.Helper()
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	var parts []fuzzedPart
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, fuzzedPartOf(t, p))
	}
}

// decodedBody is what a letter of one part says.
func decodedBody(t *testing.T, m *mail.Message) string {
	t.Helper()
	return string(readDecoded(t, m.Header.Get("Content-Transfer-Encoding"), m.Body))
}

func readDecoded(t *testing.T, encoding string, r io.Reader) []byte {
	t.Helper()
	switch encoding {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func fuzzedPartOf(t *testing.T, p *multipart.Part) fuzzedPart {
	t.Helper()
	made := fuzzedPart{content: readDecoded(t, p.Header.Get("Content-Transfer-Encoding"), p)}
	if value := p.Header.Get("Content-Disposition"); value != "" {
		_, params, err := mime.ParseMediaType(value)
		if err != nil {
			t.Fatalf("%q: %v", value, err)
		}
		made.name = params["filename"]
	}
	return made
}
