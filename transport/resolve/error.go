package resolve

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// Kind is the word for what went wrong.
type Kind string

// The kinds of failure. The first group says that the domain takes no mail and will not tomorrow; the second says nothing
// about the domain.
const (
	NoSuchDomain Kind = "no-such-domain" // NXDOMAIN: RFC 5321 §5.1
	NoData       Kind = "no-data"        // the name exists, but has no record of the kind; for a route: neither MX nor address
	NullMX       Kind = "null-mx"        // RFC 7505
	NoHost       Kind = "no-host"        // MX records, but none that can be used, and every lookup said so
	Forbidden    Kind = "forbidden"      // addresses, but only such as mail is not sent to without AllowLoopback
	Invalid      Kind = "invalid"        // not a name that can be asked for

	Undecided   Kind = "undecided"   // MX records, but none that can be used now; some may be later
	Loop        Kind = "loop"        // CNAMEs in a circle, or too many
	ServFail    Kind = "servfail"    // SERVFAIL, and every RCODE that has no kind of its own
	Refused     Kind = "refused"     // REFUSED, or a server that only refers to others
	Timeout     Kind = "timeout"     // no answer in time
	Malformed   Kind = "malformed"   // an answer that makes no sense
	Network     Kind = "network"     // the server cannot be reached
	Interrupted Kind = "interrupted" // the context was cancelled
)

// Error is every error of this package's lookups and routes.
type Error struct {
	Name   string // what was asked for, without final dot
	Type   string // of the record: "MX", "AAAA"; "" when no single one is meant
	Kind   Kind
	RCode  int    // of the answer, when there was one
	Server string // host:port; "" when no server had a part in it
	Detail string // what else is known, words without control characters
	Cause  error
}

// Temporary says whether the same question may have another answer later.
//
// A loop counts as temporary: a resolver that walks the chain itself answers SERVFAIL, and the outcome must not depend on
// which side walks.
func (e *Error) Temporary() bool {
	switch e.Kind {
	case NoSuchDomain, NoData, NullMX, NoHost, Forbidden, Invalid:
		return false
	}
	return true
}

// ExitCode is EX_NOHOST or EX_TEMPFAIL of sysexits(3).
func (e *Error) ExitCode() int {
	if e.Temporary() {
		return 75
	}
	return 68
}

// Unwrap gives the error of the network or of the packet, if there was one.
func (e *Error) Unwrap() error { return e.Cause }

// Error is a sentence for a person: "hamburger.edu: no such domain".
func (e *Error) Error() string {
	text := e.sentence()
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Name == "" {
		return text
	}
	return e.Name + ": " + text
}

func (e *Error) sentence() string {
	switch e.Kind {
	case NoSuchDomain:
		return "no such domain"
	case NoData:
		return "no " + e.Type + " record"
	case NullMX:
		return "takes no mail (null MX)"
	case NoHost:
		return "none of its exchangers can be used"
	case Forbidden:
		return "mail is not sent to such addresses without --allow-loopback"
	case Invalid:
		return "not a name that DNS can be asked for"
	case Undecided:
		return "none of its exchangers can be used now"
	case Loop:
		return "its CNAME records do not end"
	case Interrupted:
		return "interrupted while asking DNS"
	}
	return e.trouble()
}

// trouble is the sentence where the resolver is to blame, or is the messenger.
func (e *Error) trouble() string {
	who := "the resolver"
	if e.Server != "" {
		who += " at " + e.Server
	}
	switch e.Kind {
	case ServFail:
		return who + " failed" + e.finding() + " (" + rcode(e.RCode) + ")"
	case Refused:
		return who + " refused to answer"
	case Timeout:
		return who + " did not answer"
	case Malformed:
		return who + " gave an answer that makes no sense"
	}
	return who + " cannot be reached"
}

func (e *Error) finding() string {
	if e.Type == "" {
		return ""
	}
	return " to find the " + e.Type + " record"
}

func rcode(code int) string {
	if word, known := dns.RcodeToString[code]; known {
		return word
	}
	return fmt.Sprintf("RCODE %d", code)
}

func typeName(qtype uint16) string {
	return strings.ToUpper(dns.Type(qtype).String())
}
