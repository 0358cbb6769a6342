package sandbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// hall is the listener for mail. It knows who is inside, so that all can be shown out.
type hall struct {
	net.Listener
	mu     sync.Mutex
	inside map[*guest]bool
	closed bool
}

// patience is how long a client may say nothing. RFC 5321 §4.5.3.2.7
const patience = 5 * time.Minute

// openHall listens on a HOST:PORT; without a HOST, on loopback.
func openHall(ctx context.Context, address string) (*hall, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", onLoopback(address))
	if err != nil {
		return nil, fmt.Errorf("sandbox: listening for mail: %w", err)
	}
	return &hall{Listener: l, inside: map[*guest]bool{}}, nil
}

// onLoopback completes an address: the host with loopback, the port with a free one.
func onLoopback(address string) string {
	host, port, err := net.SplitHostPort(address)
	switch {
	case address == "":
		return "127.0.0.1:0"
	case err == nil && host == "":
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}

// Accept waits for the next guest. After Close it lets nobody in.
func (h *hall) Accept() (net.Conn, error) {
	conn, err := h.Listener.Accept()
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, errors.Join(net.ErrClosed, conn.Close())
	}
	g := &guest{Conn: conn, hall: h}
	h.inside[g] = true
	return g, nil
}

// Close lets nobody in any more and shows everybody out. Further calls do nothing.
func (h *hall) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	for g := range h.inside {
		g.Conn.Close()
	}
	return h.Listener.Close()
}

// guest is one connection, below TLS.
type guest struct {
	net.Conn
	hall *hall
}

// Read waits for the client no longer than patience; a letter may take longer, as long as it goes on.
func (g *guest) Read(p []byte) (int, error) {
	if err := g.Conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return g.Conn.Read(p)
}

// Close ends the connection.
func (g *guest) Close() error {
	g.hall.mu.Lock()
	delete(g.hall.inside, g)
	g.hall.mu.Unlock()
	return g.Conn.Close()
}

// guestOf is the connection that c stands on.
func guestOf(c net.Conn) *guest {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	return c.(*guest)
}

// hangUp ends the connection without a word, in such a way that what was said before still arrives: closing over unread
// input would make the kernel reset the connection, and the client lose our last replies.
func (g *guest) hangUp() {
	defer g.Close()
	half, ok := g.Conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	const farewell = time.Second
	g.Conn.SetReadDeadline(time.Now().Add(farewell))
	io.Copy(io.Discard, g.Conn)
}

// reset ends the connection as a crash does: what is on its way to either side is lost.
func (g *guest) reset() {
	if tcp, ok := g.Conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	g.Close()
}
