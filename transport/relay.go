package transport

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"mxsend/compose/address"
	"mxsend/transport/policy"
	"mxsend/transport/policy/dane"
	"mxsend/transport/report"
	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
)

// Relay is a server that takes all mail in place of the exchangers: a smarthost, a submission service, a local delivery agent.
type Relay struct {
	Protocol smtp.Protocol
	Implicit bool           // TLS from the first octet: smtps
	Host     address.Domain // zero for a socket
	Port     uint16
	Socket   string // a socket of this machine
	User     string // the account's name; empty: nobody logs in
}

// ParseRelay reads smtp://HOST[:PORT], smtps://HOST[:PORT], lmtp://HOST[:PORT], lmtp:///SOCKET, or HOST[:PORT], which is
// smtp. The ports are 25, 465 (RFC 8314 §7.3) and 24 unless given. A password in the URL is refused: it would be seen in
// the list of processes.
func ParseRelay(s string) (Relay, error) {
	if !strings.Contains(s, "://") {
		s = "smtp://" + s
	}
	u, err := url.Parse(s)
	if err != nil {
		return Relay{}, errors.New("not a URL such as smtps://mail.example.org") // the error of url.Parse would show a password
	}
	if _, set := u.User.Password(); set {
		return Relay{}, errors.New("a password can't stand in the URL: use --password-file or --password-command")
	}
	return relayFrom(u)
}

func relayFrom(u *url.URL) (Relay, error) {
	r := Relay{User: u.User.Username()}
	switch u.Scheme {
	case "smtp":
		r.Port = 25
	case "smtps":
		r.Implicit, r.Port = true, 465
	case "lmtp":
		r.Protocol, r.Port = smtp.LMTP, 24
	default:
		return r, fmt.Errorf("unknown scheme %q: use smtp, smtps or lmtp", u.Scheme)
	}
	if u.Host == "" && u.Scheme == "lmtp" && len(u.Path) > 1 {
		r.Socket = u.Path
		return r, nil
	}
	if u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return r, errors.New("nothing can follow the host and port")
	}
	return r, r.setHost(u)
}

func (r *Relay) setHost(u *url.URL) error {
	if port := u.Port(); port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return fmt.Errorf("%q is no port", port)
		}
		r.Port = uint16(n)
	}
	name := u.Hostname()
	if ip, err := netip.ParseAddr(name); err == nil {
		r.Host = address.Domain{Literal: ip.Unmap()}
		return nil
	}
	var err error
	r.Host, err = address.ParseDomain(name)
	return err
}

// String names the relay as people write it.
func (r Relay) String() string {
	if r.Socket != "" {
		return r.Socket
	}
	return r.Host.String()
}

// runRelays offers the letter to each relay in turn, until all recipients are settled.
func (d *delivery) runRelays(ctx context.Context) {
	for _, r := range d.Relays {
		if len(d.open()) == 0 {
			return
		}
		o := d.SMTP
		o.Protocol, o.Security.Implicit = r.Protocol, r.Implicit
		if r.User == "" {
			o.Auth = nil // the password is for those that are named with the account
		}
		if r.Socket != "" {
			d.tryAddress(ctx, place{host: r.Socket, socket: r.Socket}, o)
			continue
		}
		for _, host := range d.relayHosts(ctx, r) {
			if d.tryRelay(ctx, r, host, o) {
				break
			}
		}
	}
}

// tryRelay says whether the relay has answered, or nobody is left that it could be asked about.
func (d *delivery) tryRelay(ctx context.Context, r Relay, host resolve.Host, o smtp.Options) (done bool) {
	demand := d.relayDemand(ctx, host, r)
	d.policies = []string{demand.String()}
	d.notePolicies(r.String()+": ", d.policies)
	if err := demand.barred(); err != nil {
		return d.fail(d.open(), place{host: r.String()}, err)
	}
	o = demand.secured(o, d.Now)
	for _, ip := range host.Addresses {
		at := place{host: host.Name, address: netip.AddrPortFrom(ip, r.Port)}
		if answered := d.tryAddress(ctx, at, o); answered || len(d.open()) == 0 {
			return true
		}
	}
	return false
}

// relayDemand: that mail goes to a relay is certain, since a person named it; its TLSA records stand at its own port.
// RFC 7672 §2.2.3
func (d *delivery) relayDemand(ctx context.Context, host resolve.Host, r Relay) Demand {
	var demand Demand
	if r.Protocol == smtp.SMTP {
		demand.DANE = d.records(ctx, dane.Place{Host: host, Port: r.Port, Authentic: true})
	}
	asked := policy.Level(d.SMTP.Security.Level)
	if r.Implicit {
		asked = max(asked, policy.Encrypt) // its scheme says so: RFC 8314 §3
	}
	demand.Decision = policy.Decide(policy.Facts{Asked: asked, RequireTLS: d.letter.Envelope.RequireTLS,
		DANE: demand.DANE.Status, Authentic: true})
	return demand
}

// relayHosts are the relay with its addresses. One that has none now may have one later, whatever DNS said: the letter is
// not to blame for it.
func (d *delivery) relayHosts(ctx context.Context, r Relay) []resolve.Host {
	route, err := d.Router.Direct(ctx, r.Host)
	d.noteLines(route)
	if err != nil {
		d.fail(d.open(), place{host: r.String()}, &stageError{report.StageResolve, smtp.ClassConnection, relayError(err)})
		return nil
	}
	d.noteSkips(route, r.Port)
	return route.Hosts
}

// relayError takes the verdict on a domain out of an error: here it is about a server of ours.
func relayError(err error) error {
	var route *resolve.Error
	if errors.As(err, &route) && route.Kind != resolve.Interrupted {
		return errors.New("the relay can't be found: " + route.Error())
	}
	return err
}
