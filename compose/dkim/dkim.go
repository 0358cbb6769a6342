// Package dkim reads a letter and puts signatures in front of it, so that the receiver can tell whose domain answers for
// it, and that nothing was changed on the way. It also makes the keys, writes the DNS records that publish them, and asks
// DNS whether they are published.
//
// In comes a letter.Letter and a Signer: a domain and keys, each under a selector.
//
//  1. read goes through the letter once, as it will be sent: the header is kept (block.go), the body is brought to its
//     canonical form and hashed as it passes (body.go).
//  2. Signer.domain finds the domain that answers for the letter: the one that was given, else that of From (domain.go).
//  3. For every key, the fields of names are hashed with the signature's own field, and the key signs that (field.go).
//
// Out goes a letter whose WriteTo writes the signatures and then the same octets as before.
//
// Keys are made by Generate, kept in files by WriteKey and ReadKey (key.go, keyfile.go), published by a Record (record.go,
// zone.go), and looked up by Check (check.go).
//
// RFC 6376 (DKIM), RFC 8301 (rsa-sha256 only, keys of 1024 bits and more), RFC 8463 (Ed25519), RFC 7489 §3.1.1 (alignment
// with From). Always relaxed/relaxed, since servers on the way re-fold fields and cut blanks; never l=, z= or i=. Not
// supported: expiry (x=), verifying.
//
// Promised: memory does not grow with the body; the octets signed are the octets sent; no secret is ever printed.
package dkim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// Seal is a key under the selector that it is published with.
type Seal struct {
	Selector string
	Key      Key
}

// Signer says who answers for letters. The zero value signs nothing.
type Signer struct {
	Domain address.Domain   // d=; zero: the domain of From
	Seals  []Seal           // a signature for each, in this order
	Now    func() time.Time // t=; nil: time.Now
}

// Sign puts a signature of every seal in front of the letter, which it reads once. The new letter takes the old one over:
// closing it closes both. The warnings tell what receivers may hold against the signatures. After an error the letter is
// still the caller's; it is an *Error, the letter's own, or that of ctx.
func (s Signer) Sign(ctx context.Context, l *letter.Letter) (signed *letter.Letter, warnings []string, err error) {
	if len(s.Seals) == 0 {
		return l, nil, nil
	}
	if err := errors.Join(s.check(), fit(l)); err != nil {
		return nil, nil, err
	}
	found, err := read(ctx, l)
	if err != nil {
		return nil, nil, err
	}
	domain, warnings, err := s.domain(found.fields)
	if err != nil {
		return nil, nil, err
	}
	top, err := s.signatures(found, domain)
	if err != nil {
		return nil, nil, err
	}
	return under(top, l), append(warnings, s.weaknesses()...), nil
}

// check finds what makes the seals of no use.
func (s Signer) check() error {
	var errs []error
	seen := map[string]bool{}
	for _, seal := range s.Seals {
		_, err := ParseSelector(seal.Selector)
		errs = append(errs, err, seal.Key.check())
		if name := strings.ToLower(seal.Selector); seen[name] {
			errs = append(errs, usage("two keys under the selector %s: each needs its own, since a name holds one key", seal.Selector)) // RFC 6376 §3.6.2.2
		} else {
			seen[name] = true
		}
	}
	if s.Domain.Literal.IsValid() {
		errs = append(errs, usage("an address literal can't sign: name a domain with --dkim-domain"))
	}
	return errors.Join(errs...)
}

// fit refuses a letter whose lines would be made anew on the way.
func fit(l *letter.Letter) error {
	if l.Facts.Binary {
		return unfit("the letter has lines that are none of mail, so that no signature would survive the way")
	}
	return nil
}

// signatures are the fields of all seals, ready to stand on top.
func (s Signer) signatures(f *findings, domain address.Domain) (string, error) {
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	var top strings.Builder
	t := now()
	for _, seal := range s.Seals {
		field, err := f.signature(seal, domain.ASCII, t)
		if err != nil {
			return "", fmt.Errorf("signing with the key under %s: %w", seal.Selector, err)
		}
		top.WriteString(field)
	}
	return top.String(), nil
}

// weaknesses are what receivers may hold against the keys.
func (s Signer) weaknesses() []string {
	var warnings []string
	rsa := false
	for _, seal := range s.Seals {
		warnings = append(warnings, seal.Key.Warnings()...)
		rsa = rsa || seal.Key.Algorithm() == RSA
	}
	if !rsa {
		warnings = append(warnings, "many receivers can't check Ed25519 yet: sign with an RSA key too")
	}
	return warnings
}

// under is the letter with the fields on top.
func under(top string, l *letter.Letter) *letter.Letter {
	facts := l.Facts
	facts.Size += int64(len(top))
	facts.Signed = true
	for line := range strings.SplitSeq(top, "\r\n") {
		facts.LongestLine = max(facts.LongestLine, len(line))
	}
	return letter.New(l.Envelope, facts, signed{top, l}, l)
}

// signed writes the fields and then the letter.
type signed struct {
	top    string
	letter *letter.Letter
}

func (s signed) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, s.top)
	if err != nil {
		return int64(n), err
	}
	m, err := s.letter.WriteTo(w)
	return int64(n) + m, err
}
