package resolve

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"mxsend/compose/address"
)

func domain(t *testing.T, s string) address.Domain {
	t.Helper()
	d, err := address.ParseDomain(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func names(hosts []Host) string {
	var list []string
	for _, h := range hosts {
		list = append(list, h.Name)
	}
	return strings.Join(list, " ")
}

func TestEqualPreferencesAreMixed(t *testing.T) {
	zone := &Zone{Records: `
		e.example MX 10 a.example
		e.example MX 10 b.example
		e.example MX 10 c.example
		e.example MX 5 first.example
		a.example A 192.0.2.1
		b.example A 192.0.2.2
		c.example A 192.0.2.3
		first.example A 192.0.2.4`}
	reverse := func(n int, swap func(i, j int)) {
		for i := range n / 2 {
			swap(i, n-1-i)
		}
	}
	route, err := Router{DNS: zone, Shuffle: reverse}.Route(t.Context(), domain(t, "e.example"))
	if err != nil || names(route.Hosts) != "first.example c.example b.example a.example" {
		t.Errorf("%s, %v", names(route.Hosts), err)
	}
	seen := map[string]bool{}
	for range 200 {
		route, err := Router{DNS: zone}.Route(t.Context(), domain(t, "e.example"))
		if err != nil || route.Hosts[0].Name != "first.example" {
			t.Fatalf("%s, %v", names(route.Hosts), err)
		}
		seen[names(route.Hosts)] = true
	}
	if len(seen) != 6 {
		t.Errorf("%d of 6 orders in 200 routes", len(seen))
	}
}

func TestDenialAsksNothingMore(t *testing.T) {
	for _, test := range []struct{ records, asked string }{
		{"other.example A 192.0.2.1", "d.example MX"},
		{"d.example MX 0 .", "d.example MX"},
		{"d.example MX 10 192.0.2.1", "d.example MX"},
	} {
		zone := &Zone{Records: test.records}
		if _, err := (Router{DNS: zone}).Route(t.Context(), domain(t, "d.example")); err == nil {
			t.Errorf("%s: no error", test.records)
		}
		if asked := strings.Join(zone.Asked(), ", "); asked != test.asked {
			t.Errorf("%s: asked %s, want %s", test.records, asked, test.asked)
		}
	}
}

func TestTroubleNeverAsksForTheDomainsAddress(t *testing.T) {
	zone := &Zone{Records: "d.example A 192.0.2.1", Fail: map[string]int{"d.example MX": dns.RcodeServerFailure}}
	route, err := Router{DNS: zone}.Route(t.Context(), domain(t, "d.example"))
	var e *Error
	if !errors.As(err, &e) || !e.Temporary() || len(route.Hosts) > 0 || len(zone.Asked()) != 1 {
		t.Errorf("%+v, %v, asked %q", route, err, zone.Asked())
	}
}

func TestLiteralAsksNothing(t *testing.T) {
	zone := &Zone{}
	route, err := Router{DNS: zone}.Route(t.Context(), domain(t, "[192.0.2.1]"))
	if err != nil || len(route.Hosts) != 1 || route.Hosts[0].Name != "" || len(zone.Asked()) > 0 || route.Authentic {
		t.Errorf("%+v, %v, asked %q", route, err, zone.Asked())
	}
}

func TestLookupsAreSideBySideAndBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zone := &Zone{Slow: map[string]time.Duration{}}
		for i := range 12 {
			zone.Records += fmt.Sprintf("d.example MX %d h%d.example\nh%d.example A 192.0.2.%d\n", i, i, i, i+1)
			zone.Slow[fmt.Sprintf("h%d.example", i)] = time.Second
		}
		counter := &counting{Querier: zone}
		start := time.Now()
		route, err := Router{DNS: counter, MaxAddresses: 20}.Route(t.Context(), domain(t, "d.example"))
		if err != nil || len(route.Hosts) != 12 || time.Since(start) != 3*time.Second || counter.most != 2*parallelHosts {
			t.Errorf("%d hosts after %v, %d questions at once, %v", len(route.Hosts), time.Since(start), counter.most, err)
		}
	})
}

// counting notes how many questions are under way at once.
type counting struct {
	Querier
	mu        sync.Mutex
	now, most int
}

func (c *counting) Query(ctx context.Context, name string, qtype uint16) (Answer, error) {
	c.add(1)
	defer c.add(-1)
	return c.Querier.Query(ctx, name, qtype)
}

