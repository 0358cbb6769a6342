package compose

import (
	"bytes"
	"net/mail"
	"strings"
	"testing"
)

// TestBodiesArrive: line ends that servers disagree on, dots, and lines of any length: what a reader decodes is the text
// with canonical line ends, only CRLF goes out, and no line begins with what ends a letter or a mailbox entry.
func TestBodiesArrive(t *testing.T) {
	bodies := []string{
		"", "\n", ".", "..", ".x", "a\n.", "a\n.\n", "\n.\r\n", "\r.\r\n", "\r\n.\r", "\n.\n", "\n.\r", "\r.\n", "\r\n.\n", "\r\n.\r\nMAIL FROM:<x@y.org>\r\n", "\n\n.\n\n",
		"From x\n>From y\n From z", "-- \nAlice", "tab\t\nblank ", "\x1b[31m\f\v\b", "no end",
	}
	for _, n := range []int{76, 77, 998, 999, 5000, 1 << 20} {
		bodies = append(bodies, strings.Repeat("x", n), strings.Repeat("ü", n/2)+"\n", strings.Repeat("word ", n/5)+".\n.\n")
	}
	for _, body := range bodies {
		d := simple(t)
		d.Text = body
		var raw bytes.Buffer
		if _, err := compose(t, d).WriteTo(&raw); err != nil {
			t.Fatalf("%.40q: %v", body, err)
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(raw.String(), "\r\n"), "\r\n") {
			if len(line) > 998 || strings.ContainsAny(line, "\r\n\x00") || line == "." || strings.HasPrefix(line, "From ") || strings.ContainsFunc(line, func(r rune) bool { return r > 0x7e }) {
				t.Fatalf("%.40q: the line %.40q goes out", body, line)
			}
		}
		m, err := mail.ReadMessage(&raw)
		if err != nil {
			t.Fatalf("%.40q: %v", body, err)
		}
		if got := decodedBody(t, m); got != canonical(body) {
			t.Errorf("%.40q arrives as %.40q", body, got)
		}
	}
}
