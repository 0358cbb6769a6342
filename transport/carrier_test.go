package transport

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
)

// host is a server in a few words: what it says to the commands that begin with a text. A reply of "close" ends the
// connection; no reply for a command means "250 ok", 220 and 354 where they belong.
type host map[string]string

// network is the hosts by their address; one that is missing refuses connections.
type network struct {
	hosts map[string]host
	hold  time.Duration // how long a connection takes to be made

	mu    sync.Mutex
	said  map[string][]string // what each host heard
	dials []string
	now   int
	most  int // dials at once
	gone  sync.WaitGroup

	certs map[string]tls.Certificate // what each host shows after STARTTLS
}

func (n *network) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	n.enter(address)
	defer n.leave()
	if n.hold > 0 {
		time.Sleep(n.hold)
	}
	h, up := n.hosts[address]
	if !up {
		return nil, errors.New("connection refused")
	}
	ours, theirs := net.Pipe()
	if n.certs != nil {
		var err error
		if ours, theirs, err = buffered(); err != nil {
			return nil, err
		}
	}
	n.gone.Go(func() { n.serve(theirs, address, h) })
	return ours, nil
}

// buffered is a pipe for TLS, where both sides may write at once.
func buffered() (ours, theirs net.Conn, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if ours, err = net.Dial("tcp", l.Addr().String()); err != nil {
		return nil, nil, err
	}
	theirs, err = l.Accept()
	return ours, theirs, err
}

func (n *network) enter(address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dials = append(n.dials, address)
	n.now++
	n.most = max(n.most, n.now)
}

func (n *network) leave() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now--
}

func (n *network) serve(conn net.Conn, at string, h host) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	if !say(conn, h.reply("greeting", "220 hi")) {
		return
	}
	for data := false; lines.Scan(); {
		line := lines.Text()
		if data && line != "." {
			continue
		}
		n.mu.Lock()
		n.said[at] = append(n.said[at], line)
		n.mu.Unlock()
		usual := "250 ok"
		switch {
		case line == "DATA":
			usual = "354 go"
		case line == "QUIT":
			usual = "221 bye"
		}
		reply := h.reply(line, usual)
		data = line == "DATA" && strings.HasPrefix(reply, "3")
		if cert, has := n.certs[at]; has && line == "STARTTLS" && reply == "220 go" {
			io.WriteString(conn, "220 go\r\n")
			conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}})
			lines = bufio.NewScanner(conn)
			continue
		}
		if !say(conn, reply) || line == "QUIT" {
			return
		}
	}
}

func (h host) reply(line, usual string) string {
	best := ""
	for prefix := range h {
		if strings.HasPrefix(line, prefix) && len(prefix) > len(best) {
			best = prefix
		}
	}
	if best != "" {
		return h[best]
	}
	return usual
}

func say(conn net.Conn, reply string) bool {
	if reply == "close" {
		return false
	}
	_, err := io.WriteString(conn, reply+"\r\n")
	return err == nil
}

const zone = `
one.example MX 10 a.one.example
one.example MX 20 b.one.example
a.one.example A 192.0.2.1
b.one.example A 192.0.2.2
two.example MX 10 mx.two.example
mx.two.example A 192.0.2.3
dual.example MX 10 mx.dual.example
mx.dual.example A 192.0.2.4
mx.dual.example A 192.0.2.5
null.example MX 0 .
doubt.example MX 10 a.one.example
doubt.example MX 20 mx.doubt.example
`

func testLetter(t testing.TB, source io.WriterTo, size int64, recipients ...string) *letter.Letter {
	t.Helper()
	e := letter.Envelope{Sender: parse(t, "alice@crepes.fr")}
	for _, r := range recipients {
		e.Recipients = append(e.Recipients, letter.Recipient{Address: parse(t, r)})
	}
	return letter.New(e, letter.Facts{MessageID: "<1@crepes.fr>", Size: size, LongestLine: 4}, source)
}

func parse(t testing.TB, s string) address.Address {
	t.Helper()
	a, err := address.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

type text string

func (s text) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, string(s))
	return int64(n), err
}

// carry sends a letter to the recipients over the network and waits for the hosts to have seen the end of it.
func carry(t *testing.T, n *network, recipients ...string) report.Report {
	t.Helper()
	return carryLetter(t, n, testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, recipients...))
}