func (c *counting) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += n
	c.most = max(c.most, c.now)
}

func TestRouteIsBoundedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zone := &Zone{Records: "d.example MX 10 mx.example", Slow: map[string]time.Duration{"mx.example": time.Hour}}
		start := time.Now()
		route, err := Router{DNS: zone, Timeout: 7 * time.Second}.Route(t.Context(), domain(t, "d.example"))
		var e *Error
		if !errors.As(err, &e) || !e.Temporary() || time.Since(start) != 7*time.Second || len(route.MX) != 1 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestRouteInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, slow := range []string{"d.example MX", "mx.example A"} {
			zone := &Zone{Records: "d.example MX 10 mx.example\nmx.example AAAA 2001:db8::1", Slow: map[string]time.Duration{slow: time.Hour}}
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			_, err := Router{DNS: zone}.Route(ctx, domain(t, "d.example"))
			var e *Error
			if !errors.As(err, &e) || e.Kind != Interrupted || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", slow, err)
			}
		}
	})
}

func TestTooManyExchangers(t *testing.T) {
	zone := &Zone{}
	for i := range maxTargets + 5 {
		zone.Records += fmt.Sprintf("d.example MX %d h%d.example\n", i, i)
	}
	route, err := Router{DNS: zone}.Route(t.Context(), domain(t, "d.example"))
	var e *Error
	if !errors.As(err, &e) || !e.Temporary() || len(zone.Asked()) != 1+2*maxTargets {
		t.Errorf("%v after %d questions", err, len(zone.Asked()))
	}
	if len(route.Skipped) != maxTargets+1 || !strings.HasSuffix(route.Skipped[0].Reason, "and so are 4 others") {
		t.Errorf("left out: %+v", route.Skipped)
	}
}

// A name with more addresses than can be meant well costs no more than others.
func TestTooManyAddresses(t *testing.T) {
	zone := &Zone{Records: "d.example MX 1 h.example\n"}
	for i := range 2000 {
		zone.Records += fmt.Sprintf("h.example A 192.0.%d.%d\nh.example AAAA 2001:db8::%x\n", i/250, i%250, i+1)
	}
	route, err := Router{DNS: zone}.Route(t.Context(), domain(t, "d.example"))
	if err != nil || len(route.Hosts) != 1 || len(route.Hosts[0].Addresses) != defaultAddresses || len(route.Skipped) != 2+2*maxOfFamily-defaultAddresses {
		t.Fatalf("%v: %d left out of %+v", err, len(route.Skipped), route.Hosts)
	}
	if got := route.Skipped[0].Reason + ", " + route.Skipped[1].Reason; got != "1980 more IPv6 addresses than are looked at, 1980 more IPv4 addresses than are looked at" {
		t.Error(got)
	}
}

// Nobody is asked about localhost: it means this machine, which gets mail only if that is allowed.
func TestLocalhostIsNotAskedFor(t *testing.T) {
	zone := &Zone{Records: "localhost MX 1 evil.example\nevil.example A 192.0.2.66\n"}
	for _, name := range []string{"localhost", "a.localhost"} {
		_, err := Router{DNS: zone}.Route(t.Context(), domain(t, name))
		var e *Error
		if !errors.As(err, &e) || e.Temporary() {
			t.Errorf("%s: %v", name, err)
		}
		route, err := Router{DNS: zone, AllowLoopback: true}.Route(t.Context(), domain(t, name))
		if err != nil || len(route.Hosts) != 1 || len(route.Hosts[0].Addresses) != 2 {
			t.Errorf("%s, allowed: %v, %+v", name, err, route.Hosts)
		}
	}
	if asked := zone.Asked(); len(asked) != 0 {
		t.Errorf("asked %v", asked)
	}
}

func TestTooManyExchangersKeepsTheBest(t *testing.T) {
	zone := &Zone{Records: "best.example A 192.0.2.1\n"}
	for i := range maxTargets {
		zone.Records += fmt.Sprintf("d.example MX %d h%d.example\n", i+10, i)
	}
	zone.Records += "d.example MX 1 best.example\n"
	route, err := Router{DNS: zone}.Route(t.Context(), domain(t, "d.example"))
	if err != nil || names(route.Hosts) != "best.example" {
		t.Errorf("%s, %v", names(route.Hosts), err)
	}
}

