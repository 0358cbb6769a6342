//go:build interop

package bounce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// python is skipped where it is missing, but not in CI, which has it.
func python(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("python3")
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") != "":
		t.Fatal("python3 is not installed")
	}
	t.Skip("python3 is not installed")
	return ""
}

// foreign is a notice as Python sees it.
type foreign struct {
	Type, Report    string
	Fields          [][2]string
	Defects, Types  []string
	Words, Returned string
	Status          [][][2]string
}

func TestPythonReadsTheSame(t *testing.T) {
	args := []string{filepath.Join(folder, "read.py")}
	for _, s := range stories {
		args = append(args, filepath.Join(folder, s.name+".eml"))
	}
	cmd := exec.Command(python(t), args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	answers := json.NewDecoder(bytes.NewReader(out))
	for _, s := range stories {
		var theirs foreign
		if err := answers.Decode(&theirs); err != nil {
			t.Fatal(err)
		}
		t.Run(s.name, func(t *testing.T) {
			l, n := s.compose(t)
			ours, err := sound(l, len(n.Recipients))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, ours, theirs)
		})
	}
}

func compare(t *testing.T, ours reading, theirs foreign) {
	t.Helper()
	if theirs.Type != "multipart/report" || theirs.Report != "delivery-status" || len(theirs.Defects) > 0 || !slices.Equal(theirs.Types, ours.types) {
		t.Errorf("they see %s of %s: %q, defects %q", theirs.Type, theirs.Report, theirs.Types, theirs.Defects)
	}
	same(t, "words", lf(ours.words), lf(theirs.Words))
	same(t, "what is returned", lf(ours.returned), lf(theirs.Returned))
	delete(ours.header, "Content-Type")
	same(t, "header", sorted(ours.header), pairs(theirs.Fields))
	if len(theirs.Status) != len(ours.status) {
		t.Fatalf("%d groups, they see %d", len(ours.status), len(theirs.Status))
	}
	for i := range ours.status {
		same(t, "report", sorted(ours.status[i]), pairs(theirs.Status[i]))
	}
}

func same(t *testing.T, what, ours, theirs string) {
	t.Helper()
	if ours != theirs {
		t.Errorf("%s: we see\n%q\nthey see\n%q", what, ours, theirs)
	}
}

// lf is the text without its last line end, and with the line ends of Python.
func lf(s string) string { return strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n") }

func sorted[H ~map[string][]string](h H) string {
	var all [][2]string
	for name, values := range h {
		for _, v := range values {
			all = append(all, [2]string{name, v})
		}
	}
	return pairs(all)
}

// pairs are fields in the order of their names.
func pairs(fields [][2]string) string {
	var lines []string
	for _, f := range fields {
		lines = append(lines, fmt.Sprintf("%s: %s", textproto.CanonicalMIMEHeaderKey(f[0]), f[1]))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
