package dane

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Verify is the judge of a handshake with the host: nil when one of the records names what the server shows. Under usage 3
// neither names nor dates count, under usage 2 both do. RFC 7672 §3.1
func (f Finding) Verify(now func() time.Time) func(tls.ConnectionState) error {
	if now == nil {
		now = time.Now
	}
	return func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errors.New("the server showed no certificate")
		}
		shown := chain{state.PeerCertificates, f.Names, now()}
		why := ErrNoMatch
		for _, r := range f.Records {
			err := r.accepts(shown)
			if err == nil {
				return nil
			}
			if !errors.Is(err, ErrNoMatch) {
				why = err
			}
		}
		return why
	}
}

// chain is what a server showed, its own certificate first, and what it is held against.
type chain struct {
	certificates []*x509.Certificate
	names        []string
	now          time.Time
}

func (c chain) leaf() *x509.Certificate { return c.certificates[0] }

// ErrNoMatch is the error of Verify when the records name other certificates than what was shown.
var ErrNoMatch = errors.New("no TLSA record names the certificate")

func (r Record) accepts(shown chain) error {
	if r.Usage == usageEE {
		if r.matches(shown.leaf()) {
			return nil // RFC 7672 §3.1.1: names and dates are the record's to vouch for
		}
		return ErrNoMatch
	}
	return r.acceptsAuthority(shown)
}

// acceptsAuthority looks for the authority among what was shown, else in the record itself, which may hold one that servers
// need not send. RFC 7671 §5.2
func (r Record) acceptsAuthority(shown chain) error {
	err := ErrNoMatch
	for _, c := range shown.certificates[1:] {
		if r.matches(c) {
			if err = shown.leadsTo(c); err == nil {
				return nil
			}
		}
	}
	switch {
	case r.anchor != nil:
		return shown.leadsTo(r.anchor)
	case r.key != nil:
		return shown.leadsToKey(r.key)
	}
	return err
}

// leadsTo builds a path from the server's certificate to the authority, valid now, for one of the names.
func (c chain) leadsTo(authority *x509.Certificate) error {
	o := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: c.now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	o.Roots.AddCert(authority)
	for _, other := range c.certificates[1:] {
		o.Intermediates.AddCert(other)
	}
	if _, err := c.leaf().Verify(o); err != nil {
		return err
	}
	return c.named()
}

// leadsToKey finds the certificate that the bare key has signed.
func (c chain) leadsToKey(key any) error {
	for i, signed := range c.certificates {
		authority := &x509.Certificate{PublicKey: key, PublicKeyAlgorithm: algorithmOf(signed)}
		if authority.CheckSignature(signed.SignatureAlgorithm, signed.RawTBSCertificate, signed.Signature) != nil {
			continue
		}
		if i > 0 {
			return c.leadsTo(signed)
		}
		if c.now.Before(signed.NotBefore) || c.now.After(signed.NotAfter) {
			return x509.CertificateInvalidError{Cert: signed, Reason: x509.Expired}
		}
		return c.named()
	}
	return ErrNoMatch
}

// algorithmOf is the kind of key that makes the certificate's signature.
func algorithmOf(c *x509.Certificate) x509.PublicKeyAlgorithm {
	switch name := c.SignatureAlgorithm.String(); {
	case strings.HasPrefix(name, "ECDSA"):
		return x509.ECDSA
	case strings.HasPrefix(name, "Ed25519"):
		return x509.Ed25519
	}
	return x509.RSA
}

// named: any of the names will do. A certificate that lists none may say it in its subject. RFC 7672 §3.2.3
func (c chain) named() error {
	leaf := *c.leaf()
	if len(leaf.DNSNames) == 0 && leaf.Subject.CommonName != "" {
		leaf.DNSNames = []string{leaf.Subject.CommonName}
	}
	for _, name := range c.names {
		if leaf.VerifyHostname(name) == nil {
			return nil
		}
	}
	return fmt.Errorf("the certificate names %s, not %s", strings.Join(leaf.DNSNames, " "), strings.Join(c.names, " or "))
}