func TestWhatTheRouteKnows(t *testing.T) {
	zone := &Zone{Authentic: []string{"d.example", "mx.example"}, Records: `
		d.example 600 MX 10 mx.example
		mx.example 400 CNAME host.example
		host.example 120 A 192.0.2.1`}
	route, err := Router{DNS: zone}.Route(t.Context(), domain(t, "d.example"))
	if err != nil || len(route.Hosts) != 1 {
		t.Fatalf("%+v, %v", route, err)
	}
	host := route.Hosts[0]
	switch {
	case !route.Authentic || route.Implicit || route.TTL != 2*time.Minute:
		t.Errorf("route %+v", route)
	case !slices.Equal(route.MX, []MX{{"mx.example", 10, 10 * time.Minute}}):
		t.Errorf("mx %+v", route.MX)
	case host.Authentic || host.Name != "mx.example" || host.Expanded() != "host.example" || host.Preference != 10:
		t.Errorf("host %+v", host)
	case len(host.Lookups) != 2 || host.TTL != 2*time.Minute:
		t.Errorf("lookups %+v, ttl %v", host.Lookups, host.TTL)
	}
}

func TestDirect(t *testing.T) {
	zone := &Zone{Records: `
		relay.example A 192.0.2.1
		relay.example MX 10 elsewhere.example
		null.example MX 0 .
		null.example AAAA 2001:db8::1
		empty.example TXT ""`, Silent: []string{"silent.example"}}
	for _, test := range []struct {
		name, addresses string
		kind            Kind
	}{
		{"relay.example", "192.0.2.1", ""},
		{"null.example", "2001:db8::1", ""},
		{"[192.0.2.7]", "192.0.2.7", ""},
		{"localhost", "::1 127.0.0.1", ""},
		{"mail.localhost", "::1 127.0.0.1", ""},
		{"gone.example", "", NoSuchDomain},
		{"empty.example", "", NoData},
		{"silent.example", "", Timeout},
	} {
		route, err := Router{DNS: zone, AllowLoopback: true}.Direct(t.Context(), domain(t, test.name))
		var list []string
		for _, h := range route.Hosts {
			for _, ip := range h.Addresses {
				list = append(list, ip.String())
			}
		}
		var e *Error
		errors.As(err, &e)
		if strings.Join(list, " ") != test.addresses || (e == nil) != (test.kind == "") || e != nil && e.Kind != test.kind {
			t.Errorf("%s: %v, %v", test.name, list, err)
		}
	}
	if route, err := (Router{DNS: zone}).Direct(t.Context(), domain(t, "localhost")); err == nil {
		t.Errorf("localhost without leave: %+v", route)
	}
}

func TestQuotas(t *testing.T) {
	for _, test := range []struct{ four, six, limit, wantFour, wantSix int }{
		{20, 20, 10, 5, 5},
		{1, 20, 10, 1, 9},
		{20, 1, 10, 9, 1},
		{0, 20, 10, 0, 10},
		{20, 0, 10, 10, 0},
		{3, 20, 5, 3, 2},
		{1, 1, 1, 1, 0},
		{0, 2, 1, 0, 1},
	} {
		hosts := []Host{{}}
		for i := range test.four {
			hosts[0].Addresses = append(hosts[0].Addresses, netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}))
		}
		for i := range test.six {
			hosts[0].Addresses = append(hosts[0].Addresses, netip.AddrFrom16([16]byte{0x20, 1, 15: byte(i)}))
		}
		if got := quotas(hosts, test.limit); got[true] != test.wantFour || got[false] != test.wantSix {
			t.Errorf("%+v: got %v", test, got)
		}
		kept := 0
		for _, h := range capped(&Route{}, hosts, test.limit) {
			kept += len(h.Addresses)
		}
		if kept != min(test.limit, test.four+test.six) {
			t.Errorf("%+v: kept %d", test, kept)
		}
	}
}

func TestNoGarbageInLines(t *testing.T) {
	zone := &Zone{Records: `d.example MX 10 \027\091.evil\010S:.example` + "\n" + `d.example CNAME x`}
	route, err := Router{DNS: zone}.Route(t.Context(), domain(t, "d.example"))
	for _, text := range append(route.Lines(), fmt.Sprint(err)) {
		for _, c := range text {
			if c < ' ' || c > '~' {
				t.Errorf("%q in %q", c, text)
			}
		}
	}
}
