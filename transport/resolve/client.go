package resolve

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Client asks recursive servers. The zero value asks the one on this machine, as resolv.conf(5) says for an empty file.
// It keeps no state: one Client may be copied, and serves any number of questions at once.
type Client struct {
	Servers  []string      // host:port, in the order to be asked; none: 127.0.0.1:53
	TrustAD  bool          // believe AD from every server; else only if all of them are on this machine
	Rotate   bool          // begin with any of the servers
	TCP      bool          // never ask over UDP
	Attempts int           // how often each server is asked when nothing comes; 0: 2
	Timeout  time.Duration // for one server, one attempt; 0: 5 s
	Hedge    time.Duration // how long one server is alone before the next is asked too; 0: 400 ms
	Total    time.Duration // for one Query with all its CNAMEs; 0: 30 s

	// Dial opens a connection, "udp" or "tcp"; nil: the system's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

const (
	localServer     = "127.0.0.1:53"
	defaultAttempts = 2                      // resolv.conf(5)
	defaultTimeout  = 5 * time.Second        // resolv.conf(5)
	defaultHedge    = 400 * time.Millisecond // most answers come sooner, even those not in a cache
	defaultTotal    = 30 * time.Second
)

// Query implements Querier.
func (c Client) Query(ctx context.Context, name string, qtype uint16) (Answer, error) {
	start := time.Now()
	bounded, cancel := context.WithTimeout(ctx, or(c.Total, defaultTotal))
	defer cancel()
	answer, err := follow(bounded, c.ask, name, qtype)
	if err != nil {
		return Answer{}, about(err, plain(name), qtype)
	}
	answer.Took = time.Since(start)
	return answer, nil
}

// about puts the question that was asked into an error that arose at a later name of a chain, or that knows no question.
func about(err error, name string, qtype uint16) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	told := *e
	if told.Name != "" && told.Name != name {
		told.Detail = join(told.Detail, "asked for its alias "+told.Name)
	}
	told.Name, told.Type = name, typeName(qtype)
	return &told
}

func (c Client) servers() []string {
	if len(c.Servers) == 0 {
		return []string{localServer}
	}
	if !c.Rotate {
		return c.Servers
	}
	first := rand.IntN(len(c.Servers))
	return slices.Concat(c.Servers[first:], c.Servers[:first])
}

// trusted says whether the AD bit is believed: every server must be this machine, or the user vouches for the ways to them.
// RFC 4035 §4.9.3, RFC 6840 §5.7
//
// One stranger among the servers spoils all. Who keeps the trusted one from answering would else decide, through the other,
// that a domain demands nothing.
func (c Client) trusted() bool {
	return c.TrustAD || !slices.ContainsFunc(c.servers(), func(s string) bool { return !onThisMachine(s) })
}

// onThisMachine: resolv.conf(5) writes this machine as 0.0.0.0, too.
func onThisMachine(server string) bool {
	host, _, err := net.SplitHostPort(server)
	if err != nil {
		return false
	}
	ip, _ := netip.ParseAddr(host)
	ip = ip.Unmap()
	return ip.IsLoopback() || ip.IsUnspecified() || isLocalhost(strings.ToLower(host))
}

// ParseServer reads HOST[:PORT], where HOST is an IPv4 or IPv6 address, the latter with or without brackets, or a name.
// The port is 53 unless given.
func ParseServer(s string) (string, error) {
	if ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")); err == nil {
		return net.JoinHostPort(ip.String(), "53"), nil
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		host, port = s, "53"
	}
	number, err := strconv.ParseUint(port, 10, 16)
	_, notIP := netip.ParseAddr(host)
	if err != nil || number == 0 || notIP != nil && !hostlike(strings.ToLower(host)) {
		return "", fmt.Errorf("resolver %s: not HOST or HOST:PORT, such as 192.0.2.53 or [2001:db8::53]:5353", printable(s))
	}
	return net.JoinHostPort(host, port), nil
}

func or[T int | time.Duration](value, fallback T) T {
	if value <= 0 {
		return fallback
	}
	return value
}

// failure is the error for an RCODE that is no answer; nil for NOERROR and NXDOMAIN.
func failure(m *dns.Msg, server string) *Error {
	kind := ServFail
	switch {
	case referral(m):
		return &Error{Kind: Refused, Server: server, Detail: "it only names other servers"}
	case m.Rcode == dns.RcodeSuccess || m.Rcode == dns.RcodeNameError:
		return nil
	case m.Rcode == dns.RcodeRefused || m.Rcode == dns.RcodeNotAuth:
		kind = Refused
	}
	return &Error{Kind: kind, Server: server, RCode: m.Rcode, Detail: extended(m)}
}
