package attach

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"mxsend/attach/encode"
	"mxsend/attach/media"
)

func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, s Source) *Part {
	t.Helper()
	p, err := Opener{Stdin: strings.NewReader("from standard input\n")}.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func content(t testing.TB, p *Part) string {
	t.Helper()
	var b bytes.Buffer
	if n, err := p.WriteTo(&b); err != nil || n != p.EncodedSize() || int64(b.Len()) != n {
		t.Fatalf("wrote %d of %d octets, %v", n, p.EncodedSize(), err)
	}
	return b.String()
}

func TestParseSource(t *testing.T) {
	odd := write(t, "a;type=b.txt", "x")
	for in, want := range map[string]Source{
		"a.gif":                             {Path: "a.gif"},
		"-":                                 {Path: "-"},
		"a.gif;type=image/png":              {Path: "a.gif", Type: "image/png"},
		"-;name=report.pdf;type=text/plain": {Path: "-", Type: "text/plain", Name: "report.pdf"},
		"a.gif; TYPE = image/png ;name=b c": {Path: "a.gif", Type: "image/png", Name: "b c"},
		odd:                                 {Path: odd},
		"a.eml;type=message/rfc822":         {Path: "a.eml", Type: "message/rfc822"},
	} {
		if got, err := ParseSource(in); err != nil || got != want {
			t.Errorf("%q: got %+v, %v, want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", ";type=a/b", "a;b", "a;type=", "a;size=3", "a;type=gif", "a;type=a b/c", "a;type=a/b\r\nBcc: x", "a;name=x\ny", "a\nb", "a\x00b", "a\x1b[2J",
		"a;name=gpj\u202eexe", "a\u0085b", "a\xff", "a;type=multipart/mixed", "a;type=message/partial",
	} {
		got, err := ParseSource(in)
		var e *NameError
		if !errors.As(err, &e) || e.ExitCode() != 65 {
			t.Errorf("%q: got %+v, %v, want a *NameError", in, got, err)
		}
	}
}

func TestOpenKeepsEveryByte(t *testing.T) {
	data := strings.Repeat("\x00\xff\r\n.\nFrom ", 20_000)
	p := open(t, Source{Path: write(t, "data.bin", data)})
	if p.Name != "data.bin" || p.Encoding != encode.Base64 || p.Size != int64(len(data)) {
		t.Errorf("got %+v", p)
	}
	for range 2 {
		decoded, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(content(t, p), "\r\n", ""))
		if err != nil || string(decoded) != data {
			t.Fatalf("the content differs, %v", err)
		}
	}
	raw, err := io.ReadAll(p.Reader())
	if err != nil || string(raw) != data {
		t.Errorf("read %d bytes, %v", len(raw), err)
	}
}

func TestPartIsReadByManyAtOnce(t *testing.T) {
	p := open(t, Source{Path: write(t, "data.bin", strings.Repeat("0123456789", 50_000))})
	want := content(t, p)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			var b bytes.Buffer
			if _, err := p.WriteTo(&b); err != nil || b.String() != want {
				t.Errorf("differs, %v", err)
			}
		})
	}
	readers.Wait()
}

func TestStandardInputAndEmptyFiles(t *testing.T) {
	p := open(t, Source{Path: "-"})
	if p.Name != "stdin.txt" || p.Type != "text/plain" || p.Size != 20 {
		t.Errorf("got %+v", p)
	}
	if first, second := content(t, p), content(t, p); first != second {
		t.Error("standard input reads differently the second time")
	}
	e := open(t, Source{Path: write(t, "empty.png", "")})
	if e.Type != media.OctetStream || content(t, e) != "" || len(e.Warnings) == 0 {
		t.Errorf("got %+v", e)
	}
	var f *FileError
	if _, err := (Opener{}).Open(t.Context(), Source{Path: "-"}); !errors.As(err, &f) || f.ExitCode() != 66 {
		t.Errorf("got %v", err)
	}
}

