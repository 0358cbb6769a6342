package resolve

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// verdict is nil when there is a host to try. Otherwise one doubt makes the whole temporary; it is permanent only when
// every lookup said that there is nothing, or when all there is must not be used.
func (route *Route) verdict() error {
	switch {
	case len(route.Hosts) > 0:
		return nil
	case len(route.MX) == 0:
		return route.alone()
	case slices.ContainsFunc(route.Skipped, func(s Skip) bool { return s.Temporary }):
		return route.none(Undecided)
	case slices.ContainsFunc(route.Skipped, func(s Skip) bool { return s.forbidden }):
		return route.none(Forbidden)
	}
	return route.none(NoHost)
}

// none is the failure of all hosts together.
func (route *Route) none(kind Kind) *Error {
	e := &Error{Name: route.Domain.String(), Kind: kind, Detail: reasons(route.Skipped)}
	for _, s := range route.Skipped {
		if s.Temporary && e.Cause == nil {
			e.Cause = s.cause
		}
	}
	return e
}

// alone is the failure of the one host that there is when there are no MX records: its doubt before its denial.
func (route *Route) alone() *Error {
	told, forbidden := (*Error)(nil), false
	for _, s := range route.Skipped {
		var e *Error
		if errors.As(s.cause, &e) && (told == nil || e.Temporary()) {
			told = e
		}
		forbidden = forbidden || s.forbidden
	}
	switch {
	case told != nil && told.Temporary():
		return told
	case forbidden:
		return route.none(Forbidden)
	case told == nil:
		return route.none(NoHost)
	case route.Implicit:
		return &Error{Name: route.Domain.ASCII, Kind: NoData, Type: "MX, A or AAAA", Server: told.Server}
	}
	return told
}

// maxReasons is how many hosts an error tells about.
const maxReasons = 5

func reasons(skips []Skip) string {
	var list []string
	for _, s := range skips {
		list = append(list, s.String())
	}
	if more := len(list) - maxReasons; more > 0 {
		list = append(list[:maxReasons], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, "; ")
}

// String is "mx.hamburger.edu [127.0.0.1]: a loopback address".
func (s Skip) String() string {
	who := s.Host
	if who == root {
		who = `"."`
	}
	if s.Address.IsValid() {
		who = strings.TrimSpace(who + " [" + s.Address.String() + "]")
	}
	return who + ": " + s.Reason
}
