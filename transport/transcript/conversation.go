package transcript

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"mxsend/transport/smtp"
)

// Conversation records one connection. It is an smtp.Witness: what it is told, it is told as it passes, with the secrets
// struck out. A nil one records nothing.
type Conversation struct {
	recorder      *Recorder
	number        int
	host, address string
	began         time.Time

	mu      sync.Mutex
	pages   []*page // one for each sink
	waiting waiting
	letter  body
	tls     bool
	closed  bool
}

// open takes a page of every sink and writes the first line on it.
func (c *Conversation) open(address netip.AddrPort) {
	for _, p := range c.recorder.printers {
		c.pages = append(c.pages, p.open())
	}
	c.tell(note{event: eventConnect, text: "connected to " + peer(c.host, address)})
}

// Sent is told one command, or a piece of the letter.
func (c *Conversation) Sent(kind smtp.Kind, p []byte) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if kind == smtp.Content {
		c.content(p)
		return
	}
	command := withoutEnd(p)
	c.endContent(command)
	c.waiting.sent(command, c.recorder.now())
	c.tell(note{event: eventCommand, text: command})
	c.tellRaw(p)
}

// Received is told one line of a reply.
func (c *Conversation) Received(line []byte) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endContent("")
	n := note{event: eventReply, text: withoutEnd(line)}
	n.code, n.more = replyCode(n.text)
	command := c.waiting.received(&n, c.recorder.now(), c.began)
	c.tell(n)
	c.tellRaw(line)
	if n.code == 220 && !n.more && strings.EqualFold(command, "STARTTLS") {
		c.tls = true // RFC 3207 §4: nothing more is said in clear
	}
}

// Noted is told what is not said on the wire.
func (c *Conversation) Noted(event, text string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endContent("")
	c.tell(note{event: event, text: text})
}

// Close ends the record; only the first call counts.
func (c *Conversation) Close() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.closed = true
	c.endContent("")
	c.tell(note{event: eventClose, text: "closed after " + seconds(c.recorder.now().Sub(c.began))})
	for i, p := range c.recorder.printers {
		p.end(c.pages[i])
	}
}

// tell gives a note to every sink that takes notes.
func (c *Conversation) tell(n note) {
	n = c.signed(n)
	for i, p := range c.recorder.printers {
		if p.write != nil {
			p.put(c.pages[i], p.write(nil, n))
		}
	}
}

// tellRaw gives octets to every sink that wants them as they are.
func (c *Conversation) tellRaw(b []byte) {
	for i, p := range c.recorder.printers {
		if p.write == nil {
			p.put(c.pages[i], b)
		}
	}
}

// signed puts on a note when and in which conversation it was made.
func (c *Conversation) signed(n note) note {
	n.time = c.recorder.now()
	n.conversation, n.host, n.address, n.tls = c.number, c.host, c.address, c.tls
	return n
}

// withoutEnd is a line without its CRLF. Any other line end stays, to be seen.
func withoutEnd(p []byte) string { return strings.TrimSuffix(string(p), "\r\n") }
