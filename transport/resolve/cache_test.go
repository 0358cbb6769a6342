package resolve

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

func TestCacheAsksOnceForTheTTL(t *testing.T) {
	zone := &Zone{Records: "a.example 60 A 192.0.2.1\nzero.example 0 A 192.0.2.2", Fail: map[string]int{"bad.example": dns.RcodeServerFailure}}
	now := time.Unix(1700000000, 0)
	cache := &Cache{DNS: zone, Now: func() time.Time { return now }}
	steps := []struct {
		pass  time.Duration
		name  string
		asked int // by now
	}{
		{0, "a.example", 1},
		{59 * time.Second, "A.example.", 1},
		{time.Second, "a.example", 2},
		{0, "gone.example", 3},
		{299 * time.Second, "gone.example", 3},
		{time.Second, "gone.example", 4},
		{0, "bad.example", 5},
		{0, "bad.example", 6},
		{0, "zero.example", 7},
		{0, "zero.example", 8},
	}
	for _, step := range steps {
		now = now.Add(step.pass)
		answer, err := ask(t, cache, step.name, dns.TypeA)
		if asked := len(zone.Asked()); asked != step.asked {
			t.Errorf("%s after %v: %d questions, want %d", step.name, step.pass, asked, step.asked)
		}
		if (err != nil) != (step.name == "bad.example") || err != nil && answer.Records != nil {
			t.Errorf("%s: %v", step.name, err)
		}
	}
}

func TestCacheKeepsTypesApart(t *testing.T) {
	cache := &Cache{DNS: &Zone{Records: "a.example A 192.0.2.1\na.example AAAA 2001:db8::1"}}
	for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA, dns.TypeA, dns.TypeMX} {
		answer, err := ask(t, cache, "a.example", qtype)
		if err != nil || answer.Type != qtype {
			t.Errorf("%s: %+v, %v", typeName(qtype), answer, err)
		}
	}
}

func TestCacheMergesQuestions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zone := &Zone{Records: "a.example A 192.0.2.1", Slow: map[string]time.Duration{"a.example": time.Second}}
		cache := &Cache{DNS: zone}
		var askers sync.WaitGroup
		for range 10 {
			askers.Go(func() {
				if answer, err := ask(t, cache, "a.example", dns.TypeA); err != nil || len(answer.Addresses()) != 1 {
					t.Errorf("%+v, %v", answer, err)
				}
			})
		}
		askers.Wait()
		if len(zone.Asked()) != 1 {
			t.Errorf("%d questions", len(zone.Asked()))
		}
	})
}

func TestCacheDoesNotPassOnImpatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache := &Cache{DNS: &Zone{Records: "a.example A 192.0.2.1", Slow: map[string]time.Duration{"a.example": time.Minute}}}
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var e *Error
		go cache.Query(impatient, "a.example", dns.TypeA)
		synctest.Wait()
		answer, err := cache.Query(t.Context(), "a.example", dns.TypeA)
		if err != nil || len(answer.Addresses()) != 1 {
			t.Errorf("the patient one: %+v, %v", answer, err)
		}
		go cache.Query(t.Context(), "a.example", dns.TypeMX)
		synctest.Wait()
		if _, err := cache.Query(impatient, "a.example", dns.TypeMX); !errors.As(err, &e) || e.Kind != Timeout {
			t.Errorf("the impatient one: %v", err)
		}
	})
}
