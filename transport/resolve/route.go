package resolve

import (
	"net/netip"
	"time"

	"mxsend/compose/address"
)

// Route is how mail for one domain travels, and what was found on the way to knowing it.
type Route struct {
	Domain    address.Domain
	Lookup    Answer        // the MX lookup; zero for a literal and for Direct
	Implicit  bool          // no MX records: the domain is its own exchanger (RFC 5321 §5.1)
	Authentic bool          // the MX records, or that there are none, are certain
	MX        []MX          // as published, in the order of the answer
	Hosts     []Host        // in the order to be tried; each has at least one address
	Skipped   []Skip        // what was left out, in the order it was met
	TTL       time.Duration // how long all of this may be kept; 0 where DNS had no say
}

// Host is one exchanger.
type Host struct {
	Name       string // as the MX record calls it, without final dot; "" for a literal
	Preference uint16
	Addresses  []netip.Addr  // in the order to be tried
	Authentic  bool          // every answer about its addresses is certain, that of a missing family included
	Chain      []Alias       // CNAMEs from Name to the owner of the addresses
	TTL        time.Duration // of its addresses
	Lookups    []Answer      // the A and AAAA lookups that were answered
}

// Expanded is the name at the end of the CNAMEs, at which TLSA records are looked for first. RFC 7672 §2.2.2
func (h Host) Expanded() string {
	if len(h.Chain) == 0 {
		return h.Name
	}
	return h.Chain[len(h.Chain)-1].Target
}

// Skip is a host, or one address of a host, that will not be tried.
type Skip struct {
	Host      string
	Address   netip.Addr // invalid when the whole host is meant
	Reason    string     // "no such domain"
	Temporary bool       // it may be usable later

	forbidden bool  // AllowLoopback would let it pass
	cause     error // an *Error, when a lookup is the reason
}

func (route *Route) skip(skips ...Skip) {
	route.Skipped = append(route.Skipped, skips...)
}
