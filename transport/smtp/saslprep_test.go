package smtp

import (
	"testing"

	"github.com/xdg-go/stringprep"
)

// TestPrepareIsSASLprep asks of every character of Unicode 3.2, alone and among others, what another program makes of it.
// That one forgot U+1806, which RFC 3454 B.1 has.
func TestPrepareIsSASLprep(t *testing.T) {
	wrong := 0
	for c := rune(0); c <= 0x10FFFF; c++ {
		if c == 0x1806 || c >= 0xD800 && c <= 0xDFFF || stringprep.TableA1.Contains(c) {
			continue
		}
		for _, s := range []string{string(c), "a" + string(c) + "b"} {
			want, refused := stringprep.SASLprep.Prepare(s)
			if unassigned(refused) {
				continue
			}
			if got, err := prepare(s); got != want || (err == nil) != (refused == nil) {
				if wrong++; wrong < 20 {
					t.Errorf("%U in %q: got %q, %v, want %q, %v", c, s, got, err, want, refused)
				}
			}
		}
	}
	if wrong >= 20 {
		t.Errorf("and %d more", wrong-19)
	}
}

// unassigned: the other program knows no character younger than 3.2, nor what normalising makes of one.
func unassigned(err error) bool {
	e, ok := err.(stringprep.Error)
	return ok && stringprep.TableA1.Contains(e.Rune)
}

func TestPrepare(t *testing.T) {
	for in, want := range map[string]string{"": "", "I\u00adX": "IX", "user": "user", "USER": "USER", "\u00aa": "a", "\u2168": "IX", "a\u3000b": "a b", "a\u1806b": "ab", "\u05d0 1\u05d1": "\u05d0 1\u05d1", "🥒": "🥒"} {
		if got, err := prepare(in); err != nil || got != want { // RFC 4013 §3
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"\x07", "\u0627\u0031", "\u05d0a\u05d1", "1\u05d0", "\xff", "a\x00"} {
		if got, err := prepare(in); err == nil {
			t.Errorf("%q: got %q", in, got)
		}
	}
}
