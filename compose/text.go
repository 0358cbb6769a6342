package compose

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"mxsend/attach/encode"
	"mxsend/compose/header"
)

// text makes a part of words: canonical line ends, a line end after the last line, and the transfer encoding that fits.
func (c *composer) text(kind, s string, params ...header.Param) (*part, error) {
	if err := checkText(s); err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	plain := ended(s)
	encoding := encode.Choose(plain)
	content, err := encoded(plain, encoding)
	if err != nil {
		return nil, err
	}
	params = append([]header.Param{{Name: "charset", Value: charset(kind, plain)}}, params...)
	p := &part{content: content, encoding: encoding}
	return p, p.describe(c.writer, kind, params...)
}

// ended gives a text the line ends of a message, the last line its own too: the lines of SMTP are ended. RFC 5321 §2.3.8
func ended(s string) []byte {
	plain := encode.Canonical([]byte(s))
	if len(plain) > 0 && !bytes.HasSuffix(plain, []byte("\r\n")) {
		plain = append(plain, '\r', '\n')
	}
	return plain
}

// charset: UTF-8 is the one charset in which everything can be said and everyone reads.
func charset(kind string, text []byte) string {
	if kind == "text/calendar" {
		return "utf-8" // RFC 5545 §3.1.4: readers expect no other
	}
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return "utf-8"
		}
	}
	return "us-ascii"
}

// octets is content that lies in memory.
type octets []byte

func (o octets) EncodedSize() int64 { return int64(len(o)) }

func encoded(plain []byte, as encode.Encoding) (octets, error) {
	switch as {
	case encode.SevenBit:
		return plain, nil
	case encode.QuotedPrintable:
		return encode.EncodeQuoted(plain), nil
	case encode.Base64:
		return inBase64(plain)
	}
	return nil, fmt.Errorf("a text cannot travel as %s", as)
}

func inBase64(plain []byte) (octets, error) {
	var b bytes.Buffer
	b.Grow(int(encode.Base64Size(int64(len(plain)))))
	w := encode.NewBase64(&b)
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil { // writes the last line
		return nil, err
	}
	return b.Bytes(), nil
}

func (o octets) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(o)
	return int64(n), err
}
