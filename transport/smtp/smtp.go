// Package smtp holds one conversation on one connection: the client's side of RFC 5321.
//
// In comes a connection that somebody dialled, what TLS it must show, and a letter. Out goes one verdict a recipient.
//
//  1. Open reads the greeting, says EHLO (or HELO), starts TLS as Security demands, says EHLO again, logs in.
//  2. Session.Send takes the form of the letter that suits the server (fitting) and checks that it can take it at all:
//     requirements.
//  3. transaction.envelope sends MAIL, RCPT and DATA, in one go where PIPELINING is offered, and reads every reply in order.
//  4. Session.sendLetter streams the letter: pouring.data through a stuffer, which doubles dots and lets nothing out that is
//     not a line, or pouring.bdat in chunks.
//  5. The reply to the final dot decides for the recipients that were accepted, and is told at once (Options.Accepted); what
//     the server found too many goes into
//     a further transaction.
//  6. Session.Close says QUIT, whose reply changes nothing.
//
// Implemented: RFC 5321, RFC 1870 (SIZE), RFC 2033 (LMTP), RFC 2034 (enhanced codes), RFC 2920 (PIPELINING), RFC 3030
// (CHUNKING, BINARYMIME), RFC 3207 (STARTTLS), RFC 3461 and 6533 (DSN), RFC 4954 (AUTH: SCRAM with its channel binding, RFC
// 5802, 7677, 9266; CRAM-MD5, PLAIN, LOGIN, OAUTHBEARER, XOAUTH2), RFC 6152 (8BITMIME), RFC 6531 (SMTPUTF8), RFC 8314 §3.3
// (implicit TLS), RFC 8689 (REQUIRETLS), RFC 9422 (LIMITS).
// Not here: DNS, policies, retries, what a failure means. Not supported: VRFY, EXPN, ETRN, BURL.
//
// Where the standards leave a choice, or the world differs from them:
//
//   - BODY=7BIT is not said, since it is what silence means; SIZE is, even where the server named no limit.
//   - RSET is sent when another transaction follows one that did not end with a letter, not before.
//   - A letter goes to its recipients in as few transactions as the server takes, those that no header names included.
//   - A 5yz reply to STARTTLS, or an extension that is not offered, is only this host's word; the others may do better.
//   - HELO follows every refusal of EHLO but 421, and never inside TLS. A server that greets with our own name is told of.
//   - After a 50z reply, or 555, the connection takes no further letter; this one is finished.
//   - LIMITS that are reached, and goodbyes after a letter, use up a connection: Error.MayReconnect.
//   - A login tries a second mechanism only after a reply that blames the first, never after refused credentials, and never
//     where a mechanism was asked for. A password transition (432) is left to people.
//   - Opportunistic TLS takes TLS 1.0, RSA key exchange and triple DES, since they beat clear text, but not RC4 (RFC 7465).
//     Negative serial numbers and SHA-1 signatures in TLS 1.2 are switches of the whole program (GODEBUG), so not ours.
//   - Sessions of TLS are not resumed, ALPN is not said, and TLS is not closed: its alert could block, and QUIT has said it.
//   - A slow reader is one that takes 128 KiB in more than three minutes. There is no limit for a whole conversation.
//
// The server is a stranger. Every line, reply and wait is bounded; a reply that SMTP does not allow ends the connection;
// no text of a server is ever acted upon, only the first digit of its codes.
//
// Promised: a recipient without error was accepted by a 2yz reply to the end of the letter, read after the final dot was
// sent. A loss between dot and reply is Error.Unknown and nothing else is. The final dot is never sent for a letter that
// could not be read to its end. No octet that was received before TLS is used after it. Every goroutine has ended when a
// method returns.
package smtp

import (
	"context"
	"net"
	"time"

	"mxsend/compose/address"
)

// Options is what a conversation needs to know beforehand. The zero value is usable.
type Options struct {
	Hello    string // the name we greet with, ASCII or an address literal; empty: the literal of the local address
	Host     string // the server's name, for TLS
	HELO     bool   // say HELO and use no extension
	Protocol Protocol
	Security Security
	Auth     *Auth // nil: nobody logs in
	Timeouts Timeouts
	Grace    time.Duration // how long the final reply is awaited after an interruption; 0: 5 s

	NoPipelining  bool
	Chunking      Chunking
	Ignore        []string // extensions to be treated as not offered
	MaxRecipients int      // of one transaction; 0: 100. RFC 5321 §4.5.3.1.8
	QuitAfter     Stage    // stop there with ErrStopped, one of connect to rcpt; empty: go to the end

	// Accepted is called with every recipient that was accepted, by its place in what Send was given, as soon as the reply was
	// read and before anything else is said; nil: nobody wants to know.
	Accepted func(place int, v Verdict)

	Witness     Witness // nil: nobody listens
	ShowSecrets bool
	Now         func() time.Time // for the validity of certificates; nil: time.Now
}

