package sandbox

import (
	"io"
	"sync"

	"github.com/emersion/go-smtp"
)

// session is one conversation, from EHLO on. go-smtp takes a letter that comes in chunks in another goroutine than the
// commands, so Data works with a copy of the transaction.
type session struct {
	letters *gate
	conn    *smtp.Conn
	fresh   transaction // what each one begins with

	mu  sync.Mutex
	now transaction
}

// Mail takes the sender.
func (s *session) Mail(from string, o *smtp.MailOptions) error {
	t := s.fresh
	t.hello, t.utf8 = s.conn.Hostname(), o.UTF8
	if from != "" {
		sender, err := t.parse(from)
		if err != nil {
			return err
		}
		t.sender = sender
	}
	s.goOn(t)
	if d := fateOf(senders(), t.sender.Local); d.kind == refused {
		return t.refuse(d.reply)
	}
	return nil
}

// Rcpt takes a recipient, or does to it what its local part wants.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	t := s.current()
	recipient, err := t.parse(to)
	if err != nil {
		return err
	}
	d := fateOf(recipients(), recipient.Local)
	switch d.kind {
	case refused:
		return t.refuse(d.reply, recipient)
	case greylisted:
		if first, err := t.box.greylist.meet(t.sender, recipient); first || err != nil {
			return t.refuse(greylistedNow(), recipient)
		}
	case dropped:
		return t.hangUp(recipient)
	case slow:
		if t.box.wait(d.delay) != nil {
			return t.refuse(closingDown(), recipient)
		}
	case refusedLetter, droppedInLetter, droppedAfterDot:
		t.ending = d
	}
	t.to = append(t.to, recipient)
	s.goOn(t)
	return nil
}

// Data takes the letter.
func (s *session) Data(r io.Reader) error {
	if !s.letters.enter() {
		return closingDown().err()
	}
	defer s.letters.leave()
	return s.current().receive(r)
}

// Reset forgets the letter.
func (s *session) Reset() { s.goOn(s.fresh) }

// Logout ends the session; there is nothing to free.
func (s *session) Logout() error { return nil }

func (s *session) current() transaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *session) goOn(t transaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = t
}
