package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// fakeNet is a network of name servers on pipes, so that time can be bubbled.
type fakeNet struct {
	servers map[string]fakeServer

	mu     sync.Mutex
	dialed []string
	open   int
}

// fakeServer answers after a delay; a nil answer is silence. A server that is not there refuses the connection.
type fakeServer struct {
	delay  time.Duration
	answer func(packet []byte) []byte
}

func (f *fakeNet) dial(ctx context.Context, network, address string) (net.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dialed = append(f.dialed, address)
	server, ok := f.servers[address]
	if !ok {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	f.open++
	go func() {
		defer func() { f.mu.Lock(); f.open--; f.mu.Unlock() }()
		buffer := make([]byte, 4096)
		for {
			n, err := far.Read(buffer)
			if err != nil {
				return
			}
			packet := slices.Clone(buffer[:n])
			time.AfterFunc(server.delay, func() {
				if answer := server.answer(packet); answer != nil {
					far.Write(answer)
				}
			})
		}
	}()
	return near, nil
}

func (f *fakeNet) client(servers ...string) Client {
	return Client{Servers: servers, Dial: f.dial}
}

func silent([]byte) []byte       { return nil }
func right(packet []byte) []byte { return good(packet, nil) }
func saying(rcode int) func([]byte) []byte {
	return func(p []byte) []byte { return good(p, func(m *dns.Msg) { m.Answer, m.Rcode = nil, rcode }) }
}

func TestRace(t *testing.T) {
	const ms = time.Millisecond
	servers := map[string]fakeServer{
		"right:53":    {10 * ms, right},
		"slow:53":     {time.Second, right},
		"late:53":     {20 * time.Second, right},
		"silent:53":   {0, silent},
		"silent2:53":  {0, silent},
		"silent3:53":  {0, silent},
		"silent4:53":  {0, silent},
		"servfail:53": {10 * ms, saying(dns.RcodeServerFailure)},
		"refused:53":  {10 * ms, saying(dns.RcodeRefused)},
		"garbage:53":  {10 * ms, func([]byte) []byte { return []byte("garbage") }},
	}
	tests := []struct {
		servers string
		kind    Kind
		server  string // that answered or is blamed
		took    time.Duration
		dialed  int
	}{
		{"right", "", "right", 10 * ms, 1},
		{"right silent", "", "right", 10 * ms, 1},
		{"silent right", "", "right", 410 * ms, 2},
		{"closed right", "", "right", 10 * ms, 2},
		{"closed silent right", "", "right", 410 * ms, 3},
		{"servfail right", "", "right", 20 * ms, 2},
		{"refused servfail right", "", "right", 30 * ms, 3},
		{"garbage right", "", "right", 410 * ms, 2},
		{"slow silent", "", "slow", time.Second, 2},
		{"silent slow", "", "slow", 1400 * ms, 2},
		{"silent", Timeout, "silent", 10 * time.Second, 2},
		{"silent closed servfail refused right", "", "right", 430 * ms, 5},
		{"silent silent2 silent3 silent4 right", "", "right", 1610 * ms, 5},
		{"silent silent2 silent3 slow", "", "slow", 2200 * ms, 4},
		{"late", Timeout, "late", 10 * time.Second, 2},
		{"silent servfail", ServFail, "servfail", 10 * time.Second, 3},
		{"servfail refused", ServFail, "servfail", 20 * ms, 2},
		{"refused", Refused, "refused", 10 * ms, 1},
		{"closed", Network, "closed", 0, 2},
		{"closed silent", Timeout, "silent", 10 * time.Second, 4},
		{"garbage silent", Malformed, "garbage", 10400 * ms, 4},
	}
	for _, test := range tests {
		t.Run(test.servers, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeNet{servers: servers}
				list := strings.Split(strings.ReplaceAll(test.servers, " ", ":53 ")+":53", " ")
				start := time.Now()
				answer, e := ask(t, f.client(list...), "a.example", dns.TypeA)
				took := time.Since(start)
				kind, server := Kind(""), answer.Server
				if e != nil {
					kind, server = e.Kind, e.Server
				}
				if kind != test.kind || server != test.server+":53" || took != test.took || len(f.dialed) != test.dialed {
					t.Errorf("%q from %s in %v after %d connections, want %q from %s in %v after %d; error %v",
						kind, server, took, len(f.dialed), test.kind, test.server, test.took, test.dialed, e)
				}
				synctest.Wait()
				if f.open != 0 {
					t.Errorf("%d connections left open", f.open)
				}
			})
		})
	}
}

func TestSettingsOfTheRace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeNet{servers: map[string]fakeServer{"silent:53": {0, silent}}}
		c := f.client("silent:53")
		c.Timeout, c.Attempts = time.Second, 3
		start := time.Now()
		_, e := ask(t, c, "a.example", dns.TypeA)
		if e == nil || e.Kind != Timeout || time.Since(start) != 3*time.Second {
			t.Errorf("%v after %v", e, time.Since(start))
		}
		c.Total = 1500 * time.Millisecond
		start = time.Now()
		_, e = ask(t, c, "a.example", dns.TypeA)
		if e == nil || e.Kind != Timeout || time.Since(start) != c.Total {
			t.Errorf("%v after %v", e, time.Since(start))
		}
	})
}

