package dkim

import "fmt"

// The exit codes of sysexits(3) that signing can end with.
const (
	exitUsage       = 64
	exitData        = 65
	exitNoInput     = 66
	exitNoHost      = 68
	exitUnavailable = 69
	exitSoftware    = 70
	exitCantCreate  = 73
	exitInputOutput = 74
	exitNoPerm      = 77
)

// Error is why there is no signature, no key or no record. It says what to do about it.
type Error struct {
	Problem string
	Code    int   // of sysexits(3)
	Cause   error // of the operating system, if there is one
}

func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Problem
	}
	return e.Problem + ": " + e.Cause.Error()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Cause }

// ExitCode is one of sysexits(3).
func (e *Error) ExitCode() int { return e.Code }

func fault(code int, format string, args ...any) error {
	return &Error{Problem: fmt.Sprintf(format, args...), Code: code}
}

func usage(format string, args ...any) error { return fault(exitUsage, format, args...) }

func unfit(format string, args ...any) error { return fault(exitData, format, args...) }
