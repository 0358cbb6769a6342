package resolve

import (
	"context"
	"fmt"

	"github.com/miekg/dns"
)

// maxChain is how many CNAMEs are followed for one question.
const maxChain = 16

// reply is one packet that answers a question, and what is known of where it came from.
type reply struct {
	*dns.Msg
	server  string
	trusted bool // its AD bit is believed
}

// asker puts one question to the servers, without following anything.
type asker func(ctx context.Context, name string, qtype uint16) (reply, error)

// follow asks for name and for the names that CNAMEs lead to, within packets and from packet to packet, until records or
// a denial are found.
func follow(ctx context.Context, ask asker, name string, qtype uint16) (Answer, error) {
	name = plain(name)
	w := walk{Answer: Answer{Asked: name, Name: name, Type: qtype, AD: true, Authentic: true, TTL: maxTTL}}
	for {
		r, err := ask(ctx, w.Name, qtype)
		if err != nil {
			return Answer{}, err
		}
		done, err := w.take(r)
		if err != nil {
			return Answer{}, err
		}
		if done {
			return w.finish(), nil
		}
	}
}

// walk is an answer in the making.
type walk struct {
	Answer
}

// take reads the next packet. It is done when the packet has records for the end of the chain or denies it.
func (w *walk) take(r reply) (done bool, err error) {
	w.AD = w.AD && r.AuthenticatedData
	w.Authentic = w.Authentic && r.AuthenticatedData && r.trusted
	w.Server, w.RCode, w.Detail = r.server, r.Rcode, extended(r.Msg)
	steps := len(w.Chain)
	if err := w.aliases(r); err != nil {
		return false, err
	}
	w.Records = owned(r.Answer, w.Name, w.Type)
	switch {
	case len(w.Records) > 0 && r.Rcode == dns.RcodeNameError:
		return false, w.fail(Malformed, errBoth)
	case len(w.Records) > 0:
		w.shorten(w.Records)
		return true, nil
	case r.Rcode == dns.RcodeNameError || len(w.Chain) == steps || hasSOA(r.Msg):
		w.deny(r.Msg)
		return true, nil
	}
	return false, nil // the chain leads out of the packet
}

// aliases walks along the CNAMEs in r from the name that was asked for.
func (w *walk) aliases(r reply) error {
	if w.Type == dns.TypeCNAME {
		return nil
	}
	for {
		next := owned(r.Answer, w.Name, dns.TypeCNAME)
		if len(next) == 0 || len(owned(r.Answer, w.Name, w.Type)) > 0 {
			return nil
		}
		target := plain(next[0].(*dns.CNAME).Target)
		if len(next) > 1 && target != plain(next[1].(*dns.CNAME).Target) {
			return w.fail(Malformed, fmt.Errorf("%s has several CNAME records", w.Name)) // RFC 2181 §10.1
		}
		if err := w.step(target, next[:1], r); err != nil {
			return err
		}
	}
}

func (w *walk) step(target string, cname []dns.RR, r reply) error {
	if w.visited(target) {
		return w.fail(Loop, fmt.Errorf("%s leads back to %s", w.Name, target))
	}
	if len(w.Chain) == maxChain {
		return w.fail(Loop, fmt.Errorf("more than %d of them", maxChain))
	}
	w.shorten(cname)
	w.Chain = append(w.Chain, Alias{w.Name, target, r.AuthenticatedData && r.trusted, seconds(cname[0].Header().Ttl)})
	w.Name = target
	return nil
}

func (w *walk) visited(name string) bool {
	for _, a := range w.Chain {
		if a.Name == name {
			return true
		}
	}
	return w.Name == name
}

// deny notes how long the denial may be kept. RFC 2308 §5
func (w *walk) deny(m *dns.Msg) {
	for _, rr := range m.Ns {
		if soa, ok := rr.(*dns.SOA); ok {
			w.TTL = min(w.TTL, seconds(soa.Hdr.Ttl), seconds(soa.Minttl))
			return
		}
	}
	w.TTL = 0
}

func (w *walk) shorten(records []dns.RR) {
	for _, rr := range records {
		w.TTL = min(w.TTL, seconds(rr.Header().Ttl))
	}
}

func (w *walk) finish() Answer {
	if w.TTL == maxTTL {
		w.TTL = 0
	}
	return w.Answer
}

func (w *walk) fail(kind Kind, cause error) *Error {
	return &Error{Name: w.Asked, Type: typeName(w.Type), Kind: kind, Server: w.Server, Detail: cause.Error(), Cause: cause}
}

// owned picks the records of one type that belong to name; what else a packet holds is nobody's business.
func owned(records []dns.RR, name string, rrtype uint16) []dns.RR {
	var own []dns.RR
	for _, rr := range records {
		h := rr.Header()
		if h.Rrtype == rrtype && h.Class == dns.ClassINET && plain(h.Name) == name {
			own = append(own, rr)
		}
	}
	return own
}

func hasSOA(m *dns.Msg) bool {
	return len(m.Ns) > 0 && len(owned(m.Ns, plain(m.Ns[0].Header().Name), dns.TypeSOA)) > 0
}
