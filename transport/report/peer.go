package report

import "net/netip"

// Peer names a host with the address that was tried, as people write it: "mx.example [192.0.2.1]"; the port only when it
// is not 25. Either half may be missing.
func Peer(host string, address netip.AddrPort) string {
	if !address.IsValid() {
		return host
	}
	where := "[" + address.Addr().String() + "]"
	if address.Port() != 25 {
		where = "[" + address.String() + "]"
	}
	if host == "" {
		return where
	}
	return host + " " + where
}
