package sandbox

import (
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/emersion/go-smtp"

	"mxsend/transport/transcript"
)

const (
	name          = "sandbox.test" // RFC 6761 §6.2: a name that nobody else has
	maxRecipients = 1000           // RFC 5321 §4.5.3.1.8 wants 100 at least
	maxLine       = 4096           // RFC 5321 §4.5.3.1.6 and what its extensions add to MAIL and RCPT
	// QUIRK: RFC 1870 §4 allows twenty digits, go-smtp reads 32 bits.
	mostOctets = math.MaxUint32
)

// receive holds the conversations until the hall is closed, and returns when the last is over.
func (s *Sandbox) receive() {
	if s.Script != nil {
		s.playAll()
		return
	}
	b := &backend{box: s}
	server := b.server()
	server.Serve(s.hall) // ends when the hall is closed, with an error that says so
	server.Shutdown(context.Background())
	b.letters.wait()
}

// backend gives go-smtp its sessions.
type backend struct {
	box     *Sandbox
	letters gate
}

func (b *backend) server() *smtp.Server {
	server := smtp.NewServer(b)
	server.Domain = name
	server.TLSConfig = b.box.authority.config()
	server.MaxRecipients = maxRecipients
	server.MaxMessageBytes = b.box.maxSize()
	server.MaxLineLength = maxLine
	server.WriteTimeout = patience
	server.EnableSMTPUTF8 = true
	server.EnableDSN = true
	server.EnableBINARYMIME = true
	server.ErrorLog = mishaps{b.box}
	return server
}

// NewSession begins a conversation, or begins it again inside TLS.
func (b *backend) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, secure := c.Conn().(*tls.Conn)
	t := transaction{box: b.box, conn: c.Conn(), tls: secure}
	return &session{letters: &b.letters, conn: c, fresh: t, now: t}, nil
}

func (s *Sandbox) maxSize() int64 {
	if s.MaxSize <= 0 || s.MaxSize > mostOctets {
		return mostOctets
	}
	return s.MaxSize
}

// mishaps is what go-smtp logs, of which connections that end are none.
type mishaps struct{ box *Sandbox }

func (m mishaps) Printf(format string, v ...any) {
	m.box.log(transcript.Escape(strings.TrimSpace(fmt.Sprintf(format, v...))))
}

func (m mishaps) Println(v ...any) { m.Printf("%s", fmt.Sprintln(v...)) }

// gate counts who works inside; once it was waited for, nobody else comes in. go-smtp does not wait for the letters that
// come in chunks.
type gate struct {
	mu     sync.Mutex
	shut   bool
	inside sync.WaitGroup
}

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return false
	}
	g.inside.Add(1)
	return true
}

func (g *gate) leave() { g.inside.Done() }

func (g *gate) wait() {
	g.mu.Lock()
	g.shut = true
	g.mu.Unlock()
	g.inside.Wait()
}
