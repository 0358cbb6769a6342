package mtasts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

// Fetcher gets policies from their hosts. Resolve and Dial are needed.
type Fetcher struct {
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error) // the same DNS as for everything else
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Roots   *x509.CertPool   // nil: the system's
	Port    uint16           // 0: 443
	Timeout time.Duration    // for one policy; 0: 60 s. RFC 8461 §3.3
	Now     func() time.Time // for the certificate; nil: time.Now
}

// Fetch gets the policy of a domain.
func (f Fetcher) Fetch(ctx context.Context, domain string) (Policy, error) {
	limit := f.Timeout
	if limit <= 0 {
		limit = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url(domain), nil)
	if err != nil {
		return Policy{}, err
	}
	transport := &http.Transport{DialContext: f.dial, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: f.Roots, Time: f.Now, MinVersion: tls.VersionTLS12},
		MaxResponseHeaderBytes: maxPolicy, DisableCompression: true}
	defer transport.CloseIdleConnections()
	answer, err := transport.RoundTrip(request) // no client above it, so no redirect is followed: RFC 8461 §3.3
	if err != nil {
		return Policy{}, plain(err, limit)
	}
	defer answer.Body.Close()
	return read(answer)
}

func (f Fetcher) url(domain string) string {
	host := "mta-sts." + domain
	if f.Port != 0 {
		host = net.JoinHostPort(host, strconv.Itoa(int(f.Port)))
	}
	return "https://" + host + "/.well-known/mta-sts.txt"
}

// read takes nothing but a 200 of plain text, since a host may hold what its users put there. RFC 8461 §3.3
func read(answer *http.Response) (Policy, error) {
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	switch {
	case answer.StatusCode != http.StatusOK:
		return Policy{}, fmt.Errorf("its host answered %d", answer.StatusCode)
	case kind != "text/plain":
		return Policy{}, fmt.Errorf("its host sent %.60q, not text/plain", answer.Header.Get("Content-Type"))
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxPolicy+1))
	if err != nil {
		return Policy{}, fmt.Errorf("reading it: %w", err)
	}
	return ParsePolicy(text)
}

// dial takes the addresses of the host in turn.
func (f Fetcher) dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addresses, err := f.Resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	err = fmt.Errorf("%s has no address", host)
	for i, ip := range addresses {
		conn, dialErr := f.dialOne(ctx, len(addresses)-i, net.JoinHostPort(ip.String(), port))
		if dialErr == nil {
			return conn, nil
		}
		err = dialErr
	}
	return nil, err
}

// dialOne takes no more than its share of the time, so that a dead address does not cost the others theirs.
func (f Fetcher) dialOne(ctx context.Context, left int, address string) (net.Conn, error) {
	if deadline, bounded := ctx.Deadline(); bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(left+1)) // one share is for the answer
		defer cancel()
	}
	return f.Dial(ctx, "tcp", address)
}

func plain(err error, limit time.Duration) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %v", limit)
	}
	return err
}
