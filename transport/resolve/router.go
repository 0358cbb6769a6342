package resolve

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/miekg/dns"

	"mxsend/compose/address"
)

// Router finds routes. The zero value asks the resolver of this machine. It keeps no state and serves any number of
// domains at once.
type Router struct {
	DNS           Querier       // nil: Client{}
	AllowLoopback bool          // loopback, link-local, multicast and unspecified addresses, and localhost, are let pass
	IPv4Only      bool          // AAAA records are not asked for
	IPv6Only      bool          // A records are not asked for
	MaxAddresses  int           // of one route; 0: 10
	Timeout       time.Duration // for one route; 0: 60 s

	// Shuffle mixes exchangers of equal preference; nil: rand.Shuffle. It is called from many goroutines.
	Shuffle func(n int, swap func(i, j int))
}

const (
	defaultAddresses = 10
	defaultRoute     = time.Minute
)

// Route finds the hosts that take mail for d, or says in an *Error why there are none. Along with an error, the Route
// holds what was found before. DNS is not asked about localhost. RFC 6761 §6.3
func (r Router) Route(ctx context.Context, d address.Domain) (Route, error) {
	if d.Literal.IsValid() {
		return r.literal(d) // RFC 5321 §4.1.3
	}
	if isLocalhost(d.ASCII) {
		return r.localhost(d)
	}
	ctx, cancel := context.WithTimeout(ctx, or(r.Timeout, defaultRoute))
	defer cancel()
	route := Route{Domain: d}
	answer, err := r.querier().Query(ctx, d.ASCII, dns.TypeMX)
	if err != nil {
		return route, err
	}
	if err := route.readMX(answer); err != nil {
		return route, err
	}
	return route, r.findHosts(ctx, &route)
}

// Direct finds the addresses of a host that is known by name, such as a relay, without MX records. localhost is this
// machine. RFC 6761 §6.3
func (r Router) Direct(ctx context.Context, d address.Domain) (Route, error) {
	if d.Literal.IsValid() {
		return r.literal(d)
	}
	if isLocalhost(d.ASCII) {
		return r.localhost(d)
	}
	ctx, cancel := context.WithTimeout(ctx, or(r.Timeout, defaultRoute))
	defer cancel()
	route := Route{Domain: d}
	return route, r.findAddresses(ctx, &route, []MX{{Host: d.ASCII}})
}

func (r Router) literal(d address.Domain) (Route, error) {
	return r.fixed(d, "", d.Literal)
}

func (r Router) localhost(d address.Domain) (Route, error) {
	return r.fixed(d, d.ASCII, netip.IPv6Loopback(), netip.AddrFrom4([4]byte{127, 0, 0, 1}))
}

// fixed is the route to addresses that DNS has no say in.
func (r Router) fixed(d address.Domain, name string, addresses ...netip.Addr) (Route, error) {
	route := Route{Domain: d}
	host := Host{Name: name}
	for _, ip := range addresses {
		if r.wants(ip) {
			host.Addresses = append(host.Addresses, ip.Unmap())
		} else {
			route.skip(Skip{Host: name, Address: ip, Reason: "mail is to go by the other family only"})
		}
	}
	r.admit(&route, []Host{host})
	return route, route.verdict()
}

func (r Router) wants(ip netip.Addr) bool {
	is4 := ip.Unmap().Is4()
	return !(r.IPv4Only && !is4) && !(r.IPv6Only && is4)
}

// findHosts goes from MX records to hosts with addresses.
func (r Router) findHosts(ctx context.Context, route *Route) error {
	if route.Implicit {
		return r.findAddresses(ctx, route, []MX{{Host: route.Lookup.Name}})
	}
	return r.findAddresses(ctx, route, limited(route, r.ordered(r.pickTargets(route))))
}

func (r Router) findAddresses(ctx context.Context, route *Route, targets []MX) error {
	r.admit(route, r.lookUp(ctx, route, targets))
	if errors.Is(ctx.Err(), context.Canceled) {
		return &Error{Name: route.Domain.ASCII, Kind: Interrupted, Cause: context.Canceled}
	}
	return route.verdict()
}

// admit puts the hosts into the route with those of their addresses that will be tried.
func (r Router) admit(route *Route, hosts []Host) {
	hosts = unique(route, r.permitted(route, hosts))
	route.Hosts = capped(route, hosts, or(r.MaxAddresses, defaultAddresses))
	for i, h := range route.Hosts {
		if i == 0 && route.Lookup.Type == 0 {
			route.TTL = h.TTL
		}
		route.TTL = min(route.TTL, h.TTL)
	}
}

func (r Router) querier() Querier {
	if r.DNS == nil {
		return Client{}
	}
	return r.DNS
}

func (r Router) shuffle(n int, swap func(i, j int)) {
	if r.Shuffle == nil {
		rand.Shuffle(n, swap)
		return
	}
	r.Shuffle(n, swap)
}
