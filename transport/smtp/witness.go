package smtp

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
)

// Kind tells a Witness what was sent.
type Kind int

const (
	Command Kind = iota // one whole command line with its CRLF, secrets struck out; the final dot is one
	Content             // a piece of the letter as it is on the wire, dots doubled
)

// Witness is told everything that passes, just before it is sent and as it was received, one call at a time.
// The slices are only valid during the call.
type Witness interface {
	Sent(kind Kind, p []byte)
	Received(line []byte)     // one line with its line end; of an overlong one the first 4096 octets
	Noted(event, text string) // what is not said on the wire: "tls", "fallback", "protocol"
}

// telling is a Witness made safe: nil is allowed, calls are one at a time, and secrets are struck out of what the server
// repeats to us.
type telling struct {
	mu      sync.Mutex
	witness Witness
	show    bool
	secrets [][]byte
	login   bool // AUTH is under way, so a challenge is needed as it came
}

func (t *telling) sent(kind Kind, p []byte) {
	if t.witness == nil || len(p) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.witness.Sent(kind, p)
}

func (t *telling) received(line []byte) {
	if t.witness == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.witness.Received(line)
}

func (t *telling) noted(event, text string) {
	if t.witness == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.witness.Noted(event, text)
}

// keep remembers a secret that no witness and no report may see.
func (t *telling) keep(secret string) {
	if !t.show && secret != "" {
		t.secrets = append(t.secrets, []byte(secret))
	}
}

// strike replaces the secrets in a reply's line, which a server may repeat in it; the code that begins it is never one.
func (t *telling) strike(line []byte) []byte {
	if len(t.secrets) == 0 {
		return line
	}
	code := 0
	if len(line) > 3 && digit(line[0]) && digit(line[1]) && digit(line[2]) && (line[3] == ' ' || line[3] == '-') {
		code = 4
	}
	text := line[code:]
	for _, s := range t.secrets {
		text = bytes.ReplaceAll(text, s, []byte(struckOut(len(s))))
	}
	if len(line) == maxLine && line[maxLine-1] != '\n' { // it was cut, so a secret may have lost its end
		text = t.strikeEnd(text)
	}
	return slices.Concat(line[:code], text)
}

// strikeEnd takes the most of any secret's beginning from the end of text.
func (t *telling) strikeEnd(text []byte) []byte {
	most := 0
	for _, s := range t.secrets {
		for n := min(len(s), len(text)); n > most; n-- {
			if bytes.HasSuffix(text, s[:n]) {
				most = n
			}
		}
	}
	if most == 0 {
		return text
	}
	return slices.Concat(text[:len(text)-most], []byte(struckOut(most)))
}

func struckOut(n int) string { return fmt.Sprintf("<%d octets struck out>", n) }
