//go:build unix

package mtasts

import (
	"syscall"
	"testing"
)

// A pipe in the place of a stored policy is none, and nobody waits for what is written to it.
func TestAPipeIsNoStoredPolicy(t *testing.T) {
	store := Store{Dir: t.TempDir()}
	if err := syscall.Mkfifo(store.path(domain), 0o600); err != nil {
		t.Fatal(err)
	}
	if e, err := store.Load(domain); err == nil || e.valid(noon) {
		t.Errorf("%+v, %v", e, err)
	}
}
