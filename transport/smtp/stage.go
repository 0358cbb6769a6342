package smtp

import "time"

// Stage is a step of the conversation: the word of the JSON report. A conversation never goes back to an earlier stage,
// except that further transactions begin again at StageMail.
type Stage string

// The stages in their order.
const (
	StageConnect   Stage = "connect"
	StageGreeting  Stage = "greeting"
	StageEHLO      Stage = "ehlo"
	StageStartTLS  Stage = "starttls"
	StageAuth      Stage = "auth"
	StageMail      Stage = "mail"
	StageRcpt      Stage = "rcpt"
	StageData      Stage = "data"        // the DATA command and the letter itself, up to the final dot
	StageEndOfData Stage = "end-of-data" // from the final dot to its reply: a loss here leaves the outcome unknown
	StageQuit      Stage = "quit"

	stageReset Stage = "rset"
	stageBlock Stage = "block" // one write of a piece of the letter
)

// stages gives every stage its patience and its words, in one place.
var stages = []struct {
	stage   Stage
	timeout time.Duration
	when    string
}{
	{StageConnect, 30 * time.Second, "while connecting"},
	{StageGreeting, 5 * time.Minute, "at the greeting"},                     // RFC 5321 §4.5.3.2.1
	{StageEHLO, 5 * time.Minute, "when we said hello"},                      // RFC 5321 §4.5.3.2 names no limit: MAIL's
	{StageStartTLS, 5 * time.Minute, "when TLS was to start"},               // the same
	{StageAuth, 5 * time.Minute, "when we logged in"},                       // the same
	{StageMail, 5 * time.Minute, "when the sender was named"},               // RFC 5321 §4.5.3.2.2
	{StageRcpt, 5 * time.Minute, "when the recipient was named"},            // RFC 5321 §4.5.3.2.3
	{StageData, 2 * time.Minute, "on sending the letter"},                   // RFC 5321 §4.5.3.2.4
	{stageBlock, 3 * time.Minute, "on sending the letter"},                  // RFC 5321 §4.5.3.2.5
	{StageEndOfData, 10 * time.Minute, "at the end of the letter"},          // RFC 5321 §4.5.3.2.6
	{stageReset, 20 * time.Second, "when a transaction was to be taken up"}, // nothing is at stake
	{StageQuit, 2 * time.Second, "at the end of the conversation"},          // its reply changes nothing
}

// When is the stage as a part of a sentence: "refused … when the recipient was named".
func (s Stage) When() string {
	for _, row := range stages {
		if row.stage == s {
			return row.when
		}
	}
	return "in the conversation"
}

func (s Stage) timeout() time.Duration {
	for _, row := range stages {
		if row.stage == s {
			return row.timeout
		}
	}
	return 5 * time.Minute
}

// Timeouts says how long the server may take. The zero value is the least that RFC 5321 §4.5.3.2 asks for: minutes,
// because a shorter wait for the final reply makes second copies.
type Timeouts struct {
	Cap   time.Duration           // no single wait is longer; 0: no cap
	Stage map[Stage]time.Duration // a stage's own limit in place of the RFC's
}

func (t Timeouts) of(s Stage) time.Duration {
	limit, set := t.Stage[s]
	if !set || limit <= 0 {
		limit = s.timeout()
	}
	if t.Cap > 0 {
		limit = min(limit, t.Cap)
	}
	return limit
}
