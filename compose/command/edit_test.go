package command

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"mxsend/attach"
)

// editorDoes is the variable that makes this test program an editor: it says what is done to the file.
const editorDoes = "TEST_EDITOR_DOES"

// TestEditor is no test but the editor of the tests below.
func TestEditor(t *testing.T) {
	work := os.Getenv(editorDoes)
	if work == "" {
		t.Skip("nobody edits")
	}
	path := flag.Arg(0)
	text, err := os.ReadFile(path)
	if err != nil || work == "fail" {
		os.Exit(3)
	}
	if os.WriteFile(path, []byte(strings.ReplaceAll(work, "%", string(text))), 0o600) != nil {
		os.Exit(4)
	}
	os.Exit(0)
}

func TestEdit(t *testing.T) {
	t.Setenv("VISUAL", os.Args[0]+" -test.run=^TestEditor$")
	for _, c := range []struct {
		does, stdin string
		words       []string
		want        string
		code        int
	}{
		{"% and ketchup", "pickles", nil, "pickles and ketchup", 0},
		{"% and ketchup", "", []string{"--body", "crêpes"}, "crêpes and ketchup", 0},
		{" \n", "pickles", nil, "", 64},
		{"fail", "pickles", nil, "", 64},
		{"\xff", "pickles", nil, "", 65},
		{"never opened", "pickles", []string{"--date", "never"}, "", 65},
	} {
		t.Setenv(editorDoes, c.does)
		d, err := draftOf(t, append([]string{"-f", "a@b.org", "--to", "c@d.org", "--edit"}, c.words...), strings.NewReader(c.stdin))
		if c.code != 0 {
			if codeOf(err) != c.code {
				t.Errorf("%q: got %v with code %d, want %d", c.does, err, codeOf(err), c.code)
			}
			continue
		}
		if err != nil || d.Text != c.want {
			t.Errorf("%q: got %q, %v, want %q", c.does, d.Text, err, c.want)
		}
	}
}

// TestWrittenWordsAreKept: what an author wrote is thrown away when the letter is on its way, not before.
func TestWrittenWordsAreKept(t *testing.T) {
	t.Setenv("VISUAL", os.Args[0]+" -test.run=^TestEditor$")
	t.Setenv(editorDoes, "an hour's work \xff")
	for _, sent := range []bool{false, true} {
		dir := t.TempDir()
		t.Setenv("TMPDIR", dir)
		var said strings.Builder
		app := &cli.App{Name: "mxsend", Flags: Flags(), ErrWriter: &said, Action: func(c *cli.Context) error {
			_, err := Draft(c, attach.Opener{Stdin: strings.NewReader(""), TempDir: dir})
			Settle(c, sent)
			return err
		}}
		err := app.Run([]string{"mxsend", "-f", "a@b.org", "--to", "c@d.org", "--edit"})
		left, globErr := filepath.Glob(filepath.Join(dir, "mxsend-*.txt"))
		if codeOf(err) != 65 || globErr != nil || len(left) == 1 == sent || strings.Contains(said.String(), "is kept in "+dir) == sent {
			t.Errorf("sent %v: %v left, %v, said %q", sent, left, err, said.String())
		}
	}
}

func TestEditorIsFound(t *testing.T) {
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", "no-such-editor-anywhere -x")
	_, err := draftOf(t, []string{"-f", "a@b.org", "--edit", "c@d.org"}, strings.NewReader("x"))
	if codeOf(err) != 64 || !strings.Contains(err.Error(), "no-such-editor-anywhere -x") {
		t.Errorf("got %v", err)
	}
}
