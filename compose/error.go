package compose

import "fmt"

// The exit codes of sysexits(3) that composing can end with.
const (
	exitUsage    = 64
	exitData     = 65
	exitSoftware = 70
)

// Error is a draft that no letter can be made of. It says what to do about it.
type Error struct {
	Problem string
	Code    int // 64: something is missing or contradicts; 65: it cannot be sent as given; 70: a mistake of this package
}

func (e *Error) Error() string { return e.Problem }

// ExitCode is one of sysexits(3).
func (e *Error) ExitCode() int { return e.Code }

func missing(format string, args ...any) error {
	return &Error{Problem: fmt.Sprintf(format, args...), Code: exitUsage}
}

func unfit(format string, args ...any) error {
	return &Error{Problem: fmt.Sprintf(format, args...), Code: exitData}
}

func mistake(format string, args ...any) error {
	return &Error{Problem: "a bug: " + fmt.Sprintf(format, args...), Code: exitSoftware}
}
