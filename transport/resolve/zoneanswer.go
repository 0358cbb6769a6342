package resolve

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// answer is the packet that the zone gives to q; nil is silence.
func (z *Zone) answer(ctx context.Context, q *dns.Msg) *dns.Msg {
	m := new(dns.Msg)
	if len(q.Question) != 1 || z.Err() != nil {
		return m.SetRcode(q, dns.RcodeServerFailure)
	}
	z.remember(q.Question[0])
	m.SetReply(q)
	m.RecursionAvailable, m.AuthenticatedData = true, true
	if q.IsEdns0() != nil {
		m.SetEdns0(udpSize, false)
	}
	if !z.walk(ctx, m, plain(q.Question[0].Name)) {
		return nil
	}
	return m
}

// walk puts into m what the zone holds of name and of the names that CNAMEs lead to; false is silence.
func (z *Zone) walk(ctx context.Context, m *dns.Msg, name string) bool {
	qtype := m.Question[0].Qtype
	for range maxChain + 2 { // long enough for the asker to notice
		if !z.waits(ctx, name, qtype) || z.listed(z.Silent, name, qtype) {
			return false
		}
		m.AuthenticatedData = m.AuthenticatedData && z.secure(name)
		if z.fails(m, name, qtype) {
			return true
		}
		records, exists := z.find(name)
		own, cname := owned(records, name, qtype), owned(records, name, dns.TypeCNAME)
		m.Answer = append(m.Answer, own...)
		if len(own) > 0 || len(cname) == 0 {
			z.deny(m, len(own) == 0, exists)
			return true
		}
		m.Answer = append(m.Answer, cname[0])
		if z.Shallow {
			return true
		}
		name = plain(cname[0].(*dns.CNAME).Target)
	}
	return true
}

// deny adds what makes a packet a denial. RFC 2308 §2
func (z *Zone) deny(m *dns.Msg, denied, exists bool) {
	if !denied {
		return
	}
	if !exists {
		m.Rcode = dns.RcodeNameError
	}
	h := dns.RR_Header{Name: ".", Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: zoneTTL}
	m.Ns = append(m.Ns, &dns.SOA{Hdr: h, Ns: "zone.", Mbox: "zone.", Serial: 1, Refresh: 1, Retry: 1, Expire: 1, Minttl: zoneTTL})
}

func (z *Zone) fails(m *dns.Msg, name string, qtype uint16) bool {
	for _, key := range []string{name, name + " " + typeName(qtype)} {
		if code, ok := z.Fail[key]; ok {
			m.Rcode, m.Answer = code, nil
			return true
		}
	}
	if !z.listed(z.Bogus, name, qtype) {
		return false
	}
	m.Rcode, m.Answer, m.AuthenticatedData = dns.RcodeServerFailure, nil, false
	if opt := m.IsEdns0(); opt != nil {
		opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: dns.ExtendedErrorCodeDNSBogus})
	}
	return true
}

func (z *Zone) listed(list []string, name string, qtype uint16) bool {
	return slices.Contains(list, name) || slices.Contains(list, name+" "+typeName(qtype))
}

// waits sleeps as long as the question takes; false when ctx ended before.
func (z *Zone) waits(ctx context.Context, name string, qtype uint16) bool {
	d := max(z.Slow[name], z.Slow[name+" "+typeName(qtype)])
	if d == 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (z *Zone) secure(name string) bool {
	return slices.ContainsFunc(z.Authentic, within(name)) && !slices.ContainsFunc(z.Insecure, within(name))
}

func within(name string) func(zone string) bool {
	return func(zone string) bool {
		return zone == root || name == zone || strings.HasSuffix(name, "."+zone)
	}
}

// find gives the records of name, those of a wildcard in its name where it does not exist itself. RFC 4592 §2.2
func (z *Zone) find(name string) (records []dns.RR, exists bool) {
	if z.exists(name) {
		return z.records[name], true
	}
	for parent := name; parent != root; {
		parent = above(parent)
		if !z.exists(parent) {
			continue
		}
		for _, rr := range z.records[strings.TrimSuffix("*."+parent, "..")] {
			rr = dns.Copy(rr)
			rr.Header().Name = dns.Fqdn(name)
			records = append(records, rr)
		}
		return records, len(records) > 0
	}
	return nil, false
}

// exists also counts names that only have others below them. RFC 8020 §2
func (z *Zone) exists(name string) bool {
	if name == root || len(z.records[name]) > 0 {
		return true
	}
	for owner := range z.records {
		if strings.HasSuffix(owner, "."+name) {
			return true
		}
	}
	return false
}

func above(name string) string {
	if _, parent, ok := strings.Cut(name, "."); ok {
		return parent
	}
	return root
}