func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeNet{servers: map[string]fakeServer{"silent:53": {0, silent}}}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := f.client("silent:53").Query(ctx, "a.example", dns.TypeA)
		var e *Error
		if !errors.As(err, &e) || e.Kind != Interrupted || !e.Temporary() || !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if time.Since(start) != time.Second {
			t.Errorf("returned after %v", time.Since(start))
		}
	})
}

func TestDeadlineOfTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeNet{servers: map[string]fakeServer{"silent:53": {0, silent}}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := f.client("silent:53").Query(ctx, "a.example", dns.TypeA)
		var e *Error
		if !errors.As(err, &e) || e.Kind != Timeout {
			t.Errorf("%v", err)
		}
		if _, err = f.client("silent:53").Query(ctx, "a.example", dns.TypeA); !errors.As(err, &e) || e.Kind != Timeout {
			t.Errorf("after the deadline: %v", err)
		}
	})
}

func TestTrust(t *testing.T) {
	authentic := func(p []byte) []byte { return good(p, func(m *dns.Msg) { m.AuthenticatedData = true }) }
	for _, test := range []struct {
		server string
		trust  bool
		want   bool
	}{
		{"127.0.0.1:53", false, true},
		{"127.0.0.53:5353", false, true},
		{"[::1]:53", false, true},
		{"localhost:53", false, true},
		{"[::ffff:127.0.0.1]:53", false, true},
		{"192.0.2.53:53", false, false},
		{"192.0.2.53:53", true, true},
		{"[2001:db8::53]:53", false, false},
		{"127.0.0.1.example.com:53", false, false},
		{"without-port", false, false},
	} {
		var secure, ad bool
		watch := func(p []byte) []byte {
			q := new(dns.Msg)
			q.Unpack(p)
			secure, ad = q.IsEdns0().Do(), q.AuthenticatedData
			return authentic(p)
		}
		f := &fakeNet{servers: map[string]fakeServer{test.server: {0, watch}}}
		c := f.client(test.server)
		c.TrustAD = test.trust
		answer, err := ask(t, c, "a.example", dns.TypeA)
		if err != nil || !answer.AD || answer.Authentic != test.want || !ad || secure != test.want {
			t.Errorf("%s: %v, question AD %v DO %v, answer AD %v, authentic %v", test.server, err, ad, secure, answer.AD, answer.Authentic)
		}
	}
}

// TestOneStrangerSpoilsTrust: the trusted server is slow, dead or says that it failed; what another says then must not count
// as authentic, nor must anything that the trusted one says be told apart from it.
func TestOneStrangerSpoilsTrust(t *testing.T) {
	authentic := func(p []byte) []byte { return good(p, func(m *dns.Msg) { m.AuthenticatedData = true }) }
	for _, test := range []struct {
		servers string
		trust   bool
		want    bool
	}{
		{"127.0.0.1:53 [::1]:53", false, true},
		{"0.0.0.0:53", false, true},
		{"127.0.0.1:53 192.0.2.53:53", false, false},
		{"192.0.2.53:53 127.0.0.1:53", false, false},
		{"127.0.0.1:53 192.0.2.53:53", true, true},
	} {
		f := &fakeNet{servers: map[string]fakeServer{}}
		c := f.client(strings.Fields(test.servers)...)
		for _, s := range c.Servers {
			f.servers[s] = fakeServer{0, authentic}
		}
		c.TrustAD = test.trust
		answer, err := ask(t, c, "a.example", dns.TypeA)
		if err != nil || !answer.AD || answer.Authentic != test.want {
			t.Errorf("%s: %v, authentic %v", test.servers, err, answer.Authentic)
		}
	}
}

func TestRotateAsksEveryServer(t *testing.T) {
	f := &fakeNet{servers: map[string]fakeServer{}}
	c := Client{Rotate: true, Dial: f.dial}
	for i := range 3 {
		name := fmt.Sprintf("server%d:53", i)
		f.servers[name] = fakeServer{0, right}
		c.Servers = append(c.Servers, name)
	}
	seen := map[string]bool{}
	for range 200 {
		answer, err := ask(t, c, "a.example", dns.TypeA)
		if err != nil {
			t.Fatal(err)
		}
		seen[answer.Server] = true
	}
	if len(seen) != 3 {
		t.Errorf("only %v", seen)
	}
}

func TestIDsAreNotGuessable(t *testing.T) {
	seen := map[uint16]bool{}
	for range 100 {
		q, err := newQuestion("a.example", dns.TypeA, false)
		if err != nil {
			t.Fatal(err)
		}
		seen[q.Id] = true
	}
	if len(seen) < 90 {
		t.Errorf("%d different ids in 100 questions", len(seen))
	}
}
