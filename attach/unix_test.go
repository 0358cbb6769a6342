//go:build unix

package attach

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestPipesAndOddFiles(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	go os.WriteFile(fifo, []byte("GIF89a\x01\x00\x01\x00\x00\x00"), 0)
	p := open(t, Source{Path: fifo})
	if first, second := content(t, p), content(t, p); p.Type != "image/gif" || p.Size != 12 || first != second {
		t.Errorf("got %+v", p)
	}
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	for _, path := range []string{socket, "/dev/zero", "/dev/urandom"} {
		var f *FileError
		if _, err := (Opener{}).Open(t.Context(), Source{Path: path}); !errors.As(err, &f) || f.ExitCode() != 66 {
			t.Errorf("%s: got %v", path, err)
		}
	}
	if _, err := os.Stat("/proc/self/status"); err == nil {
		if p := open(t, Source{Path: "/proc/self/status"}); p.Size == 0 || p.Type != "text/plain" {
			t.Errorf("got %+v", p)
		}
	}
	link := filepath.Join(t.TempDir(), "link.gif")
	if err := os.Symlink(write(t, "target.bin", "GIF89a\x01\x00\x01\x00\x00\x00"), link); err != nil {
		t.Fatal(err)
	}
	if p := open(t, Source{Path: link}); p.Name != "link.gif" {
		t.Errorf("got %+v", p)
	}
}

// A shell gives the output of a command as a file: cat <(ls).
func TestProcessSubstitution(t *testing.T) {
	if _, err := os.Stat("/dev/fd/0"); err != nil {
		t.Skip(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	long := strings.Repeat("words and more words\n", 20_000) // more than a pipe holds
	go func() {
		w.WriteString(long)
		w.Close()
	}()
	p := open(t, Source{Path: fmt.Sprintf("/dev/fd/%d", r.Fd())})
	if first, second := content(t, p), content(t, p); p.Size != int64(len(long)) || p.Name != "attachment.txt" || p.Type != "text/plain" || first != second {
		t.Errorf("got %+v", p)
	}
}

func TestLinksThatLeadNowhere(t *testing.T) {
	dir := t.TempDir()
	for from, to := range map[string]string{"dangling": "nothing", "loop": "loop"} {
		link := filepath.Join(dir, from)
		if err := os.Symlink(filepath.Join(dir, to), link); err != nil {
			t.Fatal(err)
		}
		var f *FileError
		if _, err := (Opener{}).Open(t.Context(), Source{Path: link}); !errors.As(err, &f) || f.ExitCode() != 66 {
			t.Errorf("%s: got %v", from, err)
		}
	}
}

// An open file stays what it was when its name goes to another, as log files and editors do it.
func TestAFileThatIsReplacedArrivesAsItWas(t *testing.T) {
	path := write(t, "log.txt", "the old one\n")
	p := open(t, Source{Path: path})
	want := content(t, p)
	if err := os.Rename(write(t, "new", "the new and longer one\n"), path); err != nil {
		t.Fatal(err)
	}
	if got := content(t, p); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAFolderWithABadName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tree\x1b[2J")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	var e *NameError
	if p, err := (Opener{Archive: Zip}).Open(t.Context(), Source{Path: "."}); !errors.As(err, &e) {
		t.Errorf("got %+v, %v", p, err)
	}
}
