package resolve

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"
)

// serve answers over UDP and TCP on one loopback port until the test is over.
func serve(t *testing.T, handler dns.Handler) (address string) {
	t.Helper()
	packets, listener := bothPorts(t)
	for _, server := range []*dns.Server{{PacketConn: packets, Handler: handler}, {Listener: listener, Handler: handler}} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go server.ActivateAndServe()
		<-started
		t.Cleanup(func() { server.Shutdown() })
	}
	return listener.Addr().String()
}

// bothPorts finds a port that is free for both protocols.
func bothPorts(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 20 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if packets, err := net.ListenPacket("udp", listener.Addr().String()); err == nil {
			return packets, listener
		}
		listener.Close()
	}
	t.Fatal("no port is free for both UDP and TCP")
	return nil, nil
}

// raw answers every datagram with those that respond makes of it.
func raw(t *testing.T, respond func(packet []byte) [][]byte) (address string) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			for _, packet := range respond(buffer[:n]) {
				conn.WriteTo(packet, from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

// closedPort is an address at which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	packets, listener := bothPorts(t)
	packets.Close()
	listener.Close()
	return listener.Addr().String()
}

// good is the right answer to packet: an A record.
func good(packet []byte, change func(*dns.Msg)) []byte {
	q := new(dns.Msg)
	if err := q.Unpack(packet); err != nil {
		panic(err)
	}
	m := new(dns.Msg).SetReply(q)
	m.Answer = []dns.RR{record(q.Question[0].Name + " 60 IN A 192.0.2.1")}
	if change != nil {
		change(m)
	}
	out, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return out
}

func record(text string) dns.RR {
	rr, err := dns.NewRR(text)
	if err != nil {
		panic(err)
	}
	return rr
}

func ask(t *testing.T, q Querier, name string, qtype uint16) (Answer, *Error) {
	t.Helper()
	answer, err := q.Query(context.Background(), name, qtype)
	var e *Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("%s: %T is no *Error: %v", name, err, err)
	}
	return answer, e
}

func TestClientOverTheWire(t *testing.T) {
	zone := &Zone{Authentic: []string{"hamburger.edu"}, Records: `
		hamburger.edu 120 MX 10 mx.hamburger.edu
		www.hamburger.edu 60 CNAME hamburger.edu`}
	server := serve(t, zone)
	answer, err := ask(t, Client{Servers: []string{server}}, "WWW.Hamburger.EDU.", dns.TypeMX)
	if err != nil {
		t.Fatal(err)
	}
	mx := answer.MX()
	switch {
	case answer.Asked != "www.hamburger.edu" || answer.Name != "hamburger.edu" || answer.Server != server:
		t.Errorf("asked %q, name %q, server %q", answer.Asked, answer.Name, answer.Server)
	case answer.TTL.Seconds() != 60 || answer.Took <= 0:
		t.Errorf("ttl %v, took %v", answer.TTL, answer.Took)
	case !answer.AD || !answer.Authentic || len(answer.Chain) != 1 || !answer.Chain[0].Authentic:
		t.Errorf("not authentic: %+v", answer)
	case len(mx) != 1 || mx[0].Host != "mx.hamburger.edu" || mx[0].Preference != 10:
		t.Errorf("mx %+v", mx)
	}
}