// Protocol is the dialect that is spoken.
type Protocol string

const (
	SMTP Protocol = ""
	LMTP Protocol = "lmtp" // RFC 2033: LHLO, and a reply for each recipient after the final dot
)

// Session is one connection, greeted and ready for letters. It is not safe for use by several goroutines at once.
type Session struct {
	options    Options
	conn       net.Conn // what is spoken through: raw, or TLS over raw
	raw        net.Conn // what is closed: closing TLS may block
	guard      *guard
	tell       *telling
	replies    *replyReader
	extensions Extensions
	facts      *TLSFacts
	dirty      bool                    // a transaction is open on the server's side: RSET before the next
	mails      int                     // transactions so far
	served     bool                    // a letter was accepted
	odd        bool                    // the server did not understand a command
	domains    map[address.Domain]bool // of the recipients named so far
	dead       bool                    // nothing may be said any more
}

const defaultGrace = 5 * time.Second

// Open greets the server and secures the connection. It owns conn from now on. The error is a *Error.
func Open(ctx context.Context, conn net.Conn, o Options) (*Session, error) {
	if o.Grace <= 0 {
		o.Grace = defaultGrace
	}
	s := &Session{options: o, conn: conn, raw: conn, guard: &guard{conn: conn, grace: o.Grace}}
	s.tell = &telling{witness: o.Witness, show: o.ShowSecrets}
	s.replies = newReplyReader(conn, s.tell)
	stop := s.guard.watch(ctx)
	defer stop()
	if err := s.open(); err != nil {
		s.quit(err)
		return nil, err
	}
	return s, nil
}

func (s *Session) open() *Error {
	if err := s.checkHello(); err != nil {
		return err
	}
	for _, step := range []struct {
		stage Stage
		do    func() *Error
	}{{StageGreeting, s.greeting}, {StageEHLO, s.hello}, {StageStartTLS, s.secure}, {StageAuth, s.login}} {
		if err := step.do(); err != nil {
			return err
		}
		if s.options.stopsAt(step.stage) {
			return stopped(step.stage)
		}
	}
	return nil
}

// stopsAt says whether the conversation shall end after that stage. A connection is made before we are asked.
func (o Options) stopsAt(stage Stage) bool {
	return o.QuitAfter == stage || o.QuitAfter == StageConnect && stage == StageGreeting
}

func stopped(at Stage) *Error { return &Error{Class: ClassLocal, Stage: at, Cause: ErrStopped} }

// TLS tells about the connection's TLS; nil when there is none.
func (s *Session) TLS() *TLSFacts { return s.facts }

// Extensions is what the server offers now: after TLS, what it said inside it. RFC 3207 §4.2
func (s *Session) Extensions() Extensions { return s.extensions }

// Reusable says whether a further letter may be sent on this connection: nothing is out of step, the server has not said
// goodbye, its limit of transactions (RFC 9422) is not reached, and it has understood every command: after a 50z reply
// nobody knows what it makes of the next. It may take a millisecond.
func (s *Session) Reusable() bool {
	if s.dead || s.odd || s.guard.interrupted() != nil || s.replies.lines.Buffered() > 0 || s.mailsLeft() == 0 {
		return false
	}
	s.guard.readWithin(time.Millisecond)
	_, err := s.replies.lines.Peek(1)
	return isTimeout(err) // anything else: an unsolicited 421, or the end of the connection
}

// Close says QUIT if there is still somebody to say it to, waits shortly for the reply and closes the connection. What
// the server makes of it changes no result, so the error is always nil.
func (s *Session) Close() error {
	s.quit(nil)
	return nil
}

// quit ends the conversation after err; a server that still listens is told. RFC 5321 §3.1, §4.1.1.10
func (s *Session) quit(err *Error) {
	if !s.dead && (err == nil || err.Class != ClassConnection && err.Class != ClassProtocol) && s.guard.interrupted() == nil {
		s.exchange(command{stage: StageQuit, text: "QUIT"})
	}
	s.abandon()
}

// abandon closes the connection without a word.
func (s *Session) abandon() {
	s.dead = true
	s.raw.Close()
}
