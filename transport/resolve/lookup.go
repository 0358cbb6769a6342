package resolve

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// maxTTL stands for "not limited yet".
const maxTTL = time.Duration(math.MaxInt64)

// parallelHosts is how many hosts of one domain are looked up at the same time.
const parallelHosts = 5

// maxOfFamily is how many addresses of one host and family are looked at; ten are tried of a whole route.
const maxOfFamily = 20

// found is what was learned of one target.
type found struct {
	host  Host
	skips []Skip
}

// lookUp asks for the addresses of all targets and keeps their order. Hosts without any are skipped.
func (r Router) lookUp(ctx context.Context, route *Route, targets []MX) []Host {
	results := make([]found, len(targets))
	places := make(chan struct{}, parallelHosts)
	var running sync.WaitGroup
	for i, target := range targets {
		places <- struct{}{}
		running.Go(func() {
			results[i] = r.lookUpHost(ctx, target)
			<-places
		})
	}
	running.Wait()
	var hosts []Host
	for _, f := range results {
		route.skip(f.skips...)
		if len(f.host.Addresses) > 0 {
			hosts = append(hosts, f.host)
		}
	}
	return hosts
}

// lookUpHost asks for both families side by side. One that fails does not hide the other.
func (r Router) lookUpHost(ctx context.Context, target MX) found {
	types := r.types()
	answers, errs := make([]Answer, len(types)), make([]error, len(types))
	var running sync.WaitGroup
	for i, qtype := range types {
		running.Go(func() { answers[i], errs[i] = r.querier().Query(ctx, target.Host, qtype) })
	}
	running.Wait()
	f := found{host: Host{Name: target.Host, Preference: target.Preference, Authentic: true, TTL: maxTTL}}
	var families [][]netip.Addr
	for i := range types {
		families = append(families, f.take(answers[i], errs[i], types[i]))
	}
	f.host.Addresses = interleave(families)
	f.conclude()
	return f
}

func (r Router) types() []uint16 {
	switch {
	case r.IPv4Only:
		return []uint16{dns.TypeA}
	case r.IPv6Only:
		return []uint16{dns.TypeAAAA}
	}
	return []uint16{dns.TypeAAAA, dns.TypeA}
}

// take adds one family.
func (f *found) take(a Answer, err error, qtype uint16) []netip.Addr {
	if err != nil {
		reason := "its " + family(qtype) + " addresses are unknown: " + nameless(err)
		f.skips = append(f.skips, Skip{Host: f.host.Name, Reason: reason, Temporary: temporary(err), cause: err})
		return nil
	}
	f.host.Lookups = append(f.host.Lookups, a)
	f.host.Authentic = f.host.Authentic && a.Authentic
	if len(a.Records) > 0 {
		f.host.TTL = min(f.host.TTL, a.TTL)
	}
	if len(f.host.Chain) == 0 {
		f.host.Chain = a.Chain
	}
	all := a.Addresses()
	if more := len(all) - maxOfFamily; more > 0 {
		reason := fmt.Sprintf("%d more %s addresses than are looked at", more, family(qtype))
		f.skips = append(f.skips, Skip{Host: f.host.Name, Reason: reason, Temporary: true})
		all = all[:maxOfFamily]
	}
	return all
}

// conclude gives a host without addresses one reason, and takes the certainty from one that nobody answered for.
func (f *found) conclude() {
	if len(f.host.Lookups) == 0 {
		f.host.Authentic = false
	}
	if len(f.host.Addresses) > 0 {
		return
	}
	f.host.TTL = 0
	switch {
	case len(f.skips) == 0:
		f.skips = append(f.skips, Skip{Host: f.host.Name, Reason: f.emptiness(), cause: f.denial()})
	case len(f.skips) == 2 && nameless(f.skips[0].cause) == nameless(f.skips[1].cause):
		f.skips = f.skips[:1]
		f.skips[0].Reason = "its addresses are unknown: " + nameless(f.skips[0].cause)
	}
}

// denial is the error of a host whose addresses were denied.
func (f *found) denial() *Error {
	e := f.host.Lookups[0].denial(NoData)
	if e.RCode == dns.RcodeNameError {
		e.Kind = NoSuchDomain
	}
	if len(f.host.Lookups) == 2 {
		e.Type = "A or AAAA"
	}
	return e
}

func (f *found) emptiness() string {
	switch {
	case f.host.Lookups[0].RCode == dns.RcodeNameError && f.host.Expanded() != f.host.Name:
		return "it is an alias of " + f.host.Expanded() + ", which does not exist"
	case f.host.Lookups[0].RCode == dns.RcodeNameError:
		return "no such domain"
	case len(f.host.Lookups) == 2:
		return "no address"
	}
	return "no " + family(f.host.Lookups[0].Type) + " address"
}

func family(qtype uint16) string {
	if qtype == dns.TypeA {
		return "IPv4"
	}
	return "IPv6"
}

func temporary(err error) bool {
	var e *Error
	return !errors.As(err, &e) || e.Temporary()
}

// nameless is the sentence of err without the name, which a Skip has already.
func nameless(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	bare := *e
	bare.Name, bare.Type = "", ""
	return bare.Error()
}
