package smtp

import (
	"errors"
	"io"
	"os"
	"strings"
	"time"
)

// command is one line to be sent.
type command struct {
	stage  Stage
	text   string // without CRLF
	secret int    // from here on text is a secret; 0: nothing is; allSecret: all of it
}

const allSecret = -1

// shown is the command as a witness and an error may see it.
func (c command) shown(secrets bool) string {
	if c.secret == 0 || secrets {
		return c.text
	}
	from := max(c.secret, 0)
	return c.text[:from] + struckOut(len(c.text)-from)
}

// hidden is what is secret of the command.
func (c command) hidden() string {
	if c.secret == 0 {
		return ""
	}
	return c.text[max(c.secret, 0):]
}

// lastWords is how long a server that does not take what we write may say why.
const lastWords = 5 * time.Second

// exchange sends the commands in one go and reads their replies in order. Fewer replies than commands come with an error;
// so does a 421, which is the last of the replies. The writing is done by a goroutine, since the server may not read
// before we read: RFC 2920 §3.1.
func (s *Session) exchange(commands ...command) ([]Reply, *Error) {
	if err := s.uncalled(commands[0]); err != nil {
		return nil, err
	}
	sent := s.write(commands)
	var replies []Reply
	for _, c := range commands {
		r, err := s.reply(c)
		if err == nil && r.Code == 421 { // RFC 5321 §3.8: at any time, and it is the last word
			replies = append(replies, r)
			err = s.refused(c, r)
		}
		if err != nil {
			s.abandon()
			if e := <-sent; e != nil && err.Class == ClassConnection && isTimeout(err) {
				err.Cause = e
			}
			return replies, err
		}
		replies = append(replies, r)
	}
	if err := <-sent; err != nil {
		return replies, s.fail(&Error{Class: ClassProtocol, Stage: commands[0].stage, Cause: violation("reply before the command")})
	}
	return replies, nil
}

// uncalled reads what the server said before it was asked: a goodbye, or the replies are out of step and nothing that
// follows can be trusted.
func (s *Session) uncalled(next command) *Error {
	if s.dead {
		return &Error{Class: ClassConnection, Stage: next.stage, Cause: errClosed}
	}
	if s.replies.lines.Buffered() == 0 {
		return nil
	}
	r, err := s.reply(next)
	switch {
	case err != nil:
		return err
	case r.Code == 421:
		err = s.refused(next, r)
	default:
		err = &Error{Class: ClassProtocol, Stage: next.stage, Reply: r, Cause: violation("reply without a command: " + r.String())}
	}
	return s.fail(err)
}

// write sends the commands and returns at once; the channel tells the outcome.
func (s *Session) write(commands []command) <-chan error {
	var text strings.Builder
	for _, c := range commands {
		text.WriteString(c.text + "\r\n")
		s.tell.keep(c.hidden())
		s.tell.sent(Command, []byte(c.shown(s.options.ShowSecrets)+"\r\n"))
	}
	limit := s.options.Timeouts.of(commands[0].stage)
	s.guard.writeWithin(limit)
	sent := make(chan error, 1)
	go func() {
		_, err := io.WriteString(s.conn, text.String())
		if err != nil {
			err = plainIO(err, "the server took nothing", limit)
			if commands[0].stage != StageQuit {
				s.guard.lastWords(lastWords)
			}
		}
		sent <- err
	}()
	return sent
}

// reply reads one reply within the time that the stage allows.
func (s *Session) reply(to command) (Reply, *Error) {
	limit := s.options.Timeouts.of(to.stage)
	s.guard.readWithin(limit)
	r, err := s.replies.read()
	if err != nil {
		return Reply{}, s.lost(to, err, limit)
	}
	return r, nil
}

// lost says what became of a connection whose next reply could not be read, and closes it.
func (s *Session) lost(c command, err error, limit time.Duration) *Error {
	e := &Error{Class: ClassConnection, Stage: c.stage, Command: c.shown(false)}
	e.Cause = plainIO(err, "no reply", limit)
	var v violation
	if errors.As(err, &v) {
		e.Class = ClassProtocol
	}
	if cause := s.guard.interrupted(); cause != nil {
		e.Class, e.Cause = ClassLocal, cause
	}
	return s.fail(e)
}

// fail closes the connection and gives back the reason.
func (s *Session) fail(e *Error) *Error {
	s.abandon()
	return e
}

// refused is the error for a reply that is not what the command hoped for.
func (s *Session) refused(c command, r Reply) *Error {
	return &Error{Class: ClassRefused, Stage: c.stage, Command: c.shown(false), Reply: r}
}

// expect turns a reply into an error unless it is of the class that the command hopes for. A class that is neither that
// nor a refusal is a violation, after which nothing is in step any more.
func (s *Session) expect(class int, c command, r Reply) *Error {
	switch {
	case r.class() == class:
		return nil
	case r.refusal():
		return s.refused(c, r)
	}
	e := &Error{Class: ClassProtocol, Stage: c.stage, Command: c.shown(false), Reply: r, Cause: violation("unexpected reply " + r.String())}
	return s.fail(e)
}

// ask sends one command and wants a 2yz reply.
func (s *Session) ask(c command) (Reply, *Error) {
	replies, err := s.exchange(c)
	if err != nil {
		return Reply{}, err
	}
	return replies[0], s.expect(2, c, replies[0])
}

func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
