package compose

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"mxsend/attach"
)

// seeded is a draft with everything that chance has a part in.
func seeded(t *testing.T) Draft {
	d := simple(t)
	d.Date, d.MessageID, d.Seed = time.Date(2026, 11, 23, 2, 34, 55, 0, time.UTC), "1@crepes.fr", "word"
	d.HTML = `<img src="cid:dot">`
	d.Pictures = []Picture{{File: attached(t, "dot.gif", []byte("GIF89a")), Names: []string{"dot"}}}
	d.Attachments = []*attach.Part{attached(t, "a.bin", []byte{0})}
	return d
}

func octetsOf(t *testing.T, d Draft) string {
	t.Helper()
	l, err := Desk{}.Compose(d) // the clock and the chance of the system
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := l.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestSeed: the same draft gives the same octets, another seed others, and a new Message-ID is never made of a seed.
func TestSeed(t *testing.T) {
	first := octetsOf(t, seeded(t))
	if second := octetsOf(t, seeded(t)); first != second {
		t.Errorf("got\n%s\nand then\n%s", first, second)
	}
	other := seeded(t)
	other.Seed = "words"
	if octetsOf(t, other) == first {
		t.Error("another seed gives the same octets")
	}
	other.Seed = ""
	if once := octetsOf(t, other); once == octetsOf(t, other) {
		t.Error("without a seed the octets come again")
	}
	other.Seed, other.MessageID = "word", ""
	id := regexp.MustCompile(`(?m)^Message-ID: .*$`)
	if once := id.FindString(octetsOf(t, other)); once == id.FindString(octetsOf(t, other)) {
		t.Error("two letters have the same identifier")
	}
}

// TestNoPartHoldsADelimiter: whoever knows the seed cannot make parts of his own.
func TestNoPartHoldsADelimiter(t *testing.T) {
	for _, delimiter := range regexp.MustCompile(`(?m)^--=_[0-9a-f]{32}`).FindAllString(octetsOf(t, seeded(t)), -1) {
		evil := "hello\n" + delimiter + "--\nworld\n"
		for name, put := range map[string]func(*Draft){
			"the text": func(d *Draft) { d.Text = evil },
			"the page": func(d *Draft) { d.HTML += evil },
			"a letter": func(d *Draft) {
				d.Attachments = []*attach.Part{attached(t, "evil.eml", []byte("From: a@b.org\nSubject: x\n\n"+evil))}
			},
		} {
			d := seeded(t)
			put(&d)
			if _, err := (Desk{}).Compose(d); exitCode(err) != 65 || !strings.Contains(err.Error(), "part it from the next") {
				t.Errorf("%s with %s: got %v", name, delimiter, err)
			}
		}
		d := seeded(t)
		d.Attachments = append(d.Attachments, attached(t, "evil.txt", []byte(evil))) // in base64 it cannot
		d.Text = "x" + delimiter + "\n" + delimiter[:20] + "\n"
		if _, err := (Desk{}).Compose(d); err != nil {
			t.Errorf("%s: %v", delimiter, err)
		}
	}
}
