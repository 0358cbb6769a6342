package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/urfave/cli/v2"
)

// CredentialError is a password that can't be had or must not be used. Exit code 77.
type CredentialError struct{ Cause error }

func (e *CredentialError) Error() string { return e.Cause.Error() }
func (e *CredentialError) Unwrap() error { return e.Cause }

// ExitCode is EX_NOPERM of sysexits(3).
func (e *CredentialError) ExitCode() int { return 77 }

const maxPassword = 64 << 10 // tokens can be long

// readPassword takes the password from the one place that was named: a file that nobody else can read, what a command
// prints, or the variable MXSEND_PASSWORD. Only its first line counts.
func readPassword(c *cli.Context) (string, error) {
	file, command, variable := c.String("password-file"), c.String("password-command"), os.Getenv("MXSEND_PASSWORD")
	if file != "" && command != "" {
		return "", usage("--password-file can't be used with --password-command: name one place")
	}
	var data []byte
	var err error
	switch {
	case file != "":
		data, err = passwordFile(file)
	case command != "":
		data, err = passwordCommand(c.Context, command, c.App.ErrWriter)
	case variable != "":
		data = []byte(variable)
	default:
		return "", usage("--user needs a password: use --password-file, --password-command or the variable MXSEND_PASSWORD")
	}
	if err != nil {
		return "", &CredentialError{err}
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	password := strings.TrimSuffix(string(line), "\r")
	if password == "" {
		return "", &CredentialError{errors.New("the password is empty")}
	}
	return password, nil
}

func passwordFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--password-file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("--password-file: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("--password-file: others can read %s: chmod 600 it", path)
	}
	return io.ReadAll(io.LimitReader(f, maxPassword))
}

// passwordCommand runs a command by the shell, as people keep such commands; what it says on standard error is shown.
func passwordCommand(ctx context.Context, line string, stderr io.Writer) ([]byte, error) {
	shell, flag := "/bin/sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/c"
	}
	cmd := exec.CommandContext(ctx, shell, flag, line)
	cmd.Stderr = stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("--password-command: %w", err)
	}
	return out[:min(len(out), maxPassword)], nil
}
