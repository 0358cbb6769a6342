package resolve

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// ask puts one question to the servers and takes the first usable answer.
//
// A server that fails is followed by the next at once, one that is slow by the next after a short wait, while it may
// still answer. One that has said no is not asked again; one that said nothing is, Attempts times.
func (c Client) ask(ctx context.Context, name string, qtype uint16) (reply, error) {
	ctx, cancel := context.WithCancel(ctx)
	attempts := or(c.Attempts, defaultAttempts)
	r := race{question: question{name, qtype}, client: c, servers: c.servers()}
	r.left = slices.Repeat([]int{attempts}, len(r.servers))
	r.busy = make([]bool, len(r.servers))
	r.results = make(chan result, attempts*len(r.servers)) // nobody waits to be heard
	defer r.running.Wait()
	defer cancel()
	return r.run(ctx)
}

type question struct {
	name  string
	qtype uint16
}

// race is one question on its way to several servers.
type race struct {
	question
	client  Client
	servers []string
	left    []int  // attempts, per server
	busy    []bool // per server
	results chan result
	running sync.WaitGroup
	gravest *Error
}

type result struct {
	server int
	reply  reply
	err    *Error
}

func (r *race) run(ctx context.Context) (reply, error) {
	hedge := time.NewTimer(0)
	defer hedge.Stop()
	for r.start(ctx, hedge); slices.Contains(r.busy, true); {
		select {
		case <-hedge.C:
			r.start(ctx, hedge)
		case got := <-r.results:
			if got.err == nil {
				return got.reply, nil
			}
			r.note(got)
			r.start(ctx, hedge)
		}
	}
	return reply{}, r.verdict(ctx)
}

// start asks the next server that is not being asked already: the one with the most attempts left, so that all are asked
// once before any is asked twice.
func (r *race) start(ctx context.Context, hedge *time.Timer) {
	next := -1
	for i, left := range r.left {
		if left > 0 && !r.busy[i] && (next < 0 || left > r.left[next]) {
			next = i
		}
	}
	if next < 0 || ctx.Err() != nil {
		return
	}
	r.left[next]--
	r.busy[next] = true
	hedge.Reset(or(r.client.Hedge, defaultHedge))
	r.running.Go(func() {
		answer, err := r.client.exchange(ctx, r.servers[next], r.question)
		r.results <- result{next, answer, err}
	})
}

// note remembers the failure that says most, and asks no server twice that has spoken.
func (r *race) note(got result) {
	r.busy[got.server] = false
	if got.err.Kind != Timeout && got.err.Kind != Network && got.err.Kind != Malformed {
		r.left[got.server] = 0
	}
	if r.gravest == nil || weight(got.err.Kind) > weight(r.gravest.Kind) {
		r.gravest = got.err
	}
}

// weight orders failures by how much they say.
func weight(k Kind) int {
	return slices.Index([]Kind{Network, Timeout, Malformed, Refused, ServFail, Invalid}, k)
}

func (r *race) verdict(ctx context.Context) error {
	e := Error{Kind: Timeout}
	if r.gravest != nil {
		e = *r.gravest
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		e = Error{Kind: Interrupted, Cause: context.Canceled}
	}
	e.Name, e.Type = r.name, typeName(r.qtype)
	return &e
}
