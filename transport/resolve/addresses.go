package resolve

import (
	"net/netip"
	"slices"
)

// reserved are the addresses that mean no host on a network, beside those that netip knows by name.
var (
	thisNetwork = netip.PrefixFrom(netip.AddrFrom4([4]byte{}), 8) // RFC 1122 §3.2.1.3
	broadcast   = netip.AddrFrom4([4]byte{255, 255, 255, 255})
)

// translated are the IPv6 prefixes that a gateway, or this machine, turns into the IPv4 address behind them, with the place
// where it begins: IPv4-compatible (RFC 4291 §2.5.5.1), NAT64 (RFC 6052 §2.1), 6to4 (RFC 3056 §2).
var translated = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("::/96"), 12},
	{netip.MustParsePrefix("64:ff9b::/96"), 12},
	{netip.MustParsePrefix("2002::/16"), 2},
}

// meant is the address that a packet to ip ends at.
func meant(ip netip.Addr) netip.Addr {
	if ip = ip.Unmap(); ip.IsLoopback() || ip.IsUnspecified() {
		return ip
	}
	for _, t := range translated {
		if t.prefix.Contains(ip) {
			b := ip.As16()
			return netip.AddrFrom4([4]byte(b[t.at : t.at+4]))
		}
	}
	return ip
}

// refusal says why mail is not sent to ip; "" when it is. An exchanger that is published with such an address would make
// us talk to this machine or its neighbours.
func refusal(ip netip.Addr) string {
	switch ip = meant(ip); {
	case ip.IsLoopback():
		return "a loopback address"
	case ip.IsUnspecified() || thisNetwork.Contains(ip) || ip == broadcast:
		return "not the address of a host"
	case ip.IsMulticast():
		return "a multicast address"
	case ip.IsLinkLocalUnicast():
		return "a link-local address"
	}
	return ""
}

// permitted leaves out the addresses that mail is not sent to.
func (r Router) permitted(route *Route, hosts []Host) []Host {
	if r.AllowLoopback {
		return hosts
	}
	return filter(hosts, func(h Host, ip netip.Addr) bool {
		reason := refusal(ip)
		if reason != "" {
			route.skip(Skip{Host: h.Name, Address: ip, Reason: reason, forbidden: true})
		}
		return reason == ""
	})
}

// unique leaves out addresses that an earlier host has.
func unique(route *Route, hosts []Host) []Host {
	owner := map[netip.Addr]string{}
	return filter(hosts, func(h Host, ip netip.Addr) bool {
		first, seen := owner[ip]
		if !seen {
			owner[ip] = h.Name
			return true
		}
		route.skip(Skip{Host: h.Name, Address: ip, Reason: "same address as " + first})
		return false
	})
}

// filter keeps the addresses that keep says yes to, and the hosts that are left with any.
func filter(hosts []Host, keep func(Host, netip.Addr) bool) []Host {
	var kept []Host
	for _, h := range hosts {
		var addresses []netip.Addr
		for _, ip := range h.Addresses {
			if keep(h, ip) {
				addresses = append(addresses, ip)
			}
		}
		if h.Addresses = addresses; len(addresses) > 0 {
			kept = append(kept, h)
		}
	}
	return kept
}

// interleave takes one address of each family in turn, so that a family without a way out costs one try, not all.
func interleave(families [][]netip.Addr) []netip.Addr {
	var mixed []netip.Addr
	for i, more := 0, true; more; i++ {
		more = false
		for _, family := range families {
			if i >= len(family) {
				continue
			}
			more = true
			if !slices.Contains(mixed, family[i]) {
				mixed = append(mixed, family[i])
			}
		}
	}
	return mixed
}

// capped keeps at most limit addresses: the first one of every host in order, then the second one of every host, and so on,
// as far as the quota of the family goes. So the best hosts keep both families, for a network that has one of them only, and
// the worst may be left out. The order of what is kept does not change.
func capped(route *Route, hosts []Host, limit int) []Host {
	var total, longest int
	for _, h := range hosts {
		total += len(h.Addresses)
		longest = max(longest, len(h.Addresses))
	}
	if total <= limit {
		return hosts
	}
	quota := quotas(hosts, limit)
	chosen := map[netip.Addr]bool{}
	for turn := range longest {
		for _, h := range hosts {
			if turn < len(h.Addresses) && quota[h.Addresses[turn].Is4()] > 0 {
				quota[h.Addresses[turn].Is4()]--
				chosen[h.Addresses[turn]] = true
			}
		}
	}
	return filter(hosts, func(h Host, ip netip.Addr) bool {
		if !chosen[ip] {
			route.skip(Skip{Host: h.Name, Address: ip, Reason: "more addresses than are tried", Temporary: true})
		}
		return chosen[ip]
	})
}

// quotas gives half of the limit to each family (the key is Is4), and what one does not need to the other.
func quotas(hosts []Host, limit int) map[bool]int {
	count := map[bool]int{}
	for _, h := range hosts {
		for _, ip := range h.Addresses {
			count[ip.Is4()]++
		}
	}
	six := min(count[false], max(limit/2, limit-count[true]))
	return map[bool]int{false: six, true: min(count[true], limit-six)}
}
