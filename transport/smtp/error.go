package smtp

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// Class is one of the five ways a conversation fails. It decides, with the stage and the reply, what happens next; the
// room that decides is report, not this one.
type Class string

// Each class is one sentence.
const (
	ClassLocal          Class = "local"           // we could not or would not go on: the letter is unfit, a file changed, the user interrupted
	ClassConnection     Class = "connection"      // the connection was lost or the server was silent too long
	ClassProtocol       Class = "protocol"        // the server said what SMTP does not allow
	ClassMissingFeature Class = "missing-feature" // the letter or the policy needs what the server does not offer
	ClassRefused        Class = "refused"         // the server said no
)

// Error is the only error type of the dialogue.
type Error struct {
	Class   Class
	Stage   Stage
	Command string // the command that failed, without line end and without secrets; empty when none was on its way
	// Reply is what the server said. Code 0 means it said nothing; Enhanced is then the code that fits our own refusal
	// (RFC 3463), or empty.
	Reply Reply
	Cause error
	// Unknown: the whole letter with its final dot was sent and no reply was read, so it may have been delivered.
	// RFC 1047, RFC 5321 §6.1
	Unknown bool

	clear bool // MayRetryInClear
	plain bool // MayRetryWithHELO
	anew  bool // MayReconnect
}

// Error is one line, lower case, with the server's words as they came: escape it before showing it.
func (e *Error) Error() string {
	switch {
	case e.Unknown:
		return fmt.Sprintf("the whole letter was sent but its receipt was not confirmed: %v", e.Cause)
	case e.Class == ClassRefused:
		return fmt.Sprintf("refused %s: %s", e.Stage.When(), e.Reply)
	case e.Class == ClassLocal, e.Class == ClassMissingFeature:
		return e.cause()
	case e.Class == ClassProtocol:
		return fmt.Sprintf("protocol violation %s: %s", e.Stage.When(), e.cause())
	}
	return fmt.Sprintf("connection lost %s: %s", e.Stage.When(), e.cause())
}

func (e *Error) cause() string {
	switch {
	case e.Cause != nil:
		return e.Cause.Error()
	case e.Reply.Code != 0:
		return e.Reply.String()
	}
	return "no cause known"
}

// Unwrap gives the cause: an I/O error, a context's error, what a file's reader said.
func (e *Error) Unwrap() error { return e.Cause }

// MayRetryInClear says that a TLS handshake failed where nothing demands TLS, so that a new connection without it is
// better than none. RFC 7435. Never after injected data, never with credentials.
func (e *Error) MayRetryInClear() bool { return e.clear }

// MayRetryWithHELO says that the server dropped the connection on EHLO, so that a new connection may try HELO.
func (e *Error) MayRetryWithHELO() bool { return e.plain }

// MayReconnect says that this connection is used up, but not the server: a new connection to it may take the recipients that
// hold this error, and only those. This one has settled at least one other recipient, so there is an end to it. RFC 9422 §4
func (e *Error) MayReconnect() bool { return e.anew }

// violation is what the server did that SMTP does not allow.
type violation string

func (v violation) Error() string { return string(v) }

// ErrStopped is the cause of the error that ends a conversation at Options.QuitAfter.
var ErrStopped = errors.New("stopped here as asked")

var (
	errClosed = errors.New("the server closed the connection")
	errReset  = errors.New("the server reset the connection")
)

// timeoutError names how long the server was waited for.
type timeoutError struct {
	what  string
	limit time.Duration
}

func (e *timeoutError) Error() string { return fmt.Sprintf("%s within %v", e.what, e.limit) }
func (e *timeoutError) Unwrap() error { return os.ErrDeadlineExceeded }
func (e *timeoutError) Timeout() bool { return true }

// plainIO says in words what happened to the connection.
func plainIO(err error, what string, limit time.Duration) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &timeoutError{what, limit}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe), errors.Is(err, syscall.EPIPE):
		return fmt.Errorf("%w", errClosed)
	case errors.Is(err, syscall.ECONNRESET):
		return errReset
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil && !isAlert(err) {
		return op.Err
	}
	return err
}

// isAlert says whether the error is what the other side of TLS said.
func isAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}
