package resolve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Zone is a DNS of its own, written as a literal: for rehearsals, and for tests of everything that asks DNS. It is a
// Querier by itself, and a dns.Handler for those who want to be asked over a network. Names that it does not hold do not
// exist. It must not be copied or changed once it was asked.
//
// In Records every line begins with a name, which is complete without its final dot; blanks before it do not count, so that
// a literal may be indented, and $TTL is 300.
//
// A question in Fail, Slow, Silent or Bogus is written as a name, which means every type, or as "name TYPE". An alias on
// the way counts as a name that is asked.
type Zone struct {
	Records   string                   // master file: RFC 1035 §5
	Fail      map[string]int           // questions that get this RCODE for an answer
	Slow      map[string]time.Duration // questions that are answered late
	Silent    []string                 // questions that are never answered
	Bogus     []string                 // questions whose answers do not pass validation: SERVFAIL with an extended error
	Authentic []string                 // names that are signed, with all below them: the AD bit
	Insecure  []string                 // exceptions from Authentic, with all below them
	Shallow   bool                     // CNAMEs are given without what they lead to

	once    sync.Once
	err     error
	records map[string][]dns.RR // by plain name
	mu      sync.Mutex
	asked   []string
}

// ZoneServer is what stands in Answer.Server when a Zone was asked directly.
const ZoneServer = "zone"

const (
	zoneTTL    = 300
	defaultTTL = "$TTL 300\n"
)

// Err says whether Records could be read.
func (z *Zone) Err() error {
	z.once.Do(z.load)
	return z.err
}

func (z *Zone) load() {
	z.records = map[string][]dns.RR{}
	text := new(strings.Builder)
	text.WriteString(defaultTTL)
	for line := range strings.Lines(z.Records) {
		text.WriteString(strings.TrimLeft(line, " \t"))
	}
	parser := dns.NewZoneParser(strings.NewReader(text.String()), ".", "zone")
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		owner := plain(rr.Header().Name)
		z.records[owner] = append(z.records[owner], rr)
	}
	if err := parser.Err(); err != nil {
		z.err = fmt.Errorf("reading zone records: %w", err)
	}
}

// Query implements Querier. A Silent question fails at once, as if the time were over.
func (z *Zone) Query(ctx context.Context, name string, qtype uint16) (Answer, error) {
	answer, err := follow(ctx, z.ask, name, qtype)
	if err != nil {
		return Answer{}, about(err, plain(name), qtype)
	}
	return answer, nil
}

func (z *Zone) ask(ctx context.Context, name string, qtype uint16) (reply, error) {
	trouble := func(kind Kind, cause error) error {
		return &Error{Name: name, Type: typeName(qtype), Kind: kind, Server: ZoneServer, Cause: cause}
	}
	q, err := newQuestion(name, qtype, true)
	if err != nil {
		return reply{}, trouble(Invalid, err)
	}
	m := z.answer(ctx, q.Msg)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return reply{}, trouble(Interrupted, ctx.Err())
	case m == nil:
		return reply{}, trouble(Timeout, ctx.Err())
	}
	if e := failure(m, ZoneServer); e != nil {
		e.Name, e.Type = name, typeName(qtype)
		return reply{}, e
	}
	return reply{m, ZoneServer, true}, nil
}

// ServeDNS implements dns.Handler. Over UDP, answers that do not fit are truncated.
func (z *Zone) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	m := z.answer(context.Background(), q)
	if m == nil {
		return
	}
	if w.RemoteAddr().Network() == "udp" {
		m.Truncate(payload(q))
	}
	w.WriteMsg(m)
}

func payload(q *dns.Msg) int {
	if opt := q.IsEdns0(); opt != nil {
		return max(dns.MinMsgSize, int(opt.UDPSize()))
	}
	return dns.MinMsgSize
}

// Asked lists the questions that came, as "name TYPE", in order.
func (z *Zone) Asked() []string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return slices.Clone(z.asked)
}

func (z *Zone) remember(q dns.Question) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.asked = append(z.asked, plain(q.Name)+" "+typeName(q.Qtype))
}
