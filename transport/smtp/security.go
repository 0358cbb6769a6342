package smtp

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"
)

// Level is how much TLS a connection must show; levels are ordered, and the zero value is Opportunistic.
type Level int

const (
	None          Level = iota - 1 // STARTTLS is not used even if it is offered
	Opportunistic                  // TLS where offered, any certificate, clear text otherwise. RFC 7435
	Encrypt                        // TLS or nothing, any certificate
	Verify                         // TLS with a certificate that Security.Verify accepts, or nothing
)

func (l Level) String() string {
	switch l {
	case None:
		return "none"
	case Encrypt:
		return "encrypt"
	case Verify:
		return "verify"
	}
	return "opportunistic"
}

// ParseLevel reads the word of a level; the empty word is Opportunistic.
func ParseLevel(s string) (Level, error) {
	for _, l := range []Level{None, Opportunistic, Encrypt, Verify} {
		if s == l.String() {
			return l, nil
		}
	}
	if s == "" {
		return Opportunistic, nil
	}
	return Opportunistic, fmt.Errorf("%q is none of none, opportunistic, encrypt, verify", s)
}

// Security is what the policy room demands of the connection. The zero value is opportunistic TLS.
type Security struct {
	Level Level
	// Implicit: TLS begins with the first octet, before the greeting (RFC 8314). Level None does not change that.
	Implicit bool
	// Name is the certificate's name to be expected, and SNI; empty: Options.Host. An address literal has none.
	Name         string
	Roots        *x509.CertPool    // nil: the system's
	Certificates []tls.Certificate // shown when the server asks; for relays
	// Verify decides on the certificate: nil means it is good, an error says why not and ends the connection at Level
	// Verify only. nil: a chain to Roots that is valid now and names Name.
	Verify func(tls.ConnectionState) error
	Policy string // "none", "dane", "mta-sts", "required": for the report; empty: "none" or "required" by Level
}

// Without is the same security with no TLS, for the one more try after a failed handshake (Error.MayRetryInClear).
func (s Security) Without() Security {
	s.Level, s.Implicit = None, false
	return s
}

func (s Security) required() bool { return s.Level >= Encrypt || s.Implicit }

// policy is the word of the report.
func (s Security) policy() string {
	switch {
	case s.Policy != "":
		return s.Policy
	case s.required():
		return "required"
	}
	return "none"
}

// TLSFacts is what the TLS of a connection is, told truthfully.
type TLSFacts struct {
	Version  string // "TLS 1.3"
	Cipher   string // "TLS_AES_128_GCM_SHA256"
	Verified bool   // the certificate met Security.Verify
	Why      string // why it is not verified
	Policy   string

	// The server's certificate.
	Subject  string
	Issuer   string
	Names    []string
	NotAfter time.Time
}
