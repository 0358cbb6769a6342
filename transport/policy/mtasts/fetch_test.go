package mtasts

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// certificate is for the names, and its own authority.
func certificate(t *testing.T, names ...string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: names, NotBefore: noon.Add(-time.Hour),
		NotAfter: noon.Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// host is a policy's host on loopback, with a certificate for the names, and the fetcher that finds it.
func host(t *testing.T, handler http.HandlerFunc, names ...string) Fetcher {
	t.Helper()
	cert, pool := certificate(t, names...)
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.StartTLS()
	t.Cleanup(server.Close)
	at := netip.MustParseAddrPort(server.Listener.Addr().String())
	return Fetcher{
		Resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
			if host != "mta-sts.crepes.fr" {
				return nil, fmt.Errorf("%s was asked for", host)
			}
			return []netip.Addr{at.Addr()}, nil
		},
		Dial: new(net.Dialer).DialContext, Roots: pool, Port: at.Port(), Now: func() time.Time { return noon },
	}
}

const published = "version: STSv1\r\nmode: enforce\r\nmx: mx.crepes.fr\r\nmax_age: 86400\r\n"

func TestFetch(t *testing.T) {
	say := func(status int, kind, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			io.WriteString(w, text)
		}
	}
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		named   string
		fault   string
	}{
		{"a policy", say(200, "text/plain", published), "mta-sts.crepes.fr", ""},
		{"with a charset", say(200, "Text/Plain; charset=utf-8", published), "mta-sts.crepes.fr", ""},
		{"a wildcard certificate", say(200, "text/plain", published), "*.crepes.fr", ""},
		{"a certificate for the domain itself", say(200, "text/plain", published), "crepes.fr", "certificate"},
		{"a page", say(200, "text/html", published), "mta-sts.crepes.fr", "text/html"},
		{"no type", say(200, "", published), "mta-sts.crepes.fr", "not text/plain"},
		{"not found", say(404, "text/plain", published), "mta-sts.crepes.fr", "404"},
		{"no content", say(204, "text/plain", ""), "mta-sts.crepes.fr", "204"},
		{"an error", say(500, "text/plain", published), "mta-sts.crepes.fr", "500"},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/other", http.StatusMovedPermanently)
		}, "mta-sts.crepes.fr", "301"},
		{"endless", say(200, "text/plain", published+strings.Repeat("x: y\n", 100000)), "mta-sts.crepes.fr", "65536"},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, published)
		}, "mta-sts.crepes.fr", "reading it"},
		{"an endless header", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("y", 200000))
			io.WriteString(w, published)
		}, "mta-sts.crepes.fr", "header"},
		{"another policy", say(200, "text/plain", "version: STSv9\n"), "mta-sts.crepes.fr", "STSv9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := host(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/.well-known/mta-sts.txt" && r.URL.Path != "/other" || r.Method != http.MethodGet {
					t.Errorf("asked for %s %s", r.Method, r.URL)
				}
				if r.URL.Path == "/other" {
					t.Error("a redirect was followed")
				}
				c.handler(w, r)
			}, c.named)
			p, err := f.Fetch(t.Context(), domain)
			switch {
			case c.fault == "" && (err != nil || p.Mode != Enforce || p.MaxAge != 24*time.Hour):
				t.Errorf("got %+v, %v", p, err)
			case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
				t.Errorf("got %v, want %q", err, c.fault)
			}
		})
	}
}

func TestFetchIsBoundedInTime(t *testing.T) {
	f := host(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "mta-sts.crepes.fr")
	f.Timeout = 50 * time.Millisecond
	if _, err := f.Fetch(t.Context(), domain); err == nil || !strings.Contains(err.Error(), "no answer within 50ms") {
		t.Errorf("got %v", err)
	}
}

func TestFetchTriesEveryAddress(t *testing.T) {
	f := host(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, published)
	}, "mta-sts.crepes.fr")
	resolve, dead := f.Resolve, netip.MustParseAddr("192.0.2.1")
	f.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
		good, err := resolve(ctx, host)
		return append([]netip.Addr{dead}, good...), err
	}
	dial := f.Dial
	f.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(address, dead.String()) {
			return nil, errors.New("unreachable")
		}
		return dial(ctx, network, address)
	}
	if _, err := f.Fetch(t.Context(), domain); err != nil {
		t.Error(err)
	}
	f.Resolve = func(context.Context, string) ([]netip.Addr, error) { return nil, nil }
	if _, err := f.Fetch(t.Context(), domain); err == nil || !strings.Contains(err.Error(), "no address") {
		t.Errorf("got %v", err)
	}
	f.Resolve = func(context.Context, string) ([]netip.Addr, error) { return []netip.Addr{dead}, nil }
	if _, err := f.Fetch(t.Context(), domain); err == nil || !strings.Contains(err.Error(), "unreachable") {
		t.Errorf("got %v", err)
	}
}

// A dead address takes its share of the time, and the next one is asked.
func TestADeadAddressOfThePolicyHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		f := Fetcher{
			Resolve: func(context.Context, string) ([]netip.Addr, error) {
				return []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("192.0.2.1")}, nil
			},
			Dial: func(ctx context.Context, _, address string) (net.Conn, error) {
				if address == "192.0.2.1:443" {
					return ours, nil
				}
				<-ctx.Done()
				return nil, ctx.Err()
			},
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		started := time.Now()
		conn, err := f.dial(ctx, "tcp", "mta-sts.hamburger.edu:443")
		if err != nil || conn != ours || time.Since(started) != 20*time.Second {
			t.Errorf("%v after %v", err, time.Since(started))
		}
	})
}
