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
	return r.Attempts > 0 && now.Sub(it.Arrived) > it.Terms.Expiry
}
