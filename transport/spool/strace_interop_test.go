//go:build interop && linux

package spool

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestMain lets the test's own binary be the program that is traced.
func TestMain(m *testing.M) {
	if dir := os.Getenv("SPOOL_TRACED"); dir != "" {
		s := &Spool{Dir: dir}
		if _, err := s.Add(context.Background(), compose(alice, "x", bob), Terms{}); err != nil {
			os.Exit(1)
		}
		os.Stdout.WriteString("promised\n")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The order in which a letter is made safe, as the kernel sees it: both files are synced before they get their names, the
// folder after, and the promise comes last.
func TestTheOrderOfSystemCalls(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("strace is not installed")
		}
		t.Skip("strace is not installed")
	}
	dir, log := filepath.Join(t.TempDir(), "spool"), filepath.Join(t.TempDir(), "log")
	cmd := exec.Command(strace, "-f", "-y", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2,write", "-o", log, os.Args[0])
	cmd.Env = append(os.Environ(), "SPOOL_TRACED="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("nothing can be traced here: %v\n%s", err, out)
	}
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(data)) {
		for name, pattern := range map[string]string{
			"sync letter":     `f(data)?sync\(\d+<[^>]*\.letter\.new>`,
			"name letter":     `rename.*\.letter\.new", .*\.letter"`,
			"sync envelope":   `f(data)?sync\(\d+<[^>]*\.envelope\.new>`,
			"name envelope":   `rename.*\.envelope\.new", .*\.envelope"`,
			"sync above":      `f(data)?sync\(\d+<` + regexp.QuoteMeta(filepath.Dir(dir)) + `>`,
			"sync the folder": `f(data)?sync\(\d+<` + regexp.QuoteMeta(dir) + `>`,
			"promise":         `write\(1<.*promised`,
		} {
			if regexp.MustCompile(pattern).MatchString(line) {
				got = append(got, name)
			}
		}
	}
	if want := "sync above, sync letter, name letter, sync the folder, sync envelope, name envelope, sync the folder, promise"; strings.Join(got, ", ") != want {
		t.Errorf("the kernel saw %s\nwant %s\n%s", strings.Join(got, ", "), want, data)
	}
}
