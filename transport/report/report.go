// Package report says what became of a letter, recipient by recipient.
//
// In come the errors of the rooms before: *resolve.Error, *smtp.Error, the error of a dial, nil for an accepted recipient.
//
//  1. Judge turns one error into a Judgement: what it means, and whether another host may still be tried.
//  2. The carrier collects an Outcome per recipient, with every Attempt that was made for it.
//  3. Report.ExitCode lets the gravest outcome decide: permanent over temporary over accepted.
//  4. Outcome.Sentence tells a person, Report.MarshalJSON a machine.
//
// No other room knows what a failure means: whether to try again, which exit code, which sentence.
//
// The replies are read by class (RFC 5321 §4.2.1), the enhanced codes are those of RFC 3463, the exit codes those of
// sysexits(3). Promised: a recipient that was not accepted never ends in exit code 0, and a letter whose final reply was
// lost is called unknown, never delivered and never failed.
package report

import (
	"net/netip"
	"slices"
	"time"

	"mxsend/compose/address"
	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
)

// State is what became of a letter for one recipient. The words are those of the JSON report.
type State string

const (
	Delivered State = "delivered" // a 2yz reply to the end of the message was read
	Deferred  State = "deferred"  // not accepted now; the same letter may be accepted later
	Failed    State = "failed"    // refused for good; trying again would change nothing
	Stopped   State = "stopped"   // the conversation went well as far as it was to go; nothing was sent
	Unknown   State = "unknown"   // the whole letter was sent and no reply came: it may or may not have been delivered
)

// StageResolve is the stage of an outcome that ended before any host was known; all other stages are those of package smtp.
const StageResolve smtp.Stage = "resolve"

// Attempt is one host and address that was tried, or passed over, and why it was left. Reason is empty for the one that accepted.
type Attempt struct {
	Host    string         `json:"host"`
	Address netip.AddrPort `json:"address,omitzero"`
	Stage   smtp.Stage     `json:"stage,omitempty"`
	Reason  string         `json:"reason,omitempty"`
	TLS     string         `json:"tlsResult,omitempty"` // TLSResult of what it failed with
}

// Outcome is what became of the letter for one recipient: the deciding reply, who gave it, and all that was tried.
type Outcome struct {
	Recipient  address.Address
	State      State
	Class      smtp.Class // empty when delivered
	Stage      smtp.Stage // where it was decided
	Host       string     // who decided; empty when nobody was reached
	Address    netip.AddrPort
	Reply      smtp.Reply // the deciding reply; zero when there was none
	QueueID    string     // the receiver's name for the letter, when its reply held one
	TLS        *smtp.TLSFacts
	Exchangers []resolve.MX // of the domain, as published; none where DNS was not asked or had none
	Policies   []string     // what the domain and the deciding host demand, in sentences
	Attempts   []Attempt
	Elapsed    time.Duration // from the start of the route to the decision
	Cause      error         // nil when delivered
}

// Report is the whole answer: one outcome per recipient, in the order the recipients were given.
type Report struct {
	MessageID string
	Size      int64
	Outcomes  []Outcome
	Queued    string // the name in the spool of a letter that is kept for those who may still be tried; empty: it is not kept
}

// ExitCode is the sysexits code of the whole letter: 0 only if every recipient was accepted; a permanent failure outweighs
// a temporary one, and of several permanent ones the first recipient's decides. What is queued is no failure yet.
func (r Report) ExitCode() int {
	code := 0
	for _, o := range r.Outcomes {
		switch {
		case o.State == Failed:
			return o.ExitCode()
		case o.ExitCode() != ExitOK && r.Queued == "":
			code = o.ExitCode()
		}
	}
	return code
}

// Delivered says whether every recipient was accepted.
func (r Report) Delivered() bool {
	return !slices.ContainsFunc(r.Outcomes, func(o Outcome) bool { return o.State != Delivered })
}
