package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
)

// delivery is the way of one letter to one domain.
type delivery struct {
	*Carrier
	letter   *letter.Letter
	group    group
	policies []string         // what the host that is being tried must show, in sentences
	mx       []resolve.MX     // the exchangers as published
	outcomes []report.Outcome // one per recipient of the group; State is empty while it is open
	told     []bool           // Settled knows of the recipient
	doubt    bool             // an exchanger could not be asked that may take the letter another time
	started  time.Time
}

// deliver takes the letter to the domain of g and returns one settled outcome per recipient of g.
func (c *Carrier) deliver(ctx context.Context, l *letter.Letter, g group) []report.Outcome {
	d := &delivery{Carrier: c, letter: l, group: g, started: c.now(), outcomes: make([]report.Outcome, len(g.recipients)), told: make([]bool, len(g.recipients))}
	for i, r := range g.recipients {
		d.outcomes[i].Recipient = r.Address
	}
	d.run(ctx)
	d.settle()
	return d.outcomes
}

func (d *delivery) run(ctx context.Context) {
	if len(d.Relays) > 0 {
		d.runRelays(ctx)
		return
	}
	plan, err := d.find(ctx, d.group.domain)
	d.mx = plan.Route.MX
	d.noteLines(plan.Route)
	d.notePolicies("", plan.Lines())
	d.noteSkips(plan.Route, d.port())
	if err != nil {
		d.fail(d.open(), place{}, &stageError{report.StageResolve, smtp.ClassConnection, err})
		return
	}
	d.doubt = doubtful(plan.Route)
	for _, host := range plan.Route.Hosts {
		if len(d.open()) == 0 {
			break
		}
		d.tryHost(ctx, plan, host)
	}
}

// doubtful says whether an exchanger was left out for a reason that may pass, so that the refusals of the others are not final.
func doubtful(route resolve.Route) bool {
	return slices.ContainsFunc(route.Skipped, func(s resolve.Skip) bool {
		return s.Temporary && !slices.ContainsFunc(route.Hosts, func(h resolve.Host) bool { return h.Name == s.Host })
	})
}

func (d *delivery) noteLines(route resolve.Route) {
	for _, line := range route.Lines() {
		d.Transcript.Note("dns", line)
	}
}

func (d *delivery) notePolicies(host string, lines []string) {
	for _, line := range lines {
		d.Transcript.Note("policy", host+line)
	}
}

const maxNoted = 50 // of what a route left out; a stranger's DNS must not fill the report of every recipient

// noteSkips puts what the route left out among the attempts, so that the report tells why each host was passed over.
func (d *delivery) noteSkips(route resolve.Route, port uint16) {
	for i, s := range route.Skipped {
		if i == maxNoted {
			more := fmt.Sprintf("%d more addresses and hosts were passed over", len(route.Skipped)-maxNoted)
			d.attempted(d.open(), report.Attempt{Stage: report.StageResolve, Reason: more})
			return
		}
		a := report.Attempt{Host: s.Host, Stage: report.StageResolve, Reason: s.Reason}
		if s.Address.IsValid() {
			a.Address = netip.AddrPortFrom(s.Address, port)
		}
		d.attempted(d.open(), a)
	}
}

// attempted keeps an attempt for the recipients it was made for.
func (d *delivery) attempted(places []int, a report.Attempt) {
	for _, i := range places {
		d.outcomes[i].Attempts = append(d.outcomes[i].Attempts, a)
	}
}

// tryHost offers the open recipients to one host, on its addresses in turn until one of them has answered for the host.
func (d *delivery) tryHost(ctx context.Context, plan Plan, host resolve.Host) {
	demand := d.demand(ctx, plan, host, d.letter.Envelope.RequireTLS)
	d.policies = append(plan.Lines(), demand.String())
	d.notePolicies(host.Name+": ", []string{demand.String()})
	if err := demand.barred(); err != nil {
		d.fail(d.open(), place{host: host.Name}, err)
		return
	}
	o := demand.secured(d.SMTP, d.Now)
	for _, ip := range host.Addresses {
		at := place{host: host.Name, address: netip.AddrPortFrom(ip, d.port())}
		if answered := d.tryAddress(ctx, at, o); answered || len(d.open()) == 0 {
			return
		}
	}
}

