package dane

import (
	"strings"
	"testing"

	"github.com/miekg/dns"

	"mxsend/compose/address"
	"mxsend/transport/resolve"
)

const digest = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

// firstHost is the route's first host as the router finds it in the zone.
func firstHost(t *testing.T, z *resolve.Zone, domain string) (resolve.Route, resolve.Host) {
	t.Helper()
	d, err := address.ParseDomain(domain)
	if err != nil {
		t.Fatal(err)
	}
	route, err := resolve.Router{DNS: z}.Route(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return route, route.Hosts[0]
}

func TestLook(t *testing.T) {
	const plain = `
		crepes.fr MX 10 mx.crepes.fr
		mx.crepes.fr A 192.0.2.1
	`
	for _, c := range []struct {
		name   string
		zone   *resolve.Zone
		status Status
		base   string
		why    string
		asked  bool // TLSA records were asked for at all
	}{
		{"signed, with records", &resolve.Zone{Records: plain + "_25._tcp.mx.crepes.fr TLSA 3 1 1 " + digest, Authentic: []string{"crepes.fr"}},
			Usable, "mx.crepes.fr", "", true},
		{"signed, without", &resolve.Zone{Records: plain, Authentic: []string{"crepes.fr"}},
			Absent, "", "no TLSA record", true},
		{"not signed: nothing is asked", &resolve.Zone{Records: plain + "_25._tcp.mx.crepes.fr TLSA 3 1 1 " + digest},
			Absent, "", "exchanger is not authentic", false},
		{"only the exchanger's addresses are signed", &resolve.Zone{Records: plain + "_25._tcp.mx.crepes.fr TLSA 3 1 1 " + digest, Authentic: []string{"mx.crepes.fr", "_tcp.mx.crepes.fr"}},
			Absent, "", "exchanger is not authentic", false},
		{"the addresses are not signed", &resolve.Zone{Records: plain + "_25._tcp.mx.crepes.fr TLSA 3 1 1 " + digest, Authentic: []string{"crepes.fr"}, Insecure: []string{"mx.crepes.fr"}},
			Absent, "", "addresses are not authentic", false},
		{"the records are not signed", &resolve.Zone{Records: plain + "_25._tcp.mx.crepes.fr TLSA 3 1 1 " + digest, Authentic: []string{"crepes.fr"}, Insecure: []string{"_tcp.mx.crepes.fr"}},
			Absent, "", "records at _25._tcp.mx.crepes.fr are not authentic", true},
		{"the lookup fails", &resolve.Zone{Records: plain, Authentic: []string{"crepes.fr"}, Fail: map[string]int{"_25._tcp.mx.crepes.fr TLSA": dns.RcodeServerFailure}},
			Unknown, "mx.crepes.fr", "", true},
		{"the lookup is forged", &resolve.Zone{Records: plain + "_25._tcp.mx.crepes.fr TLSA 3 1 1 " + digest, Authentic: []string{"crepes.fr"}, Bogus: []string{"_25._tcp.mx.crepes.fr"}},
			Unknown, "mx.crepes.fr", "", true},
		{"the lookup is refused", &resolve.Zone{Records: plain, Authentic: []string{"crepes.fr"}, Fail: map[string]int{"_25._tcp.mx.crepes.fr TLSA": dns.RcodeRefused}},
			Unknown, "mx.crepes.fr", "", true},
		{"none is for mail", &resolve.Zone{Records: plain + "_25._tcp.mx.crepes.fr TLSA 1 1 1 " + digest, Authentic: []string{"crepes.fr"}},
			Unusable, "mx.crepes.fr", "usage 1", true},
		{"none can match", &resolve.Zone{Records: plain + "_25._tcp.mx.crepes.fr TLSA 3 1 1 0011", Authentic: []string{"crepes.fr"}},
			Unusable, "mx.crepes.fr", "2 octets", true},
		{"an alias, all signed: its end first", &resolve.Zone{Records: `
			crepes.fr MX 10 mx.crepes.fr
			mx.crepes.fr CNAME host.example
			host.example A 192.0.2.1
			_25._tcp.host.example TLSA 3 1 1 ` + digest + `
			_25._tcp.mx.crepes.fr TLSA 3 1 2 00`, Authentic: []string{"crepes.fr", "host.example"}},
			Usable, "host.example", "", true},
		{"an alias, all signed: then its beginning", &resolve.Zone{Records: `
			crepes.fr MX 10 mx.crepes.fr
			mx.crepes.fr CNAME host.example
			host.example A 192.0.2.1
			_25._tcp.mx.crepes.fr TLSA 3 1 1 ` + digest, Authentic: []string{"crepes.fr", "host.example"}},
			Usable, "mx.crepes.fr", "", true},
		{"an alias to an unsigned name: its beginning only", &resolve.Zone{Records: `
			crepes.fr MX 10 mx.crepes.fr
			mx.crepes.fr CNAME host.example
			host.example A 192.0.2.1
			_25._tcp.host.example TLSA 3 1 1 ` + digest + `
			_25._tcp.mx.crepes.fr TLSA 3 1 1 ` + digest, Authentic: []string{"crepes.fr"}},
			Usable, "mx.crepes.fr", "", true},
		{"an unsigned alias", &resolve.Zone{Records: `
			crepes.fr MX 10 mx.other.example
			mx.other.example CNAME host.example
			host.example A 192.0.2.1
			_25._tcp.host.example TLSA 3 1 1 ` + digest, Authentic: []string{"crepes.fr", "host.example"}},
			Absent, "", "it is an alias", false},
		{"the records are an alias", &resolve.Zone{Records: plain + `
			_25._tcp.mx.crepes.fr CNAME tlsa.example
			tlsa.example TLSA 3 1 1 ` + digest, Authentic: []string{"crepes.fr", "tlsa.example"}},
			Usable, "mx.crepes.fr", "", true},
		{"the records are an alias to an unsigned name", &resolve.Zone{Records: plain + `
			_25._tcp.mx.crepes.fr CNAME tlsa.example
			tlsa.example TLSA 3 1 1 ` + digest, Authentic: []string{"crepes.fr"}},
			Absent, "", "are not authentic", true},
		{"no MX record, signed", &resolve.Zone{Records: "crepes.fr A 192.0.2.1\n_25._tcp.crepes.fr TLSA 3 1 1 " + digest, Authentic: []string{"crepes.fr"}},
			Usable, "crepes.fr", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			route, host := firstHost(t, c.zone, "crepes.fr")
			f := Look(t.Context(), c.zone, Place{Host: host, Port: 25, Authentic: route.Authentic, NextHop: []string{"crepes.fr"}})
			if f.Status != c.status || f.Base != c.base || !strings.Contains(f.Why, c.why) {
				t.Errorf("found %+v, want %s at %q since %q", f, c.status, c.base, c.why)
			}
			if asked := strings.Contains(strings.Join(c.zone.Asked(), "\n"), "TLSA"); asked != c.asked {
				t.Errorf("TLSA was asked for: %v, want %v: %v", asked, c.asked, c.zone.Asked())
			}
			if line := f.String(); !strings.Contains(line, "DANE: ") || strings.Contains(line, "\n") {
				t.Errorf("the line %q", line)
			}
		})
	}
}

