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
func (t transaction) store(letter io.Reader) (Stored, error) {
	id, err := t.box.newID()
	if err != nil {
		return Stored{}, err
	}
	stored := Stored{ID: id, Sender: t.sender.String(), TLS: t.tls}
	for _, a := range t.to {
		stored.Recipients = append(stored.Recipients, a.String())
	}
	if t.box.Maildir == "" {
		stored.Size, err = io.Copy(io.Discard, letter)
		return stored, err
	}
	now := t.box.now()
	file := fmt.Sprintf("%d.%s.sandbox", now.Unix(), id)
	stored.Path, stored.Size, err = t.box.maildir().deliver(file, t.trace(id, now), letter)
	return stored, err
}

func (s *Sandbox) maildir() maildir { return maildir{s.Maildir} }

// newID names a letter: 40 random bits, in letters and digits that cannot be mistaken for others.
func (s *Sandbox) newID() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
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
func (t transaction) trace(id string, now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Return-Path: <%s>\r\n", t.sender)
	for _, a := range t.to {
		fmt.Fprintf(&b, "Delivered-To: %s\r\n", a)
	}
	fmt.Fprintf(&b, "Received: from %s (%s)\r\n", printable(t.hello), literal(t.conn.RemoteAddr()))
	fmt.Fprintf(&b, "\tby %s (mxsend sandbox) with %s id %s", name, t.protocol(), id)
	if len(t.to) == 1 { // more would show the hidden recipients to the others: RFC 5321 §7.6
		fmt.Fprintf(&b, "\r\n\tfor <%s>", t.to[0])
	}
	fmt.Fprintf(&b, ";\r\n\t%s\r\n", now.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	return b.String()
}

// protocol is the registered name of how the letter came. RFC 3848, RFC 6531 §4.3
func (t transaction) protocol() string {
	protocol := "ESMTP"
	if t.utf8 {
		protocol = "UTF8SMTP"
	}
	if t.tls {
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
