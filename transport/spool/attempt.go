package spool

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/smtp"
)

// Runner carries the letters of a spool. Spool and Carry are needed.
type Runner struct {
	Spool *Spool
	// Carry takes a letter to its recipients as the terms say, and calls settled as soon as the fate of one is certain, before
	// another word is said to the server. An error means that nobody could be tried.
	Carry func(ctx context.Context, l *letter.Letter, t Terms, settled func(report.Outcome)) (report.Report, error)
	// Notice makes what a sender is told; nil: nobody is told. See Telling.
	Notice   func(context.Context, Telling) (l *letter.Letter, keep bool, err error)
	Pass     func()                           // is called before every pass; nil: nothing is
	Parallel int                              // letters at once; 0: 10
	Jitter   func() float64                   // from 0 to 1; nil: rand.Float64
	Heard    func(Item, report.Report, error) // is told of every attempt, one after the other; nil: nobody is

	mu sync.Mutex // Heard
}

// Mode says how one letter is tried.
type Mode struct {
	All  bool // whoever is open, due or not
	Told bool // the sender reads the report himself: no notice is made of what it says
}

// Attempt tries one letter once, for the recipients that are due. The error is one of the spool, or of Carry; what became of
// the recipients is in the report.
func (r *Runner) Attempt(ctx context.Context, id string, m Mode) (report.Report, error) {
	return r.attempt(ctx, id, m, nil)
}

// attempt leaves out the destinations that are dead, and adds to them.
func (r *Runner) attempt(ctx context.Context, id string, m Mode, dead *graves) (report.Report, error) {
	c, err := r.Spool.Claim(id)
	if err != nil {
		return report.Report{}, err
	}
	defer c.Close()
	carried, err := r.carry(ctx, c, m, dead)
	if ctx.Err() == nil {
		err = errors.Join(err, r.expire(c), r.tell(ctx, c, m))
	}
	item := *c.Item
	if c.Done() {
		err = errors.Join(err, c.Remove())
	}
	r.hear(item, carried, err)
	return carried, err
}

func (r *Runner) hear(it Item, carried report.Report, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Heard != nil {
		r.Heard(it, carried, err)
	}
}

// carry records the attempt, carries the letter and records what became of it.
func (r *Runner) carry(ctx context.Context, c *Claim, m Mode, dead *graves) (report.Report, error) {
	places, err := dead.spare(c, c.due(r.Spool.now(), m.All))
	if len(places) == 0 || err != nil {
		return report.Report{}, err
	}
	if err := c.Begin(places, r.Spool.now().Add(r.pause(c.Item, places))); err != nil {
		return report.Report{}, err // who cannot record what he does must not do it
	}
	l, err := c.Letter(places)
	if err != nil {
		return report.Report{}, &Error{errors.Join(fmt.Errorf("%s: %w", c.ID, err), c.fail(places, err)), exitIO}
	}
	defer l.Close()
	s := &settling{claim: c, places: places, heard: map[int]State{}}
	carried, err := r.Carry(ctx, l, c.Terms, s.settle)
	if err != nil {
		return carried, errors.Join(err, c.fail(places, err), s.err)
	}
	for i, o := range carried.Outcomes {
		s.at(i, o)
		dead.bury(c.Item, places[i], o)
	}
	return carried, s.err
}

// fail records why nobody was tried.
func (c *Claim) fail(places []int, why error) error {
	var errs []error
	for _, place := range places {
		errs = append(errs, c.Settle(place, report.Outcome{State: report.Deferred, Class: smtp.ClassLocal, Cause: why}))
	}
	return errors.Join(errs...)
}

// pause is that of the recipient who was tried least.
func (r *Runner) pause(it *Item, places []int) time.Duration {
	least := it.Recipients[places[0]].Attempts
	for _, place := range places {
		least = min(least, it.Recipients[place].Attempts)
	}
	return pause(least, r.Jitter)
}

// settling records each recipient once, from whichever goroutine it is heard.
type settling struct {
	mu     sync.Mutex
	claim  *Claim
	places []int
	heard  map[int]State // by index in places
	err    error
}

// settle finds whom the outcome is about: addresses that stand twice are settled in their order.
func (s *settling) settle(o report.Outcome) {
	for i, place := range s.places {
		if s.claim.Envelope.Recipients[place].Address == o.Recipient && s.at(i, o) {
			return
		}
	}
}

// at records an outcome, and says whether it was news.
func (s *settling) at(i int, o report.Outcome) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, state := s.heard[i], State(o.State)
	if before.Final() || before == state || i >= len(s.places) || o.State == report.Stopped {
		return false
	}
	s.heard[i] = state
	s.err = errors.Join(s.err, s.claim.Settle(s.places[i], o))
	return true
}

// graves are the destinations that could not be reached in this pass, and when they are tried again: all letters to one wait for
// the same time.
type graves struct {
	mu   sync.Mutex
	dead map[string]time.Time
}

// destination is where a recipient's mail goes: through the relay, or to the domain, and how.
func destination(it *Item, place int) string {
	way := fmt.Sprint(it.Terms.Settings) // in the order of their names
	if it.Terms.Settings["relay"] != "" {
		return way
	}
	return it.Recipients[place].Address.Domain.String() + " " + way
}

// spare puts those off whose destination is dead, which is no attempt, and gives back the others.
func (g *graves) spare(c *Claim, places []int) (alive []int, err error) {
	for _, place := range places {
		until, dead := g.until(destination(c.Item, place))
		if !dead {
			alive = append(alive, place)
			continue
		}
		err = errors.Join(err, c.write(record{verb: verbPutOff, places: []int{place}, next: until}))
	}
	return alive, err
}

func (g *graves) until(destination string) (until time.Time, dead bool) {
	if g == nil {
		return time.Time{}, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	until, dead = g.dead[destination]
	return until, dead
}

// bury takes only what speaks of the whole destination: nobody answered.
func (g *graves) bury(it *Item, place int, o report.Outcome) {
	early := o.Stage == report.StageResolve || o.Stage == smtp.StageConnect || o.Stage == smtp.StageGreeting
	if g == nil || o.State != report.Deferred || o.Class != smtp.ClassConnection || !early {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.dead == nil {
		g.dead = map[string]time.Time{}
	}
	g.dead[destination(it, place)] = it.Recipients[place].Next
}