func TestLookForALiteral(t *testing.T) {
	z := &resolve.Zone{}
	if f := Look(t.Context(), z, Place{Port: 25, Authentic: true}); f.Status != Absent || len(z.Asked()) > 0 {
		t.Errorf("found %+v, asked %v", f, z.Asked())
	}
}

func TestLookAtAnotherPort(t *testing.T) {
	z := &resolve.Zone{Records: "mail.crepes.fr A 192.0.2.1\n_465._tcp.mail.crepes.fr TLSA 3 1 1 " + digest, Authentic: []string{"crepes.fr"}}
	_, host := firstHost(t, z, "mail.crepes.fr")
	if f := Look(t.Context(), z, Place{Host: host, Port: 465, Authentic: true}); f.Status != Usable {
		t.Errorf("found %+v", f)
	}
}

func TestNamesOfUsage2(t *testing.T) {
	z := &resolve.Zone{Records: `
		crepes.fr MX 10 mx.crepes.fr
		mx.crepes.fr CNAME host.example
		host.example A 192.0.2.1
		_25._tcp.host.example TLSA 2 1 1 ` + digest, Authentic: []string{"crepes.fr", "host.example"}}
	route, host := firstHost(t, z, "crepes.fr")
	f := Look(t.Context(), z, Place{Host: host, Port: 25, Authentic: route.Authentic, NextHop: []string{"crepes.fr"}})
	if got := strings.Join(f.Names, " "); got != "host.example mx.crepes.fr crepes.fr" {
		t.Errorf("names are %s", got)
	}
}

// A name that leaves no room for the names of its records has none.
func TestLookForALongName(t *testing.T) {
	for octets, want := range map[int]Status{250: Absent, 245: Absent, 244: Usable} {
		long := strings.Repeat("a", octets-3*62-3) + "." + strings.Repeat(strings.Repeat("a", 61)+".", 3) + "ab"
		z := &resolve.Zone{Records: "crepes.fr MX 10 " + long + "\n" + long + " A 192.0.2.1\n", Authentic: []string{"crepes.fr", "ab"}}
		if want == Usable {
			z.Records += "_25._tcp." + long + " TLSA 3 1 1 " + digest
		}
		route, host := firstHost(t, z, "crepes.fr")
		f := Look(t.Context(), z, Place{Host: host, Port: 25, Authentic: route.Authentic})
		if len(long) != octets || f.Status != want || want == Absent && !strings.Contains(f.Why, "long enough") {
			t.Errorf("%d octets: %+v", len(long), f)
		}
	}
}
