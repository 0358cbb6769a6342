package command

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"mxsend/attach"
	attachcommand "mxsend/attach/command"
	"mxsend/compose"
	"mxsend/compose/letter"
)

var update = flag.Bool("update", false, "write want.eml and want.txt anew")

const letters = "../../testdata/letter"

// TestLetters composes every folder of testdata/letter: its flags, one word a line, and its standard input make want.eml,
// byte for byte, and the envelope and facts of want.txt. What want.eml says is then read back by Go's own parsers.
func TestLetters(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join(letters, "[0-9]*"))
	if err != nil || len(folders) == 0 {
		t.Fatal("no letters: ", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) { composeFolder(t, folder) })
	}
}

func composeFolder(t *testing.T, folder string) {
	t.Chdir(folder)
	readme(t)
	draft, err := draftOf(t, wordsOf(t), stdinOf(t))
	if err != nil {
		t.Fatal(err)
	}
	l, err := fixedDesk().Compose(draft)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := written(t, l)
	compare(t, "want.eml", got)
	compare(t, "want.txt", []byte(summary(l)))
	readBack(t, draft, l, got)
}

func readme(t *testing.T) {
	if text, err := os.ReadFile("readme"); err != nil || len(text) < 20 {
		t.Errorf("a case wants a readme that says what it is for: %v", err)
	}
}

// fixedDesk always writes at the same time and rolls the same dice.
func fixedDesk() compose.Desk {
	now := time.Date(2026, 11, 23, 2, 34, 55, 0, time.FixedZone("CET", 3600))
	return compose.Desk{Now: func() time.Time { return now }, Random: rand.NewChaCha8([32]byte{})}
}

func wordsOf(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile("flags")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n"), "\n")
}

func stdinOf(t *testing.T) io.Reader {
	t.Helper()
	raw, err := os.ReadFile("stdin")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return bytes.NewReader(raw)
}

// draftOf runs a command line up to the draft, in an environment that says nothing of mail.
func draftOf(t *testing.T, words []string, stdin io.Reader) (compose.Draft, error) {
	t.Helper()
	for _, setting := range os.Environ() {
		name, _, _ := strings.Cut(setting, "=")
		if strings.HasPrefix(name, "MXSEND_") || name == "EMAIL" || name == "SOURCE_DATE_EPOCH" {
			unset(t, name)
		}
	}
	return draftIn(t, io.Discard, words, stdin)
}

// unset takes a variable away until the test is over.
func unset(t *testing.T, name string) {
	t.Helper()
	t.Setenv(name, "")
	if err := os.Unsetenv(name); err != nil {
		t.Fatal(err)
	}
}

func draftIn(t *testing.T, screen io.Writer, words []string, stdin io.Reader) (draft compose.Draft, err error) {
	app := &cli.App{
		Name:                      "mxsend",
		Flags:                     slices.Concat(Flags(), attachcommand.Flags()),
		DisableSliceFlagSeparator: true,
		HideHelpCommand:           true,
		Writer:                    screen,
		ErrWriter:                 screen,
		ExitErrHandler:            func(*cli.Context, error) {},
		Action: func(c *cli.Context) error {
			draft, err = Draft(c, attach.Opener{Stdin: stdin, TempDir: t.TempDir()})
			return nil
		},
	}
	t.Cleanup(func() { draft.Close() })
	if runErr := app.RunContext(t.Context(), append([]string{"mxsend"}, words...)); runErr != nil {
		t.Fatal(runErr)
	}
	return draft, err
}

// written writes a letter three times and wants the same octets, as many as announced.
func written(t *testing.T, l *letter.Letter) []byte {
	t.Helper()
	var first bytes.Buffer
	for i := range 3 {
		var b bytes.Buffer
		n, err := l.WriteTo(&b)
		if err != nil || n != l.Facts.Size || int64(b.Len()) != n {
			t.Fatalf("wrote %d (%d) octets of %d: %v", n, b.Len(), l.Facts.Size, err)
		}
		if i == 0 {
			first = b
		} else if !bytes.Equal(first.Bytes(), b.Bytes()) {
			t.Fatalf("writing again gave other octets")
		}
	}
	return first.Bytes()
}

func summary(l *letter.Letter) string {
	var b strings.Builder
	fmt.Fprintf(&b, "sender <%s>\n", l.Envelope.Sender)
	for _, r := range l.Envelope.Recipients {
		fmt.Fprintf(&b, "recipient <%s>\n", r.Address)
	}
	f := l.Facts
	fmt.Fprintf(&b, "id %s\nsize %d\nlongest line %d\n8bit %v\nutf8 %v\n", f.MessageID, f.Size, f.LongestLine, f.Has8bit, f.NeedsUTF8)
	return b.String()
}

func compare(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s", name, got)
	}
}
