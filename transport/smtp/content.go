package smtp

import (
	"errors"
)

// errChunkRefused ends the writing after a chunk that was refused.
var errChunkRefused = errors.New("the server refused a chunk")

// sendLetter streams the letter and returns the reply to its end. A goroutine pours; here is listened, so that a server
// that refuses in the middle, or hangs up, is heard at once. RFC 5321 §4.1.1.4
//
// The error leaves the connection dead unless it is a refusal of the whole letter or of a chunk.
func (s *Session) sendLetter(p *pouring) (Reply, *Error) {
	if err := s.uncalled(command{stage: StageData}); err != nil {
		return Reply{}, err
	}
	s.guard.readWithin(0) // the pouring sets the limit when it waits for a reply
	poured := make(chan error, 1)
	go func() { poured <- p.pour() }()
	for {
		r, err := s.replies.read()
		chunk := p.chunkEnded.Swap(false)
		switch {
		case err != nil:
			s.stopPouring(p)
			return Reply{}, s.lostLetter(err, <-poured)
		case s.guard.inFinal():
			return r, s.final(r, poured)
		case chunk && r.class() == 2:
			s.guard.readWithin(0)
			p.goOn <- true
		case chunk && r.refusal() && r.Code != 421:
			p.goOn <- false
			<-poured
			return r, s.refused(command{stage: StageData, text: "BDAT"}, r)
		default:
			s.stopPouring(p)
			<-poured
			return r, s.early(r)
		}
	}
}

func (s *Session) stopPouring(p *pouring) {
	s.abandon()
	select {
	case p.goOn <- false:
	default: // it was told to go on and will find the connection closed
	}
}

// final judges the reply to the end of the letter.
func (s *Session) final(r Reply, poured <-chan error) *Error {
	s.guard.writeWithin(lastWords)
	err := <-poured
	if s.options.Protocol != LMTP { // where a reply for each recipient follows
		s.guard.leaveFinal()
	}
	if err != nil {
		s.abandon()
		return s.early(r)
	}
	return s.judgeEnd(r)
}

// judgeEnd: yes, no, or neither, and then the outcome of a letter that was sent whole is unknown.
func (s *Session) judgeEnd(r Reply) *Error {
	end := command{stage: StageEndOfData}
	if r.Code == 421 {
		return s.fail(s.refused(end, r))
	}
	e := s.expect(2, end, r)
	if e != nil && e.Class == ClassProtocol {
		e.Unknown = true
	}
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
	case isTimeout(heard) && poured != errChunkRefused:
		e.Cause = poured
	}
	if errors.As(heard, &v) && e.Class == ClassConnection {
		e.Class, e.Cause = ClassProtocol, v
	}
	return e
}