func TestDenialsAreAnswers(t *testing.T) {
	server := serve(t, &Zone{Records: "there.example A 192.0.2.1"})
	client := Client{Servers: []string{server}}
	for name, kind := range map[string]Kind{"gone.example": NoSuchDomain, "there.example": NoData} {
		answer, err := ask(t, client, name, dns.TypeMX)
		var e *Error
		if err != nil || !errors.As(answer.Err(), &e) || e.Kind != kind || e.Temporary() || answer.TTL.Seconds() != 300 {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
}

func TestLargeAnswersComeOverTCP(t *testing.T) {
	zone := &Zone{}
	for range 40 {
		zone.Records += `large.example TXT "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 ` +
			string(rune('a'+len(zone.Records)%23)) + string(rune('a'+len(zone.Records)%19)) + "\"\n"
	}
	answer, err := ask(t, Client{Servers: []string{serve(t, zone)}}, "large.example", dns.TypeTXT)
	if err != nil || len(answer.TXT()) != 40 {
		t.Fatalf("%d records, %v", len(answer.TXT()), err)
	}
	if asked := zone.Asked(); len(asked) != 2 {
		t.Errorf("asked %q, want one datagram and one stream", asked)
	}
}

func TestTruncatedWithoutTCPIsNoAnswer(t *testing.T) {
	server := raw(t, func(p []byte) [][]byte { return [][]byte{good(p, func(m *dns.Msg) { m.Truncated = true })} })
	answer, err := ask(t, Client{Servers: []string{server}, Attempts: 1}, "cut.example", dns.TypeA)
	if err == nil || err.Kind != Network || !err.Temporary() || answer.Records != nil {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestOnlyTCP(t *testing.T) {
	zone := &Zone{Records: "a.example A 192.0.2.1"}
	if answer, err := ask(t, Client{Servers: []string{serve(t, zone)}, TCP: true}, "a.example", dns.TypeA); err != nil || len(answer.Addresses()) != 1 {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestNextServer(t *testing.T) {
	right := serve(t, &Zone{Records: "a.example A 192.0.2.1"})
	wrong := map[string]string{
		"closed port": closedPort(t),
		"SERVFAIL":    serve(t, &Zone{Fail: map[string]int{"a.example": dns.RcodeServerFailure}}),
		"REFUSED":     serve(t, &Zone{Fail: map[string]int{"a.example": dns.RcodeRefused}}),
		"NOTIMP":      serve(t, &Zone{Fail: map[string]int{"a.example": dns.RcodeNotImplemented}}),
		"referral": raw(t, func(p []byte) [][]byte {
			return [][]byte{good(p, func(m *dns.Msg) { m.Answer, m.Ns = nil, []dns.RR{record("example. 60 IN NS ns.example.")} })}
		}),
		"malformed": raw(t, func(p []byte) [][]byte { packet := good(p, nil); return [][]byte{packet[:len(packet)-3]} }),
	}
	for name, server := range wrong {
		answer, err := ask(t, Client{Servers: []string{server, right}}, "a.example", dns.TypeA)
		if err != nil || answer.Server != right || len(answer.Addresses()) != 1 {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
}

func TestWrongPacketsArePassedOver(t *testing.T) {
	poison := func(m *dns.Msg) { m.Answer = []dns.RR{record(m.Question[0].Name + " 60 IN A 203.0.113.66")} }
	other := func(p []byte, change func(*dns.Msg)) []byte {
		return good(p, func(m *dns.Msg) { poison(m); change(m) })
	}
	for name, wrong := range map[string]func(p []byte) []byte{
		"id":          func(p []byte) []byte { return other(p, func(m *dns.Msg) { m.Id++ }) },
		"name":        func(p []byte) []byte { return other(p, func(m *dns.Msg) { m.Question[0].Name = "b.example." }) },
		"type":        func(p []byte) []byte { return other(p, func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeMX }) },
		"class":       func(p []byte) []byte { return other(p, func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS }) },
		"question":    func(p []byte) []byte { return other(p, func(m *dns.Msg) { m.Response = false }) },
		"opcode":      func(p []byte) []byte { return other(p, func(m *dns.Msg) { m.Opcode = dns.OpcodeUpdate }) },
		"no question": func(p []byte) []byte { return other(p, func(m *dns.Msg) { m.Question = nil }) },
		"no such name": func(p []byte) []byte {
			return other(p, func(m *dns.Msg) { m.Question, m.Rcode = nil, dns.RcodeNameError })
		},
		"garbage": func(p []byte) []byte { return []byte("\r\n\r\n not DNS at all \x00\xff") },
		"short":   func(p []byte) []byte { return p[:2] },
		"empty":   func(p []byte) []byte { return nil },
	} {
		server := raw(t, func(p []byte) [][]byte { return [][]byte{wrong(p), good(p, nil)} })
		answer, err := ask(t, Client{Servers: []string{server}}, "a.example", dns.TypeA)
		if err != nil || len(answer.Addresses()) != 1 || answer.Addresses()[0].String() != "192.0.2.1" {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
}

func TestPacketsFromElsewhereDoNotArrive(t *testing.T) {
	elsewhere, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		buffer := make([]byte, 4096)
		n, from, err := server.ReadFrom(buffer)
		if err != nil {
			return
		}
		forged := good(buffer[:n], func(m *dns.Msg) { m.Answer = []dns.RR{record("a.example. 60 IN A 203.0.113.66")} })
		elsewhere.WriteTo(forged, from)
		server.WriteTo(good(buffer[:n], nil), from)
	}()
	answer, e := ask(t, Client{Servers: []string{server.LocalAddr().String()}}, "a.example", dns.TypeA)
	if e != nil || answer.Addresses()[0].String() != "192.0.2.1" {
		t.Errorf("%+v, %v", answer, e)
	}
}

func TestUnsoundPackets(t *testing.T) {
	for name, change := range map[string]func(p []byte) []byte{
		"more answers than there are": func(p []byte) []byte { p[7] = 9; return p },
		"more authority":              func(p []byte) []byte { p[9] = 1; return p },
		"cut in a record":             func(p []byte) []byte { return p[:len(p)-2] },
		"record without content":      func(p []byte) []byte { p[len(p)-5] = 0; return p[:len(p)-4] },
		"name and denial":             func(p []byte) []byte { p[3] |= dns.RcodeNameError; return p },
	} {
		server := raw(t, func(p []byte) [][]byte { return [][]byte{change(good(p, nil))} })
		answer, err := ask(t, Client{Servers: []string{server}}, "a.example", dns.TypeA)
		if err == nil || err.Kind != Malformed || !err.Temporary() || answer.Records != nil {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
}

func TestSeveralAliasesOfOneName(t *testing.T) {
	server := raw(t, func(p []byte) [][]byte {
		return [][]byte{good(p, func(m *dns.Msg) {
			m.Answer = []dns.RR{record("a.example. CNAME b.example."), record("a.example. CNAME c.example.")}
		})}
	})
	if _, err := ask(t, Client{Servers: []string{server}}, "a.example", dns.TypeA); err == nil || err.Kind != Malformed {
		t.Errorf("%v", err)
	}
}

func TestForeignRecordsDoNotCount(t *testing.T) {
	server := raw(t, func(p []byte) [][]byte {
		return [][]byte{good(p, func(m *dns.Msg) {
			m.Answer = append(m.Answer, record("other.example. 60 IN A 203.0.113.66"), record("a.example. 60 CH A 203.0.113.66"))
		})}
	})
	answer, err := ask(t, Client{Servers: []string{server}}, "a.example", dns.TypeA)
	if err != nil || len(answer.Addresses()) != 1 {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestServerWithoutEDNS(t *testing.T) {
	var questions atomic.Int32
	server := raw(t, func(p []byte) [][]byte {
		questions.Add(1)
		return [][]byte{good(p, func(m *dns.Msg) {
			q := new(dns.Msg)
			if q.Unpack(p) == nil && q.IsEdns0() != nil {
				m.Rcode, m.Answer, m.Question = dns.RcodeFormatError, nil, nil
			}
		})}
	})
	answer, err := ask(t, Client{Servers: []string{server}}, "a.example", dns.TypeA)
	if err != nil || len(answer.Addresses()) != 1 || questions.Load() != 2 {
		t.Errorf("%d questions: %+v, %v", questions.Load(), answer, err)
	}
}

func TestImpossibleName(t *testing.T) {
	long := ""
	for range 60 {
		long += "label."
	}
	for _, name := range []string{long, "a..b", `a\`} {
		if _, err := ask(t, Client{Servers: []string{closedPort(t)}}, name, dns.TypeA); err == nil || err.Kind != Invalid || err.Temporary() {
			t.Errorf("%q: %v", name, err)
		}
	}
}
