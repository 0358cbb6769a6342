package smtp

import (
	"errors"

	"mxsend/compose/letter"
)

// sendData streams the letter after a 354 and returns the reply to its end. A goroutine writes; here is listened, so that
// a server that refuses in the middle, or hangs up, is heard at once. RFC 5321 §4.1.1.4
//
// The error leaves the connection dead unless it is a refusal of the whole letter.
func (s *Session) sendData(l *letter.Letter) (Reply, *Error) {
	if err := s.uncalled(command{stage: StageData}); err != nil {
		return Reply{}, err
	}
	s.guard.readWithin(0) // the writer sets the limit when the dot is out
	poured := make(chan error, 1)
	go func() { poured <- s.pour(l) }()
	r, err := s.replies.read()
	switch {
	case err != nil:
		s.abandon()
		return Reply{}, s.lostLetter(err, <-poured)
	case !s.guard.inFinal():
		s.abandon()
		<-poured
		return Reply{}, s.early(r)
	}
	return r, s.final(r, poured)
}

// final judges the reply to the end of the letter.
func (s *Session) final(r Reply, poured <-chan error) *Error {
	s.guard.writeWithin(lastWords)
	err := <-poured
	s.guard.leaveFinal()
	end := command{stage: StageEndOfData}
	switch {
	case err != nil:
		s.abandon()
		return s.early(r)
	case r.Code == 421:
		return s.fail(s.refused(end, r))
	case r.class() == 2 || r.refusal():
		return s.expect(2, end, r)
	}
	// Neither yes nor no to a letter that was sent whole.
	e := s.expect(2, end, r)
	e.Unknown = true
	return e
}

// early is the error for a reply that came before the letter was sent.
func (s *Session) early(r Reply) *Error {
	if r.refusal() {
		return s.refused(command{stage: StageData}, r)
	}
	return &Error{Class: ClassProtocol, Stage: StageData, Reply: r, Cause: violation("reply before the end of the letter")}
}

// lostLetter says what became of a letter when the connection gave no reply: whether the dot was sent decides.
func (s *Session) lostLetter(heard, poured error) *Error {
	interrupted := s.guard.interrupted()
	limit := s.options.Timeouts.of(StageEndOfData)
	var unfit *unfitError
	var v violation
	e := &Error{Class: ClassConnection, Stage: StageData, Cause: plainIO(heard, "no reply", limit)}
	switch {
	case poured == nil:
		e.Stage, e.Unknown = StageEndOfData, true
		if interrupted != nil {
			e.Cause = interrupted
		}
	case errors.As(poured, &unfit):
		e.Class, e.Cause = ClassLocal, unfit.cause
	case interrupted != nil:
		e.Class, e.Cause = ClassLocal, interrupted
	case isTimeout(heard):
		e.Cause = poured
	}
	if errors.As(heard, &v) && e.Class == ClassConnection {
		e.Class, e.Cause = ClassProtocol, v
	}
	return e
}

// unfitError is a letter that could not be read or must not be sent.
type unfitError struct{ cause error }

func (e *unfitError) Error() string { return e.cause.Error() }
func (e *unfitError) Unwrap() error { return e.cause }

// pour writes the letter with its final dot. The error is a *unfitError when it is the letter's fault; the dot is then
// never sent, and the connection is closed.
func (s *Session) pour(l *letter.Letter) error {
	out := newSink(s)
	lines := &stuffer{out: out, dots: true}
	_, err := l.WriteTo(lines)
	if err == nil {
		err = lines.close()
	}
	if err == nil {
		err = out.close(".\r\n")
	}
	switch {
	case err == nil:
		s.guard.readWithin(s.options.Timeouts.of(StageEndOfData))
	case out.err != nil:
		s.guard.lastWords(lastWords)
		return out.err
	case err != nil:
		s.raw.Close()
		return &unfitError{err}
	}
	return nil
}
