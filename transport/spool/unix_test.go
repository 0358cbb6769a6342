//go:build unix

package spool

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Nobody else can read the spool, or make us read something else.
func TestTheSpoolIsClosedToOthers(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob), Terms{})
	for _, name := range []string{"", id + letterFile, id + envelopeFile} {
		info, err := os.Stat(filepath.Join(r.Spool.Dir, name))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%q: %v, %v", name, info.Mode(), err)
		}
	}
	if err := os.Chmod(r.Spool.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Spool.Add(t.Context(), compose(alice, "y", bob), Terms{}); err == nil || !strings.Contains(err.Error(), "others can get at it") {
		t.Errorf("a folder open to others: %v", err)
	}
	if _, err := r.Run(t.Context(), true); err == nil {
		t.Error("a folder open to others was run")
	}
	os.Chmod(r.Spool.Dir, 0o700)
	path := filepath.Join(r.Spool.Dir, id+letterFile)
	elsewhere := filepath.Join(t.TempDir(), "secret")
	if err := os.Rename(path, elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, path); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Attempt(t.Context(), id, Mode{}); err == nil || len(w.taken) != 0 {
		t.Errorf("a link was followed: %v, %v", err, w.taken)
	}
	os.Remove(path)
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Attempt(t.Context(), id, Mode{All: true}); err == nil || len(w.taken) != 0 {
		t.Errorf("a pipe was read: %v, %v", err, w.taken)
	}
}

func TestTheSpoolOfAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can make one")
	}
	w := newWorld()
	r := w.runner(t)
	w.add(t, r, compose(alice, "x", bob), Terms{})
	if err := os.Chown(r.Spool.Dir, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Spool.Add(t.Context(), compose(alice, "y", bob), Terms{}); err == nil || !strings.Contains(err.Error(), "another user") {
		t.Errorf("got %v", err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(r.Spool.Dir, link); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Spool{Dir: link}).Add(t.Context(), compose(alice, "y", bob), Terms{}); err == nil {
		t.Error("a link to a folder was followed")
	}
}
