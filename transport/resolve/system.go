package resolve

import (
	"bufio"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ConfigError tells what is wrong with the way to the resolvers.
type ConfigError struct {
	What  string // file or flag
	Cause error
}

func (e *ConfigError) Error() string { return e.What + ": " + e.Cause.Error() }
func (e *ConfigError) Unwrap() error { return e.Cause }

// ExitCode is EX_CONFIG of sysexits(3).
func (e *ConfigError) ExitCode() int { return 78 }

const (
	maxConfig   = 64 << 10
	maxTimeout  = 30 // resolv.conf(5)
	maxAttempts = 5  // resolv.conf(5)
)

// FromSystem reads a resolv.conf(5): nameserver, however many and not only the first three, and the options timeout,
// attempts, rotate, trust-ad and use-vc; edns0 is always on. search, domain and ndots are not followed: a mail domain is
// looked up as it is written (RFC 5321 §5.1). "" means what the system itself uses: /etc/resolv.conf, or the settings of the
// network adapters on Windows. The error is a *ConfigError.
func FromSystem(path string) (Client, error) {
	if path == "" {
		return fromSystem()
	}
	return fromFile(path)
}

func fromFile(path string) (Client, error) {
	f, err := os.Open(path)
	if err != nil {
		return Client{}, &ConfigError{"resolver configuration", err}
	}
	defer f.Close()
	c, err := readConfig(f)
	if err != nil {
		return Client{}, &ConfigError{"resolver configuration " + path, err}
	}
	return c, nil
}

// readConfig reads what it knows and passes over the rest, as every other reader of this file does.
func readConfig(r io.Reader) (Client, error) {
	var c Client
	lines := bufio.NewScanner(io.LimitReader(r, maxConfig))
	for lines.Scan() {
		text, _, _ := strings.Cut(lines.Text(), "#")
		text, _, _ = strings.Cut(text, ";")
		words := strings.Fields(text)
		switch {
		case len(words) < 2:
		case words[0] == "nameserver":
			c.addServer(words[1])
		case words[0] == "options":
			for _, option := range words[1:] {
				c.setOption(option)
			}
		}
	}
	return c, lines.Err()
}

func (c *Client) addServer(word string) {
	ip, err := netip.ParseAddr(word)
	if err != nil {
		return
	}
	server := net.JoinHostPort(ip.Unmap().String(), "53")
	if !slices.Contains(c.Servers, server) {
		c.Servers = append(c.Servers, server)
	}
}

func (c *Client) setOption(option string) {
	key, value, _ := strings.Cut(option, ":")
	number, _ := strconv.Atoi(value)
	switch key {
	case "timeout":
		c.Timeout = time.Duration(min(max(number, 1), maxTimeout)) * time.Second
	case "attempts":
		c.Attempts = min(max(number, 1), maxAttempts)
	case "rotate":
		c.Rotate = true
	case "trust-ad":
		c.TrustAD = true
	case "use-vc":
		c.TCP = true
	}
}

// printable quotes what a user wrote when it would do harm on a terminal.
func printable(s string) string {
	if quoted := strconv.QuoteToASCII(s); quoted != `"`+s+`"` {
		return quoted
	}
	return s
}
