package bounce

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"mxsend/compose/letter"
)

// reading is a notice as a program that is not ours takes it apart.
type reading struct {
	header   mail.Header
	types    []string // of the parts
	words    string   // decoded
	status   []textproto.MIMEHeader
	returned string // decoded
	boundary string
}

// readBack takes a notice apart with the standard library, and holds its facts against its octets.
func readBack(l *letter.Letter) (reading, error) {
	var first, second bytes.Buffer
	if _, err := l.WriteTo(&first); err != nil {
		return reading{}, err
	}
	if _, err := l.WriteTo(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
		return reading{}, fmt.Errorf("not the same octets again, %v", err)
	}
	return read(first.Bytes())
}

func read(data []byte) (reading, error) {
	var r reading
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return r, err
	}
	r.header = m.Header
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/report" || params["report-type"] != "delivery-status" {
		return r, fmt.Errorf("%s %v, %v", kind, params, err)
	}
	r.boundary = params["boundary"]
	return r, r.parts(multipart.NewReader(m.Body, r.boundary))
}

func (r *reading) parts(mr *multipart.Reader) error {
	for {
		p, err := mr.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.part(p); err != nil {
			return fmt.Errorf("part %d: %w", len(r.types), err)
		}
	}
}

func (r *reading) part(p *multipart.Part) error {
	if len(p.Header) != 2 {
		return fmt.Errorf("a header of %v", p.Header)
	}
	var content io.Reader = p
	if p.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		content = quotedprintable.NewReader(p)
	}
	text, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	kind, _, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
	r.types = append(r.types, kind)
	switch len(r.types) {
	case 1:
		r.words = string(text)
	case 2:
		r.status, err = groups(text)
	case 3:
		r.returned = string(text)
	}
	return err
}

// groups reads the fields of a report.
func groups(text []byte) ([]textproto.MIMEHeader, error) {
	var all []textproto.MIMEHeader
	rd := textproto.NewReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		h, err := rd.ReadMIMEHeader()
		if len(h) > 0 {
			all = append(all, h)
		}
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

var topFields = []string{"Auto-Submitted", "Content-Type", "Date", "From", "In-Reply-To", "Message-Id", "Mime-Version", "References", "Subject", "To"}

var letterFields = []string{"Arrival-Date", "Original-Envelope-Id", "Reporting-Mta"}

var recipientFields = []string{"Action", "Diagnostic-Code", "Final-Recipient", "Last-Attempt-Date", "Original-Recipient", "Remote-Mta", "Status", "Will-Retry-Until"}

// sound says what is wrong with the structure of a notice about so many recipients; nil if nothing is.
func sound(l *letter.Letter, recipients int) (reading, error) {
	r, err := readBack(l)
	if err != nil {
		return r, err
	}
	errs := []error{only(r.header, topFields), fits(l)}
	if len(r.status) != recipients+1 {
		return r, fmt.Errorf("%d groups of fields for %d recipients", len(r.status), recipients)
	}
	for i, h := range r.status {
		allowed := recipientFields
		if i == 0 {
			allowed = letterFields
		}
		errs = append(errs, only(h, allowed))
	}
	known := [][]string{{"text/plain"}, {"message/delivery-status", "message/global-delivery-status"},
		{"text/rfc822-headers", "message/rfc822", "message/global", "message/global-headers"}}
	for i, kind := range r.types {
		if i >= len(known) || !slices.Contains(known[i], kind) {
			errs = append(errs, fmt.Errorf("part %d is %s", i, kind))
		}
	}
	return r, errors.Join(errs...)
}

// only checks that no field is there that we do not write, and none twice.
func only[H ~map[string][]string](h H, allowed []string) error {
	for name, values := range h {
		if !slices.Contains(allowed, name) || len(values) != 1 {
			return fmt.Errorf("field %s, %q", name, values)
		}
	}
	return nil
}

// fits holds the facts of a letter against its octets.
func fits(l *letter.Letter) error {
	var b bytes.Buffer
	if n, err := l.WriteTo(&b); err != nil || n != l.Facts.Size || int64(b.Len()) != n {
		return fmt.Errorf("%d octets, announced %d, %v", b.Len(), l.Facts.Size, err)
	}
	head, body, _ := strings.Cut(b.String(), "\r\n\r\n")
	longest := 0
	for line := range strings.Lines(b.String()) {
		longest = max(longest, len(strings.TrimSuffix(line, "\r\n")))
	}
	bare := strings.ReplaceAll(b.String(), "\r\n", "")
	switch f := l.Facts; {
	case longest != f.LongestLine || longest > maxLine:
		return fmt.Errorf("the longest line has %d octets, announced %d", longest, f.LongestLine)
	case isASCII(head) == f.NeedsUTF8:
		return errors.New("wrong about UTF-8 in the header")
	case isASCII(body) == f.Has8bit:
		return errors.New("wrong about 8-bit text")
	case strings.ContainsAny(bare, "\r\n\x00"):
		return errors.New("a bare line end, or NUL")
	case f.Binary || f.Signed || f.MessageID == "":
		return fmt.Errorf("facts %+v", f)
	case !l.Envelope.Sender.IsZero() || len(l.Envelope.Recipients) != 1 || !slices.Equal(l.Envelope.Recipients[0].Notify, []string{"NEVER"}):
		return fmt.Errorf("envelope %+v", l.Envelope)
	}
	return nil
}

// written is a letter whole.
func written(t testing.TB, l *letter.Letter) string {
	t.Helper()
	var b strings.Builder
	if _, err := l.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