func carryLetter(t *testing.T, n *network, l *letter.Letter) report.Report {
	t.Helper()
	n.said = map[string][]string{}
	c := &Carrier{Router: resolve.Router{DNS: &resolve.Zone{Records: zone, Fail: map[string]int{"mx.doubt.example": 2}}}, Dialer: n, SMTP: smtp.Options{Hello: "crepes.fr"}}
	r := c.Carry(t.Context(), l)
	n.gone.Wait()
	return r
}

func (n *network) heard(address, prefix string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var found []string
	for _, line := range n.said[address] {
		if strings.HasPrefix(line, prefix) {
			found = append(found, line)
		}
	}
	return found
}

func states(r report.Report) string {
	var all []string
	for _, o := range r.Outcomes {
		all = append(all, fmt.Sprintf("%s %s %s", o.Recipient, o.State, o.Stage))
	}
	return strings.Join(all, "; ")
}

// TestFates is one network a row, and what must become of the recipients.
func TestFates(t *testing.T) {
	const a, b, two, dual1, dual2 = "192.0.2.1:25", "192.0.2.2:25", "192.0.2.3:25", "192.0.2.4:25", "192.0.2.5:25"
	for _, c := range []struct {
		name  string
		hosts map[string]host
		to    []string
		want  string
		exit  int
		dials []string
	}{
		{"the first host takes it", map[string]host{a: {}, b: {}}, []string{"x@one.example"}, "x@one.example delivered end-of-data", 0, []string{a}},
		{"the first host is down", map[string]host{b: {}}, []string{"x@one.example"}, "x@one.example delivered end-of-data", 0, []string{a, b}},
		{"all are down", nil, []string{"x@one.example"}, "x@one.example deferred connect", 75, []string{a, b}},
		{"every address of a host", map[string]host{dual2: {}}, []string{"x@dual.example"}, "x@dual.example delivered end-of-data", 0, nil},
		{"a 4yz recipient goes to the next host alone", map[string]host{a: {"RCPT TO:<y": "450 later"}, b: {}}, []string{"x@one.example", "y@one.example"},
			"x@one.example delivered end-of-data; y@one.example delivered end-of-data", 0, []string{a, b}},
		{"a 5yz recipient is final", map[string]host{a: {"RCPT TO:<y": "550 no"}, b: {}}, []string{"y@one.example", "x@one.example"},
			"y@one.example failed rcpt; x@one.example delivered end-of-data", 69, []string{a}},
		{"5yz to the letter is final", map[string]host{a: {".": "554 no"}, b: {}}, []string{"x@one.example"}, "x@one.example failed end-of-data", 69, []string{a}},
		{"4yz to the letter goes on", map[string]host{a: {".": "451 later"}, b: {}}, []string{"x@one.example"}, "x@one.example delivered end-of-data", 0, []string{a, b}},
		{"a 5yz greeting skips the host", map[string]host{a: {"greeting": "554 no"}, b: {}}, []string{"x@one.example"}, "x@one.example delivered end-of-data", 0, []string{a, b}},
		{"5yz greetings everywhere are final", map[string]host{a: {"greeting": "554 no"}, b: {"greeting": "521 no"}}, []string{"x@one.example"}, "x@one.example failed greeting", 69, []string{a, b}},
		{"one 5yz greeting and one dead host are not", map[string]host{b: {"greeting": "554 no"}}, []string{"x@one.example"}, "x@one.example deferred connect", 75, []string{a, b}},
		{"nor in the other order", map[string]host{a: {"greeting": "554 no"}}, []string{"x@one.example"}, "x@one.example deferred connect", 75, []string{a, b}},
		{"silence after the dot is unknown and ends it", map[string]host{a: {".": "close"}, b: {}}, []string{"x@one.example"}, "x@one.example unknown end-of-data", 75, []string{a}},
		{"a loss before the dot is not", map[string]host{a: {"DATA": "close"}, b: {}}, []string{"x@one.example"}, "x@one.example delivered end-of-data", 0, []string{a, b}},
		{"dropped on EHLO: once more with HELO", map[string]host{a: {"EHLO": "close"}}, []string{"x@one.example"}, "x@one.example delivered end-of-data", 0, []string{a, a}},
		{"a 5yz greeting is not final while another host is in doubt", map[string]host{a: {"greeting": "554 no"}}, []string{"x@doubt.example"}, "x@doubt.example deferred greeting", 75, []string{a}},
		{"a 5yz recipient is", map[string]host{a: {"RCPT": "550 no"}}, []string{"x@doubt.example"}, "x@doubt.example failed rcpt", 69, []string{a}},
		{"a used-up connection is followed by another", map[string]host{a: {"EHLO": "250-a\r\n250 LIMITS MAILMAX=1 RCPTMAX=1"}}, []string{"x@one.example", "y@one.example", "z@one.example"},
			"x@one.example delivered end-of-data; y@one.example delivered end-of-data; z@one.example delivered end-of-data", 0, []string{a, a, a}},
		{"for those who are left, and no others", map[string]host{a: {"EHLO": "250-a\r\n250 LIMITS MAILMAX=1 RCPTMAX=1", "RCPT TO:<x": "450 later"}, b: {}}, []string{"x@one.example", "y@one.example"},
			"x@one.example delivered end-of-data; y@one.example delivered end-of-data", 0, []string{a, a, b}},
		{"a used-up connection with nobody served", map[string]host{a: {"EHLO": "250-a\r\n250 LIMITS MAILMAX=1 RCPTMAX=1", "RCPT": "450 later"}}, []string{"x@one.example", "y@one.example"},
			"x@one.example deferred connect; y@one.example deferred connect", 75, []string{a, a, b}},
		{"null MX", nil, []string{"x@null.example"}, "x@null.example failed resolve", 68, nil},
		{"no such domain beside a good one", map[string]host{two: {}}, []string{"x@none.example", "y@two.example"}, "x@none.example failed resolve; y@two.example delivered end-of-data", 68, []string{two}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := &network{hosts: c.hosts}
			r := carry(t, n, c.to...)
			if got := states(r); got != c.want || r.ExitCode() != c.exit {
				t.Errorf("got  %s, exit %d\nwant %s, exit %d", got, r.ExitCode(), c.want, c.exit)
			}
			if c.dials != nil && !slices.Equal(n.dials, c.dials) {
				t.Errorf("dialled %v, want %v", n.dials, c.dials)
			}
		})
	}
}

