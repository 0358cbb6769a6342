package command

import (
	"flag"
	"os"
	"strings"
	"testing"
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

func TestEditorIsFound(t *testing.T) {
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", "no-such-editor-anywhere -x")
	_, err := draftOf(t, []string{"-f", "a@b.org", "--edit", "c@d.org"}, strings.NewReader("x"))
	if codeOf(err) != 64 || !strings.Contains(err.Error(), "no-such-editor-anywhere -x") {
		t.Errorf("got %v", err)
	}
}
