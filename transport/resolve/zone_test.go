package resolve

import (
	"testing"

	"github.com/miekg/dns"
)

func TestZoneThatCannotBeRead(t *testing.T) {
	zone := &Zone{Records: "a.example MX not a preference"}
	if zone.Err() == nil {
		t.Error("no error")
	}
	if _, err := ask(t, zone, "a.example", dns.TypeMX); err == nil || err.Kind != ServFail {
		t.Errorf("%v", err)
	}
}

func TestZoneIsTheSameOverTheWire(t *testing.T) {
	zone := &Zone{Authentic: []string{"signed.example"}, Insecure: []string{"loose.signed.example"}, Bogus: []string{"bogus.example"},
		Fail: map[string]int{"fail.example MX": dns.RcodeRefused}, Records: `
		signed.example MX 10 mx.signed.example
		loose.signed.example MX 10 mx.signed.example
		alias.example CNAME signed.example
		*.wild.example MX 10 mx.signed.example
		fail.example MX 10 mx.signed.example`}
	wire := Client{Servers: []string{serve(t, zone)}}
	for _, name := range []string{"signed.example", "loose.signed.example", "alias.example", "a.wild.example", "fail.example", "bogus.example", "gone.example"} {
		near, nearErr := ask(t, zone, name, dns.TypeMX)
		far, farErr := ask(t, wire, name, dns.TypeMX)
		if (nearErr == nil) != (farErr == nil) || nearErr != nil && (nearErr.Kind != farErr.Kind || nearErr.RCode != farErr.RCode || nearErr.Detail != farErr.Detail) {
			t.Errorf("%s: %v here, %v there", name, nearErr, farErr)
			continue
		}
		if near.Authentic != far.Authentic || near.RCode != far.RCode || near.TTL != far.TTL || len(near.Records) != len(far.Records) || near.Name != far.Name {
			t.Errorf("%s: %+v here, %+v there", name, near, far)
		}
	}
}

func TestZoneSilence(t *testing.T) {
	zone := &Zone{Records: "a.example A 192.0.2.1\na.example AAAA 2001:db8::1", Silent: []string{"a.example A"}}
	if _, err := ask(t, zone, "a.example", dns.TypeA); err == nil || err.Kind != Timeout {
		t.Errorf("%v", err)
	}
	if _, err := ask(t, zone, "a.example", dns.TypeAAAA); err != nil {
		t.Errorf("%v", err)
	}
}

func TestZoneWithoutEDNSKeepsToSmallDatagrams(t *testing.T) {
	zone := &Zone{}
	for range 30 {
		zone.Records += "large.example TXT \"0123456789012345678901234567890123456789\"\n"
	}
	server := serve(t, zone)
	q := new(dns.Msg).SetQuestion("large.example.", dns.TypeTXT)
	m, err := dns.Exchange(q, server)
	if err != nil || !m.Truncated {
		t.Errorf("%v, %v", m, err)
	}
}
