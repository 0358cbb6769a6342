package spool

import (
	"math/rand/v2"
	"time"
)

// The pauses grow from minutes, which is what greylisting asks for (RFC 6647 §5), to hours (RFC 5321 §4.5.4.1).
const (
	firstPause   = 5 * time.Minute
	longestPause = 4 * time.Hour
)

// pause is the time until the next try after so many, a tenth more or less, so that letters that were put off together do not
// come back together.
func pause(attempts int, jitter func() float64) time.Duration {
	p := firstPause
	for range attempts {
		p = min(2*p, longestPause*9/10)
	}
	if jitter == nil {
		jitter = rand.Float64
	}
	return p + time.Duration((jitter()-0.5)*float64(p)/5)
}

// expired: long enough in the spool, and tried.
func (it *Item) expired(r Recipient, now time.Time) bool {
	return r.Attempts > 0 && now.After(it.giveUp(r, now))
}

// giveUp is when a recipient is not tried any more. Whoever was tried for the first time when all of it was over, as after a
// clock that was wrong or a machine that was off, has the whole time from then.
func (it *Item) giveUp(r Recipient, now time.Time) time.Time {
	from := it.Arrived
	if r.First.Sub(from) > it.Terms.Expiry && !r.First.After(now) {
		from = r.First
	}
	return from.Add(it.Terms.Expiry)
}

// Expires is when the last of those who are open is not tried any more.
func (it *Item) Expires(now time.Time) time.Time {
	last := it.Arrived.Add(it.Terms.Expiry)
	for _, r := range it.Recipients {
		if at := it.giveUp(r, now); !r.State.Final() && at.After(last) {
			last = at
		}
	}
	return last
}
