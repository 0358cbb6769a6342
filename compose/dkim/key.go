package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
)

// Algorithm is a kind of key by its word in the record: k=.
type Algorithm string

// The algorithms of RFC 6376 §3.3 and RFC 8463 §3.
const (
	RSA     Algorithm = "rsa"
	Ed25519 Algorithm = "ed25519"
)

// The sizes of RSA keys in bits. RFC 8301 §3.2
const (
	leastBits = 1024 // no receiver takes less
	newBits   = 2048 // what a key should have
	mostBits  = 4096 // what every receiver can check
)

// Key is a private key. It never shows itself, however it is printed. The zero value is no key.
type Key struct {
	// A function, since fmt looks into all else that stands within another struct, past what Format says.
	private func() crypto.Signer
}

func keep(private crypto.Signer) Key { return Key{func() crypto.Signer { return private }} }

// signer is nil for no key.
func (k Key) signer() crypto.Signer {
	if k.private == nil {
		return nil
	}
	return k.private()
}

// Generate makes a key: RSA of 2048 bits, or Ed25519. random is crypto/rand's Reader but in tests; Go takes no other for
// RSA.
func Generate(a Algorithm, random io.Reader) (Key, error) {
	switch a {
	case RSA:
		private, err := rsa.GenerateKey(random, newBits)
		if err != nil {
			return Key{}, fmt.Errorf("making a key: %w", err)
		}
		return keep(private), nil
	case Ed25519:
		_, private, err := ed25519.GenerateKey(random)
		if err != nil {
			return Key{}, fmt.Errorf("making a key: %w", err)
		}
		return keep(private), nil
	}
	return Key{}, usage("%q is no kind of key: use %s or %s", string(a), RSA, Ed25519)
}

// Algorithm is the kind of key; empty for no key.
func (k Key) Algorithm() Algorithm {
	switch k.signer().(type) {
	case *rsa.PrivateKey:
		return RSA
	case ed25519.PrivateKey:
		return Ed25519
	}
	return ""
}

// Public is the public half: *rsa.PublicKey or ed25519.PublicKey.
func (k Key) Public() crypto.PublicKey { return k.signer().Public() }

// Warnings tell what receivers may hold against the key.
func (k Key) Warnings() []string {
	private, isRSA := k.signer().(*rsa.PrivateKey)
	switch {
	case isRSA && private.N.BitLen() < newBits:
		return []string{fmt.Sprintf("an RSA key of %d bits can be broken: make one of %d with mxsend dkim keygen", private.N.BitLen(), newBits)}
	case isRSA && private.N.BitLen() > mostBits:
		return []string{fmt.Sprintf("not every receiver can check an RSA key of %d bits: use one of %d", private.N.BitLen(), newBits)}
	}
	return nil
}

func (k Key) check() error {
	private, isRSA := k.signer().(*rsa.PrivateKey)
	switch {
	case k.signer() == nil:
		return fault(exitSoftware, "a bug: a seal without a key")
	case isRSA && private.N.BitLen() < leastBits:
		return unusable("an RSA key of %d bits is too short for any receiver: make one of %d with mxsend dkim keygen", private.N.BitLen(), newBits)
	}
	return nil
}

// sign signs a SHA-256 hash: RFC 6376 §3.3.2 (PKCS #1 v1.5), RFC 8463 §3 (the hash is the message).
func (k Key) sign(digest []byte) ([]byte, error) {
	if k.Algorithm() == RSA {
		return k.signer().Sign(nil, digest, crypto.SHA256)
	}
	return k.signer().Sign(nil, digest, crypto.Hash(0))
}

// PEM is the key as it is kept in a file: PKCS #8. RFC 5958, RFC 7468 §10
func (k Key) PEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.signer())
	if err != nil {
		return nil, fmt.Errorf("writing a key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// Format implements fmt.Formatter: only the kind of key is shown.
func (k Key) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "(%s key)", k.Algorithm()) }