func TestAllThatCannotBeOpenedIsNamed(t *testing.T) {
	dir := t.TempDir()
	good := write(t, "good.txt", "x")
	_, err := Opener{}.OpenAll(t.Context(), []Source{{Path: filepath.Join(dir, "missing")}, {Path: good}, {Path: dir}})
	var f *FileError
	if !errors.As(err, &f) || f.ExitCode() != 66 {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"missing", "no such file", "is a directory"} {
		if runtime.GOOS != "windows" && !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestChangedFilesAreNoticed(t *testing.T) {
	later := time.Now().Add(time.Hour)
	for name, change := range map[string]func(path string) error{
		"shrunk":   func(path string) error { return os.Truncate(path, 10) },
		"grown":    func(path string) error { return os.Truncate(path, 1<<20) },
		"modified": func(path string) error { return os.Chtimes(path, later, later) },
	} {
		path := write(t, "data.bin", strings.Repeat("x", 100_000))
		p := open(t, Source{Path: path})
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		_, err := p.WriteTo(io.Discard)
		var f *FileError
		if !errors.Is(err, ErrChanged) || !errors.As(err, &f) || f.ExitCode() != 74 {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestLettersAreNotEncoded(t *testing.T) {
	plain := open(t, Source{Path: write(t, "a.eml", "From: a@b.org\n\nhello")})
	if plain.Type != media.RFC822 || plain.Encoding != encode.SevenBit || content(t, plain) != "From: a@b.org\r\n\r\nhello\r\n" {
		t.Errorf("got %+v, %q", plain, content(t, plain))
	}
	mark := open(t, Source{Path: write(t, "a.eml", "From alice Mon Nov 23 02:34:05 2026\nFrom: a@b.org\n\nhello\n")})
	if mark.Type != media.RFC822 || content(t, mark) != "From: a@b.org\r\n\r\nhello\r\n" {
		t.Errorf("with the line of an mbox: %q", content(t, mark))
	}
	eight := open(t, Source{Path: write(t, "a.eml", "From: a@b.org\r\n\r\nGrüße\r\n")})
	if eight.Encoding != encode.EightBit {
		t.Errorf("got %+v", eight)
	}
	for _, bad := range []string{"a: b\n\n" + strings.Repeat("x", 999), "a: b\n\nx\x00", "a: b\n\nx\ry\n", ""} {
		p := open(t, Source{Path: write(t, "a.eml", bad)})
		if p.Type != media.OctetStream || p.Encoding != encode.Base64 || len(p.Warnings) == 0 {
			t.Errorf("%.20q: got %+v", bad, p)
		}
	}
}

func TestShownNames(t *testing.T) {
	for path, want := range map[string]string{
		"/tmp/a.gif": "a.gif", `C:\Users\bob\b.txt`: "b.txt", "c:evil.txt": "evil.txt", "1: one.txt": "1: one.txt", "\\\\host\\share\\a.txt": "a.txt", ".profile": ".profile", "a.": "a.", "../../etc/passwd": "passwd", "-": "stdin.txt", "/dev/fd/63": "attachment.txt",
		"/dev/stdin": "stdin.txt", strings.Repeat("ü", 150) + ".pdf": strings.Repeat("ü", 98) + ".pdf", " blank .txt": "blank .txt",
	} {
		if got := (Source{Path: path}).shownName([]byte("hello\n")); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
	if got := (Source{Path: "x", Name: ".."}).shownName([]byte("GIF89a\x01\x00\x01\x00")); got != "attachment.gif" {
		t.Errorf("got %q", got)
	}
}

func TestOverridesAndWarnings(t *testing.T) {
	p := open(t, Source{Path: write(t, "photo.jpg", "GIF89a\x01\x00\x01\x00\x00\x00"), Name: "holiday.jpg"})
	if p.Name != "holiday.jpg" || p.Type != "image/gif" || len(p.Warnings) != 1 {
		t.Errorf("got %+v", p)
	}
	q := open(t, Source{Path: write(t, "run.exe", "text"), Type: "Image/PNG"})
	if q.Type != "image/png" || len(q.Warnings) != 1 || !strings.Contains(q.Warnings[0], "providers") {
		t.Errorf("got %+v", q)
	}
}

func TestAPipeThatNobodyFillsCanBeLeft(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Opener{Stdin: r}.Open(ctx, Source{Path: "-"})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkWriteTo(b *testing.B) {
	path := filepath.Join(b.TempDir(), "large.bin")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	const size = 256 << 20
	if err := f.Truncate(size); err != nil {
		b.Fatal(err)
	}
	f.Close()
	p := open(b, Source{Path: path})
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
