package transport

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mxsend/transport/report"
	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
)

// moody is a network whose one host says something else at every connection.
type moody struct {
	*network
	mu    sync.Mutex
	moods []host
	times []time.Duration
	begun time.Time
}

func greylisting(t *testing.T, moods ...host) (*Carrier, *moody) {
	t.Helper()
	m := &moody{network: &network{said: map[string][]string{}, hosts: map[string]host{}}, moods: moods, begun: time.Now()}
	c := &Carrier{Router: resolve.Router{DNS: &resolve.Zone{Records: "one.example A 192.0.2.1"}}, SMTP: smtp.Options{Hello: "crepes.fr"}}
	c.Dialer = dialerFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
		m.mu.Lock()
		m.times = append(m.times, time.Since(m.begun))
		m.hosts[address] = m.moods[min(len(m.times), len(m.moods))-1]
		m.mu.Unlock()
		return m.DialContext(ctx, network, address)
	})
	return c, m
}

func TestPatience(t *testing.T) {
	never := func() float64 { return 0 }
	for _, c := range []struct {
		name  string
		moods []host
		wait  time.Duration
		want  string
		exit  int
		times string
	}{
		{"greylisted once", []host{{"RCPT": "450 later"}, {}}, time.Hour, "a@one.example delivered end-of-data; b@one.example delivered end-of-data", 0, "0s 1m0s"},
		{"one of two", []host{{"RCPT TO:<b": "450 later"}, {}}, time.Hour, "a@one.example delivered end-of-data; b@one.example delivered end-of-data", 0, "0s 1m0s"},
		{"four failures and then success", []host{{"greeting": "421 busy"}, {"MAIL": "451 no"}, {"RCPT": "452 full"}, {".": "451 no"}, {}}, time.Hour,
			"a@one.example delivered end-of-data; b@one.example delivered end-of-data", 0, "0s 1m0s 3m0s 7m0s 15m0s"},
		{"then refused", []host{{"RCPT": "450 later"}, {"RCPT": "550 no"}}, time.Hour, "a@one.example failed rcpt; b@one.example failed rcpt", 69, "0s 1m0s"},
		{"without patience", []host{{"RCPT": "450 later"}, {}}, 0, "a@one.example deferred rcpt; b@one.example deferred rcpt", 75, "0s"},
		{"never", []host{{"RCPT": "450 later"}}, 5 * time.Minute, "a@one.example deferred rcpt; b@one.example deferred rcpt", 75, "0s 1m0s 3m0s 5m0s"},
		{"lost after the dot: not asked again", []host{{".": "close"}, {}}, time.Hour, "a@one.example unknown end-of-data; b@one.example unknown end-of-data", 75, "0s"},
		{"refused: not asked again", []host{{"RCPT": "550 no"}, {}}, time.Hour, "a@one.example failed rcpt; b@one.example failed rcpt", 69, "0s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				carrier, m := greylisting(t, c.moods...)
				r := carrier.CarryPatiently(t.Context(), testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "a@one.example", "b@one.example"), Patience{For: c.wait, Jitter: never})
				m.gone.Wait()
				var times []string
				for _, d := range m.times {
					times = append(times, d.String())
				}
				if asked := m.heard("192.0.2.1:25", "RCPT TO:<a"); c.name == "one of two" && len(asked) != 1 {
					t.Errorf("who had accepted was asked again: %q", asked)
				}
				if got := states(r); got != c.want || r.ExitCode() != c.exit || strings.Join(times, " ") != c.times {
					t.Errorf("%s, exit %d, tried at %v; want %s, %d, %s", got, r.ExitCode(), times, c.want, c.exit, c.times)
				}
			})
		})
	}
}

type dialerFunc func(ctx context.Context, network, address string) (net.Conn, error)

func (f dialerFunc) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return f(ctx, network, address)
}

func TestPatienceEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		carrier, m := greylisting(t, host{"RCPT": "450 later"})
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		told := 0
		r := carrier.CarryPatiently(ctx, testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "a@one.example"), Patience{For: time.Hour, Waiting: func(open int, _ time.Duration) { told += open }})
		m.gone.Wait()
		if r.Outcomes[0].State != report.Deferred || told != 2 || len(m.times) != 2 {
			t.Errorf("%s, told %d, tried %v", states(r), told, m.times)
		}
	})
}
