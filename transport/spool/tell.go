package spool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mxsend/compose/letter"
)

// Telling is what a sender is to be told of one letter.
type Telling struct {
	Item   Item
	Places []int          // whom it is about, by their place in Item.Recipients
	Delay  bool           // it is late; else it will not be delivered
	Letter *letter.Letter // what was sent, with all recipients; open until the notice is in the spool
	Until  time.Time      // when the spool gives up
}

// expire gives up on those who were tried for long enough.
func (r *Runner) expire(c *Claim) error {
	now := r.Spool.now()
	for i, to := range c.Recipients {
		if !to.State.Final() && c.expired(to, now) && !c.Held {
			if err := c.write(record{verb: verbState, places: []int{i}, state: Expired}); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell lets the sender know of failures, and of delays if that was asked for. The notice is safe before it is recorded that it
// was made: who dies in between tells twice rather than never.
func (r *Runner) tell(ctx context.Context, c *Claim, m Mode) error {
	failed := c.places(func(to Recipient) bool { return to.State.Final() && to.State != Delivered && !to.Told })
	switch {
	case len(failed) > 0 && c.Terms.Kind == Notice:
		return c.write(record{verb: verbKept}) // nobody is told about a notice: it waits to be read. RFC 5321 §4.5.5
	case len(failed) > 0 && (m.Told || c.Envelope.Sender.IsZero() || r.Notice == nil):
		return c.write(record{verb: verbTold, places: failed})
	case len(failed) > 0:
		if err := r.notify(ctx, c, failed, false); err != nil {
			return err
		}
		return c.write(record{verb: verbTold, places: failed})
	}
	return r.tellDelay(ctx, c)
}

func (r *Runner) tellDelay(ctx context.Context, c *Claim) error {
	late := c.Terms.DelayAfter > 0 && r.Spool.now().Sub(c.Arrived) > c.Terms.DelayAfter
	open := c.places(func(to Recipient) bool { return !to.State.Final() && to.Attempts > 0 })
	if !late || c.DelayTold || len(open) == 0 || c.Terms.Kind != Letter || c.Envelope.Sender.IsZero() || r.Notice == nil {
		return nil
	}
	if err := r.notify(ctx, c, open, true); err != nil {
		return err
	}
	return c.write(record{verb: verbDelay})
}

func (it *Item) places(match func(Recipient) bool) []int {
	var places []int
	for i, to := range it.Recipients {
		if match(to) {
			places = append(places, i)
		}
	}
	return places
}

// notify puts a notice into the spool.
func (r *Runner) notify(ctx context.Context, c *Claim, places []int, delay bool) error {
	original, err := c.original()
	if err != nil {
		return fmt.Errorf("telling the sender: %w", err)
	}
	defer original.Close()
	l, keep, err := r.Notice(ctx, Telling{Item: *c.Item, Places: places, Delay: delay, Letter: original, Until: c.Expires(r.Spool.now())})
	if err != nil || l == nil {
		return err
	}
	terms := Terms{Kind: Notice, Settings: c.Terms.Settings, Expiry: c.Terms.Expiry}
	if keep {
		terms.Kind = Kept
	}
	_, err = r.Spool.Add(ctx, l, terms)
	if err = errors.Join(err, l.Close()); err != nil {
		return fmt.Errorf("telling the sender: %w", err)
	}
	return nil
}
