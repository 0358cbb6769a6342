package command

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// program is the folder that holds the real binary, built once for all stories.
func program(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "mxsend")
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-o", name, ".") // the folder may be somebody else's
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building mxsend: %v\n%s", err, out)
	}
	return dir
}

// TestMain takes away what the user has set for letters of his own.
func TestMain(m *testing.M) {
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "MXSEND_") && name != "MXSEND_CRASH_ROUNDS" && name != "MXSEND_CORPUS" {
			os.Unsetenv(name)
		}
	}
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // so that what is started here does not inherit that, as under nohup
	}
	os.Exit(m.Run())
}

// TestStories runs the whole program as its users do: each file of testdata/script is one topic.
func TestStories(t *testing.T) {
	bin := program(t)
	picture, err := filepath.Abs(filepath.Join(root, "testdata", "ketchup.gif"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(root, "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", bin+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("MXSEND_SPOOL", filepath.Join(env.WorkDir, "spool"))
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, "cache"))
			env.Setenv("PICTURE", picture)
			env.Setenv("TZ", "UTC")
			env.Setenv("MXSEND", filepath.Join(bin, "mxsend"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":    code,
			"until":   until,
			"letters": letters,
			"order":   order,
			"flip":    flip,
			"bytes":   setBytes,
		},
	})
}

// code N COMMAND… runs a command and wants the exit code N.
func code(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil || neg {
		ts.Fatalf("usage: code N COMMAND…")
	}
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// until FILE [TEXT] waits until a file is there, and holds the text.
func until(ts *testscript.TestScript, neg bool, args []string) {
	deadline := time.Now().Add(30 * time.Second)
	for tick := time.NewTicker(5 * time.Millisecond); ; <-tick.C {
		_, err := os.Stat(ts.MkAbs(args[0]))
		data, _ := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && (len(args) == 1 || bytes.Contains(data, []byte(args[1]))) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%v never came: %s", args, data)
		}
	}
}

// letters DIR N wants N letters in a Maildir, and copies them to letter1, letter2 and so on in the order of their names.
func letters(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "new", "*"))
	ts.Check(err)
	if fmt.Sprint(len(found)) != args[1] {
		ts.Fatalf("%d letters in %s, want %s", len(found), args[0], args[1])
	}
	for i, path := range found {
		data, err := os.ReadFile(path)
		ts.Check(err)
		text := strings.ReplaceAll(string(data), "\r\n", "\n")
		ts.Check(os.WriteFile(ts.MkAbs(fmt.Sprintf("letter%d", i+1)), []byte(text), 0o600))
	}
}

// order FILE TEXT… wants the texts in this order, each at the beginning of a line.
func order(ts *testscript.TestScript, neg bool, args []string) {
	rest := "\n" + ts.ReadFile(args[0])
	for _, want := range args[1:] {
		_, after, found := strings.Cut(rest, "\n"+want)
		if !found {
			ts.Fatalf("%q does not follow in %s:\n%s", want, args[0], ts.ReadFile(args[0]))
		}
		rest = "\n" + after
		if i := strings.IndexByte(after, '\n'); i >= 0 {
			rest = after[i:]
		}
	}
}

// flip FILE TEXT writes a file with octets that a script can't hold: \r, \n, \x00 and so on are undone in the text.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(undone(ts, args[1])), 0o600))
}

// bytes NAME TEXT does the same for an environment variable.
func setBytes(ts *testscript.TestScript, neg bool, args []string) {
	ts.Setenv(args[0], undone(ts, args[1]))
}

func undone(ts *testscript.TestScript, text string) string {
	plain, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
	ts.Check(err)
	return plain
}
