package transport

import (
	"context"
	"math/rand/v2"
	"time"

	"mxsend/compose/letter"
	"mxsend/transport/report"
)

// Patience is for how long a letter is tried again by the same process, for those who were told to come back later:
// greylisting, a full box, a host that is down. The zero value tries once.
type Patience struct {
	For     time.Duration                   // from the first try; the last one is made when it is over
	Waiting func(open int, d time.Duration) // is told before every pause; nil: nobody is
	Jitter  func() float64                  // from 0 to 1; nil: rand.Float64
}

const (
	firstPause   = time.Minute // many who greylist let pass after one. RFC 6647 §5
	longestPause = 30 * time.Minute
)

// CarryPatiently is Carry, over and over for the recipients that are deferred, until none is, the patience is over or ctx
// ends. Nobody who was accepted, refused, or may have been accepted is asked again.
func (c *Carrier) CarryPatiently(ctx context.Context, l *letter.Letter, p Patience) report.Report {
	begun := c.now()
	r := c.Carry(ctx, l)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		open := deferred(r)
		left := p.For - c.now().Sub(begun)
		if len(open) == 0 || left <= 0 || ctx.Err() != nil {
			return r
		}
		if !p.wait(ctx, len(open), min(p.jittered(pause), left)) {
			return r
		}
		c.again(ctx, l, &r, open)
	}
}

// deferred are the places of the recipients that may be asked again.
func deferred(r report.Report) []int {
	var places []int
	for i, o := range r.Outcomes {
		if o.State == report.Deferred {
			places = append(places, i)
		}
	}
	return places
}

// again carries the letter to some of its recipients, and puts what became of them into the report.
func (c *Carrier) again(ctx context.Context, l *letter.Letter, r *report.Report, places []int) {
	rest := letter.New(l.Envelope, l.Facts, l)
	rest.Recode = l.Recode
	rest.Envelope.Recipients = nil
	for _, i := range places {
		rest.Envelope.Recipients = append(rest.Envelope.Recipients, l.Envelope.Recipients[i])
	}
	for n, o := range c.Carry(ctx, rest).Outcomes {
		before := r.Outcomes[places[n]]
		o.Attempts = append(before.Attempts, o.Attempts...)
		o.Elapsed += before.Elapsed
		r.Outcomes[places[n]] = o
	}
}

// jittered takes up to a tenth off, so that those who were turned away together do not come back together.
func (p Patience) jittered(pause time.Duration) time.Duration {
	jitter := p.Jitter
	if jitter == nil {
		jitter = rand.Float64
	}
	return pause - time.Duration(jitter()*float64(pause)/10)
}

func (p Patience) wait(ctx context.Context, open int, pause time.Duration) bool {
	if p.Waiting != nil {
		p.Waiting(open, pause)
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
