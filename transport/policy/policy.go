// Package policy decides what TLS a host must show before it gets a letter.
//
// In come Facts about one host of a domain: what the user and the letter demand, what DANE (policy/dane) and MTA-STS
// (policy/mtasts) found, whether it is certain that the host is an exchanger of the domain.
//
//  1. barred finds what keeps the host from being used at all.
//  2. demanded takes the strictest of what the user, DANE and MTA-STS demand; DANE goes before MTA-STS (RFC 8461 §2).
//
// Out goes a Decision: how much TLS, and how the certificate is to be judged. It is a pure function: no socket, no clock, no
// state. testdata/policy/decisions.txt lists what it says to every combination of facts.
//
// RFC 7435 (opportunistic), RFC 7672 §2.2 and §6, RFC 8461 §5, RFC 8689 §4.2.1. Decided where they are silent: who asks for
// no TLS where a policy demands it gets no delivery in clear; an exchanger that MTA-STS only tests is not authenticated by it.
//
// Promised: what DANE or MTA-STS demand is never less than they demand, whatever the user says; a host that is barred for now
// never turns a letter into one that failed.
package policy

import (
	"mxsend/transport/policy/dane"
	"mxsend/transport/policy/mtasts"
)

// Level is how much TLS a connection must show; levels are ordered.
type Level int

const (
	None          Level = iota - 1 // TLS is not used even if it is offered
	Opportunistic                  // TLS where offered
	Encrypt                        // TLS or nothing, any certificate
	Verify                         // TLS or nothing, and a certificate that is the host's
)

func (l Level) String() string {
	return [...]string{"none", "opportunistic", "encrypt", "verify"}[l+1]
}

// Proof is how a certificate is found to be the host's.
type Proof string

const (
	PKIX Proof = "pkix" // a chain to a trusted authority, valid now, for the host's name
	DANE Proof = "dane" // the TLSA records name it
)

// Facts are what is known of a host before it is connected to.
type Facts struct {
	Asked      Level       // what the user demands of every host
	RequireTLS bool        // the letter may only go to who is certain to be meant. RFC 8689
	DANE       dane.Status // empty is dane.Absent
	STS        mtasts.Mode // empty is mtasts.None
	STSUnsure  bool        // it could not be found out what the MTA-STS policy is now
	Permitted  bool        // the MTA-STS policy names the host
	Authentic  bool        // it is certain, by DNSSEC or since a person named it, that mail goes to this host
}

// Decision is what the host must show, or why it must not be used.
type Decision struct {
	Level  Level
	Proof  Proof  // how the certificate is judged: at Verify it decides, below it is only told
	Policy string // "none", "dane", "mta-sts" or "required": whose demand this is
	Barred string // why the host is left out; empty: it is not
	Final  bool   // no later try will find the host to be usable
	Remark string // what should be told and decides nothing
}

// Decide says what a host must show.
func Decide(f Facts) Decision {
	d := f.demanded()
	d.Barred, d.Final = f.barred(d)
	return d
}

// demanded is the strictest demand.
func (f Facts) demanded() Decision {
	switch {
	case f.DANE == dane.Usable:
		return Decision{Level: Verify, Proof: DANE, Policy: "dane"}
	case f.STS == mtasts.Enforce:
		return Decision{Level: Verify, Proof: PKIX, Policy: "mta-sts"}
	case f.RequireTLS || f.Asked == Verify:
		return Decision{Level: Verify, Proof: PKIX, Policy: "required", Remark: f.tested()}
	case f.DANE == dane.Unusable:
		return Decision{Level: Encrypt, Proof: PKIX, Policy: "dane", Remark: f.tested()} // RFC 7672 §2.2
	case f.Asked == Encrypt:
		return Decision{Level: Encrypt, Proof: PKIX, Policy: "required", Remark: f.tested()}
	}
	return Decision{Level: f.Asked, Proof: PKIX, Policy: "none", Remark: f.tested()}
}

// tested is what a policy in mode testing would have said.
func (f Facts) tested() string {
	if f.STS == mtasts.Testing && !f.Permitted {
		return "its MTA-STS policy, which is being tested, does not name this host"
	}
	return ""
}

// barred says why the host must not be used.
func (f Facts) barred(d Decision) (why string, final bool) {
	switch {
	case f.DANE == dane.Unknown:
		return "its TLSA records can't be had, so that nobody can say who it is", false // RFC 7672 §2.1.2
	case d.Policy == "mta-sts" && !f.Permitted:
		return "the domain's MTA-STS policy does not name this host", false // RFC 8461 §5
	case f.Asked == None && d.Level > None:
		return "TLS is demanded by " + d.whose() + ", and switched off by --tls none", true
	case f.RequireTLS && !f.certain():
		return "the letter demands TLS all the way, and nothing vouches for this host's being an exchanger of the domain", !f.STSUnsure // RFC 8689 §4.2.1
	}
	return "", false
}

// certain: DNSSEC or an MTA-STS policy in force vouches for the host's being an exchanger. RFC 8689 §4.2.1
func (f Facts) certain() bool {
	return f.Authentic || f.STS == mtasts.Enforce && f.Permitted
}

func (d Decision) whose() string {
	switch d.Policy {
	case "dane":
		return "the domain (DANE)"
	case "mta-sts":
		return "the domain (MTA-STS)"
	}
	return "the letter"
}
