package smtp

import (
	"context"
	"fmt"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// maxRecipients is what every server must take in one transaction. RFC 5321 §4.5.3.1.8
const maxRecipients = 100

// Send offers the letter to the recipients and returns one verdict for each, in their order. Recipients beyond what one
// transaction takes go into further transactions on the same connection. The error is a *Error, and not nil only if one
// cause struck all of them; every verdict then holds it too.
func (s *Session) Send(ctx context.Context, l *letter.Letter, to []letter.Recipient) (Result, error) {
	result := Result{Verdicts: make([]Verdict, len(to))}
	var open []*Verdict
	for i, r := range to {
		result.Verdicts[i].Recipient = r
		if s.options.Accepted != nil {
			result.Verdicts[i].told = func(v Verdict) { s.options.Accepted(i, v) }
		}
		open = append(open, &result.Verdicts[i])
	}
	stop := s.guard.watch(ctx)
	defer stop()
	s.settle(l, open)
	for _, v := range result.Verdicts {
		if v.QueueID != "" {
			result.QueueID = v.QueueID
		}
	}
	return result, common(result.Verdicts)
}

// settle gives every verdict its reply or its error. Each transaction settles at least its first recipient, so there is
// an end to it, and to that of connections which Error.MayReconnect asks for.
func (s *Session) settle(l *letter.Letter, open []*Verdict) {
	open = s.addressable(open)
	for len(open) > 0 {
		l = s.fitting(l) // anew, since a server may turn out not to take what it offers
		if err := s.requirements(l); err != nil {
			refuseAll(open, err)
			return
		}
		batch, rest := s.batch(open)
		if err := s.takeUp(len(batch)); err != nil {
			refuseAll(open, err)
			return
		}
		t := &transaction{Session: s, letter: l, batch: batch}
		again, err := t.run()
		open = append(again, rest...)
		if err != nil {
			err.anew = err.anew || s.saidGoodbye(err)
			refuseAll(open, err.forOthers())
			return
		}
	}
}

func refuseAll(open []*Verdict, err *Error) {
	for _, v := range open {
		v.refuse(err)
	}
}

// forOthers is the error as it strikes recipients whose transaction had not begun: nothing about them is unknown.
func (e *Error) forOthers() *Error {
	if !e.Unknown {
		return e
	}
	return &Error{Class: ClassConnection, Stage: StageMail, Cause: e}
}

// common is the one error that all verdicts hold, or nil.
func common(all []Verdict) error {
	for _, v := range all {
		if v.Err == nil || v.Err != all[0].Err {
			return nil
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all[0].Err
}

func (s *Session) maxRecipients() int {
	n := s.options.MaxRecipients
	if n <= 0 {
		n = maxRecipients
	}
	if limit := s.extensions.limit("RCPTMAX"); limit > 0 {
		n = min(n, limit) // RFC 9422 §4.2
	}
	return n
}

// batch is the recipients that go into one transaction, and the rest.
func (s *Session) batch(open []*Verdict) (batch, rest []*Verdict) {
	most := s.maxRecipients()
	for _, v := range open {
		if len(batch) < most && s.mayName(v.Recipient.Address.Domain) {
			batch = append(batch, v)
		} else {
			rest = append(rest, v)
		}
	}
	return batch, rest
}

// mayName says whether a recipient of the domain can be named on this connection: some servers decide with the first one
// how they deliver, and take only so many domains after it. RFC 9422 §4.3
func (s *Session) mayName(d address.Domain) bool {
	limit := s.extensions.limit("RCPTDOMAINMAX")
	if limit > 0 && !s.domains[d] && len(s.domains) >= limit {
		return false
	}
	if s.domains == nil {
		s.domains = map[address.Domain]bool{}
	}
	s.domains[d] = true
	return true
}

// mailsLeft is how many transactions the server still takes on this connection; -1: it did not say. RFC 9422 §4.1
func (s *Session) mailsLeft() int {
	limit := s.extensions.limit("MAILMAX")
	if limit == 0 {
		return -1
	}
	return max(0, limit-s.mails)
}

// usedUp is the error for recipients that another connection can take.
func usedUp(why error) *Error {
	return &Error{Class: ClassConnection, Stage: StageMail, Cause: why, anew: true}
}

// saidGoodbye says whether err is how a server ends a connection on which it took a letter and wants no more: many have a
// limit and do not offer LIMITS.
func (s *Session) saidGoodbye(err *Error) bool {
	goodbye := err.Reply.Code == 421 || err.Class == ClassConnection && !isTimeout(err)
	return s.served && goodbye && err.Stage == StageMail && !err.Unknown
}

// takeUp begins a transaction with n recipients: within the server's limits, and with nothing left over from the last one.
func (s *Session) takeUp(n int) *Error {
	switch {
	case n == 0:
		return usedUp(fmt.Errorf("the server takes recipients of only %d domains on one connection", len(s.domains)))
	case s.mailsLeft() == 0:
		return usedUp(fmt.Errorf("the server takes only %d transactions on one connection", s.mails))
	}
	s.mails++
	if !s.dirty {
		return nil
	}
	if _, err := s.ask(command{stage: stageReset, text: "RSET"}); err != nil {
		if err.Class == ClassRefused {
			err.Class = ClassProtocol // RFC 5321 §4.1.1.5 knows no refusal of RSET, and it says nothing about the letter
		}
		lost := &Error{Class: err.Class, Stage: StageMail, Command: "RSET", Reply: err.Reply, Cause: err.Cause}
		lost.anew = s.saidGoodbye(lost)
		return s.fail(lost)
	}
	s.dirty = false
	return nil
}
