package command

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"mxsend/attach"
	"mxsend/compose"
	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// leaf is a part as Go's own parsers see it.
type leaf struct {
	path        string // of the multiparts it lies in: "mixed/alternative"
	kind        string
	params      map[string]string
	disposition string
	filename    string
	id          string
	content     []byte
}

// readBack takes the letter apart with net/mail and mime, which share no code with what wrote it, and compares values and
// bytes with the draft.
func readBack(t *testing.T, d compose.Draft, l *letter.Letter, raw []byte) {
	t.Helper()
	checkLines(t, raw, l.Facts)
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	readFields(t, d, m.Header)
	leaves := leavesOf(t, "", m.Header.Get, m.Body)
	readText(t, d, leaves)
	readPage(t, d, leaves)
	readFiles(t, d, readInvitation(t, d, leaves))
}

// checkLines: only CRLF, none too long, and the facts are true.
func checkLines(t *testing.T, raw []byte, f letter.Facts) {
	t.Helper()
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		t.Errorf("the last line has no end")
	}
	longest, eight := 0, false
	for line := range strings.SplitSeq(strings.TrimSuffix(string(raw), "\r\n"), "\r\n") {
		longest = max(longest, len(line))
		if len(line) > 998 || strings.ContainsAny(line, "\r\n\x00") {
			t.Errorf("a line that cannot be sent: %q", line)
		}
		eight = eight || strings.ContainsFunc(line, func(r rune) bool { return r > 0x7e })
	}
	if longest != f.LongestLine || eight != (f.Has8bit || f.NeedsUTF8) {
		t.Errorf("longest line %d, 8-bit %v; the facts say %+v", longest, eight, f)
	}
}

func readFields(t *testing.T, d compose.Draft, h mail.Header) {
	t.Helper()
	for name, values := range h {
		if isSingleField(name) && len(values) != 1 {
			t.Errorf("%s stands there %d times", name, len(values))
		}
	}
	if h.Get("Bcc") != "" {
		t.Errorf("the letter names %s", h.Get("Bcc"))
	}
	if got := decodeWords(t, h.Get("Subject")); got != strings.Trim(d.Subject, " \t") {
		t.Errorf("the subject reads %q, want %q", got, d.Subject)
	}
	readMailboxes(t, h, "From", d.From)
	readMailboxes(t, h, "Reply-To", d.ReplyTo.Mailboxes())
	readMailboxes(t, h, "To", d.To.Mailboxes())
	readMailboxes(t, h, "Cc", d.Cc.Mailboxes())
	date, err := h.Date()
	if err != nil || !d.Date.IsZero() && !date.Equal(d.Date.Truncate(time.Second)) {
		t.Errorf("the date reads %v, %v, want %v", date, err, d.Date)
	}
	if h.Get("Mime-Version") != "1.0" || h.Get("Message-Id") == "" {
		t.Errorf("MIME-Version %q, Message-ID %q", h.Get("Mime-Version"), h.Get("Message-Id"))
	}
}

func isSingleField(name string) bool { return !strings.HasPrefix(name, "X-") && name != "Comments" }

func readMailboxes(t *testing.T, h mail.Header, name string, want []address.Mailbox) {
	t.Helper()
	value := h.Get(name)
	if len(want) == 0 {
		if value != "" && !strings.HasSuffix(value, ":;") {
			t.Errorf("%s is %q, want none", name, value)
		}
		return
	}
	parser := mail.AddressParser{WordDecoder: new(mime.WordDecoder)}
	got, err := parser.ParseList(value)
	if err != nil || len(got) != len(want) {
		t.Errorf("%s reads %v, %v, want %d mailboxes", name, got, err, len(want))
		return
	}
	for i, g := range got {
		w := mail.Address{Name: want[i].Name, Address: want[i].Address.Local + "@" + want[i].Address.Domain.String()}
		if *g != w {
			t.Errorf("%s reads %+v, want %+v", name, *g, w)
		}
	}
}

func decodeWords(t *testing.T, s string) string {
	t.Helper()
	decoded, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		t.Errorf("%q: %v", s, err)
	}
	return decoded
}

// leavesOf takes a body apart down to its leaves, decoded.
func leavesOf(t *testing.T, path string, field func(string) string, body io.Reader) []leaf {
	t.Helper()
	kind, params, err := mime.ParseMediaType(field("Content-Type"))
	if err != nil {
		t.Fatalf("Content-Type %q: %v", field("Content-Type"), err)
	}
	if sub, ok := strings.CutPrefix(kind, "multipart/"); ok {
		return multipartOf(t, strings.TrimPrefix(path+"/"+sub, "/"), multipart.NewReader(body, params["boundary"]))
	}
	content, err := io.ReadAll(decoder(t, field("Content-Transfer-Encoding"), body))
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	f := leaf{path: path, kind: kind, params: params, id: field("Content-Id"), content: content}
	if value := field("Content-Disposition"); value != "" {
		disposition, params, err := mime.ParseMediaType(value)
		if err != nil {
			t.Fatalf("Content-Disposition %q: %v", value, err)
		}
		f.disposition, f.filename = disposition, params["filename"]
	}
	return []leaf{f}
}

