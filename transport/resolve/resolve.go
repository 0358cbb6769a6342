// Package resolve asks the DNS who takes the mail of a domain, and keeps what other resolvers throw away: the RCODE, the
// TTL, whether the answer is authentic, and which server gave it.
//
// In comes an address.Domain; out goes a Route: hosts with addresses in the order to be tried, and everything that was
// left out with the reason why; or an *Error that says whether trying later can help.
//
//  1. Router.Route asks for the MX records of the domain through a Querier and follows CNAMEs: RFC 5321 §5.1.
//  2. readMX tells apart: no such domain, null MX (RFC 7505), no MX at all (the domain is its own exchanger), and records.
//  3. pickTargets leaves out what no exchanger can be called; ordered sorts by preference and shuffles equals;
//     limited bounds their number.
//  4. lookUp asks for the A and AAAA records of every target side by side, bounded; interleave mixes the families.
//  5. permitted leaves out loopback, link-local, multicast and unspecified addresses, unique those already listed; capped
//     keeps the list short, with both address families for the best hosts.
//  6. verdict says, when no host is left, whether that is so for good.
//
// A Querier is a Client (real servers), a Cache in front of one, or a Zone (records in a literal, for tests and rehearsal).
// A Client sends a question as newQuestion builds it to its servers one after the other (race), over UDP and after
// truncation over TCP (Client.exchange); read takes only what answers that question; follow walks along CNAMEs.
//
// Follows RFC 1035, RFC 2181 (CNAME, TTL), RFC 2308 (denials), RFC 5321 §5.1, RFC 6604 (RCODE and CNAME), RFC 6761
// (localhost), RFC 6840 §5.7 (AD in questions), RFC 6891 (EDNS), RFC 7505, RFC 7766 (TCP), RFC 8914 (extended errors).
//
// Where the standards leave a choice: families take turns within a host, IPv6 first, as RFC 6724 would have it; a circle of
// CNAMEs is temporary; an address literal that is a loopback address is refused like an exchanger's, an address of a private
// network is only told; "." beside other MX records is passed over; the AD bit counts if every server of the Client is
// trusted, and no server if one is not.
//
// Not done: validation of DNSSEC signatures (the AD bit of a trusted resolver is believed instead), search lists of
// resolv.conf (RFC 5321 §5.1 wants names as given), /etc/hosts, DNS over TLS or HTTPS, case randomisation of names.
//
// Promised: trouble is never taken for a denial, so a failed lookup is never "no such domain" and never "no MX"; every
// failure is an *Error; every goroutine has ended when a call returns; no call lasts longer than its bounds.
package resolve

import "context"

// Querier asks one question about one name. The name is absolute, with or without its final dot; no search list applies.
//
// NOERROR and NXDOMAIN are answers, so that a denial keeps its TTL and its authenticity; see Answer.Err. Everything else,
// silence included, is an *Error and no answer.
type Querier interface {
	Query(ctx context.Context, name string, qtype uint16) (Answer, error)
}
