package smtp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// checkHello refuses a name that would not be one word of a command line.
func (s *Session) checkHello() *Error {
	if s.options.Hello == "" {
		s.options.Hello = literal(s.raw.LocalAddr())
	}
	if strings.ContainsFunc(s.options.Hello, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return s.fail(&Error{Class: ClassLocal, Stage: StageEHLO, Cause: fmt.Errorf("%q is no name to greet with", s.options.Hello)})
	}
	return nil
}

// literal is the address literal of our end. RFC 5321 §4.1.4
func literal(local net.Addr) string {
	tcp, ok := local.(*net.TCPAddr)
	if !ok {
		return "[127.0.0.1]"
	}
	ip, _ := netip.AddrFromSlice(tcp.IP)
	if ip = ip.Unmap(); ip.Is6() {
		return "[IPv6:" + ip.String() + "]"
	}
	return "[" + ip.String() + "]"
}

// greeting reads the server's first reply. RFC 5321 §3.1
func (s *Session) greeting() *Error {
	if s.options.Security.Implicit {
		if err := s.handshake(); err != nil {
			return err
		}
	}
	first := command{stage: StageGreeting}
	r, err := s.reply(first)
	switch {
	case err != nil:
		return err
	case r.Code == 421:
		return s.fail(s.refused(first, r))
	}
	return s.expect(2, first, r)
}

// hello says EHLO and learns the extensions; a server that does not know it is greeted with HELO.
func (s *Session) hello() *Error {
	if s.options.HELO {
		return s.helo(nil)
	}
	c := command{stage: StageEHLO, text: s.options.Protocol.verb() + " " + s.options.Hello}
	replies, err := s.exchange(c)
	switch {
	case err != nil:
		// RFC 5321 §3.2: some servers close on EHLO; a new connection may say HELO.
		err.plain = err.Class == ClassConnection && len(replies) == 0 && !isTimeout(err) && s.mayDoWithout()
		return err
	case replies[0].refusal():
		return s.helo(s.refused(c, replies[0]))
	}
	s.extensions = parseExtensions(replies[0].Lines, s.options.Ignore)
	if strings.EqualFold(s.extensions.Server, s.options.Hello) {
		s.tell.noted("loop", "the server gives our own name: it may be this very machine") // RFC 5321 §6.3
	}
	return s.expect(2, c, replies[0])
}

func (p Protocol) verb() string {
	if p == LMTP {
		return "LHLO" // RFC 2033 §4.1
	}
	return "EHLO"
}

// mayDoWithout says whether a server without extensions is good enough. Inside TLS EHLO has worked before.
func (s *Session) mayDoWithout() bool {
	return s.facts == nil && !s.options.Security.required() && s.options.Protocol == SMTP && s.options.Auth == nil
}

// helo greets as before 1993. refusal is what the server said to EHLO, any code but 421. RFC 5321 §4.1.4
func (s *Session) helo(refusal *Error) *Error {
	s.extensions = Extensions{}
	switch {
	case s.options.Security.required() && s.facts == nil:
		e := s.unsafe("the server knows no EHLO, so it offers no TLS")
		if refusal != nil {
			e.Reply = refusal.Reply
		}
		return e
	case refusal != nil && !s.mayDoWithout():
		return refusal
	case refusal != nil:
		s.tell.noted("fallback", "EHLO was refused: greeting with HELO")
	}
	_, err := s.ask(command{stage: StageEHLO, text: "HELO " + s.options.Hello})
	return err
}

// unsafe is the error for a server that does not offer the TLS that is demanded.
func (s *Session) unsafe(why string) *Error {
	return &Error{Class: ClassMissingFeature, Stage: StageStartTLS, Reply: Reply{Enhanced: "4.7.4"}, Cause: errors.New(why)}
}
