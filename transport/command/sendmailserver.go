package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/urfave/cli/v2"

	"mxsend/attach"
	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/transcript"
)

// serve speaks SMTP on standard input and output: sendmail -bs. What became of a letter is the reply to its end.
func (s *settings) serve(c *cli.Context, o sendmailOptions) error {
	conn := &stdio{Reader: c.App.Reader, Writer: c.App.Writer, closed: make(chan struct{})}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &submission{c: c, settings: s, options: o, torn: conn.ended.Load}, nil
	}))
	server.Domain, server.EnableSMTPUTF8, server.MaxRecipients = mailName(), true, 1000
	server.ErrorLog = silence{}
	listener := &oneConn{conn: conn}
	stop := context.AfterFunc(c.Context, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, smtp.ErrServerClosed) {
		return fmt.Errorf("speaking SMTP on standard input: %w", err)
	}
	return nil
}

type silence struct{}

func (silence) Printf(string, ...any) {}
func (silence) Println(...any)        {}

// submission is one SMTP session of a caller.
type submission struct {
	c        *cli.Context
	settings *settings
	options  sendmailOptions
	torn     func() bool // the caller's words have come to their end
	sender   address.Address
	to       []letter.Recipient
}

func (s *submission) Reset()        { s.sender, s.to = address.Address{}, nil }
func (s *submission) Logout() error { return nil }

func (s *submission) Mail(from string, _ *smtp.MailOptions) error {
	var err error
	if from != "" {
		s.sender, err = s.parse(from)
	}
	return syntax(err)
}

func (s *submission) Rcpt(to string, _ *smtp.RcptOptions) error {
	a, err := s.parse(to)
	if err == nil {
		s.to = append(s.to, letter.Recipient{Address: a})
	}
	return syntax(err)
}

func (s *submission) parse(text string) (address.Address, error) {
	m, err := oneMailbox(address.Parser{DefaultDomain: mailName()}, "address", text)
	return m.Address, err
}

func syntax(err error) error {
	if err == nil {
		return nil
	}
	return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 1, 3}, Message: transcript.Escape(err.Error())}
}

// Data carries the letter while the caller waits.
func (s *submission) Data(r io.Reader) error {
	part, err := attach.Opener{Stdin: r}.Open(s.c.Context, attach.Source{Path: "-", Type: "application/octet-stream", Name: "letter"})
	if err != nil {
		return err
	}
	if s.torn() { // QUIRK: go-smtp takes a chunk that ends too early for a whole one
		part.Close()
		return errTorn
	}
	order := newOrder()
	order.MIME, order.Headless, order.Repair, order.Sender = true, true, true, &s.sender
	order.From = address.Mailbox{Address: author(s.sender)}
	for _, r := range s.to {
		order.Recipients = append(order.Recipients, r.Address)
	}
	l, _, err := take(order, part)
	if err != nil {
		part.Close()
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: oneLine(err.Error())}
	}
	signed, err := s.settings.sign(s.c, l)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	l = signed
	defer l.Close()
	result, err := s.settings.hand(s.c, l, s.options.later)
	if err != nil {
		return err
	}
	return verdict(result, l)
}

// verdict is the reply for a report: SMTP has one for all recipients, so it names those that were not accepted.
func verdict(r report.Report, l *letter.Letter) error {
	e := &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 0, 0}, Message: oneLine(strings.Join(r.Lines(false), "; "))}
	switch code := sendmailCode(r, l); {
	case code == report.ExitOK:
		return nil
	case r.ExitCode() == report.ExitTemporary:
		return e
	}
	e.Code, e.EnhancedCode = 554, smtp.EnhancedCode{5, 0, 0}
	return e
}

const maxReply = 400 // octets of a reply's text. RFC 5321 §4.5.3.1.5

func oneLine(text string) string {
	text = transcript.Escape(strings.ReplaceAll(text, "\n", "; "))
	if len(text) > maxReply {
		text = strings.ToValidUTF8(text[:maxReply], "") + "…"
	}
	return text
}

var errTorn = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "the letter ended too early"}

// stdio is a connection made of two streams.
type stdio struct {
	io.Reader
	io.Writer
	ended  atomic.Bool // nothing more comes in
	once   sync.Once
	closed chan struct{}
}

func (s *stdio) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil {
		s.ended.Store(true)
	}
	return n, err
}

func (s *stdio) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

func (s *stdio) LocalAddr() net.Addr              { return &net.UnixAddr{Name: "stdio"} }
func (s *stdio) RemoteAddr() net.Addr             { return &net.UnixAddr{Name: "stdio"} }
func (s *stdio) SetDeadline(time.Time) error      { return nil }
func (s *stdio) SetReadDeadline(time.Time) error  { return nil }
func (s *stdio) SetWriteDeadline(time.Time) error { return nil }

// oneConn gives out one connection, and ends when that has ended.
type oneConn struct {
	conn  *stdio
	given bool
}

func (l *oneConn) Accept() (net.Conn, error) {
	if !l.given {
		l.given = true
		return l.conn, nil
	}
	<-l.conn.closed
	return nil, net.ErrClosed
}

func (l *oneConn) Close() error   { return l.conn.Close() }
func (l *oneConn) Addr() net.Addr { return l.conn.LocalAddr() }
