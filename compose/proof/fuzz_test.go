package proof

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"mxsend/compose/letter"
)

// inBlocks is a letter that comes in blocks of one size.
type inBlocks struct {
	text []byte
	size int
}

func (b inBlocks) WriteTo(w io.Writer) (int64, error) {
	for rest := b.text; len(rest) > 0; {
		n := min(b.size, len(rest))
		if _, err := w.Write(rest[:n]); err != nil {
			return 0, err
		}
		rest = rest[n:]
	}
	return int64(len(b.text)), nil
}

// FuzzRead: no letter makes the reading panic, it finds the same however the octets come, and no more than may be shown.
func FuzzRead(f *testing.F) {
	folders, err := filepath.Glob("../../testdata/letter/*/want.eml")
	if err != nil {
		f.Fatal(err)
	}
	more, err := filepath.Glob("../../testdata/dkim/*/letter.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range append(folders, more...) {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, byte(7))
	}
	f.Add([]byte(crlf(multi("related", "Content-Type: multipart/mixed; boundary==_b-\n\n--=_b-\n\nx", page+"<img src=cid:x>", "Content-Type: message/rfc822\n\nFrom: x\n\nx"))), byte(1))
	f.Fuzz(func(t *testing.T, text []byte, size byte) {
		whole := read(t, letter.New(letter.Envelope{}, letter.Facts{Size: int64(len(text))}, source(text)), nil)
		cut := read(t, letter.New(letter.Envelope{}, letter.Facts{Size: int64(len(text))}, inBlocks{text, int(size) + 1}), nil)
		if lines(whole) != lines(cut) {
			t.Errorf("found\n%sand in blocks\n%s", lines(whole), lines(cut))
		}
		if len(whole) > 3*maxFindings+3 {
			t.Errorf("%d findings", len(whole))
		}
		for _, f := range whole {
			if len(f.String()) > 1000 || !safe(f.String()) {
				t.Errorf("%q", f.String())
			}
		}
	})
}

// safe: nothing that a terminal would act upon.
func safe(s string) bool {
	for _, r := range s {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029 {
			return false
		}
	}
	return true
}