func multipartOf(t *testing.T, path string, r *multipart.Reader) []leaf {
	t.Helper()
	var all []leaf
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, leavesOf(t, path, p.Header.Get, p)...)
	}
}

func decoder(t *testing.T, encoding string, r io.Reader) io.Reader {
	t.Helper()
	switch encoding {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	case "", "7bit", "8bit":
		return r
	}
	t.Fatalf("the encoding %q", encoding)
	return nil
}

// readText wants the words as they were given, with CRLF line ends and the last line ended.
func readText(t *testing.T, d compose.Draft, leaves []leaf) {
	t.Helper()
	if d.NoText {
		return
	}
	first := leaves[0]
	if first.kind != "text/plain" || first.disposition != "" {
		t.Errorf("the first part is %s %s, want text", first.kind, first.disposition)
	}
	text := d.Text
	if text == "" && d.HTML != "" {
		text = string(first.content) // what is made of a page has its own tests
	}
	said := string(first.content)
	if first.params["format"] == "flowed" {
		said = strings.ReplaceAll(said, " \r\n", " ")
	}
	if want := withEnds(text); said != want || d.HTML != "" && want == "" {
		t.Errorf("the text reads %q, want %q", first.content, want)
	}
	wantCharset := "us-ascii"
	if strings.ContainsFunc(text, func(r rune) bool { return r > 0x7f }) {
		wantCharset = "utf-8"
	}
	if first.params["charset"] != wantCharset {
		t.Errorf("the charset is %q, want %q", first.params["charset"], wantCharset)
	}
}

func withEnds(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return strings.ReplaceAll(s, "\n", "\r\n")
}

// readPage wants the page after the text, unless it travels alone, and beside it every picture under an identifier by which the page calls it.
func readPage(t *testing.T, d compose.Draft, leaves []leaf) {
	t.Helper()
	if d.HTML == "" {
		return
	}
	page, path := leaves[0], ""
	if !d.NoText {
		page, path, leaves = leaves[1], "alternative", leaves[1:]
	}
	if len(d.Pictures) > 0 {
		path += "/related"
	}
	if len(d.Attachments) > 0 {
		path = "mixed/" + path
	}
	if page.kind != "text/html" || page.path != path {
		t.Errorf("the page is %s in %s, want text/html in %s", page.kind, page.path, path)
	}
	if len(d.Pictures) == 0 && string(page.content) != withEnds(d.HTML) {
		t.Errorf("the page reads %q, want %q", page.content, d.HTML)
	}
	for i, picture := range d.Pictures {
		got := leaves[1+i]
		if got.path != path || got.disposition != "inline" || !bytes.Equal(got.content, bytesOf(t, picture.File)) {
			t.Errorf("the picture %s arrives in %s, %s, with %d octets", picture.File.Name, got.path, got.disposition, len(got.content))
		}
		if id := strings.Trim(got.id, "<>"); id == "" || !bytes.Contains(page.content, []byte("cid:"+id)) {
			t.Errorf("the page does not show %s", got.id)
		}
	}
}

// readInvitation wants the calendar object twice, to be answered and as a file, and gives back the other leaves.
func readInvitation(t *testing.T, d compose.Draft, leaves []leaf) []leaf {
	t.Helper()
	if d.Calendar == "" {
		return leaves
	}
	var others []leaf
	var found []string
	for _, f := range leaves {
		switch {
		case f.kind == "text/calendar" && strings.Contains(d.Calendar, "METHOD:"+f.params["method"]), f.filename == "invite.ics":
			found = append(found, f.kind)
			if string(f.content) != withEnds(d.Calendar) {
				t.Errorf("the calendar object arrives in %s as %q", f.kind, f.content)
			}
		default:
			others = append(others, f)
		}
	}
	if want := []string{"text/calendar", "application/ics"}; !slices.Equal(found, want) {
		t.Errorf("the calendar object arrives as %q, want %q", found, want)
	}
	return others
}

// readFiles wants every attachment byte for byte under its own name.
func readFiles(t *testing.T, d compose.Draft, leaves []leaf) {
	t.Helper()
	files := slices.DeleteFunc(slices.Clone(leaves), func(f leaf) bool { return f.disposition != "attachment" })
	if len(files) != len(d.Attachments) {
		t.Errorf("%d files arrive, want %d", len(files), len(d.Attachments))
		return
	}
	for i, f := range files {
		want := d.Attachments[i]
		if f.filename != want.Name || f.kind != string(want.Type) {
			t.Errorf("the file arrives as %q, %s, want %q, %s", f.filename, f.kind, want.Name, want.Type)
		}
		if name := decodeWords(t, f.params["name"]); name != want.Name {
			t.Errorf("the type names it %q, want %q", name, want.Name)
		}
		if content := bytesOf(t, want); !bytes.Equal(f.content, content) {
			t.Errorf("%s arrives with other bytes (%d, want %d)", want.Name, len(f.content), len(content))
		}
	}
}

// bytesOf reads a file as it shall arrive: a letter within the letter gets the line ends of one.
func bytesOf(t *testing.T, p *attach.Part) []byte {
	t.Helper()
	raw, err := io.ReadAll(p.Reader())
	if err != nil {
		t.Fatal(err)
	}
	if p.Type == "message/rfc822" {
		return []byte(withEnds(string(raw)))
	}
	return raw
}
