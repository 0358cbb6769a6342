package attach

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree makes a folder with files, some of which cannot be packed.
func tree(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	for name, text := range map[string]string{"b.txt": "second", "a/one.txt": "first", "empty": "", "z/large": strings.Repeat("x", 300_000)} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	os.Symlink("/etc/passwd", filepath.Join(dir, "link")) // where there are none, there is nothing to leave out
	return dir
}

func packed(t *testing.T, a Archive) (*Part, []byte) {
	t.Helper()
	p, err := Opener{Archive: a}.Open(t.Context(), Source{Path: tree(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	data, err := io.ReadAll(p.Reader())
	if err != nil {
		t.Fatal(err)
	}
	return p, data
}

const treeFiles = "tree/a/one.txt 5, tree/b.txt 6, tree/empty 0, tree/z/large 300000, "

func TestZip(t *testing.T) {
	p, data := packed(t, Zip)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || p.Name != "tree.zip" || p.Type != "application/zip" {
		t.Fatalf("%+v, %v", p, err)
	}
	got := ""
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		got += fmt.Sprintf("%s %d, ", f.Name, len(text))
	}
	if got != treeFiles {
		t.Errorf("got %s", got)
	}
}

func TestTarGz(t *testing.T) {
	p, data := packed(t, TarGz)
	g, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil || p.Name != "tree.tar.gz" || p.Type != "application/gzip" {
		t.Fatalf("%+v, %v", p, err)
	}
	r := tar.NewReader(g)
	got := ""
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil || h.Uname != "" || h.Uid != 0 {
			t.Fatal(h, err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		got += fmt.Sprintf("%s %d, ", h.Name, len(text))
	}
	if got != treeFiles {
		t.Errorf("got %s", got)
	}
}

func TestWhatAnArchiveLeavesOutIsSaid(t *testing.T) {
	dir := tree(t)
	p, err := Opener{Archive: Zip}.Open(t.Context(), Source{Path: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := os.Lstat(filepath.Join(dir, "link")); err == nil && (len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "left out of the archive: 1")) {
		t.Errorf("got %q", p.Warnings)
	}
	empty, err := Opener{Archive: TarGz}.Open(t.Context(), Source{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	if len(empty.Warnings) != 1 || !strings.Contains(empty.Warnings[0], "no files") {
		t.Errorf("got %q", empty.Warnings)
	}
}

func TestALinkedFolderIsPackedUnderTheNameOfTheLink(t *testing.T) {
	link := filepath.Join(t.TempDir(), "holiday")
	if err := os.Symlink(tree(t), link); err != nil {
		t.Skip(err)
	}
	p, err := Opener{Archive: Zip}.Open(t.Context(), Source{Path: link})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	data, err := io.ReadAll(p.Reader())
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || p.Name != "holiday.zip" || len(z.File) != 4 || z.File[0].Name != "holiday/a/one.txt" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestFoldersThatCannotBePacked(t *testing.T) {
	if _, err := ParseArchive("rar"); err == nil {
		t.Error("rar")
	}
	if p, err := (Opener{}).Open(t.Context(), Source{Path: t.TempDir()}); err == nil {
		t.Errorf("a folder was opened: %+v", p)
	}
	if os.Getuid() == 0 {
		return
	}
	dir := tree(t)
	if err := os.Chmod(filepath.Join(dir, "b.txt"), 0); err != nil {
		t.Fatal(err)
	}
	if p, err := (Opener{Archive: Zip}).Open(t.Context(), Source{Path: dir}); err == nil {
		t.Errorf("an unreadable file was left out: %+v", p)
	}
}
