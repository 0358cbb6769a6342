//go:build unix

package attach

import (
	"errors"
	"net"
	"os"
	"path/filepath"
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
