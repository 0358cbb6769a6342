package sandbox

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

func TestEveryDomainIsAnswered(t *testing.T) {
	s := open(t, &Sandbox{})
	long := strings.Repeat("a.", 122) + "example." // no room for another label
	for _, c := range []struct {
		name  string
		qtype uint16
		rcode int
		want  string // the answers without name, TTL and class
	}{
		{"hamburger.edu.", dns.TypeMX, dns.RcodeSuccess, "MX 10 mx.hamburger.edu."},
		{"HamBurger.EDU.", dns.TypeMX, dns.RcodeSuccess, "MX 10 mx.HamBurger.EDU."},
		{"mx.hamburger.edu.", dns.TypeA, dns.RcodeSuccess, "A 127.0.0.1"},
		{"mx.hamburger.edu.", dns.TypeAAAA, dns.RcodeSuccess, ""},
		{"hamburger.edu.", dns.TypeTXT, dns.RcodeSuccess, ""},
		{"_25._tcp.mx.hamburger.edu.", dns.TypeTLSA, dns.RcodeSuccess, ""},
		{".", dns.TypeMX, dns.RcodeSuccess, ""},
		{long, dns.TypeMX, dns.RcodeSuccess, ""},
		{"nxdomain.edu.", dns.TypeMX, dns.RcodeNameError, ""},
		{"NXDOMAIN.edu.", dns.TypeA, dns.RcodeNameError, ""},
		{"mx.nxdomain.edu.", dns.TypeA, dns.RcodeNameError, ""},
		{"notnxdomain.edu.", dns.TypeMX, dns.RcodeSuccess, "MX 10 mx.notnxdomain.edu."},
		{"servfail.edu.", dns.TypeMX, dns.RcodeServerFailure, ""},
		{"refused.edu.", dns.TypeMX, dns.RcodeRefused, ""},
		{"nullmx.edu.", dns.TypeMX, dns.RcodeSuccess, "MX 0 ."},
		{"nomx.edu.", dns.TypeMX, dns.RcodeSuccess, ""},
		{"nomx.edu.", dns.TypeA, dns.RcodeSuccess, "A 127.0.0.1"},
		{"noaddr.edu.", dns.TypeMX, dns.RcodeSuccess, "MX 10 mx.noaddr.edu."},
		{"mx.noaddr.edu.", dns.TypeA, dns.RcodeSuccess, ""},
		{"noaddr.edu.", dns.TypeA, dns.RcodeSuccess, ""},
	} {
		for _, network := range []string{"udp", "tcp"} {
			client := dns.Client{Net: network, Timeout: 10 * time.Second}
			answer, _, err := client.Exchange(new(dns.Msg).SetQuestion(c.name, c.qtype), s.DNSAddr().String())
			if err != nil {
				t.Fatalf("%s over %s: %v", c.name, network, err)
			}
			if answer.Rcode != c.rcode || records(answer.Answer) != c.want {
				t.Errorf("%s %s over %s:\n%s", c.name, dns.TypeToString[c.qtype], network, answer)
			}
			failed := c.rcode == dns.RcodeServerFailure || c.rcode == dns.RcodeRefused
			if negative := c.want == "" && !failed; negative != (len(answer.Ns) == 1) {
				t.Errorf("%s: authority %v", c.name, answer.Ns)
			}
		}
	}
}

func records(rrs []dns.RR) string {
	var all []string
	for _, rr := range rrs {
		all = append(all, strings.Join(strings.Fields(rr.String())[3:], " "))
	}
	return strings.Join(all, ", ")
}

func TestSilentDNS(t *testing.T) {
	s := open(t, &Sandbox{})
	conn, err := net.Dial("udp", s.DNSAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	client := &dns.Conn{Conn: conn}
	silent := new(dns.Msg).SetQuestion("timeout.edu.", dns.TypeMX)
	spoken := new(dns.Msg).SetQuestion("hamburger.edu.", dns.TypeMX)
	for _, m := range []*dns.Msg{silent, spoken} {
		if err := client.WriteMsg(m); err != nil {
			t.Fatal(err)
		}
	}
	client.SetReadDeadline(time.Now().Add(10 * time.Second))
	if answer, err := client.ReadMsg(); err != nil || answer.Id != spoken.Id {
		t.Errorf("%v, %v", answer, err)
	}
}

func TestQuestionsOfOtherKinds(t *testing.T) {
	z := zone{address: netip.MustParseAddr("127.0.0.1")}
	q := new(dns.Msg).SetQuestion("hamburger.edu.", dns.TypeMX)
	q.Question[0].Qclass = dns.ClassCHAOS
	if answer, _ := z.answer(q); answer.Rcode != dns.RcodeRefused {
		t.Errorf("class CH: %v", answer)
	}
	q = new(dns.Msg).SetQuestion("hamburger.edu.", dns.TypeMX)
	q.SetEdns0(4096, true)
	answer, _ := z.answer(q)
	if o := answer.IsEdns0(); o == nil || o.Do() || answer.AuthenticatedData {
		t.Errorf("EDNS: %v", answer)
	}
	if room(q) != 4096 || room(new(dns.Msg)) != 512 {
		t.Errorf("room %d, %d", room(q), room(new(dns.Msg)))
	}
}

// The names have the address under which the mail server is found.
func TestTheAddressIsThatOfTheServer(t *testing.T) {
	for listen, want := range map[string]string{"127.0.0.1": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1", "::1": "::1", "fe80::1%lo": "fe80::1"} {
		if got := reachable(netip.MustParseAddr(listen)); got.String() != want {
			t.Errorf("%s: %s", listen, got)
		}
	}
	z := zone{address: netip.IPv6Loopback()}
	if answer, _ := z.answer(new(dns.Msg).SetQuestion("mx.hamburger.edu.", dns.TypeAAAA)); records(answer.Answer) != "AAAA ::1" {
		t.Errorf("got %v", answer)
	}
	if answer, _ := z.answer(new(dns.Msg).SetQuestion("mx.hamburger.edu.", dns.TypeA)); len(answer.Answer) != 0 {
		t.Errorf("got %v", answer)
	}
}
