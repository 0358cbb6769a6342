package command

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// rooms are in the order in which a letter passes them; a room imports only rooms that stand before it.
var rooms = []string{
	"attach/encode", "attach/media", "attach", "attach/command",
	"compose/address", "compose/header", "compose/letter", "compose/intake", "compose/dkim", "compose/proof", "compose", "compose/command",
	"transport/resolve", "transport/policy/dane", "transport/policy/mtasts", "transport/policy", "transport/smtp", "transport/transcript", "transport/report",
	"transport/sandbox", "transport/spool", "transport/bounce", "transport", "transport/command", ".",
}

// threshold is what transport may know of the rooms before it; only the commands at the front see more.
var threshold = []string{"compose/letter", "compose/address"}

func TestRoomsLookBackOnly(t *testing.T) {
	for file, imports := range imported(t) {
		room := filepath.ToSlash(filepath.Dir(file))
		at := slices.Index(rooms, room)
		if at < 0 {
			t.Errorf("%s stands in no room of the house", file)
			continue
		}
		for _, other := range imports {
			switch seen := slices.Index(rooms, other); {
			case seen < 0 || seen >= at:
				t.Errorf("%s imports %s, which the letter has not passed", file, other)
			case strings.HasPrefix(room, "compose") && strings.HasSuffix(other, "/command") && !strings.HasSuffix(room, "/command"):
				t.Errorf("%s imports the command line of another room, %s", file, other)
			case strings.HasPrefix(room, "transport") && room != "transport/command" && !strings.HasPrefix(other, "transport") && !slices.Contains(threshold, other):
				t.Errorf("%s imports %s: only a letter and its addresses cross the threshold", file, other)
			}
		}
	}
}

// imported maps every Go file of the house, tests left out, to the rooms it imports.
func imported(t *testing.T) map[string][]string {
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return skip(err)
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		found[file], err = importsOf(path)
		return err
	})
	if err != nil || len(found) < 20 {
		t.Fatalf("%d files, %v", len(found), err)
	}
	return found
}

func skip(err error) error {
	if err != nil {
		return err
	}
	return filepath.SkipDir
}

func importsOf(path string) ([]string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var ours []string
	for _, spec := range parsed.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if room, ok := strings.CutPrefix(name, "mxsend/"); ok {
			ours = append(ours, room)
		}
	}
	return ours, nil
}

func TestTheTopLevelIsFixed(t *testing.T) {
	allowed := []string{"main.go", "compose", "transport", "attach", "testdata", "go.mod", "go.sum", "README.md", "mxsend", "mxsend.exe"}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(allowed, e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s does not belong to the top level", e.Name())
		}
	}
}

func TestNoRoomIsAnAttic(t *testing.T) {
	for file := range imported(t) {
		for part := range strings.SplitSeq(filepath.ToSlash(filepath.Dir(file)), "/") {
			if slices.Contains([]string{"util", "utils", "common", "types", "internal", "helpers", "manager", "handler"}, part) {
				t.Errorf("%s: %s is no room", file, part)
			}
		}
	}
}
