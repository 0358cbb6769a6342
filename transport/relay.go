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
	User     string // the account's name, when the URL holds one
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
		for _, at := range d.relayPlaces(ctx, r) {
			if answered := d.tryAddress(ctx, at, o); answered || len(d.open()) == 0 {
				break
			}
		}
	}
}

// relayPlaces are the addresses of a relay. One that has none now may have one later, whatever DNS said: the letter is not
// to blame for it.
func (d *delivery) relayPlaces(ctx context.Context, r Relay) []place {
	if r.Socket != "" {
		return []place{{host: r.Socket, socket: r.Socket}}
	}
	route, err := d.Router.Direct(ctx, r.Host)
	d.noteLines(route)
	if err != nil {
		d.fail(d.open(), place{host: r.String()}, &stageError{report.StageResolve, smtp.ClassConnection, relayError(err)})
		return nil
	}
	d.noteSkips(route)
	var places []place
	for _, h := range route.Hosts {
		for _, ip := range h.Addresses {
			places = append(places, place{host: h.Name, address: netip.AddrPortFrom(ip, r.Port)})
		}
	}
	return places
}

// relayError takes the verdict on a domain out of an error: here it is about a server of ours.
func relayError(err error) error {
	var route *resolve.Error
	if errors.As(err, &route) && route.Kind != resolve.Interrupted {
		return errors.New("the relay can't be found: " + route.Error())
	}
	return err
}
