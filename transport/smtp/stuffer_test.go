package smtp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// stuffed runs the letter through a stuffer in pieces of n octets.
func stuffed(letter []byte, n int) ([]byte, error) {
	var out bytes.Buffer
	st := &stuffer{out: &out, dots: true}
	for len(letter) > 0 {
		k := min(n, len(letter))
		if _, err := st.Write(letter[:k]); err != nil {
			return nil, err
		}
		letter = letter[k:]
	}
	if err := st.close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// plainly is what a stuffer must do, one octet after the other.
func plainly(letter []byte) ([]byte, error) {
	var out []byte
	column := 0
	for i, c := range letter {
		switch {
		case c == 0:
			return nil, errNUL
		case c == '\r' && (i+1 == len(letter) || letter[i+1] != '\n'):
			return nil, errBareCR
		case c == '\n' && (i == 0 || letter[i-1] != '\r'):
			return nil, errBareLF
		case c == '.' && column == 0:
			out = append(out, '.')
		}
		out = append(out, c)
		column++
		if c == '\r' || c == '\n' {
			column = 0
		}
		if column > maxText {
			return nil, errLongLine
		}
	}
	if column > 0 {
		out = append(out, "\r\n"...)
	}
	return out, nil
}

func TestStufferAgreesWithThePlainWay(t *testing.T) {
	wide := strings.Repeat(strings.Repeat("x", 76)+"\r\n", 40)
	for _, letter := range []string{
		"", ".", "..", "\r\n", ".\r\n", "a\r\n.\r\n", "a", "a\r\n.b", "\r\n\r\n.",
		"a\nb", "a\rb", "\r", "\n", "a\r\r\n", "\r\n\n", "a\r\n\r", "a\x00b",
		strings.Repeat("x", 998) + "\r\n", strings.Repeat("x", 999) + "\r\n", strings.Repeat("x", 999),
		wide, wide + ".x\r\n" + wide, wide + "short\r\n" + wide,
		wide + strings.Repeat("x", 36) + "\r\n" + strings.Repeat("y", 38) + "\r\n" + wide, // a line end within the width
		wide + strings.Repeat("x", 36) + "\r\n." + strings.Repeat("y", 37) + "\r\n" + wide,
		wide + strings.Repeat("x", 20) + "\n" + strings.Repeat("x", 55) + "\r\n" + wide,
		wide + strings.Repeat("x", 20) + "\r" + strings.Repeat("x", 55) + "\r\n" + wide,
		wide + "." + strings.Repeat("x", 75) + "\r\n" + wide,
		strings.Repeat("."+strings.Repeat("x", 75)+"\r\n", 40),
		strings.Repeat("\r\n", 100), strings.Repeat(".\r\n", 100), strings.Repeat("a\r\n", 100),
	} {
		want, wantErr := plainly([]byte(letter))
		for _, n := range []int{1, 2, 3, 77, 78, 79, 1000, len(letter) + 1} {
			got, err := stuffed([]byte(letter), n)
			if !bytes.Equal(got, want) || (err == nil) != (wantErr == nil) {
				t.Errorf("letter %q in pieces of %d: got %q, %v; want %q, %v", clip(letter, 100), n, clip(string(got), 100), err, clip(string(want), 100), wantErr)
			}
		}
	}
}

func TestStufferPassesBlocksOnUncopied(t *testing.T) {
	block := []byte(strings.Repeat(strings.Repeat("x", 76)+"\r\n", 100))
	var same bool
	st := &stuffer{dots: true, out: writerFunc(func(p []byte) (int, error) {
		same = &p[0] == &block[0] && len(p) == len(block)
		return len(p), nil
	})}
	if _, err := st.Write(block); err != nil || !same {
		t.Fatalf("the block was copied or cut, %v", err)
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func FuzzStuffer(f *testing.F) {
	f.Add([]byte("a\r\n.b\r\n"), 3)
	f.Add([]byte("a\n.\r\n\x00"), 1)
	f.Add([]byte(strings.Repeat("abcd\r\n", 20)+".\r\n"), 64)
	f.Fuzz(func(t *testing.T, letter []byte, n int) {
		n = max(1, n)
		want, wantErr := plainly(letter)
		got, err := stuffed(letter, n)
		if !bytes.Equal(got, want) || (err == nil) != (wantErr == nil) {
			t.Fatalf("got %q, %v; want %q, %v", got, err, want, wantErr)
		}
		if err == nil && (bytes.Contains(got, []byte("\r\n.\r\n")) || bytes.HasPrefix(got, []byte(".\r\n"))) {
			t.Fatalf("%q ends a letter before its end", got)
		}
	})
}

func BenchmarkStuffer(b *testing.B) {
	base64 := []byte(strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", 840))
	var prose strings.Builder
	for i := 0; prose.Len() < 65000; i++ {
		fmt.Fprintf(&prose, "%s\r\n", strings.Repeat("word ", 3+i*7%11))
	}
	for _, c := range []struct {
		name string
		text []byte
	}{{"base64", base64}, {"prose", []byte(prose.String())}} {
		b.Run(c.name, func(b *testing.B) {
			st := &stuffer{out: io.Discard, dots: true}
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := st.Write(c.text); err != nil && !errors.Is(err, io.EOF) {
					b.Fatal(err)
				}
			}
		})
	}
}
