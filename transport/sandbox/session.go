package sandbox

import (
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-smtp"

	"mxsend/compose/address"
	"mxsend/transport/transcript"
)

// session is one conversation, from EHLO on.
type session struct {
	box     *Sandbox
	letters *gate
	conn    *smtp.Conn
	tls     bool
	utf8    bool
	sender  address.Address
	to      []address.Address
	ending  destiny // what happens to the letter itself
}

// Mail takes the sender.
func (s *session) Mail(from string, o *smtp.MailOptions) error {
	s.Reset()
	s.utf8 = o.UTF8
	if from == "" {
		return nil
	}
	sender, err := s.parse(from)
	if err != nil {
		return err
	}
	s.sender = sender
	if d := fateOf(senders(), sender.Local); d.kind == refused {
		return s.refuse(d.reply)
	}
	return nil
}

// Rcpt takes a recipient, or does to it what its local part wants.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	recipient, err := s.parse(to)
	if err != nil {
		return err
	}
	d := fateOf(recipients(), recipient.Local)
	switch d.kind {
	case refused:
		return s.refuse(d.reply, recipient)
	case greylisted:
		if first, err := s.box.greylist.meet(s.sender, recipient); first || err != nil {
			return s.refuse(greylistedNow(), recipient)
		}
	case dropped:
		return s.hangUp(recipient)
	case slow:
		if s.box.wait(d.delay) != nil {
			return s.refuse(closingDown(), recipient)
		}
	case refusedLetter, droppedInLetter, droppedAfterDot:
		s.ending = d
	}
	s.to = append(s.to, recipient)
	return nil
}

// parse reads a path as go-smtp hands it over: without angle brackets, the local part without its quotes.
func (s *session) parse(path string) (address.Address, error) {
	at := strings.LastIndexByte(path, '@')
	if at < 1 || strings.ContainsFunc(path, isControl) {
		return address.Address{}, badAddress().err()
	}
	domain, err := address.ParseDomain(path[at+1:])
	if err != nil {
		return address.Address{}, badAddress().err()
	}
	a := address.Address{Local: path[:at], Domain: domain}
	if a.NeedsUTF8() && !s.utf8 {
		return address.Address{}, needsUTF8().err() // RFC 6531 §3.4
	}
	return a, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// Data takes the letter.
func (s *session) Data(r io.Reader) error {
	if !s.letters.enter() {
		return closingDown().err()
	}
	defer s.letters.leave()
	switch s.ending.kind {
	case droppedInLetter:
		io.ReadFull(r, make([]byte, 1))
		s.log("dropped in the letter")
		guestOf(s.conn.Conn()).reset()
		return io.ErrUnexpectedEOF
	case refusedLetter:
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
		return s.refuse(s.ending.reply, s.to...)
	}
	stored, err := s.box.store(s, r)
	if err != nil {
		s.log("not stored: " + err.Error())
		return replyFor(err).err()
	}
	s.box.record(stored)
	s.log(stored.line())
	if s.ending.kind == droppedAfterDot {
		return s.hangUp(s.to...)
	}
	return queuedAs(stored.ID).err()
}

// Reset forgets the letter.
func (s *session) Reset() { s.sender, s.to, s.ending = address.Address{}, nil, destiny{} }

// Logout ends the session; there is nothing to free.
func (s *session) Logout() error { return nil }

// refuse says no, and after a 421 hangs up. RFC 5321 §3.8
func (s *session) refuse(r reply, about ...address.Address) error {
	s.log(fmt.Sprintf("refused%s: %d %s", list(about), r.code, r.text))
	if r.code == 421 {
		fmt.Fprintf(s.conn.Conn(), "421 %d.%d.%d %s\r\n", r.enhanced[0], r.enhanced[1], r.enhanced[2], r.text)
		guestOf(s.conn.Conn()).hangUp()
	}
	return r.err()
}

// hangUp ends the connection where a reply is due.
func (s *session) hangUp(about ...address.Address) error {
	s.log("dropped the connection" + list(about))
	guestOf(s.conn.Conn()).hangUp()
	return io.ErrUnexpectedEOF
}

func (s *session) log(line string) {
	s.box.log(transcript.Escape("from <" + s.sender.String() + ">: " + line))
}

// line is the record of a letter for people.
func (l Stored) line() string {
	where := "dropped"
	if l.Path != "" {
		where = "stored in " + l.Path
	}
	secure := ""
	if l.TLS {
		secure = " over TLS"
	}
	return fmt.Sprintf("%s to <%s>, %d octets%s, %s", l.ID, strings.Join(l.Recipients, "> <"), l.Size, secure, where)
}

func list(addresses []address.Address) string {
	var b strings.Builder
	for _, a := range addresses {
		b.WriteString(" <" + a.String() + ">")
	}
	return b.String()
}
