package proof

import (
	"fmt"
	"strings"
)

// Severity says how bad a finding is. Its values are the words that people and machines read.
type Severity string

// The severities, gravest first.
const (
	Error   Severity = "error"   // against a MUST, or something gets lost: the letter should not leave like this
	Warning Severity = "warning" // some servers or readers take it wrongly
	Hint    Severity = "hint"    // it works, and could be better
)

// Finding is one thing that was found. Everything in it may be shown on a terminal.
type Finding struct {
	Severity Severity `json:"severity"`
	Line     int      `json:"line,omitempty"`   // from 1; 0: it has no line, as what is missing
	Part     string   `json:"part,omitempty"`   // "1.2" as IMAP counts; empty: the letter itself
	Field    string   `json:"field,omitempty"`  // of the header
	Text     string   `json:"text"`             // what it is, and what to do
	RFC      string   `json:"rfc,omitempty"`    // the section that says so: "RFC 5322 §3.6"
	Places   int      `json:"places,omitempty"` // how often it occurs, when it is more than once; Line is the first
}

// String is the finding in one line: "error: line 12, Subject: a NUL octet … (RFC 5322 §2.2)".
func (f Finding) String() string {
	var where []string
	if f.Line > 0 {
		where = append(where, fmt.Sprintf("line %d", f.Line))
	}
	if f.Part != "" {
		where = append(where, "part "+f.Part)
	}
	if f.Field != "" {
		where = append(where, f.Field)
	}
	text := string(f.Severity) + ": "
	if len(where) > 0 {
		text += strings.Join(where, ", ") + ": "
	}
	text += f.Text
	if f.Places > 1 {
		text += fmt.Sprintf("; %d places", f.Places)
	}
	if f.RFC != "" {
		text += " (" + f.RFC + ")"
	}
	return text
}

// Failed says whether there is an error among the findings.
func Failed(findings []Finding) bool {
	for _, f := range findings {
		if f.Severity == Error {
			return true
		}
	}
	return false
}
