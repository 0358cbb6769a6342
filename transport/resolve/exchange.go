package resolve

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/miekg/dns"
)

// exchange asks one server once: over UDP, over TCP when the answer did not fit, without EDNS when the server does not
// know it.
func (c Client) exchange(ctx context.Context, server string, q question) (reply, *Error) {
	m, err := c.converse(ctx, server, q)
	if err != nil {
		return reply{}, c.blame(ctx, server, err)
	}
	if e := failure(m, server); e != nil {
		return reply{}, e
	}
	return reply{m, server, c.trusted()}, nil
}

func (c Client) converse(ctx context.Context, server string, q question) (*dns.Msg, error) {
	asked, err := newQuestion(q.name, q.qtype, c.trusted())
	if err != nil {
		return nil, errors.Join(errInvalid, err)
	}
	m, err := c.send(ctx, server, asked)
	if err != nil || (m.Rcode != dns.RcodeFormatError && m.Rcode != dns.RcodeNotImplemented) {
		return m, err
	}
	asked.Extra = nil // RFC 6891 §6.2.2
	if err := asked.pack(); err != nil {
		return nil, err
	}
	return c.send(ctx, server, asked)
}

var errInvalid = errors.New("the name cannot be put into a question")

// send takes the datagram first and the stream when the datagram was too small. RFC 7766 §5
func (c Client) send(ctx context.Context, server string, q query) (*dns.Msg, error) {
	if !c.TCP {
		m, err := c.over(ctx, "udp", server, q)
		if err != nil || !m.Truncated {
			return m, err
		}
	}
	m, err := c.over(ctx, "tcp", server, q)
	if err == nil && m.Truncated {
		err = errTruncated
	}
	return m, err
}

var errTruncated = errors.New("it is cut off even over TCP")

// over holds one exchange on a connection of its own, so that the port is a fresh one, and only packets from the address
// that was asked arrive.
func (c Client) over(ctx context.Context, network, server string, q query) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, or(c.Timeout, defaultTimeout))
	defer cancel()
	conn, err := c.dial(ctx, network, server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	if network == "tcp" {
		return stream(conn, q)
	}
	return datagram(conn, q)
}

func (c Client) dial(ctx context.Context, network, server string) (net.Conn, error) {
	if c.Dial != nil {
		return c.Dial(ctx, network, server)
	}
	return new(net.Dialer).DialContext(ctx, network, server)
}

// datagram reads until the answer comes: what answers something else is passed over, for it may be forged or late.
func datagram(conn net.Conn, q query) (*dns.Msg, error) {
	if _, err := conn.Write(q.packet); err != nil {
		return nil, err
	}
	buffer := make([]byte, 4096)
	var strange error
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return nil, errors.Join(strange, err)
		}
		m, err := read(buffer[:n], q)
		if !errors.Is(err, errNotOurs) {
			return m, unfit(err)
		}
		strange = unfit(err)
	}
}

// stream frames packets by their length. RFC 1035 §4.2.2
func stream(conn net.Conn, q query) (*dns.Msg, error) {
	framed := binary.BigEndian.AppendUint16(nil, uint16(len(q.packet)))
	if _, err := conn.Write(append(framed, q.packet...)); err != nil {
		return nil, err
	}
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	answer := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, answer); err != nil {
		return nil, err
	}
	m, err := read(answer, q)
	return m, unfit(err)
}

// unfitError marks what came, but is no answer.
type unfitError struct{ error }

func (e unfitError) Unwrap() error { return e.error }

func unfit(err error) error {
	if err == nil {
		return nil
	}
	return unfitError{err}
}

// blame finds the kind of what went wrong with one server.
func (c Client) blame(ctx context.Context, server string, err error) *Error {
	e := &Error{Kind: Network, Server: server, Cause: err}
	var strange unfitError
	var number syscall.Errno
	switch {
	case errors.Is(err, errInvalid):
		return &Error{Kind: Invalid, Cause: err}
	case errors.As(err, &strange):
		e.Kind, e.Detail = Malformed, strange.Error()
	case errors.Is(err, errTruncated):
		e.Kind, e.Detail = Malformed, err.Error()
	case errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil:
		e.Kind = Timeout
	case errors.As(err, &number):
		e.Detail = number.Error()
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		e.Detail = "it closed the connection"
	default:
		e.Detail = err.Error()
	}
	return e
}
