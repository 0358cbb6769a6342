package dkim

import (
	"context"
	"fmt"
	"strings"

	"mxsend/compose/address"
)

// Querier asks DNS for the TXT records under a name: a value each, its strings put together. No records, or no such name,
// is no error and none; an error says that DNS could not be asked, and may know its exit code.
type Querier interface {
	TXT(ctx context.Context, name string) ([]string, error)
}

// State is what DNS publishes under a selector.
type State string

// The states of a published key.
const (
	Held       State = "held"       // it is this key
	Testing    State = "testing"    // it is this key, but receivers shall not count it
	Missing    State = "missing"    // there is no record of a key
	Malformed  State = "malformed"  // the record can't be read
	Several    State = "several"    // more than one record, so that receivers may take any or none
	Revoked    State = "revoked"    // the key was taken back
	OtherKey   State = "other-key"  // it is another key
	Restricted State = "restricted" // it is this key, but not for letters, or not for SHA-256
)

// Finding is what Check found out about one seal.
type Finding struct {
	Name  string // of the record
	State State
	Text  string // a sentence for people
}

// ExitCode is 0 where letters can be signed, 68 where nothing is published, and 69 where something else is.
func (f Finding) ExitCode() int {
	switch f.State {
	case Held, Testing:
		return 0
	case Missing:
		return exitNoHost
	}
	return exitUnavailable
}

// Check asks DNS whether the key of a seal is published. Its error is the Querier's.
func Check(ctx context.Context, q Querier, s Seal, d address.Domain) (Finding, error) {
	name := Name(s.Selector, d)
	values, err := q.TXT(ctx, name)
	if err != nil {
		return Finding{}, err
	}
	f := Finding{Name: name}
	f.State, f.Text = judge(values, s.Key)
	return f, nil
}

func judge(values []string, k Key) (State, string) {
	ours := candidates(values)
	switch {
	case len(values) == 0:
		return Missing, "there is no TXT record"
	case len(ours) == 0:
		return Missing, "there is a TXT record, but none of DKIM"
	case len(ours) > 1:
		return Several, fmt.Sprintf("there are %d records, of which receivers may take any or none: leave one", len(ours)) // RFC 6376 §3.6.2.2
	}
	r, err := ParseRecord(ours[0])
	switch {
	case err != nil:
		return Malformed, "the record can't be used: " + err.Error()
	case r.Revoked():
		return Revoked, "the key was taken back: the p= of the record is empty"
	case !r.Holds(k):
		return OtherKey, "the record holds another key"
	case !r.usable():
		return Restricted, "the record holds this key, but not for letters signed with SHA-256: take its h= and s= away"
	case r.Testing():
		return Testing, "the record holds this key, in test mode: receivers take the letters as if they were not signed"
	}
	return Held, "the record holds this key"
}

// candidates leaves out records of other kinds, such as those that a wildcard brings. RFC 6376 §3.6.1: a record with
// another v= is discarded.
func candidates(values []string) []string {
	var found []string
	for _, value := range values {
		name, rest, _ := strings.Cut(value, "=")
		version, _, _ := strings.Cut(rest, ";")
		if trim(name) == "v" && trim(version) != "DKIM1" {
			continue
		}
		found = append(found, value)
	}
	return found
}
