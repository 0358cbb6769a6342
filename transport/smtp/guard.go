package smtp

import (
	"context"
	"net"
	"sync"
	"time"
)

// guard keeps the deadlines of a connection, so that an interruption from outside is never undone by the next deadline.
//
// Guarantee: an interruption before the final dot ends every read and write at once, and the dot is not sent; after the
// dot has begun to go out, it leaves the server the grace to answer.
type guard struct {
	conn  net.Conn
	grace time.Duration

	mu    sync.Mutex
	ctx   context.Context // that of the call under way; nil before the first
	cause error           // why the conversation was interrupted; nil while it was not
	final bool            // the end of the letter has begun to go out
	last  time.Time       // no deadline is later, unless zero
}

// watch interrupts when ctx ends; stop ends the watching.
func (g *guard) watch(ctx context.Context) (stop func() bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ctx = ctx
	return context.AfterFunc(ctx, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.interrupt(ctx.Err())
	})
}

// interrupt ends what is under way; only the first cause counts. The lock is held.
func (g *guard) interrupt(cause error) {
	if g.cause != nil {
		return
	}
	g.cause = cause
	if g.final {
		g.limit(g.grace)
	} else {
		g.limit(0)
	}
}

// limit lets nothing last longer than d from now on. The lock is held.
func (g *guard) limit(d time.Duration) {
	g.last = time.Now().Add(d)
	g.conn.SetDeadline(g.last)
}

// lastWords leaves the server a moment to say why it does not take what we write.
func (g *guard) lastWords(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.last.IsZero() {
		g.limit(d)
	}
}

// readWithin limits the reads from now on; 0 means no limit.
func (g *guard) readWithin(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conn.SetReadDeadline(g.deadline(d))
}

func (g *guard) writeWithin(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conn.SetWriteDeadline(g.deadline(d))
}

func (g *guard) deadline(d time.Duration) time.Time {
	var t time.Time
	if d > 0 {
		t = time.Now().Add(d)
	}
	if !g.last.IsZero() && (t.IsZero() || t.After(g.last)) {
		t = g.last
	}
	return t
}

// enterFinal is asked before the first octet of the last write of a letter: an error means it must not be sent. The context
// is asked too, since on a busy machine the one who watches it may be late.
func (g *guard) enterFinal() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ctx != nil && g.ctx.Err() != nil {
		g.interrupt(g.ctx.Err())
	}
	g.final = g.cause == nil
	return g.cause
}

func (g *guard) leaveFinal() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.final = false
}

func (g *guard) interrupted() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.cause
}

// inFinal says whether the last write of the letter has begun.
func (g *guard) inFinal() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.final
}
