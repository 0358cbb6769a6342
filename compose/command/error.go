package command

import (
	"errors"
	"fmt"

	"mxsend/compose/header"
)

// UsageError is a command line that cannot be followed. Exit code 64.
type UsageError struct{ Text string }

func (e *UsageError) Error() string { return e.Text }

// ExitCode is EX_USAGE of sysexits(3).
func (e *UsageError) ExitCode() int { return 64 }

// ValueError is a value that cannot be sent as given. Exit code 65.
type ValueError struct{ Flag, Problem string }

func (e *ValueError) Error() string { return e.Flag + ": " + e.Problem }

// ExitCode is EX_DATAERR of sysexits(3).
func (e *ValueError) ExitCode() int { return 65 }

// InputError is a file, or standard input, that cannot be read. Exit code 66.
type InputError struct{ Cause error }

func (e *InputError) Error() string { return e.Cause.Error() }
func (e *InputError) Unwrap() error { return e.Cause }

// ExitCode is EX_NOINPUT of sysexits(3).
func (e *InputError) ExitCode() int { return 66 }

// InterruptError is a letter whose writing was broken off; nothing was sent. Exit code 75.
type InterruptError struct{ Cause error }

func (e *InterruptError) Error() string {
	return "interrupted before the letter was complete; nothing was sent"
}
func (e *InterruptError) Unwrap() error { return e.Cause }

// ExitCode is EX_TEMPFAIL of sysexits(3).
func (e *InterruptError) ExitCode() int { return 75 }

func (r *reader) usage(format string, args ...any) {
	r.errs = append(r.errs, &UsageError{fmt.Sprintf(format, args...)})
}

// misuse keeps an error of a flag that takes a few words only.
func (r *reader) misuse(flag string, err error) {
	var field *header.Error
	if errors.As(err, &field) {
		err = &UsageError{flag + ": " + field.Problem}
	}
	r.refuse(flag, err)
}

// refuse keeps an error under the name of the flag that caused it; nil is no error.
func (r *reader) refuse(flag string, err error) {
	var field *header.Error
	switch {
	case err == nil:
		return
	case errors.As(err, &field):
		err = &ValueError{flag, field.Problem}
	default:
		err = fmt.Errorf("%s: %w", flag, err)
	}
	r.errs = append(r.errs, err)
}
