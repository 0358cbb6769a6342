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
	"time"

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
// prints, or the variable MXSEND_PASSWORD. Only its first line counts. A command is run later, by askPassword.
func readPassword(c *cli.Context) (string, error) {
	file, command, variable := c.String("password-file"), c.String("password-command"), os.Getenv("MXSEND_PASSWORD")
	switch {
	case file != "" && command != "":
		return "", usage("--password-file can't be used with --password-command: name one place")
	case file != "":
		return firstLine(secretFile("--password-file", file))
	case command != "":
		return "", nil
	case variable != "":
		return firstLine([]byte(variable), nil)
	}
	return "", usage("--user needs a password: use --password-file, --password-command or the variable MXSEND_PASSWORD")
}

// askPassword runs the command that tells the password, once all else on the command line is right and somebody is to be sent to.
func (s *settings) askPassword(c *cli.Context) (err error) {
	if a, line := s.carrier.SMTP.Auth, c.String("password-command"); a != nil && line != "" && !s.onlyLooks() {
		a.Password, err = firstLine(passwordCommand(c.Context, line, c.App.ErrWriter))
	}
	return err
}

func firstLine(data []byte, err error) (string, error) {
	if err != nil {
		return "", err
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	password := strings.TrimSuffix(string(line), "\r")
	if password == "" {
		return "", &CredentialError{errors.New("the password is empty")}
	}
	return password, nil
}

// passwordCommand runs a command by the shell, as people keep such commands; what it says on standard error is shown.
func passwordCommand(ctx context.Context, line string, stderr io.Writer) ([]byte, error) {
	shell, flag := "/bin/sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/c"
	}
	cmd := exec.CommandContext(ctx, shell, flag, line)
	told := &bounded{left: maxPassword}
	cmd.Stdout, cmd.Stderr = told, stderr
	cmd.WaitDelay = time.Second // what the shell started may hold the pipe open after it
	err := cmd.Run()
	if told.left < 0 {
		err = errors.New("what it prints is longer than 64 KiB")
	}
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return nil, &CredentialError{fmt.Errorf("--password-command: %w", err)}
	}
	return told.taken, nil
}

// bounded takes so many octets; whoever writes more is stopped.
type bounded struct {
	taken []byte
	left  int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, io.ErrShortWrite
	}
	b.taken = append(b.taken, p...)
	return len(p), nil
}
