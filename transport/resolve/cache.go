package resolve

import (
	"context"
	"sync"
	"time"
)

// Cache asks each question once and keeps the answer for its TTL, denials included. Failures are not kept. It lives as
// long as one run of the program, so nothing is ever thrown away. DNS is needed; the rest may be zero.
type Cache struct {
	DNS Querier
	Now func() time.Time // nil: time.Now

	mu      sync.Mutex
	entries map[question]*entry
}

// entry is a question that was asked; answer and err are there when done is closed.
type entry struct {
	done    chan struct{}
	answer  Answer
	err     error
	expires time.Time
}

// Query implements Querier. Those who ask the same at the same time wait for one answer.
func (c *Cache) Query(ctx context.Context, name string, qtype uint16) (Answer, error) {
	e, mine := c.entry(question{plain(name), qtype})
	if mine {
		e.answer, e.err = c.DNS.Query(ctx, name, qtype)
		e.expires = c.now().Add(e.answer.TTL)
		close(e.done)
		return e.answer, e.err
	}
	select {
	case <-e.done:
	case <-ctx.Done():
		return c.DNS.Query(ctx, name, qtype) // says in its own words that the time is over
	}
	if e.err != nil { // it may have failed because the other asker gave up
		return c.DNS.Query(ctx, name, qtype)
	}
	answer := e.answer
	answer.Took = 0
	return answer, nil
}

// entry finds the entry of q, or makes one that the caller has to fill.
func (c *Cache) entry(q question) (e *entry, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.entries[q]; e != nil && !c.stale(e) {
		return e, false
	}
	if c.entries == nil {
		c.entries = map[question]*entry{}
	}
	e = &entry{done: make(chan struct{})}
	c.entries[q] = e
	return e, true
}

func (c *Cache) stale(e *entry) bool {
	select {
	case <-e.done:
		return e.err != nil || !c.now().Before(e.expires)
	default:
		return false
	}
}

func (c *Cache) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}
