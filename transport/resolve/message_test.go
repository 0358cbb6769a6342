package resolve

import (
	"context"
	"errors"
	"testing"

	"github.com/miekg/dns"
)

// FuzzAnswer: whatever a server sends, reading it never panics, gives an answer or an error but not both, and an answer
// holds nothing but what was asked for.
func FuzzAnswer(f *testing.F) {
	for _, zone := range []*Zone{
		{Records: "a.example MX 10 mx.example\na.example MX 0 ."},
		{Records: "a.example CNAME b.example\nb.example CNAME a.example"},
		{Records: "a.example CNAME b.example\nb.example MX 5 c.example"},
		{Bogus: []string{"a.example"}},
		{Fail: map[string]int{"a.example": dns.RcodeRefused}},
		{},
	} {
		q, err := newQuestion("a.example", dns.TypeMX, true)
		if err != nil {
			f.Fatal(err)
		}
		packet, err := zone.answer(context.Background(), q.Msg).Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packet)
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, packet []byte) {
		if len(packet) > 2 {
			packet[0], packet[1], packet[2] = 0, 7, packet[2]|0x80 // so that more than one in 131072 is looked into
		}
		answer, err := follow(context.Background(), reader(packet), "a.example", dns.TypeMX)
		var e *Error
		switch {
		case err != nil && (!errors.As(err, &e) || !e.Temporary() || answer.Name != "" || answer.Records != nil || answer.Chain != nil):
			t.Fatalf("%+v and %v", answer, err)
		case err == nil && answer.RCode != dns.RcodeSuccess && answer.RCode != dns.RcodeNameError:
			t.Fatalf("RCODE %d is no answer", answer.RCode)
		case err == nil && len(answer.Records) > 0 && answer.RCode != dns.RcodeSuccess:
			t.Fatalf("denied and given: %+v", answer)
		case len(answer.Chain) > maxChain || answer.TTL < 0:
			t.Fatalf("%+v", answer)
		}
		if len(answer.MX()) != len(answer.Records) {
			t.Fatalf("foreign records: %+v", answer.Records)
		}
	})
}

// reader is an asker that gets the same packet for every question, with the question put right after the first.
func reader(packet []byte) asker {
	return func(_ context.Context, name string, qtype uint16) (reply, error) {
		q, err := newQuestion(name, qtype, true)
		if err != nil {
			return reply{}, &Error{Kind: Malformed, Cause: err}
		}
		q.Id = 7
		m, err := read(packet, q)
		if err != nil {
			return reply{}, &Error{Kind: Malformed, Cause: err}
		}
		if e := failure(m, "fuzz"); e != nil {
			return reply{}, e
		}
		return reply{m, "fuzz", true}, nil
	}
}

func TestReferral(t *testing.T) {
	ns, soa := record("example. 60 IN NS ns.example."), record("example. 60 IN SOA ns. m. 1 1 1 1 60")
	for name, test := range map[string]struct {
		m    dns.Msg
		want bool
	}{
		"referral":             {dns.Msg{Ns: []dns.RR{ns}}, true},
		"denial":               {dns.Msg{Ns: []dns.RR{soa}}, false},
		"denial with servers":  {dns.Msg{Ns: []dns.RR{soa, ns}}, false},
		"bare denial":          {dns.Msg{}, false},
		"authoritative":        {dns.Msg{MsgHdr: dns.MsgHdr{Authoritative: true}, Ns: []dns.RR{ns}}, false},
		"answer with servers":  {dns.Msg{Answer: []dns.RR{record("a.example. A 192.0.2.1")}, Ns: []dns.RR{ns}}, false},
		"NXDOMAIN with server": {dns.Msg{MsgHdr: dns.MsgHdr{Rcode: dns.RcodeNameError}, Ns: []dns.RR{ns}}, false},
	} {
		if got := referral(&test.m); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestDenialTTL(t *testing.T) {
	for name, test := range map[string]struct {
		soa  string
		want float64
	}{
		"minimum": {"example. 900 IN SOA ns. m. 1 1 1 1 60", 60},
		"ttl":     {"example. 30 IN SOA ns. m. 1 1 1 1 60", 30},
		"none":    {"example. 30 IN NS ns.", 0},
	} {
		m := new(dns.Msg)
		m.SetQuestion("a.example.", dns.TypeMX)
		m.Rcode, m.Ns = dns.RcodeNameError, []dns.RR{record(test.soa)}
		answer, err := follow(t.Context(), func(context.Context, string, uint16) (reply, error) {
			return reply{m, "test", true}, nil
		}, "a.example", dns.TypeMX)
		if err != nil || answer.TTL.Seconds() != test.want {
			t.Errorf("%s: %v, %v", name, answer.TTL, err)
		}
	}
}
