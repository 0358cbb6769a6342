//go:build interop

package media

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	fewest = 500 // files that must be there for the verdict to mean something
	most   = 5   // wrong types among them
)

// example is a real file, with the type that a person who knows the formats gave it.
type example struct {
	path, name string
	size       string // "-": not known
	right      []string
}

// corpus reads the list of real files that testdata/corpus/gather has put into a folder.
func corpus(t *testing.T, folder string) []example {
	t.Helper()
	list, err := os.ReadFile("../../testdata/corpus/expected.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var examples []example
	for line := range strings.Lines(string(list)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(f) < 5 {
			t.Fatalf("%q has too few fields", line)
		}
		kind, source, _ := strings.Cut(f[0], ":")
		right := append(f[4:5], strings.Fields(strings.Join(f[5:], " "))...)
		examples = append(examples, example{filepath.Join(folder, kind, filepath.FromSlash(source), filepath.FromSlash(f[1])), strings.TrimPrefix(f[2], "-"), f[3], right})
	}
	return examples
}

// headOf reads as much of a file as Merge wants to see. It is nil when the file is not there, or not the one that was listed.
func headOf(t *testing.T, e example) []byte {
	t.Helper()
	f, err := os.Open(e.path)
	if err != nil {
		return nil
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || e.size != "-" && strconv.FormatInt(info.Size(), 10) != e.size {
		return nil
	}
	first := make([]byte, 8)
	n, _ := io.ReadFull(f, first)
	rest, err := io.ReadAll(io.LimitReader(f, int64(HeadSize(first[:n])-n)))
	if err != nil {
		t.Fatal(err)
	}
	return append(first[:n], rest...)
}

func TestCorpus(t *testing.T) {
	folder := os.Getenv("MXSEND_CORPUS")
	if folder == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("MXSEND_CORPUS names no folder; testdata/corpus/gather fills one")
		}
		t.Skip("MXSEND_CORPUS names no folder; testdata/corpus/gather fills one")
	}
	seen, wrong, kinds := 0, 0, map[Type]bool{}
	for _, e := range corpus(t, folder) {
		head := headOf(t, e)
		if head == nil {
			continue
		}
		seen++
		v := Merge(e.name, head)
		kinds[v.Type] = true
		if !slices.Contains(e.right, string(v.Type)) {
			wrong++
			t.Logf("%s named %q: got %s (name %s, content %s), want %s", e.path, e.name, v.Type, v.ByName, v.ByContent, e.right[0])
		}
	}
	t.Logf("%d files, %d types, %d wrong", seen, len(kinds), wrong)
	if seen < fewest || wrong > most {
		t.Errorf("%d of %d files are wrong; at most %d of at least %d may be", wrong, seen, most, fewest)
	}
}