// place is where a conversation is held: at an address, or on a socket of this machine.
type place struct {
	host    string
	address netip.AddrPort
	socket  string
	tls     *smtp.TLSFacts // of the connection, once there is one
}

// tryAddress offers the letter to all that are open, and says whether the host itself has answered, so that its other addresses
// need not be asked.
func (d *delivery) tryAddress(ctx context.Context, at place, o smtp.Options) (answered bool) {
	return d.tryFor(ctx, at, o, d.open())
}

// tryFor holds one conversation for the recipients at places. A failed handshake is followed by one more conversation without
// TLS where nothing demands it, a connection that is used up by another one for those who are left: RFC 9422 §4.
func (d *delivery) tryFor(ctx context.Context, at place, o smtp.Options, places []int) (answered bool) {
	result, tls, err := d.converse(ctx, at, o, places)
	if retry, note := d.retry(err, o); note != "" && ctx.Err() == nil {
		d.attempted(places, attemptOf(at, err))
		d.Transcript.Note("fallback", report.Peer(at.host, at.address)+": "+note)
		return d.tryFor(ctx, at, retry, places)
	}
	if err != nil {
		at.tls = tls
		return d.fail(places, at, err)
	}
	answered, left := d.take(places, at, tls, result)
	if len(left) == 0 || ctx.Err() != nil {
		return answered
	}
	d.Transcript.Note("fallback", report.Peer(at.host, at.address)+": this connection is used up: trying again with another one")
	return d.tryFor(ctx, at, o, left) && answered
}

// retry says how the same address is tried once more, and a note that says why; an empty note means it is not.
func (d *delivery) retry(err error, o smtp.Options) (smtp.Options, string) {
	var e *smtp.Error
	if !errors.As(err, &e) {
		return o, ""
	}
	switch {
	case e.MayRetryInClear():
		o.Security = o.Security.Without()
		return o, "the TLS handshake failed and nothing demands TLS: trying again without encryption"
	case e.MayRetryWithHELO() && !o.HELO:
		o.HELO = true
		return o, "the connection ended at EHLO: trying again with HELO" // RFC 5321 §3.2
	}
	return o, ""
}

// converse dials and sends the letter to the recipients at places.
func (d *delivery) converse(ctx context.Context, at place, o smtp.Options, places []int) (smtp.Result, *smtp.TLSFacts, error) {
	conn, err := d.dial(ctx, at)
	if err != nil {
		d.Transcript.Note("connect", report.Peer(at.host, at.address)+": "+report.Reason(err))
		return smtp.Result{}, nil, &stageError{smtp.StageConnect, smtp.ClassConnection, err}
	}
	talk := d.Transcript.Conversation(at.host, at.address)
	defer talk.Close()
	o.Host, o.Hello = at.host, d.hello(conn.LocalAddr())
	if d.Transcript.Active() {
		o.Witness = talk
	}
	if d.Settled != nil {
		o.Accepted = func(i int, v smtp.Verdict) { d.tell(places[i], accepted(at, v)) }
	}
	session, err := smtp.Open(ctx, conn, o)
	if err != nil {
		return smtp.Result{}, nil, err
	}
	defer session.Close()
	result, err := session.Send(ctx, d.letter, d.recipients(places))
	return result, session.TLS(), err
}

func (d *delivery) dial(ctx context.Context, at place) (net.Conn, error) {
	limit := d.ConnectTimeout
	if limit <= 0 {
		limit = defaultConnect
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if at.socket != "" {
		conn, err := new(net.Dialer).DialContext(ctx, "unix", at.socket)
		return conn, plainDialError(err, limit)
	}
	conn, err := d.dialer().DialContext(ctx, "tcp", at.address.String())
	return conn, plainDialError(err, limit)
}

// plainDialError keeps of a dial's error what the report does not say already.
func plainDialError(err error, limit time.Duration) error {
	var op *net.OpError
	var unreached *proxyError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer to the connection within %v", limit)
	case errors.As(err, &unreached):
		return unreached
	case errors.As(err, &op) && op.Err != nil:
		return plainSyscall(op.Err)
	}
	return err
}

func plainSyscall(err error) error {
	if inner := errors.Unwrap(err); inner != nil && strings.HasPrefix(err.Error(), "connect: ") {
		return inner
	}
	return err
}
