package transcript

import (
	"fmt"
	"io"
	"sync"
)

// printer writes the pages of one sink, one after the other, in the order in which they were opened. The first page has
// the floor: what is put on it is written at once. A goroutine does the writing and exists only while there is something
// to write, so that nobody waits for a slow reader and nothing is left behind by those who forget to close.
type printer struct {
	sink  Sink
	write writer // nil: Raw
	dir   string

	mu      sync.Mutex
	rest    sync.Cond // nothing is being written
	pages   []*page
	shared  *page // the one page of JSONL, whose lines carry the number of their conversation
	writing bool
	closed  bool
	dead    bool  // the sink takes nothing more
	err     error // the first one
}

// page is what one conversation has to be written.
type page struct {
	spool
	done bool // nothing more can be put on it
}

func newPrinter(s Sink, dir string) *printer {
	p := &printer{sink: s, write: writerFor(s), dir: dir}
	p.rest.L = &p.mu
	if s.Format == JSONL {
		p.shared = p.open()
	}
	return p
}

// open gives a new page, which is the last in the queue.
func (p *printer) open() *page {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shared != nil {
		return p.shared
	}
	pg := &page{}
	if !p.closed {
		p.pages = append(p.pages, pg)
	}
	return pg
}

// put adds b to a page. It is ignored after finish and after a failure.
func (p *printer) put(pg *page, b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || pg.done || p.dead {
		return
	}
	if err := pg.put(b, p.dir); err != nil { // what is missing cannot be made up for: the page ends here
		p.fail(err)
		pg.done = true
	}
	p.wake()
}

// end says that a page is complete.
func (p *printer) end(pg *page) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if pg != p.shared {
		pg.done = true
	}
	p.wake()
}

// note puts what belongs to no conversation on a page of its own.
func (p *printer) note(n note) {
	if p.write == nil {
		return
	}
	pg := p.open()
	p.put(pg, p.write(nil, n))
	p.end(pg)
}

// finish completes every page and waits until all is written.
func (p *printer) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, pg := range p.pages {
		pg.done = true
	}
	p.wake()
	for p.writing {
		p.rest.Wait()
	}
}

// failure is what kept the sink from being complete, if anything did.
func (p *printer) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// wake starts the writing, unless it goes on already. Called with the lock held.
func (p *printer) wake() {
	if p.writing || len(p.pages) == 0 {
		return
	}
	p.writing = true
	go p.run()
}

// run writes until the page that has the floor has nothing more to say for now.
func (p *printer) run() {
	p.mu.Lock()
	defer p.mu.Unlock()
	buf := make([]byte, 64<<10)
	for n := p.next(buf); n > 0; n = p.next(buf) {
		if p.dead {
			continue
		}
		p.mu.Unlock()
		err := writeAll(p.sink.Writer, buf[:n])
		p.mu.Lock()
		p.dead = err != nil
		p.fail(err)
	}
	p.writing = false
	p.rest.Broadcast()
}

// next takes what is to be written next, passing the floor on from pages that are complete.
func (p *printer) next(buf []byte) int {
	for len(p.pages) > 0 {
		pg := p.pages[0]
		n, err := pg.take(buf)
		p.fail(err)
		if n > 0 && err == nil {
			return n
		}
		if !pg.done && err == nil {
			return 0
		}
		p.fail(pg.drop())
		p.pages = p.pages[1:]
	}
	return 0
}

// fail remembers the first error.
func (p *printer) fail(err error) {
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("writing the transcript: %w", err)
	}
}

func writeAll(w io.Writer, b []byte) error {
	n, err := w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return err
}
