package command

import "fmt"

// UsageError is a command line that cannot be understood: unknown flags, contradictions, nothing to do. Exit code 64.
type UsageError struct{ Text string }

func (e *UsageError) Error() string { return e.Text }

// ExitCode is EX_USAGE of sysexits(3).
func (e *UsageError) ExitCode() int { return 64 }

// Usage is the UsageError of an error that the flag parser found.
func Usage(err error) error { return &UsageError{err.Error()} }

func usage(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// ConfigError is something about this machine that keeps mxsend from working. Exit code 78.
type ConfigError struct{ Cause error }

func (e *ConfigError) Error() string { return e.Cause.Error() }
func (e *ConfigError) Unwrap() error { return e.Cause }

// ExitCode is EX_CONFIG of sysexits(3).
func (e *ConfigError) ExitCode() int { return 78 }

// DataError is a value that cannot be sent as given. Exit code 65.
type DataError struct{ Cause error }

func (e *DataError) Error() string { return e.Cause.Error() }
func (e *DataError) Unwrap() error { return e.Cause }

// ExitCode is EX_DATAERR of sysexits(3).
func (e *DataError) ExitCode() int { return 65 }

// InputError is a file that cannot be read. Exit code 66.
type InputError struct{ Cause error }

func (e *InputError) Error() string { return e.Cause.Error() }
func (e *InputError) Unwrap() error { return e.Cause }

// ExitCode is EX_NOINPUT of sysexits(3).
func (e *InputError) ExitCode() int { return 66 }

// CreateError is an output file that cannot be created. Exit code 73.
type CreateError struct{ Cause error }

func (e *CreateError) Error() string { return e.Cause.Error() }
func (e *CreateError) Unwrap() error { return e.Cause }

// ExitCode is EX_CANTCREAT of sysexits(3).
func (e *CreateError) ExitCode() int { return 73 }

// OutputError is an output that could not be written. Exit code 74.
type OutputError struct{ Cause error }

func (e *OutputError) Error() string { return e.Cause.Error() }
func (e *OutputError) Unwrap() error { return e.Cause }

// ExitCode is EX_IOERR of sysexits(3).
func (e *OutputError) ExitCode() int { return 74 }
