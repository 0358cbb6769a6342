// Package dane finds the TLSA records of a host and says whether a certificate is one that they name.
//
// In comes a Place: a host as transport/resolve found it, the port, and whether DNSSEC vouches for its being an exchanger.
//
//  1. Look asks nothing where DNSSEC does not vouch for the exchanger and its addresses: servers that never heard of DANE
//     fail such questions (RFC 7672 §2.2.2).
//  2. bases are the names that may own the records: the end of a chain of aliases, then the host itself.
//  3. usable picks the records that SMTP knows how to use, the strongest digest of each kind (record.go).
//
// Out goes a Finding; its Verify judges what a server shows in the handshake (verify.go).
//
// RFC 6698, RFC 7671 (with the agility of §9) and RFC 7672. Not supported: usages 0 and 1, which SMTP does not use (RFC 7672
// §3.1.3), and raw public keys (RFC 7250).
//
// Promised: records are believed only if every step to them is authentic, by a resolver that is trusted to say so; a lookup
// that fails is never taken for "no records".
package dane

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"mxsend/transport/resolve"
)

// Status is what the lookup means for the host. The words are those of the JSON report.
type Status string

const (
	Absent   Status = "absent"   // no records that count: DANE has no say
	Usable   Status = "usable"   // the certificate must be one that Records name
	Unusable Status = "unusable" // there are records, but none that can be used: TLS, whoever it is. RFC 7672 §2.2
	Unknown  Status = "unknown"  // the lookup failed, maybe by an attacker's hand: the host must be left out. RFC 7672 §2.1.2
)

// Querier asks DNS; *resolve.Cache and *resolve.Client are one.
type Querier interface {
	Query(ctx context.Context, name string, qtype uint16) (resolve.Answer, error)
}

// Place is a host that is to be connected to.
type Place struct {
	Host resolve.Host
	Port uint16
	// Authentic: that mail goes to this host is certain, by DNSSEC or since a person named it.
	Authentic bool
	// NextHop are the names of whom the letter is for, which a certificate under usage 2 may show in place of the host's.
	// RFC 7672 §3.2.2
	NextHop []string
}

// Finding is what DNS knows of a host's certificate. The zero value is that of a host without records.
type Finding struct {
	Status  Status
	Base    string   // the name that owns the records, for SNI. RFC 7672 §8.1
	Records []Record // the usable ones
	Names   []string // what a certificate under usage 2 must name one of
	Why     string   // why the records do not count, or what the lookup failed with
}

// Look finds the records of a host. It asks at most three questions.
func Look(ctx context.Context, q Querier, p Place) Finding {
	if p.Host.Name == "" {
		return absent("an address has no name to hold records")
	}
	if !p.Authentic {
		return absent("that it is an exchanger is not authentic")
	}
	bases, why := bases(ctx, q, p.Host)
	for _, base := range bases {
		f, found := ask(ctx, q, base, p.Port)
		if found {
			f.Names = names(f, p)
			return f
		}
		why = f.Why
	}
	return absent(why)
}

func absent(why string) Finding { return Finding{Status: Absent, Why: why} }

// bases are the names to ask at, in order. RFC 7672 §2.2.2
func bases(ctx context.Context, q Querier, h resolve.Host) (names []string, why string) {
	switch {
	case h.Authentic && len(h.Chain) > 0:
		return []string{h.Expanded(), h.Name}, ""
	case h.Authentic:
		return []string{h.Name}, ""
	case len(h.Chain) == 0:
		return nil, "its addresses are not authentic"
	}
	// The chain leads out of what is signed. Its first step may be signed nevertheless: AD speaks of whole answers, so the
	// alias is asked for alone.
	a, err := q.Query(ctx, h.Name, dns.TypeCNAME)
	if err != nil || !a.Authentic || len(a.Records) == 0 {
		return nil, "it is an alias, and that is not authentic"
	}
	return []string{h.Name}, ""
}

const maxName = 253 // RFC 1035 §2.3.4

// ask says whether the search ends at base: there are records, or it is not known whether there are.
func ask(ctx context.Context, q Querier, base string, port uint16) (f Finding, ends bool) {
	owner := fmt.Sprintf("_%d._tcp.%s", port, base)
	if len(strings.TrimSuffix(owner, ".")) > maxName {
		return absent("no name is long enough to hold TLSA records of " + base), false
	}
	a, err := q.Query(ctx, owner, dns.TypeTLSA)
	switch {
	case err != nil:
		return Finding{Status: Unknown, Base: base, Why: err.Error()}, true
	case len(a.Records) == 0:
		return absent("no TLSA record at " + owner), false
	case !a.Authentic:
		return absent("the TLSA records at " + owner + " are not authentic"), false
	}
	records, why := usable(a.TLSA())
	if len(records) == 0 {
		return Finding{Status: Unusable, Base: base, Why: why}, true
	}
	return Finding{Status: Usable, Base: base, Records: records}, true
}

// names are the reference identifiers of usage 2: the owner of the records, the name the letter is for. RFC 7672 §3.2.2
func names(f Finding, p Place) []string {
	var list []string
	for _, name := range append([]string{f.Base, p.Host.Name}, p.NextHop...) {
		name = strings.TrimSuffix(name, ".")
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// String is one line for people: "DANE: TLSA 3 1 1 at mx.example.org".
func (f Finding) String() string {
	switch f.Status {
	case Usable:
		var list []string
		for _, r := range f.Records {
			list = append(list, r.String())
		}
		return "DANE: TLSA " + strings.Join(list, ", ") + " at " + f.Base
	case Unusable:
		return "DANE: the TLSA records at " + f.Base + " can't be used: " + f.Why
	case Unknown:
		return "DANE: whether there are TLSA records at " + f.Base + " is not known: " + f.Why
	}
	return "no DANE: " + f.Why
}
