package command

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"

	"mxsend/compose/address"
	"mxsend/transport"
	"mxsend/transport/policy/mtasts"
	"mxsend/transport/resolve"
)

// travel gives the carrier its way through the network: exchangers, and what their domains demand, from the same DNS.
func (s *settings) travel() {
	router := s.route.router()
	s.carrier.Router = router
	s.carrier.Policies = transport.Policies{TLSA: router.DNS}
	if !s.sandbox { // its domains have no policies, and nothing of a rehearsal should stay behind
		s.carrier.Policies.STS = s.policyFinder(router)
	}
}

func (s *settings) policyFinder(router resolve.Router) *mtasts.Finder {
	dialer := s.carrier.Dialer
	if dialer == nil {
		dialer, _ = dialerFrom("")
	}
	fetcher := mtasts.Fetcher{
		Resolve: func(ctx context.Context, host string) ([]netip.Addr, error) { return addressesOf(ctx, router, host) },
		Dial:    dialer.DialContext, Roots: s.carrier.SMTP.Security.Roots, Timeout: s.carrier.SMTP.Timeouts.Cap,
	}
	return &mtasts.Finder{DNS: router.DNS, Fetch: fetcher.Fetch, Store: mtasts.Store{Dir: cacheFolder("mta-sts")}}
}

func addressesOf(ctx context.Context, router resolve.Router, host string) ([]netip.Addr, error) {
	d, err := address.ParseDomain(host)
	if err != nil {
		return nil, err
	}
	route, err := router.Direct(ctx, d)
	if err != nil {
		return nil, err
	}
	var addresses []netip.Addr
	for _, h := range route.Hosts {
		addresses = append(addresses, h.Addresses...)
	}
	return addresses, nil
}

// cacheFolder is name in mxsend's folder for what can be had again: $XDG_CACHE_HOME/mxsend, or as the system has it. It is
// empty where there is none, and nothing is kept then.
func cacheFolder(name string) string {
	base, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(base, "mxsend", name)
}
