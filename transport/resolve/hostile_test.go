package resolve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// dressed is a packet that answers q: flags, an RCODE and section counts from head, then body as it is.
func dressed(q query, head [5]byte, body []byte) []byte {
	end := len(q.packet)
	if opt := q.IsEdns0(); opt != nil {
		end -= dns.Len(opt)
	}
	p := slices.Clone(q.packet[:end])
	p[2], p[3] = 0x80|head[0]&0x06, 0x80|head[0]&0x20|head[1]&0x0f
	p[7], p[9], p[11] = head[2]&7, head[3]&3, head[4]&3
	return append(p, body...)
}

// dressing is an asker that gives every question the same answer sections.
func dressing(head [5]byte, body []byte) asker {
	return func(_ context.Context, name string, qtype uint16) (reply, error) {
		q, err := newQuestion(name, qtype, true)
		if err != nil {
			return reply{}, &Error{Kind: Invalid, Cause: err}
		}
		m, err := read(dressed(q, head, body), q)
		if err != nil {
			return reply{}, &Error{Kind: Malformed, Detail: err.Error(), Cause: err}
		}
		if e := failure(m, "fuzz"); e != nil {
			return reply{}, e
		}
		return reply{m, "fuzz", true}, nil
	}
}

// bodyOf is the answer section on the wire.
func bodyOf(t testing.TB, records ...string) []byte {
	var body []byte
	for _, text := range records {
		rr := record(text)
		buffer := make([]byte, dns.Len(rr)+16)
		n, err := dns.PackRR(rr, buffer, 0, nil, false)
		if err != nil {
			t.Fatal(text, err)
		}
		body = append(body, buffer[:n]...)
	}
	return body
}

var types = []uint16{dns.TypeA, dns.TypeAAAA, dns.TypeMX, dns.TypeTXT, dns.TypeTLSA, dns.TypeCNAME}

// FuzzSections: whatever stands in the sections of an answer, the walk ends; what it found belongs to the name at the end
// of an unbroken chain that begins with the name asked for; no record has other content than the packet; and what people
// are told is printable.
func FuzzSections(f *testing.F) {
	seeds := [][]string{
		{"a.example. 60 IN CNAME b.example.", "b.example. 60 IN CNAME c.example.", "c.example. 60 IN CNAME a.example."},
		{"b.example. 60 IN A 192.0.2.1", "a.example. 60 IN CNAME b.example."},
		{`a.example. 60 IN CNAME \027[2J\007.example.`, `\027[2J\007.example. 60 IN MX 1 \009\010.`},
		{`a.example. 60 IN CNAME A\.EXAMPLE.`}, {"a.example. 60 IN CNAME ."}, {`a.example. 60 IN CNAME \092.`},
		{"a.example. 60 IN TLSA 3 1 1 aa"}, {"a.example. 60 IN TLSA 3 1 2 00112233"}, {`a.example. 60 IN TXT "\255\000" ""`},
		{"a.example. 4294967295 IN A 192.0.2.1", "a.example. 0 IN A 192.0.2.2"},
	}
	for _, s := range seeds {
		for i := range types {
			f.Add([]byte{0x20, 0, byte(len(s)), 0, 0, byte(i)}, bodyOf(f, s...))
		}
	}
	f.Add([]byte{0, 3, 0, 1, 0, 2}, bodyOf(f, ". 60 IN SOA . . 1 1 1 1 60"))
	f.Add([]byte{0, 0, 1, 0, 0, 4}, append(bodyOf(f, "a.example. 60 IN TLSA 3 1 1 aa")[:19], 0, 2, 3, 1)) // shorter than its fields
	f.Fuzz(func(t *testing.T, head, body []byte) {
		var h [6]byte
		copy(h[:], head)
		qtype := types[int(h[5])%len(types)]
		answer, err := follow(t.Context(), dressing([5]byte(h[:5]), body), "a.example", qtype)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || answer.Records != nil {
				t.Fatalf("%+v and %v", answer, err)
			}
			printed(t, err.Error())
			return
		}
		connected(t, answer)
		listed(t, answer)
	})
}

// connected looks at the way from the name asked for to the records.
func connected(t *testing.T, a Answer) {
	at, seen := a.Asked, map[string]bool{}
	for _, step := range a.Chain {
		if step.Name != at || seen[at] {
			t.Fatalf("broken chain %+v", a.Chain)
		}
		seen[at], at = true, step.Target
	}
	if at != a.Name || len(a.Chain) > maxChain || a.TTL < 0 {
		t.Fatalf("the chain %+v ends at %s, ttl %v", a.Chain, a.Name, a.TTL)
	}
	for _, rr := range a.Records {
		if h := rr.Header(); plain(h.Name) != a.Name || h.Rrtype != a.Type || h.Class != dns.ClassINET {
			t.Fatalf("foreign record %v", rr)
		}
	}
	for _, line := range append(aliasLines(a.Chain), fmt.Sprint(a.Err())) {
		printed(t, line)
	}
}

