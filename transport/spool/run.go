package spool

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	defaultParallel = 10
	longestSleep    = 5 * time.Minute  // a letter may come at any time, and a clock may be set
	shortestSleep   = 30 * time.Second // what is due again at once could not be begun, as on a full disk
)

// Run makes one pass over what is due, or over everything that is open. Letters that another runner works on are left to it.
// The time is when the next letter is due; it is zero when none is waiting.
func (r *Runner) Run(ctx context.Context, all bool) (next time.Time, err error) {
	if r.Pass != nil {
		r.Pass()
	}
	uncleaned := r.Spool.Clean()
	ids, unread, err := r.waiting(all)
	if err != nil {
		return time.Time{}, err
	}
	dead := &graves{}
	places := make(chan struct{}, r.parallel())
	errs := make([]error, len(ids))
	var running sync.WaitGroup
	for i, id := range fair(ids) {
		if ctx.Err() != nil {
			break
		}
		places <- struct{}{}
		running.Go(func() {
			_, errs[i] = r.attempt(ctx, id, Mode{All: all}, dead)
			<-places
		})
	}
	running.Wait()
	next, err = r.next()
	return next, errors.Join(uncleaned, unread, joined(errs), err)
}

// joined leaves out what is no trouble: somebody else was quicker.
func joined(errs []error) error {
	var trouble []error
	for _, err := range errs {
		if err != nil && !errors.Is(err, ErrTaken) && !errors.Is(err, ErrGone) {
			trouble = append(trouble, err)
		}
	}
	return errors.Join(trouble...)
}

// waiting are the letters with something to be done; unread tells of those that nobody can read.
func (r *Runner) waiting(all bool) (ids []string, unread, err error) {
	var errs []error
	err = r.Spool.List(func(e Entry) error {
		if e.Item == nil {
			if isID(e.Name) {
				errs = append(errs, &Error{fmt.Errorf("%s: %w", e.Name, e.Problem), exitIO})
			}
			return nil
		}
		open := e.Item.places(func(to Recipient) bool { return !to.State.Final() })
		if len(e.Item.due(r.Spool.now(), all)) > 0 || len(open) == 0 && e.Item.Terms.Kind != Kept {
			ids = append(ids, e.Name)
		}
		return nil
	})
	return ids, errors.Join(errs...), err
}

// fair takes the oldest and the newest in turn: neither waits for all of the others.
func fair(ids []string) []string {
	mixed := make([]string, 0, len(ids))
	for first, last := 0, len(ids)-1; first <= last; first, last = first+1, last-1 {
		mixed = append(mixed, ids[first])
		if first < last {
			mixed = append(mixed, ids[last])
		}
	}
	return mixed
}

// next is when the next letter is due.
func (r *Runner) next() (next time.Time, err error) {
	err = r.Spool.List(func(e Entry) error {
		if e.Item == nil || e.Item.Held || e.Item.Terms.Kind == Kept {
			return nil
		}
		for _, to := range e.Item.Recipients {
			at := to.Next
			if at.IsZero() {
				at = e.Item.Arrived
			}
			if !to.State.Final() && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
		return nil
	})
	return next, err
}

// Watch makes a pass whenever something is due, until ctx ends. Trouble is told and does not end it.
func (r *Runner) Watch(ctx context.Context, trouble func(error)) {
	for ctx.Err() == nil {
		next, err := r.Run(ctx, false)
		if err != nil && ctx.Err() == nil {
			trouble(err)
		}
		sleep := longestSleep
		if !next.IsZero() {
			sleep = min(max(next.Sub(r.Spool.now()), shortestSleep), longestSleep)
		}
		timer := time.NewTimer(sleep)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (r *Runner) parallel() int {
	if r.Parallel <= 0 {
		return defaultParallel
	}
	return r.Parallel
}