func TestAcceptedRecipientsAreNotOfferedAgain(t *testing.T) {
	n := &network{hosts: map[string]host{"192.0.2.1:25": {"RCPT TO:<y": "450 later"}, "192.0.2.2:25": {}}}
	r := carry(t, n, "x@one.example", "y@one.example")
	if got := n.heard("192.0.2.2:25", "RCPT"); !slices.Equal(got, []string{"RCPT TO:<y@one.example>"}) {
		t.Errorf("the second host heard %q", got)
	}
	if x, y := r.Outcomes[0].Attempts, r.Outcomes[1].Attempts; len(x) != 1 || len(y) != 2 || y[0].Reason == "" || y[1].Reason != "" {
		t.Errorf("attempts %+v and %+v", x, y)
	}
}

func TestOneTransactionADomain(t *testing.T) {
	n := &network{hosts: map[string]host{"192.0.2.1:25": {}, "192.0.2.3:25": {}}}
	r := carry(t, n, "x@one.example", "p@two.example", "y@ONE.example", "q@two.example")
	if len(n.heard("192.0.2.1:25", "MAIL")) != 1 || len(n.heard("192.0.2.1:25", "RCPT")) != 2 || len(n.heard("192.0.2.3:25", "RCPT")) != 2 {
		t.Errorf("heard %v", n.said)
	}
	if got := states(r); got != "x@one.example delivered end-of-data; p@two.example delivered end-of-data; y@one.example delivered end-of-data; q@two.example delivered end-of-data" {
		t.Errorf("out of order: %s", got)
	}
}

// changing is a letter whose file is cut short while it is sent.
type changing struct{}

func (changing) WriteTo(w io.Writer) (int64, error) {
	io.WriteString(w, "a: b\r\n\r\n")
	return 8, fmt.Errorf("file x: %w", &brokenFile{})
}

type brokenFile struct{}

func (*brokenFile) Error() string { return "changed" }
func (*brokenFile) ExitCode() int { return 74 }

func TestATornLetterIsNeverFinished(t *testing.T) {
	n := &network{hosts: map[string]host{"192.0.2.1:25": {}, "192.0.2.2:25": {}}}
	r := carryLetter(t, n, testLetter(t, changing{}, 1000, "x@one.example"))
	if r.ExitCode() != 74 || r.Outcomes[0].State != report.Failed {
		t.Errorf("got %s, exit %d", states(r), r.ExitCode())
	}
	if len(n.heard("192.0.2.1:25", ".")) != 0 || len(n.dials) != 1 {
		t.Errorf("the dot was sent, or another host asked: %v", n.said)
	}
}

