package dkim

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"
)

// Record is a public key as DNS publishes it. RFC 6376 §3.6.1
type Record struct {
	Algorithm Algorithm // k=; "rsa" where nothing is said
	Public    []byte    // p=, decoded; empty: revoked
	Hashes    []string  // h=; empty: all
	Services  []string  // s=; empty: all
	Flags     []string  // t=: "y" for testing, "s" for no subdomains
	Notes     string    // n=, for people
}

// Record is the one that publishes the key: an RSA key as a SubjectPublicKeyInfo (RFC 6376 §3.6.1), an Ed25519 key bare
// (RFC 8463 §4.2).
func (k Key) Record() (Record, error) {
	if public, ok := k.Public().(ed25519.PublicKey); ok {
		return Record{Algorithm: Ed25519, Public: public}, nil
	}
	der, err := x509.MarshalPKIXPublicKey(k.Public())
	return Record{Algorithm: RSA, Public: der}, err
}

// String is the value of the TXT record, in one piece.
func (r Record) String() string {
	tags := []string{"v=DKIM1"}
	add := func(name, value string) {
		if value != "" {
			tags = append(tags, name+"="+value)
		}
	}
	add("k", string(r.Algorithm))
	add("h", strings.Join(r.Hashes, ":"))
	add("s", strings.Join(r.Services, ":"))
	add("t", strings.Join(r.Flags, ":"))
	add("n", r.Notes)
	return strings.Join(append(tags, "p="+base64.StdEncoding.EncodeToString(r.Public)), "; ")
}

// ParseRecord reads the value of a TXT record. Tags that it does not know are skipped, as RFC 6376 §3.6.1 wants it. Its
// error is an *Error with exit code 69, a sentence about the record.
func ParseRecord(s string) (Record, error) {
	tags, err := ParseTags(s)
	if err != nil {
		return Record{}, err
	}
	if name, _, _ := strings.Cut(s, "="); tags["v"] != "" && trim(name) != "v" {
		return Record{}, bad("its v= does not come first") // RFC 6376 §3.6.1
	}
	if v, given := tags["v"]; given && v != "DKIM1" {
		return Record{}, bad("it is no DKIM key, since it says v=%q", v)
	}
	p, given := tags["p"]
	if !given {
		return Record{}, bad("it has no p=, which holds the key")
	}
	public, err := base64.StdEncoding.DecodeString(withoutBlanks(p))
	if err != nil {
		return Record{}, bad("its p= is no base64")
	}
	r := Record{Algorithm: RSA, Public: public, Hashes: words(tags["h"]), Services: words(tags["s"]), Flags: words(tags["t"]), Notes: tags["n"]}
	if k := tags["k"]; k != "" {
		r.Algorithm = Algorithm(k)
	}
	return r, nil
}

func bad(format string, args ...any) error { return fault(exitUnavailable, format, args...) }

// words are what a list with colons holds.
func words(list string) []string {
	var found []string
	for word := range strings.SplitSeq(list, ":") {
		if word = withoutBlanks(word); word != "" {
			found = append(found, word)
		}
	}
	return found
}

// Revoked says that the key was taken back: RFC 6376 §3.6.1 (p=).
func (r Record) Revoked() bool { return len(r.Public) == 0 }

// Testing says that receivers shall take letters as if they were not signed. RFC 6376 §3.6.1 (t=)
func (r Record) Testing() bool { return slices.Contains(r.Flags, "y") }

// usable says whether the record is for SHA-256, the only hash in use, and for mail.
func (r Record) usable() bool {
	hash := len(r.Hashes) == 0 || slices.Contains(r.Hashes, "sha256")
	service := len(r.Services) == 0 || slices.Contains(r.Services, "*") || slices.Contains(r.Services, "email")
	return hash && service
}

// Holds says whether the record publishes this key.
func (r Record) Holds(k Key) bool {
	if r.Algorithm != k.Algorithm() {
		return false
	}
	if r.Algorithm == Ed25519 {
		public, ok := k.Public().(ed25519.PublicKey)
		return ok && bytes.Equal(public, r.Public)
	}
	public := rsaPublic(r.Public)
	return public != nil && public.Equal(k.Public())
}

// rsaPublic is nil for what is no key. QUIRK: RFC 6376 §3.6.1 names the form of RFC 3447, its examples have the other;
// both are in use, and erratum 3017 allows both.
func rsaPublic(der []byte) *rsa.PublicKey {
	var parsed crypto.PublicKey
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		parsed, err = x509.ParsePKCS1PublicKey(der)
	}
	public, ok := parsed.(*rsa.PublicKey)
	if err != nil || !ok {
		return nil
	}
	return public
}
