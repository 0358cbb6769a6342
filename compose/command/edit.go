package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

// edit lets the author write, beginning with start, in an editor of his own. A letter that he leaves empty, or an editor that
// fails, ends the run: that is how a letter is given up. What was written stays in its file until Settle.
func (r *reader) edit(start string) (text string, err error) {
	f, err := os.CreateTemp(r.opener.TempDir, "mxsend-*.txt") // for nobody else to read
	if err != nil {
		return "", &InputError{fmt.Errorf("making a file to write in: %w", err)}
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = io.WriteString(f, start)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", &InputError{err}
	}
	if err = r.runEditor(f.Name()); err != nil {
		return "", &UsageError{fmt.Sprintf("the editor %q ended with %v: the letter is given up", r.editor(), err)}
	}
	written, err := os.ReadFile(f.Name())
	if err != nil {
		return "", &InputError{err}
	}
	if strings.TrimSpace(string(written)) == "" {
		return "", &UsageError{"nothing was written in the editor: the letter is given up"}
	}
	if r.c.App.Metadata == nil {
		r.c.App.Metadata = map[string]any{}
	}
	r.c.App.Metadata[editedFile] = f.Name()
	return string(written), nil
}

const editedFile = "the file written in an editor"

// Settle removes what was written in an editor when the letter is on its way, and otherwise tells the author where it is.
func Settle(c *cli.Context, sent bool) {
	path, written := c.App.Metadata[editedFile].(string)
	switch {
	case !written:
	case sent:
		os.Remove(path)
	default:
		fmt.Fprintf(c.App.ErrWriter, "mxsend: what you wrote is kept in %s\n", path)
	}
}

// runEditor gives the editor the terminal, since standard input may be something else and standard output is for what was
// asked for only.
func (r *reader) runEditor(path string) error {
	words := append(strings.Fields(r.editor()), path)
	cmd := exec.CommandContext(r.c.Context, words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr = r.c.App.ErrWriter, r.c.App.ErrWriter
	if tty, err := os.OpenFile(terminal(), os.O_RDWR, 0); err == nil {
		defer tty.Close()
		cmd.Stdin = tty
		if runtime.GOOS != "windows" { // whose CONIN$ is not written to
			cmd.Stdout = tty
		}
	}
	return cmd.Run()
}

// editor is the program that the author writes in, as other programs know it; a last resort only where --edit asks for one.
func (r *reader) editor() string {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if value := strings.TrimSpace(os.Getenv(name)); value != "" {
			return value
		}
	}
	switch {
	case !r.c.Bool("edit"):
		return ""
	case runtime.GOOS == "windows":
		return "notepad"
	}
	return "vi"
}

func terminal() string {
	if runtime.GOOS == "windows" {
		return "CONIN$"
	}
	return "/dev/tty"
}

// isTerminal says whether a person types what r gives.
func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
