package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// zone answers for every domain there is: its mail goes to mx.<domain>, and every name has the address of the sandbox.
type zone struct {
	address netip.Addr
}

const (
	recordTTL  = 60
	preference = 10
)

// ServeDNS answers one question.
func (z zone) ServeDNS(w dns.ResponseWriter, question *dns.Msg) {
	answer, speaks := z.answer(question)
	if !speaks {
		return
	}
	if udp, ok := w.RemoteAddr().(*net.UDPAddr); ok && udp != nil {
		answer.Truncate(room(question))
	}
	if err := w.WriteMsg(answer); err != nil {
		w.Close()
	}
}

// room is how many octets the asker takes in one datagram. RFC 1035 §4.2.1, RFC 6891 §6.2.3
func room(question *dns.Msg) int {
	if o := question.IsEdns0(); o != nil {
		return max(dns.MinMsgSize, int(o.UDPSize()))
	}
	return dns.MinMsgSize
}

// answer is what is said to a question, and whether anything is said.
func (z zone) answer(question *dns.Msg) (answer *dns.Msg, speaks bool) {
	answer = new(dns.Msg).SetReply(question)
	answer.Authoritative, answer.RecursionAvailable = true, true
	if question.IsEdns0() != nil {
		answer.SetEdns0(dns.DefaultMsgSize, false)
	}
	if len(question.Question) != 1 || question.Question[0].Qclass != dns.ClassINET {
		answer.Rcode = dns.RcodeRefused
		return answer, true
	}
	q := question.Question[0]
	label := magicLabel(q.Name)
	switch label {
	case "timeout":
		return nil, false
	case "servfail":
		answer.Rcode = dns.RcodeServerFailure
		return answer, true
	case "refused":
		answer.Rcode = dns.RcodeRefused
		return answer, true
	case "nxdomain":
		answer.Rcode = dns.RcodeNameError
	default:
		answer.Answer = z.records(q, label)
	}
	if len(answer.Answer) == 0 {
		answer.Ns = []dns.RR{authorityOf(q.Name)} // RFC 2308 §3
	}
	return answer, true
}

// records are what the name has of the type.
func (z zone) records(q dns.Question, label string) []dns.RR {
	header := dns.RR_Header{Name: q.Name, Rrtype: q.Qtype, Class: dns.ClassINET, Ttl: recordTTL}
	switch {
	case q.Name == ".":
		return nil
	case q.Qtype == dns.TypeMX && label == "nullmx":
		return []dns.RR{&dns.MX{Hdr: header, Preference: 0, Mx: "."}} // RFC 7505 §3
	case q.Qtype == dns.TypeMX && label != "nomx" && !tooLong(q.Name):
		return []dns.RR{&dns.MX{Hdr: header, Preference: preference, Mx: "mx." + q.Name}}
	case q.Qtype == dns.TypeA && label != "noaddr" && z.address.Is4():
		return []dns.RR{&dns.A{Hdr: header, A: z.address.AsSlice()}}
	case q.Qtype == dns.TypeAAAA && label != "noaddr" && z.address.Is6():
		return []dns.RR{&dns.AAAA{Hdr: header, AAAA: z.address.AsSlice()}}
	}
	return nil
}

// tooLong says whether the name has no room for the label of its exchanger. RFC 1035 §2.3.4
func tooLong(name string) bool {
	var wire [255]byte
	_, err := dns.PackDomainName("mx."+name, wire[:], 0, nil, false)
	return err != nil
}

// magicLabel is the label that decides about a name: its first, or that of the domain whose exchanger it is.
func magicLabel(name string) string {
	labels := dns.SplitDomainName(strings.ToLower(name))
	if len(labels) > 1 && labels[0] == "mx" {
		labels = labels[1:]
	}
	isMagic := func(d Fate) bool { return d.Pattern == labels[0]+".*" }
	if len(labels) == 0 || !slices.ContainsFunc(domains(), isMagic) {
		return ""
	}
	return labels[0]
}

func authorityOf(name string) dns.RR {
	return &dns.SOA{
		Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: recordTTL},
		Ns:  "ns.sandbox.test.", Mbox: "hostmaster.sandbox.test.", Serial: 1,
		Refresh: 3600, Retry: 600, Expire: 86400, Minttl: recordTTL,
	}
}

// zoneServer listens for questions, over UDP and TCP on the same port.
type zoneServer struct {
	address netip.AddrPort
	servers []*dns.Server
	ended   chan error
}

// openZone listens and answers until it is closed. The address of mail is what the names will have.
func openZone(ctx context.Context, listen string, mail netip.Addr) (*zoneServer, error) {
	packets, stream, err := listenBoth(ctx, onLoopback(listen))
	if err != nil {
		return nil, fmt.Errorf("sandbox: listening for DNS: %w", err)
	}
	handler := zone{address: reachable(mail)}
	z := &zoneServer{address: addrPort(packets.LocalAddr()), ended: make(chan error, 2)}
	z.serve(&dns.Server{PacketConn: packets, Handler: handler})
	z.serve(&dns.Server{Listener: stream, Handler: handler})
	return z, nil
}

// reachable is the address under which a listener is found: one that takes all addresses is found on loopback.
func reachable(a netip.Addr) netip.Addr {
	switch {
	case !a.IsUnspecified():
		return a.WithZone("")
	case a.Is4():
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}

// listenBoth opens a UDP and a TCP port of the same number. When any number will do, one that is free for UDP may be
// taken for TCP; then another is tried.
func listenBoth(ctx context.Context, address string) (net.PacketConn, net.Listener, error) {
	const attempts = 20
	var config net.ListenConfig
	for attempt := 1; ; attempt++ {
		packets, err := config.ListenPacket(ctx, "udp", address)
		if err != nil {
			return nil, nil, err
		}
		stream, err := config.Listen(ctx, "tcp", packets.LocalAddr().String())
		if err == nil {
			return packets, stream, nil
		}
		packets.Close()
		if !strings.HasSuffix(address, ":0") || attempt == attempts {
			return nil, nil, err
		}
	}
}

// serve starts a server and returns when it answers.
func (z *zoneServer) serve(s *dns.Server) {
	started := make(chan struct{})
	s.NotifyStartedFunc = func() { close(started) }
	z.servers = append(z.servers, s)
	go func() { z.ended <- s.ActivateAndServe() }()
	<-started
}

// Close stops the servers and waits for them.
func (z *zoneServer) Close() error {
	var errs []error
	for _, s := range z.servers {
		errs = append(errs, s.Shutdown())
	}
	for range z.servers {
		errs = append(errs, <-z.ended)
	}
	return errors.Join(errs...)
}
