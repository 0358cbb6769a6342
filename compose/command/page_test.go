package command

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pageFolder holds a page, the picture that it shows, and a text.
func pageFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{
		"page.html": `<p>x<img src="pics/dot%20one.gif">`, "cid.html": `<img src="cid:logo">`, "latin.html": "Gr\xfc\xdfe", "notes.txt": "notes\n",
		filepath.Join("pics", "dot one.gif"): "GIF89a\x01\x00\x01\x00\x80\x00\x00",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPageRefusals(t *testing.T) {
	pageFolder(t)
	for _, c := range []refusal{
		{"a page and Markdown", []string{"--html", "page.html", "--markdown"}, "", 64, []string{"--html", "--markdown"}},
		{"pictures without a page", []string{"--inline", "pics/dot one.gif"}, "", 64, []string{"--inline", "--html"}},
		{"embedding without a page", []string{"--embed"}, "", 64, []string{"--embed", "--html"}},
		{"a page that is missing", []string{"--html", "missing.html"}, "", 66, []string{"--html", "missing.html"}},
		{"a page in Latin-1", []string{"--html", "latin.html"}, "", 65, []string{"--html", "--charset"}},
		{"an unknown charset", []string{"--html", "latin.html", "--charset", "klingon"}, "", 65, []string{"--html", "klingon"}},
		{"a picture that is missing", []string{"--html", "cid.html", "--inline", "missing.gif;cid=logo"}, "", 66, []string{"missing.gif"}},
		{"a picture that is none", []string{"--html", "cid.html", "--inline", "notes.txt;cid=logo"}, "", 65, []string{"notes.txt", "text/plain", "--attach"}},
		{"a bad name", []string{"--html", "cid.html", "--inline", "pics/dot one.gif;cid=a b"}, "", 65, []string{"--inline", "a b"}},
		{"a bad identifier", []string{"--html", "cid.html", "--inline", "pics/dot one.gif;cid=a@b@c"}, "", 65, []string{"--inline"}},
		{"a bad parameter", []string{"--html", "cid.html", "--inline", "pics/dot one.gif;size=3"}, "", 65, []string{"--inline"}},
		{"standard input twice", []string{"--html", "-", "-a", "-"}, "x", 64, []string{"--attach -", "--html -"}},
		{"standard input for a picture and the words", []string{"--markdown", "--inline", "-"}, "x", 64, []string{"--inline -", "--body"}},
	} {
		_, err := draftOf(t, append([]string{"-f", "a@b.org", "--to", "c@d.org"}, c.words...), strings.NewReader(c.stdin))
		if err == nil || codeOf(err) != c.code {
			t.Errorf("%s: got %v with code %d, want %d", c.name, err, codeOf(err), c.code)
			continue
		}
		for _, want := range c.says {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", c.name, err, want)
			}
		}
	}
}

func TestPageFromStandardInput(t *testing.T) {
	d, err := draftOf(t, []string{"-f", "a@b.org", "--html", "-", "c@d.org"}, strings.NewReader("<p>x"))
	if err != nil || d.HTML != "<p>x" || d.Text != "" {
		t.Errorf("got %q, %q, %v", d.HTML, d.Text, err)
	}
}

func TestLocalPicturesAreEmbeddedOrSpokenOf(t *testing.T) {
	pageFolder(t)
	var screen bytes.Buffer
	words := []string{"-f", "a@b.org", "--html", "page.html", "--to", "c@d.org"}
	if _, err := draftIn(t, &screen, words, nil); err != nil || !strings.Contains(screen.String(), "--embed") {
		t.Errorf("got %q, %v", screen.String(), err)
	}
	for _, flags := range [][]string{{"--embed"}, {"--inline", "pics/dot one.gif"}, {"--embed", "--inline", "pics/dot one.gif"}} {
		screen.Reset()
		d, err := draftIn(t, &screen, append(words, flags...), nil)
		if err != nil || len(d.Pictures) != 1 || screen.Len() > 0 {
			t.Errorf("%q: got %d pictures, %q, %v", flags, len(d.Pictures), screen.String(), err)
			continue
		}
		l, err := fixedDesk().Compose(d)
		if err != nil {
			t.Errorf("%q: %v", flags, err)
			continue
		}
		var b strings.Builder
		if _, err := l.WriteTo(&b); err != nil || !strings.Contains(b.String(), `<img src="cid:`) {
			t.Errorf("%q: %v, the picture is not in\n%s", flags, err, b.String())
		}
	}
	if err := os.Remove(filepath.Join("pics", "dot one.gif")); err != nil {
		t.Fatal(err)
	}
	if _, err := draftIn(t, io.Discard, append(words, "--embed"), nil); codeOf(err) != 66 {
		t.Errorf("a picture that is gone: %v", err)
	}
}
