// Package transport carries a letter to the exchangers of its recipients and reports what became of it.
//
// In comes a finished *letter.Letter; out goes a report.Report with one outcome per recipient.
//
//  1. Carry groups the recipients by domain (RFC 5321 §4.5.4.1) and delivers the groups side by side, bounded by Parallel.
//  2. delivery.run asks the Router for the hosts of one domain (resolve.Route), and beside it for the domain's MTA-STS policy.
//     With Relays, delivery.runRelays takes these in their place, for all domains at once.
//  3. delivery.tryHost asks what TLS the host must show (Demand: DANE, MTA-STS and the user, weighed by package policy) and
//     takes its addresses in turn: dial, smtp.Open, Session.Send.
//  4. report.Judge says after each failure what it means; recipients that may still be taken go to the next host.
//  5. Settled is told of every recipient as soon as its fate is certain.
//  6. What is left when the hosts are used up is settled by the gravest doubt: temporary over permanent.
//
// Follows RFC 5321 §5.1 (hosts in order, at least two addresses), RFC 7435 (opportunistic security: one more try without
// TLS when a handshake failed and nothing demands it), RFC 1047 (no second host after a lost final reply).
//
// Not done: two domains that share an exchanger get a connection each, since their TLS policies may differ.
//
// Promised: every recipient has exactly one outcome; a recipient that was accepted is never offered again; one domain's
// trouble does not touch another's; every goroutine has ended and every connection is closed when Carry returns.
package transport

import (
	"context"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
	"mxsend/transport/transcript"
)

// Router finds the hosts that take mail for a domain; *resolve.Router is one.
type Router interface {
	Route(ctx context.Context, d address.Domain) (resolve.Route, error)
	// Direct finds the addresses of a host that is known by name, without MX records.
	Direct(ctx context.Context, d address.Domain) (resolve.Route, error)
}

// Dialer opens connections; *net.Dialer is one.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Carrier holds what is the same for every domain of a letter. Router is needed; every other field may be zero.
type Carrier struct {
	Router         Router
	Policies       Policies      // what domains demand of their hosts; zero: nothing is asked
	Relays         []Relay       // take everything, tried in order, in place of the exchangers; none: exchangers
	Dialer         Dialer        // nil: the system's
	Port           uint16        // 0: 25
	ConnectTimeout time.Duration // 0: 30 s for one address
	Parallel       int           // domains at once; 0: 20, below 0 or with a transcript of bodies: 1
	SMTP           smtp.Options  // Hello, Security, Timeouts and so on; Host and Witness are set for each connection
	Transcript     *transcript.Recorder
	// Settled is told what became of a recipient as soon as it is certain: of one that was accepted, before another word is said
	// to the server. It is called from several goroutines, once for each recipient; nil: nobody wants to know so soon.
	Settled func(report.Outcome)
	Now     func() time.Time // nil: time.Now
}

const (
	defaultPort     = 25
	defaultConnect  = 30 * time.Second // a first byte may be slow, an open port is not
	defaultParallel = 20
)

// Carry delivers the letter and returns when every recipient has an outcome. When ctx ends, what was not yet sent is
// reported as deferred.
func (c *Carrier) Carry(ctx context.Context, l *letter.Letter) report.Report {
	groups := groupByDomain(l.Envelope.Recipients)
	if len(c.Relays) > 0 {
		groups = oneGroup(l.Envelope.Recipients)
	}
	if len(groups) == 1 {
		return assemble(l, groups, [][]report.Outcome{c.deliver(ctx, l, groups[0])})
	}
	places := make(chan struct{}, c.parallel())
	outcomes := make([][]report.Outcome, len(groups))
	var running sync.WaitGroup
	for i, g := range groups {
		places <- struct{}{}
		running.Go(func() {
			outcomes[i] = c.deliver(ctx, l, g)
			<-places
		})
	}
	running.Wait()
	return assemble(l, groups, outcomes)
}

// group is the recipients of one domain, with their places in the envelope.
type group struct {
	domain     address.Domain
	recipients []letter.Recipient
	places     []int
}

func groupByDomain(recipients []letter.Recipient) []group {
	var groups []group
	at := map[address.Domain]int{}
	for place, r := range recipients {
		i, known := at[r.Address.Domain]
		if !known {
			i = len(groups)
			at[r.Address.Domain] = i
			groups = append(groups, group{domain: r.Address.Domain})
		}
		groups[i].recipients = append(groups[i].recipients, r)
		groups[i].places = append(groups[i].places, place)
	}
	return groups
}

// oneGroup is everybody: a relay takes the letter for all domains at once.
func oneGroup(recipients []letter.Recipient) []group {
	g := group{recipients: recipients}
	for place := range recipients {
		g.places = append(g.places, place)
	}
	return []group{g}
}

func assemble(l *letter.Letter, groups []group, outcomes [][]report.Outcome) report.Report {
	r := report.Report{MessageID: l.Facts.MessageID, Size: l.Facts.Size}
	r.Outcomes = make([]report.Outcome, len(l.Envelope.Recipients))
	for i, g := range groups {
		for j, place := range g.places {
			r.Outcomes[place] = outcomes[i][j]
		}
	}
	return r
}

func (c *Carrier) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c *Carrier) port() uint16 {
	if c.Port == 0 {
		return defaultPort
	}
	return c.Port
}

func (c *Carrier) parallel() int {
	switch {
	case c.Parallel < 0:
		return 1
	case c.Parallel == 0:
		return defaultParallel
	}
	return c.Parallel
}

func (c *Carrier) dialer() Dialer {
	if c.Dialer == nil {
		return &net.Dialer{}
	}
	return c.Dialer
}

// meansSomething says whether others can make anything of this machine's name. QUIRK: many machines are called
// localhost.localdomain, for which servers refuse us.
func meansSomething(d address.Domain) bool {
	last := d.ASCII[strings.LastIndexByte(d.ASCII, '.')+1:]
	return last != d.ASCII && last != "localhost" && last != "localdomain"
}

// hello is the name we greet with: the one that was set, else one that is found.
func (c *Carrier) hello(local net.Addr) string {
	if c.SMTP.Hello != "" {
		return c.SMTP.Hello
	}
	name, _ := os.Hostname() // empty along with an error
	return greeting(name, local)
}

// greeting is the host's own name when it is a full one, else the address that the connection leaves from. RFC 5321 §4.1.4
func greeting(name string, local net.Addr) string {
	if d, err := address.ParseDomain(name); err == nil && meansSomething(d) {
		return d.ASCII
	}
	if tcp, ok := local.(*net.TCPAddr); ok {
		ip := tcp.AddrPort().Addr().Unmap().WithZone("")
		return address.Domain{Literal: ip}.String()
	}
	return "[127.0.0.1]"
}