// listed looks at what is made of the records.
func listed(t *testing.T, a Answer) {
	for i, tlsa := range a.TLSA() {
		if want := max(0, int(a.Records[i].Header().Rdlength)-3); len(a.TLSA()) == len(a.Records) && len(tlsa.Data) != want {
			t.Fatalf("%d octets of data, not %d", len(tlsa.Data), want)
		}
	}
	for _, mx := range a.MX() {
		printed(t, mx.Host)
	}
	for _, ip := range a.Addresses() {
		if !ip.IsValid() || ip.Is4In6() || ip.Zone() != "" {
			t.Fatalf("address %v", ip)
		}
	}
	if n := len(a.TXT()) + len(a.MX()) + len(a.TLSA()); n > len(a.Records) {
		t.Fatalf("%d things from %d records", n, len(a.Records))
	}
}

func printed(t *testing.T, text string) {
	if strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
		t.Fatalf("not printable: %q", text)
	}
}

// TestHostileSections: one by one, what a server may put into an answer to harm us.
func TestHostileSections(t *testing.T) {
	for name, test := range map[string]struct {
		qtype   uint16
		records []string
		kind    Kind // "": an answer
		lists   int  // records of it
	}{
		"circle within one answer":      {dns.TypeA, []string{"a.example. CNAME b.example.", "b.example. CNAME a.example."}, Loop, 0},
		"alias of itself":               {dns.TypeA, []string{"a.example. CNAME a.example."}, Loop, 0},
		"circle beside an address":      {dns.TypeA, []string{"a.example. CNAME b.example.", "b.example. CNAME a.example.", "c.example. A 192.0.2.1"}, Loop, 0},
		"circle that has an address":    {dns.TypeA, []string{"a.example. CNAME b.example.", "b.example. CNAME a.example.", "b.example. A 192.0.2.1"}, "", 1},
		"circle in other case":          {dns.TypeA, []string{"a.example. CNAME B.example.", "b.EXAMPLE. CNAME A.example."}, Loop, 0},
		"address before its alias":      {dns.TypeA, []string{"b.example. A 192.0.2.1", "a.example. CNAME b.example."}, "", 1},
		"alias of a name with controls": {dns.TypeA, []string{`a.example. CNAME \027\091.example.`, `\027\091.example. A 192.0.2.1`}, "", 1},
		"alias of the root":             {dns.TypeMX, []string{"a.example. CNAME .", ". MX 0 ."}, "", 1},
		"dot within a label":            {dns.TypeA, []string{`a\.example. A 192.0.2.1`}, "", 0},
		"TLSA without data":             {dns.TypeTLSA, []string{"a.example. TLSA 3 1 1 "}, "", 1},
		"TLSA of odd length":            {dns.TypeTLSA, []string{"a.example. TLSA 3 1 1 00112233445566"}, "", 1},
		"another type":                  {dns.TypeTLSA, []string{"a.example. A 192.0.2.1"}, "", 0},
	} {
		body := bodyOf(t, test.records...)
		answer, err := follow(t.Context(), dressing([5]byte{2: byte(len(test.records))}, body), "a.example", test.qtype)
		var e *Error
		switch {
		case test.kind == "" && (err != nil || len(answer.Records) != test.lists):
			t.Errorf("%s: %+v, %v", name, answer, err)
		case test.kind != "" && (!errors.As(err, &e) || e.Kind != test.kind):
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			connected(t, answer)
			listed(t, answer)
		}
	}
}

// TestShortTLSA: a record that ends within its three small fields is no record.
func TestShortTLSA(t *testing.T) {
	whole := bodyOf(t, "a.example. TLSA 3 1 1 aa")
	for size := range 3 {
		cut := whole[:len(whole)-4+size]
		cut[len(cut)-size-1] = byte(size) // RDLENGTH
		answer, err := follow(t.Context(), dressing([5]byte{2: 1}, cut), "a.example", dns.TypeTLSA)
		if err == nil && len(answer.TLSA()) > 0 && len(answer.TLSA()[0].Data) > 0 {
			t.Errorf("%d octets: %+v", size, answer.TLSA())
		}
		if err == nil && size == 0 {
			t.Errorf("%d octets: no error", size)
		}
	}
}