func TestInterruptedBeforeAnything(t *testing.T) {
	n := &network{hosts: map[string]host{"192.0.2.1:25": {}}, said: map[string][]string{}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := &Carrier{Router: resolve.Router{DNS: &resolve.Zone{Records: zone}}, Dialer: n}
	r := c.Carry(ctx, testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "x@one.example", "y@two.example"))
	n.gone.Wait()
	if r.ExitCode() != 75 || r.Outcomes[0].State != report.Deferred || r.Outcomes[1].State != report.Deferred {
		t.Errorf("got %s", states(r))
	}
}

// TestManyDomains: as many connections at once as allowed, never more, and in the time that this bound takes.
func TestManyDomains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const domains, parallel, away = 1000, 20, 50 * time.Millisecond
		var records strings.Builder
		var to []string
		n := &network{hosts: map[string]host{"192.0.2.9:25": {}}, hold: away, said: map[string][]string{}}
		for i := range domains {
			fmt.Fprintf(&records, "d%d.example MX 10 mx.d%d.example\nmx.d%d.example A 192.0.2.9\n", i, i, i)
			for j := range 10 {
				to = append(to, fmt.Sprintf("r%d@d%d.example", j, i))
			}
		}
		c := &Carrier{Router: resolve.Router{DNS: &resolve.Zone{Records: records.String()}}, Dialer: n, Parallel: parallel, SMTP: smtp.Options{Hello: "crepes.fr"}}
		start := time.Now()
		r := c.Carry(t.Context(), testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, to...))
		n.gone.Wait()
		if !r.Delivered() || n.most > parallel {
			t.Errorf("exit %d, %d at once", r.ExitCode(), n.most)
		}
		if took, bound := time.Since(start), domains/parallel*away*3/2; took > bound {
			t.Errorf("took %v, more than %v", took, bound)
		}
	})
}

// Who keeps the letter knows of an accepted recipient before the server hears another word, and of everybody in the end.
func TestSettledIsToldBeforeGoodbye(t *testing.T) {
	const at = "192.0.2.1:25"
	n := &network{said: map[string][]string{}, hosts: map[string]host{at: {"RCPT TO:<no": "550 no", "RCPT TO:<later": "450 later"}}}
	var mu sync.Mutex
	told := map[string]int{}
	c := &Carrier{Router: resolve.Router{DNS: &resolve.Zone{Records: "one.example A 192.0.2.1"}}, Dialer: n, SMTP: smtp.Options{Hello: "crepes.fr"},
		Settled: func(o report.Outcome) {
			mu.Lock()
			defer mu.Unlock()
			told[o.Recipient.String()+" "+string(o.State)]++
			if o.State == report.Delivered && len(n.heard(at, "QUIT")) > 0 {
				t.Errorf("%s was told after QUIT", o.Recipient)
			}
		}}
	c.Carry(t.Context(), testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "yes@one.example", "no@one.example", "later@one.example", "x@nowhere.example"))
	n.gone.Wait()
	if want := map[string]int{"yes@one.example delivered": 1, "no@one.example failed": 1, "later@one.example deferred": 1, "x@nowhere.example failed": 1}; !maps.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

// A name that others can make something of is greeted with, else the address that they see.
func TestGreeting(t *testing.T) {
	four, six := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 9), Port: 1}, &net.TCPAddr{IP: net.ParseIP("fe80::1"), Port: 1, Zone: "eth0"}
	for name, want := range map[string]string{"mail.crepes.fr": "mail.crepes.fr", "Mail.Crepes.FR.": "mail.crepes.fr", "crepes": "", "": "", "localhost": "",
		"localhost.localdomain": "", "laptop.localdomain": "", "mail.localhost": "", "[192.0.2.1]": "", "a b.fr": ""} {
		for local, address := range map[net.Addr]string{four: "[192.0.2.9]", six: "[IPv6:fe80::1]", &net.UnixAddr{Name: "x"}: "[127.0.0.1]"} {
			if got := greeting(name, local); got != cmp.Or(want, address) {
				t.Errorf("%q from %v: %q", name, local, got)
			}
		}
	}
	if got := (&Carrier{SMTP: smtp.Options{Hello: "alice.example"}}).hello(four); got != "alice.example" {
		t.Errorf("the name that was set: %q", got)
	}
}
