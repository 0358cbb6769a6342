package resolve

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/miekg/dns"
)

// maxTargets is how many exchangers are looked up; a domain with more does not mean well.
const maxTargets = 50

// readMX reads what the MX lookup says of the domain; the error is permanent: RFC 5321 §5.1, RFC 7505 §3.
func (route *Route) readMX(answer Answer) error {
	route.Lookup, route.Authentic, route.TTL = answer, answer.Authentic, answer.TTL
	route.MX = answer.MX()
	switch {
	case answer.RCode == dns.RcodeNameError:
		return answer.Err()
	case len(route.MX) == 0:
		route.Implicit = true
	case len(route.MX) == 1 && route.MX[0].Host == root:
		return answer.denial(NullMX)
	}
	return nil
}

// pickTargets leaves out the records that name no host. One good record among bad ones is enough.
func (r Router) pickTargets(route *Route) []MX {
	var targets []MX
	for _, mx := range route.MX {
		if reason := r.unfitTarget(mx.Host); reason != "" {
			route.skip(Skip{Host: mx.Host, Reason: reason, forbidden: isLocalhost(mx.Host)})
			continue
		}
		targets = append(targets, mx)
	}
	return targets
}

// limited leaves out what is too much. It says nothing about those hosts, so they count as in doubt.
func limited(route *Route, targets []MX) []MX {
	more := len(targets) - maxTargets
	if more <= 0 {
		return targets
	}
	reason := "more exchangers than are looked up"
	if more > 1 {
		reason += fmt.Sprintf(", and so are %d others", more-1)
	}
	route.skip(Skip{Host: targets[maxTargets].Host, Reason: reason, Temporary: true})
	return targets[:maxTargets]
}

func (r Router) unfitTarget(host string) string {
	switch {
	case host == root:
		return "a null MX beside other records means nothing" // RFC 7505 §3
	case isLiteral(host):
		return "an address where a name belongs" // RFC 5321 §5.1
	case !hostlike(host):
		return "not a host name"
	case isLocalhost(host) && !r.AllowLoopback:
		return "it means this machine"
	}
	return ""
}

// ordered sorts by preference and mixes equals, so that they share the load: RFC 5321 §5.1. A host that is listed twice
// keeps its better place.
func (r Router) ordered(targets []MX) []MX {
	r.shuffle(len(targets), func(i, j int) { targets[i], targets[j] = targets[j], targets[i] })
	slices.SortStableFunc(targets, func(a, b MX) int { return cmp.Compare(a.Preference, b.Preference) })
	seen := map[string]bool{}
	return slices.DeleteFunc(targets, func(mx MX) bool {
		before := seen[mx.Host]
		seen[mx.Host] = true
		return before
	})
}
