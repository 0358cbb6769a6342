package dkim

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// canonicalBody is what relaxed makes of a body that comes in blocks of n octets.
func canonicalBody(body string, n int) string {
	var b bytes.Buffer
	c := relaxed{w: &b}
	for rest := body; rest != ""; {
		cut := min(n, len(rest))
		c.Write([]byte(rest[:cut]))
		rest = rest[cut:]
	}
	c.end()
	return b.String()
}

func TestCanonicalBody(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"RFC 6376 §3.4.5", " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"},
		{"empty", "", ""},
		{"an empty line", "\r\n", ""},
		{"empty lines", "\r\n\r\n\r\n", ""},
		{"blanks alone", " \t \r\n\t", ""},
		{"no line end", "a", "a\r\n"},
		{"a blank and no line end", "a ", "a\r\n"},
		{"empty lines before", "\r\n\r\na\r\n", "\r\n\r\na\r\n"},
		{"empty lines between", "a\r\n \r\n\r\nb\r\n", "a\r\n\r\n\r\nb\r\n"},
		{"blanks before", "  a\r\n\tb\r\n", " a\r\n b\r\n"},
		{"many blanks", "a \t  b   c\r\n", "a b c\r\n"},
		{"a lone CR", "a\rb \rc\r\n", "a\rb \rc\r\n"},
		{"a lone CR at the end", "a\r", "a\r\r\n"},
		{"CRs before a line end", "a\r\r\nb", "a\r\r\nb\r\n"},
		{"a lone LF", "a\nb \nc\r\n", "a\nb \nc\r\n"},
		{"octets above 127", "\xe4 \xfc\r\n", "\xe4 \xfc\r\n"},
	} {
		for n := 1; n <= len(c.body)+1; n++ {
			if got := canonicalBody(c.body, n); got != c.want {
				t.Errorf("%s in blocks of %d: %q, want %q", c.name, n, got, c.want)
			}
		}
	}
}

// reference says the same as RFC 6376 §3.4.4 does, in its order.
func reference(body string) string {
	body = regexp.MustCompile("[ \t]+(\r\n|$)").ReplaceAllString(body, "$1")
	body = regexp.MustCompile("[ \t]+").ReplaceAllString(body, " ")
	body = regexp.MustCompile("(\r\n)+$").ReplaceAllString(body, "")
	if body == "" {
		return ""
	}
	return body + "\r\n"
}

func FuzzCanonicalBody(f *testing.F) {
	f.Add("a \r\n\r\n b\t\tc\r \n\r\n", uint8(3))
	f.Add(strings.Repeat("\r\n", 40)+"x", uint8(7))
	f.Add("ab\r\n cd  e\r\n\r\r\n\nf \t\r\n", uint8(255))
	f.Fuzz(func(t *testing.T, body string, n uint8) {
		got := canonicalBody(body, int(n)+1)
		if want := reference(body); got != want {
			t.Errorf("%q in blocks of %d: %q, want %q", body, int(n)+1, got, want)
		}
	})
}

// TestHeldLines: line ends that may be the last of the body take no room.
func TestHeldLines(t *testing.T) {
	var c relaxed
	counted := counter{}
	c.w = &counted
	block := []byte(strings.Repeat(" \r\n", 1000))
	c.Write([]byte("a"))
	for range 10_000 {
		c.Write(block)
	}
	c.Write([]byte("b"))
	c.end()
	if counted.n != 10_000*1000*2+4 || cap(c.out) > 4*gathered {
		t.Errorf("%d octets came out, %d are kept", counted.n, cap(c.out))
	}
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
