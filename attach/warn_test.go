package attach

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"
)

func zipOf(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte("content"))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWarnings(t *testing.T) {
	program := "MZ" + strings.Repeat("\x00", 58) + "\x40\x00\x00\x00PE\x00\x00L\x01"
	for _, c := range []struct{ name, content, want string }{
		{"setup.exe", program, "providers refuse"},
		{"setup.EXE", "text", "providers refuse"},
		{"report.dat", program, "providers refuse"},
		{"report.pdf", program, "contains application/vnd.microsoft.portable-executable"},
		{"macro.js", "alert(1)\n", "providers refuse"},
		{"tools.zip", zipOf(t, "readme.txt", "bin/run.bat"), "run.bat"},
		{"tools.zip", zipOf(t, "readme.txt", "esc\x1b[2J.exe"), `"esc\x1b[2J.exe"`},
		{"tools.zip", zipOf(t, "readme.txt", "data.csv"), ""},
		{"book.epub", zipOf(t, "mimetype", "page.js"), ""},
		{"mz.txt", "MZ is a country code\n", ""},
		{"CON.txt", "x\n", "device"},
		{"com3", "x\n", "device"},
		{"command.txt", "x\n", ""},
		{"COM0.txt", "x\n", ""},
		{"what?.txt", "x\n", "Windows can't store"},
		{"end.", "x\n", "Windows can't store"},
		{".profile", "x\n", ""},
		{"a b-(1) ~ü.txt", "x\n", ""},
		{"empty.txt", "", "is empty"},
	} {
		p := open(t, Source{Path: write(t, "f", c.content), Name: c.name})
		got := strings.Join(p.Warnings, "; ")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAnAddressOfAPageIsNoFile(t *testing.T) {
	_, err := Opener{}.Open(t.Context(), Source{Path: "https://example.org/a.pdf"})
	var f *FileError
	if !errors.As(err, &f) || f.ExitCode() != 66 || !strings.Contains(err.Error(), "not fetched") {
		t.Errorf("got %v", err)
	}
}

func TestCharsets(t *testing.T) {
	for _, c := range []struct{ name, kind, content, want string }{
		{"a.csv", "", "a,ü\n", "utf-8"},
		{"a.csv", "", "a,\xfc\n", ""},
		{"a.dat", "text/csv", "a,ü\n", "utf-8"},
		{"a.csv", "application/x-table", "a,ü\n", ""},
		{"a.png", "", "\x89PNG\r\n\x1a\n", ""},
		{"long.txt", "", strings.Repeat("x", 70_000) + "ü", ""},
	} {
		if p := open(t, Source{Path: write(t, c.name, c.content), Type: c.kind}); p.Charset != c.want {
			t.Errorf("%s as %q: got %q, want %q", c.name, c.kind, p.Charset, c.want)
		}
	}
}
