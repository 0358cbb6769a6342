package encode

import (
	"bytes"
	stdlib "encoding/base64"
	"io"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"
	"testing"

	"github.com/segmentio/asm/base64"
)

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "a", "a\nb": "a\r\nb", "a\rb": "a\r\nb", "a\r\nb": "a\r\nb", "\n\r": "\r\n\r\n", "\r\r\n\n": "\r\n\r\n\r\n", "a\r": "a\r\n",
	} {
		if got := string(Canonical([]byte(in))); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		text string
		want Encoding
	}{
		{"", SevenBit}, {"hello\r\n", SevenBit}, {"tab\there", SevenBit}, {strings.Repeat("a", 998), SevenBit}, {strings.Repeat("a", 999), QuotedPrintable},
		{"trailing \r\nx", QuotedPrintable}, {"From me\r\n", QuotedPrintable}, {"x\r\n.\r\ny", QuotedPrintable}, {"..", SevenBit},
		{"Grüße aus Köln am schönen Rhein, wo alles gut ist und bleibt", QuotedPrintable}, {"日本語", Base64}, {"a\x1b[2J and a lot of plain text", QuotedPrintable},
	} {
		if got := Choose([]byte(c.text)); got != c.want {
			t.Errorf("%q: got %s, want %s", c.text, got, c.want)
		}
	}
}

func TestBase64IsTheSameHoweverItIsWritten(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, 2, 3, 56, 57, 58, 114, blockIn - 1, blockIn, blockIn + 1, 3*blockIn + 100} {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		want := reference(data)
		if int64(len(want)) != Base64Size(int64(size)) {
			t.Errorf("%d bytes: the size is %d, announced were %d", size, len(want), Base64Size(int64(size)))
		}
		for _, step := range []int{1, 57, 1000, 32 << 10, blockIn, 1 << 20} {
			if step == 1 && size > 1000 {
				continue
			}
			var got bytes.Buffer
			w := NewBase64(&got)
			for p := data; len(p) > 0; {
				n, err := w.Write(p[:min(step, len(p))])
				if err != nil {
					t.Fatal(err)
				}
				p = p[n:]
			}
			if err := w.Close(); err != nil || got.String() != want {
				t.Fatalf("%d bytes in steps of %d: %v, differs: %v", size, step, err, got.String() != want)
			}
		}
	}
}

// reference lays the lines out the plain way.
func reference(data []byte) string {
	flat := stdlib.StdEncoding.EncodeToString(data)
	var b strings.Builder
	for len(flat) > 0 {
		n := min(76, len(flat))
		b.WriteString(flat[:n] + "\r\n")
		flat = flat[n:]
	}
	return b.String()
}

func TestBase64PassesTheErrorOn(t *testing.T) {
	w := NewBase64(failing{})
	if _, err := w.Write(make([]byte, 2*blockIn)); err != io.ErrClosedPipe {
		t.Errorf("got %v", err)
	}
	w = NewBase64(failing{})
	if _, err := w.Write([]byte("x")); err != nil {
		t.Errorf("got %v", err)
	}
	if err := w.Close(); err != io.ErrClosedPipe {
		t.Errorf("got %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestQuotedPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "",
		"a=b":                          "a=3Db",
		"ü":                            "=C3=BC",
		"blank \r\ntab\t":              "blank=20\r\ntab=09",
		"From me":                      "=46rom me",
		"From":                         "From",
		".":                            "=2E",
		".x\r\n..":                     "=2Ex\r\n=2E.",
		strings.Repeat("a", 76):        strings.Repeat("a", 76),
		strings.Repeat("a", 77):        strings.Repeat("a", 75) + "=\r\naa",
		strings.Repeat("a", 75) + ".b": strings.Repeat("a", 75) + "=\r\n=2Eb",
	} {
		if got := string(EncodeQuoted([]byte(in))); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzQuotedPrintable(f *testing.F) {
	for _, s := range []string{"a=b ü\r\n.\r\nFrom x ", strings.Repeat("ü", 100), strings.Repeat(" ", 200), "\x00\x1b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text := Canonical(data)
		encoded := EncodeQuoted(text)
		for line := range bytes.SplitSeq(encoded, []byte("\r\n")) {
			if len(line) > 76 || bytes.ContainsAny(line, "\r\n") || bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(".")) {
				t.Fatalf("%q holds the line %q", encoded, line)
			}
		}
		got, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(encoded)))
		if err != nil || !bytes.Equal(got, text) {
			t.Fatalf("%q reads back as %q, %v", text, got, err)
		}
	})
}

func FuzzBase64(f *testing.F) {
	f.Add([]byte("hello"), 3)
	f.Fuzz(func(t *testing.T, data []byte, step int) {
		step = max(1, step&0xffff)
		var got bytes.Buffer
		w := NewBase64(&got)
		for p := data; len(p) > 0; p = p[min(step, len(p)):] {
			if _, err := w.Write(p[:min(step, len(p))]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil || got.String() != reference(data) {
			t.Fatalf("%v, %q", err, got.String())
		}
	})
}

// The limit is the bare encoder writing to the same place, without lines.
func BenchmarkLimit(b *testing.B) {
	data, out := make([]byte, blockIn), make([]byte, blockOut)
	b.SetBytes(blockIn)
	b.ReportAllocs()
	for b.Loop() {
		base64.StdEncoding.Encode(out, data)
		io.Discard.Write(out)
	}
}

func BenchmarkBase64(b *testing.B) {
	data := make([]byte, blockIn)
	w := NewBase64(io.Discard)
	b.SetBytes(blockIn)
	b.ReportAllocs()
	for b.Loop() {
		w.Write(data)
	}
}

func BenchmarkQuotedPrintable(b *testing.B) {
	text := bytes.Repeat([]byte("Grüße aus Köln am schönen Rhein, wo alles gut ist.\r\n"), 1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		EncodeQuoted(text)
	}
}
