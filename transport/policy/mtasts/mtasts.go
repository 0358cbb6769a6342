// Package mtasts finds the policy by which a domain says which exchangers are its own and that they do TLS.
//
// In comes the domain of a recipient, never what it is an alias of.
//
//  1. Finder.Find asks for the TXT record at _mta-sts (record.go); its id says which policy is the current one.
//  2. A policy of that id in the Store is used; it is how a domain that was met once stays protected while somebody keeps
//     its record or its policy from us (store.go).
//  3. Else the policy is fetched over HTTPS (fetch.go), read (policy.go) and stored. A fetch that failed is not tried again
//     for five minutes.
//  4. Where record or policy cannot be had, a stored policy that has not expired is used. RFC 8461 §5.1
//
// Out goes a Finding: the policy with its mode, where it came from, and what went wrong on the way.
//
// RFC 8461. Redirects are not followed, HTTP caches not believed, and nothing but a 200 of text/plain is a policy (§3.3). Not
// supported: reports (RFC 8460).
//
// Decided beyond the text: a TXT lookup that fails is no reason to hold a letter back where no policy is stored, since whoever
// can break the lookup can as well deny it; it is told.
//
// Promised: a stored policy in mode enforce holds until it expires; what a server sends is bounded in size and time.
package mtasts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/miekg/dns"

	"mxsend/compose/address"
	"mxsend/transport/resolve"
)

// Querier asks DNS; *resolve.Cache and *resolve.Client are one.
type Querier interface {
	Query(ctx context.Context, name string, qtype uint16) (resolve.Answer, error)
}

// Finder finds policies. DNS is needed; the zero value of every other field serves.
type Finder struct {
	DNS   Querier
	Fetch func(ctx context.Context, domain string) (Policy, error) // Fetcher.Fetch; nil: no policy can be fetched
	Store Store
	Now   func() time.Time // nil: time.Now
}

// Finding is what is known of a domain's policy. The zero value is that of a domain without one.
type Finding struct {
	Policy  Policy // Mode is None where there is none
	ID      string // of the policy; empty: none is known
	Source  Source
	Expires time.Time
	Problem error // what kept the record or the policy from us; RFC 8460 calls the latter sts-policy-fetch-error
}

// Source is where a policy came from.
type Source string

const (
	Nowhere Source = ""        // there is none
	Fetched Source = "fetched" // from the domain's own server, just now
	Stored  Source = "stored"  // from an earlier run
)

// Find gives the policy of a domain that applies now. It asks DNS once, and the policy's host at most once.
func (f Finder) Find(ctx context.Context, d address.Domain) Finding {
	if d.Literal.IsValid() || d.ASCII == "" {
		return Finding{}
	}
	stored, _ := f.Store.Load(d.ASCII)
	id, err := f.record(ctx, d.ASCII)
	now := f.now()
	switch {
	case err != nil || id == "":
		return stored.finding(now, err)
	case id == stored.ID && stored.valid(now):
		return stored.finding(now, nil)
	case stored.failedSince(now, id):
		return stored.finding(now, errors.New("its policy could not be fetched some minutes ago"))
	}
	return f.refresh(ctx, d.ASCII, id, stored)
}

// record is the id of the current policy; empty when the domain has none.
func (f Finder) record(ctx context.Context, domain string) (string, error) {
	a, err := f.DNS.Query(ctx, "_mta-sts."+domain, dns.TypeTXT)
	if err != nil {
		return "", err
	}
	return parseRecords(a.TXT())
}

// refresh fetches the policy and keeps it. An old one that has not expired serves where the new one cannot be had.
func (f Finder) refresh(ctx context.Context, domain, id string, stored entry) Finding {
	policy, err := f.fetch(ctx, domain)
	now := f.now()
	if err != nil {
		if ctx.Err() == nil {
			stored.FailedID, stored.Failed = id, now
			f.Store.Save(domain, stored) // a failure that is forgotten costs one more try
		}
		return stored.finding(now, fmt.Errorf("its policy can't be had: %w", err))
	}
	fresh := entry{ID: id, Fetched: now, Expires: now.Add(policy.MaxAge), Policy: policy}
	found := Finding{Policy: policy, ID: id, Source: Fetched, Expires: fresh.Expires}
	if err := f.Store.Save(domain, fresh); err != nil {
		found.Problem = fmt.Errorf("its policy can't be kept: %w", err)
	}
	return found
}

func (f Finder) fetch(ctx context.Context, domain string) (Policy, error) {
	if f.Fetch == nil {
		return Policy{}, errors.New("there is no way to fetch it")
	}
	return f.Fetch(ctx, domain)
}

func (f Finder) now() time.Time {
	if f.Now == nil {
		return time.Now()
	}
	return f.Now()
}

// Applies says whether the finding has a say about hosts: mode testing and enforce do.
func (f Finding) Applies() bool { return f.Policy.Mode == Enforce || f.Policy.Mode == Testing }

// String is one line for people: "MTA-STS: enforce, mx *.example.org (stored, id 20261123, until 2026-12-01)".
func (f Finding) String() string {
	switch {
	case f.ID == "" && f.Problem != nil:
		return "MTA-STS: none known: " + f.Problem.Error()
	case f.ID == "":
		return "MTA-STS: none"
	}
	text := fmt.Sprintf("MTA-STS: %s (%s, id %s, until %s)", f.Policy, f.Source, f.ID, f.Expires.UTC().Format(time.DateOnly))
	if f.Problem != nil {
		text += ", though " + f.Problem.Error()
	}
	return text
}
