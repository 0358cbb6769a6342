package resolve

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// udpSize is the answer that we are ready to take in one datagram: what passes every network without fragments.
const udpSize = 1232

var (
	// errNotOurs: a packet that answers something else, so that a forger has to guess id, port and question.
	errNotOurs = errors.New("it answers another question")
	errName    = errors.New("a label or the whole is empty or too long")
	errCounts  = errors.New("it holds fewer records than it says")
	errEmpty   = errors.New("it holds a record without content")
	errBoth    = errors.New("it denies the name and gives records for it")
)

// query is a question with its packet.
type query struct {
	*dns.Msg
	packet []byte
}

// newQuestion builds the packet that asks for name. AD asks that AD be set in the answer (RFC 6840 §5.7).
//
// QUIRK: some resolvers say AD only to those who ask for signatures with DO, so secure sets that as well.
func newQuestion(name string, qtype uint16, secure bool) (query, error) {
	q := query{Msg: new(dns.Msg)}
	q.SetQuestion(dns.Fqdn(name), qtype) // the id is random
	q.AuthenticatedData = true
	q.SetEdns0(udpSize, secure)
	if _, ok := dns.IsDomainName(name); !ok {
		return q, errName
	}
	return q, q.pack()
}

func (q *query) pack() (err error) {
	q.packet, err = q.Pack()
	return err
}

// read takes packet as the answer to q: errNotOurs if it is none, another error if it makes no sense.
func read(packet []byte, q query) (*dns.Msg, error) {
	m := new(dns.Msg)
	err := m.Unpack(packet)
	if len(packet) < 12 || m.Id != q.Id || !m.Response || m.Opcode != dns.OpcodeQuery || !answers(m, q.Msg) {
		return nil, errNotOurs
	}
	if m.Truncated {
		return m, nil // what is there does not count
	}
	if err != nil {
		return nil, fmt.Errorf("reading it: %w", err)
	}
	return m, sound(m, packet)
}

// answers says whether m repeats the question. Some servers leave it out when they refuse; then the RCODE is all that is
// taken from them.
func answers(m, q *dns.Msg) bool {
	if len(m.Question) == 0 {
		return m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError || m.Truncated
	}
	have, want := m.Question[0], q.Question[0]
	return len(m.Question) == 1 && have.Qtype == want.Qtype && have.Qclass == want.Qclass && strings.EqualFold(have.Name, want.Name)
}

// sound finds what the library forgives: sections that end early, records without content.
func sound(m *dns.Msg, packet []byte) error {
	for i, have := range []int{len(m.Question), len(m.Answer), len(m.Ns), len(m.Extra)} {
		if int(binary.BigEndian.Uint16(packet[4+2*i:])) != have {
			return errCounts
		}
	}
	for _, rr := range m.Answer {
		if rr.Header().Rdlength == 0 {
			return errEmpty
		}
	}
	return nil
}

// referral says whether m sends us to other servers instead of answering, as a server does that does not recurse. It must
// not pass for a denial, which would have an SOA record or no authority at all. RFC 2308 §2.2
func referral(m *dns.Msg) bool {
	if m.Rcode != dns.RcodeSuccess || len(m.Answer) > 0 || m.Authoritative {
		return false
	}
	soa, ns := false, false
	for _, rr := range m.Ns {
		soa = soa || rr.Header().Rrtype == dns.TypeSOA
		ns = ns || rr.Header().Rrtype == dns.TypeNS
	}
	return ns && !soa
}

// extended is the text of the extended error in m, from the registry's words, never the server's own. RFC 8914 §4
func extended(m *dns.Msg) string {
	opt := m.IsEdns0()
	if opt == nil {
		return ""
	}
	for _, o := range opt.Option {
		if ede, ok := o.(*dns.EDNS0_EDE); ok && ede.InfoCode != dns.ExtendedErrorCodeOther {
			return dns.ExtendedErrorCodeToString[ede.InfoCode]
		}
	}
	return ""
}
