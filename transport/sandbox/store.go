package sandbox

import (
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"mxsend/compose/address"
)

// store reads a letter to its end and puts it into the Maildir, if there is one.
func (s *Sandbox) store(from *session, letter io.Reader) (Stored, error) {
	id, err := s.newID()
	if err != nil {
		return Stored{}, err
	}
	stored := Stored{ID: id, Sender: from.sender.String(), TLS: from.tls}
	for _, a := range from.to {
		stored.Recipients = append(stored.Recipients, a.String())
	}
	if s.Maildir == "" {
		stored.Size, err = io.Copy(io.Discard, letter)
		return stored, err
	}
	fields := from.trace(id, s.now())
	file := fmt.Sprintf("%d.%s.sandbox", s.now().Unix(), id)
	stored.Path, stored.Size, err = s.maildir().deliver(file, fields, letter)
	return stored, err
}

func (s *Sandbox) maildir() maildir { return maildir{s.Maildir} }

// newID names a letter: 40 random bits, in letters and digits that cannot be mistaken for others.
func (s *Sandbox) newID() (string, error) {
	var bits [5]byte
	if _, err := io.ReadFull(s.random(), bits[:]); err != nil {
		return "", fmt.Errorf("naming the letter: %w", err)
	}
	return base32.StdEncoding.EncodeToString(bits[:]), nil
}

// replyFor is the reply to a letter that could not be stored: go-smtp's own where the letter is to blame.
func replyFor(err error) reply {
	var own *smtp.SMTPError
	if errors.As(err, &own) {
		return reply{own.Code, own.EnhancedCode, own.Message}
	}
	return diskTrouble()
}

// trace is what a final delivery puts before the letter. RFC 5321 §4.4
func (s *session) trace(id string, now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Return-Path: <%s>\r\n", s.sender)
	for _, a := range s.to {
		fmt.Fprintf(&b, "Delivered-To: %s\r\n", a)
	}
	fmt.Fprintf(&b, "Received: from %s (%s)\r\n", printable(s.conn.Hostname()), literal(s.conn.Conn().RemoteAddr()))
	fmt.Fprintf(&b, "\tby %s (mxsend sandbox) with %s id %s", name, s.protocol(), id)
	if len(s.to) == 1 { // more would show the hidden recipients to the others: RFC 5321 §7.6
		fmt.Fprintf(&b, "\r\n\tfor <%s>", s.to[0])
	}
	fmt.Fprintf(&b, ";\r\n\t%s\r\n", now.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	return b.String()
}

// protocol is the registered name of how the letter came. RFC 3848, RFC 6531 §4.3
func (s *session) protocol() string {
	protocol := "ESMTP"
	if s.utf8 {
		protocol = "UTF8SMTP"
	}
	if s.tls {
		protocol += "S"
	}
	return protocol
}

// literal is an address as RFC 5321 §4.1.3 writes it.
func literal(a net.Addr) string {
	return address.Domain{Literal: addrPort(a).Addr().WithZone("")}.String()
}

// printable keeps a client's name from becoming more than a name in a field.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f || r == '(' || r == ')' || r == '\\' {
			return '?'
		}
		return r
	}, name)
}
