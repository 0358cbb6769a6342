package bounce

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"

	"mxsend/compose/letter"
)

// maxHeader is how much of a header is kept. Letters of mailing lists and scanners have a tenth of it.
const maxHeader = 256 << 10

// headerOf reads the header of a letter, without the empty line after it. It is nil, without an error, if the letter can't
// be read any more: a notice without it is better than none. The error is that of ctx.
func headerOf(ctx context.Context, l *letter.Letter) ([]byte, error) {
	r := &headerReader{ctx: ctx, kept: []byte{}}
	_, err := l.WriteTo(r)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && !r.done:
		return nil, nil
	}
	return r.header(), nil
}

// headerReader takes the first octets of a letter and then stops its writer.
type headerReader struct {
	ctx  context.Context
	kept []byte
	done bool
}

var errEnough = errors.New("the header is read")

func (r *headerReader) Write(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	from := max(0, len(r.kept)-len("\r\n\r"))
	r.kept = append(r.kept, p[:min(len(p), maxHeader-len(r.kept))]...)
	r.done = bytes.Contains(r.kept[from:], []byte("\r\n\r\n")) || bytes.HasPrefix(r.kept, []byte("\r\n")) || len(r.kept) == maxHeader
	if r.done {
		return 0, errEnough
	}
	return len(p), nil
}

// header is the header in what was kept: up to the empty line, or as many whole fields as were kept.
func (r *headerReader) header() []byte {
	if bytes.HasPrefix(r.kept, []byte("\r\n")) {
		return []byte{}
	}
	if head, _, ok := bytes.Cut(r.kept, []byte("\r\n\r\n")); ok {
		return append(head, "\r\n"...)
	}
	if len(r.kept) < maxHeader {
		return r.kept // a letter without a body
	}
	for at := len(r.kept); at > 0; {
		if at = bytes.LastIndex(r.kept[:at], []byte("\r\n")); at >= 0 && at+2 < len(r.kept) && !isBlank(r.kept[at+2]) {
			return r.kept[:at+2]
		}
	}
	return []byte{}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// returned is the third part: the letter, or its header. RFC 6522 §3
func (d *draft) returned(narrow bool) part {
	l := d.Original
	heavy := l.Facts.Has8bit || l.Facts.NeedsUTF8 || !isASCII(string(d.header))
	if !d.Kind.whole(l.Envelope, l.Facts) || narrow && heavy {
		return d.headerPart(narrow)
	}
	p := part{kind: "message/rfc822", encoding: "7bit", whole: l}
	if l.Facts.NeedsUTF8 {
		p.kind = "message/global" // RFC 6532 §3.7
	}
	if heavy {
		p.encoding = "8bit"
	}
	return p
}

// headerPart returns the header as it is if it is in order, and quoted-printable if not, which RFC 6522 §4 allows here.
func (d *draft) headerPart(narrow bool) part {
	p := part{kind: "text/rfc822-headers", encoding: "7bit", text: d.header}
	if plain := isASCII(string(d.header)); !plain && utf8.Valid(d.header) {
		p = part{kind: "message/global-headers", encoding: "8bit", text: d.header} // RFC 6533 §6
	} else if !plain {
		return p.quoted()
	}
	if !inOrder(d.header) || narrow && p.encoding == "8bit" {
		return p.quoted()
	}
	return p
}

// inOrder says whether text has only whole lines of a length that may travel. RFC 5322 §2.1.1
func inOrder(text []byte) bool {
	for line := range bytes.Lines(text) {
		bare, ended := bytes.CutSuffix(line, []byte("\r\n"))
		if !ended || len(bare) > maxLine || bytes.ContainsAny(bare, "\r\n\x00") {
			return false
		}
	}
	return true
}

// quoted is the same part in quoted-printable; line ends that are none are kept as the octets they are. RFC 2045 §6.7
func (p part) quoted() part {
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	bare := bytes.ReplaceAll(p.text, []byte("\r\n"), nil)
	w.Binary = bytes.ContainsAny(bare, "\r\n")
	w.Write(p.text) // into memory
	w.Close()
	p.encoding, p.text = "quoted-printable", b.Bytes()
	return p
}

// subject is how the sender called the letter, decoded and made harmless; empty if there is none.
func (d *draft) subject() string {
	value := ""
	for line := range strings.Lines(string(d.header)) {
		name, rest, _ := strings.Cut(line, ":")
		switch {
		case value != "" && isBlank(line[0]):
			value += strings.TrimRight(line, "\r\n")
		case value != "":
			return readable(value)
		case strings.EqualFold(strings.TrimRight(name, " \t"), "subject"):
			value = strings.TrimRight(rest, "\r\n") + " "
		}
	}
	return readable(value)
}

// readable decodes encoded words if it can. RFC 2047
func readable(value string) string {
	text := strings.TrimSpace(value)
	if decoded, err := new(mime.WordDecoder).DecodeHeader(text); err == nil {
		text = decoded
	}
	return escaped(strings.Join(strings.Fields(text), " "), 200)
}
