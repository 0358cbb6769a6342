package transport

import (
	"bufio"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/proxy"
)

// ProxyDialer goes through the proxy at socks5://HOST:PORT (RFC 1928) or http://HOST:PORT (CONNECT, RFC 9110 §9.3.6). Names
// are resolved before: the proxy is given addresses. The user's name may stand in the URL, its password is given apart.
func ProxyDialer(s, password string, base Dialer) (Dialer, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return nil, errors.New("not a URL such as socks5://127.0.0.1:1080")
	}
	if _, set := u.User.Password(); set {
		return nil, errors.New("a password can't stand in the URL: use the variable MXSEND_PROXY_PASSWORD")
	}
	if port, err := strconv.ParseUint(cmp.Or(u.Port(), "1"), 10, 16); err != nil || port == 0 {
		return nil, fmt.Errorf("%q is no port", u.Port())
	}
	switch u.Scheme {
	case "socks5", "socks5h":
		return socksDialer(withPort(u, "1080"), u.User.Username(), password, base)
	case "http":
		return &tunnel{at: withPort(u, "8080"), user: u.User.Username(), password: password, base: forward{base}}, nil
	}
	return nil, fmt.Errorf("unknown scheme %q: use socks5 or http", u.Scheme)
}

func withPort(u *url.URL, port string) string {
	if u.Port() != "" {
		port = u.Port()
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func socksDialer(at, user, password string, base Dialer) (Dialer, error) {
	var auth *proxy.Auth
	if user != "" {
		auth = &proxy.Auth{User: user, Password: password}
	}
	d, err := proxy.SOCKS5("tcp", at, auth, forward{base})
	if err != nil {
		return nil, err
	}
	return d.(proxy.ContextDialer), nil
}

// forward reaches the proxy, also for the proxy library, and says so when it does not.
type forward struct{ Dialer }

func (f forward) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := f.Dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, &proxyError{err}
	}
	return conn, nil
}

func (f forward) Dial(network, address string) (net.Conn, error) {
	return f.DialContext(context.Background(), network, address)
}

// proxyError says that the proxy was not reached, so nothing is known of the host behind it.
type proxyError struct{ cause error }

func (e *proxyError) Error() string {
	return "the proxy is not reached: " + plainDialError(e.cause, 0).Error()
}
func (e *proxyError) Unwrap() error { return e.cause }

// tunnel asks an HTTP proxy for a connection.
type tunnel struct {
	at, user, password string
	base               Dialer
}

func (t *tunnel) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := t.base.DialContext(ctx, network, t.at)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	through, err := t.connect(conn, address)
	if err != nil {
		conn.Close()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("through the proxy: %w", err)
	}
	return through, nil
}

const maxProxyHeader = 64 << 10

func (t *tunnel) connect(conn net.Conn, address string) (net.Conn, error) {
	request := "CONNECT " + address + " HTTP/1.1\r\nHost: " + address + "\r\n"
	if t.user != "" {
		request += "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(t.user+":"+t.password)) + "\r\n"
	}
	if _, err := conn.Write([]byte(request + "\r\n")); err != nil {
		return nil, err
	}
	limited := &limit{conn, maxProxyHeader}
	r := bufio.NewReader(limited)
	text := textproto.NewReader(r)
	status, err := text.ReadLine()
	if err != nil {
		return nil, err
	}
	if _, err := text.ReadMIMEHeader(); err != nil {
		return nil, err
	}
	version, code, _ := strings.Cut(status, " ")
	if !strings.HasPrefix(version, "HTTP/1.") || !strings.HasPrefix(code, "2") {
		return nil, fmt.Errorf("it answered %.3q", code) // the rest may repeat our credentials
	}
	limited.left = -1
	return &early{conn, r}, nil
}

// limit bounds what is read before the tunnel stands; a negative number lifts the bound.
type limit struct {
	net.Conn
	left int
}

func (l *limit) Read(b []byte) (int, error) {
	if l.left < 0 {
		return l.Conn.Read(b)
	}
	if l.left == 0 {
		return 0, errors.New("its answer is too long")
	}
	n, err := l.Conn.Read(b[:min(len(b), l.left)])
	l.left -= n
	return n, err
}

// early gives back what the server said behind the proxy's answer.
type early struct {
	net.Conn
	r *bufio.Reader
}

func (e *early) Read(b []byte) (int, error) { return e.r.Read(b) }
