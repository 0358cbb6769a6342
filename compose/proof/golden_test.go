package proof

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// TestComposedLetters: what compose makes has no errors, and no warnings but for what the author asked for.
func TestComposedLetters(t *testing.T) {
	folders, err := filepath.Glob("../../testdata/letter/[0-9]*")
	if err != nil || len(folders) < 20 {
		t.Fatalf("%d letters, %v", len(folders), err)
	}
	asked := map[string]string{
		"49-letter-to-a-list": "List-Unsubscribe-Post: no signature covers",
	}
	for _, folder := range folders {
		name := filepath.Base(folder)
		for _, f := range read(t, golden(t, folder), nil) {
			if f.Severity != Hint && (asked[name] == "" || !strings.Contains(f.String(), asked[name])) {
				t.Errorf("%s: %s", name, f)
			}
		}
	}
}

// golden is the letter that compose made, with its envelope.
func golden(t *testing.T, folder string) *letter.Letter {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "want.eml"))
	if err != nil {
		t.Fatal(err)
	}
	facts, err := os.ReadFile(filepath.Join(folder, "want.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var e letter.Envelope
	for line := range strings.Lines(string(facts)) {
		if to, found := strings.CutPrefix(strings.TrimSpace(line), "recipient "); found {
			a, err := address.Parse(to)
			if err != nil {
				t.Fatal(err)
			}
			e.Recipients = append(e.Recipients, letter.Recipient{Address: a})
		}
	}
	return letter.New(e, letter.Facts{Size: int64(len(text))}, source(text))
}

// TestLettersOfStandards: the examples of the standards are signed as they say, but for keys that are not used any more.
func TestLettersOfStandards(t *testing.T) {
	for _, name := range []string{"01-rfc6376", "02-rfc8463"} {
		text, keys := example(t, name)
		if found := read(t, made(text), keys); Failed(found) {
			t.Errorf("%s:\n%s", name, lines(found))
		}
	}
}

// example is a letter of testdata/dkim and its DNS.
func example(t testing.TB, name string) (text string, keys map[string]string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../testdata/dkim", name, "letter.eml"))
	if err != nil {
		t.Fatal(err)
	}
	zone, err := os.ReadFile(filepath.Join("../../testdata/dkim", name, "dns"))
	if err != nil {
		t.Fatal(err)
	}
	keys = map[string]string{}
	for line := range strings.Lines(string(zone)) {
		at, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		keys[at] = value
	}
	return crlf(strings.ReplaceAll(string(data), "\r\n", "\n")), keys
}

// large writes a letter with an attachment of many lines.
type large struct {
	top, line, bottom string
	lines             int
}

func (l large) size() int64 {
	return int64(len(l.top) + len(l.line)*l.lines + len(l.bottom))
}

func (l large) WriteTo(w io.Writer) (int64, error) {
	const atOnce = 500
	block := []byte(strings.Repeat(l.line, atOnce))
	if _, err := w.Write([]byte(l.top)); err != nil {
		return 0, err
	}
	for left := l.lines; left > 0; left -= atOnce {
		if _, err := w.Write(block[:len(l.line)*min(left, atOnce)]); err != nil {
			return 0, err
		}
	}
	_, err := w.Write([]byte(l.bottom))
	return l.size(), err
}

// TestMemoryStaysFlat: a letter of 100 MiB takes no more than a small one, whatever is in it.
func TestMemoryStaysFlat(t *testing.T) {
	const small, grown = 32 << 20, 24 << 20
	if testing.Short() {
		t.Skip("it reads some hundred MiB")
	}
	signature := "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/%s; d=crepes.fr; s=k; h=From; bh=AAAA; b=AAAA\n"
	for name, l := range map[string]large{
		"base64":         {top: crlf(fmt.Sprintf(signature, "relaxed") + with() + version + "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + words8 + "base64\n\n"), line: strings.Repeat("QUJD", 19) + "\r\n", bottom: "--b--\r\n"},
		"page":           {top: crlf(with() + version + "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"), line: "<p>Crêpes</p><img src=\"cid:a\">\r\n"},
		"one line":       {top: crlf(with() + version + words8 + "quoted-printable\n\n"), line: "=C3=AA and words "},
		"empty lines":    {top: crlf(fmt.Sprintf(signature, "simple") + with() + "\n"), line: "\r\n"},
		"many parts":     {top: crlf(with() + version + "Content-Type: multipart/mixed; boundary=b\n\n"), line: "--b\r\nContent-ID: <a>\r\n\r\nx\r\n", bottom: "--b--\r\n"},
		"header":         {top: crlf(with()), line: "X: y\r\n", bottom: "\r\n"},
		"fold":           {top: crlf(with("X: y")), line: " y\r\n", bottom: "\r\n"},
		"no line at all": {line: "x"},
	} {
		l.lines = small / len(l.line)
		if name == "base64" {
			l.lines = 100 << 20 / len(l.line)
		}
		before := heap()
		_, err := Reader{Now: clock}.Read(t.Context(), letter.New(letter.Envelope{}, letter.Facts{Size: l.size()}, l))
		if more := int64(heap()) - int64(before); more > grown || err != nil {
			t.Errorf("%s: %d MiB, %v", name, more>>20, err)
		}
	}
}

// heap is what the program took from the system for its heap, which is never less than what it needed at any time.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapSys
}
