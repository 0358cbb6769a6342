package spool

import (
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"time"

	"mxsend/transport/report"
)

// The journal has a line for everything that happened to a letter:
//
//	TIME VERB WORDS… #CHECKSUM
//
// Recipients are named by their place in the head. Texts are quoted as in Go, so that no server's word ends a line.
const (
	verbAttempt = "attempt" // PLACES NEXT: they are about to be tried; if nothing else is heard, next at that time
	verbState   = "state"   // PLACE STATE TEXT: what became of it
	verbTold    = "told"    // PLACES: a notice is in the spool, or none is due
	verbDelay   = "delay"   // the sender knows that it is late
	verbHold    = "hold"    //
	verbRelease = "release" //
	verbDue     = "due"     // PLACES: to be tried at once
	verbKept    = "kept"    // it is no longer sent and waits to be read
)

// record is one line.
type record struct {
	at     time.Time
	verb   string
	places []int
	next   time.Time
	state  State
	text   string
}

func (r record) String() string {
	words := []string{r.at.UTC().Format(time.RFC3339), r.verb}
	if r.places != nil {
		words = append(words, placeWord(r.places))
	}
	switch r.verb {
	case verbAttempt:
		words = append(words, r.next.UTC().Format(time.RFC3339))
	case verbState:
		words = append(words, string(r.state), strconv.QuoteToASCII(r.text))
	}
	line := strings.Join(words, " ")
	return fmt.Sprintf("%s #%08x\n", line, crc32.ChecksumIEEE([]byte(line)))
}

func placeWord(places []int) string {
	words := make([]string, len(places))
	for i, p := range places {
		words[i] = strconv.Itoa(p)
	}
	return strings.Join(words, ",")
}

// parseRecord reads a line; ok is false for one that is torn or of a kind that is not known.
func parseRecord(line string) (r record, ok bool) {
	i := strings.LastIndex(line, " #")
	if i < 0 || line[i+2:] != fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(line[:i]))) {
		return record{}, false
	}
	moment, rest, _ := strings.Cut(line[:i], " ")
	verb, rest, _ := strings.Cut(rest, " ")
	at, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		return record{}, false
	}
	r = record{at: at, verb: verb}
	switch verb {
	case verbHold, verbRelease, verbDelay, verbKept:
		return r, rest == ""
	case verbAttempt, verbState, verbTold, verbDue:
		return r, r.parseWords(rest)
	}
	return record{}, false
}

func (r *record) parseWords(rest string) bool {
	list, rest, _ := strings.Cut(rest, " ")
	for word := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 {
			return false
		}
		r.places = append(r.places, n)
	}
	var err error
	switch r.verb {
	case verbAttempt:
		r.next, err = time.Parse(time.RFC3339, rest)
	case verbState:
		state, quoted, _ := strings.Cut(rest, " ")
		r.state = State(state)
		r.text, err = strconv.Unquote(quoted)
		return err == nil && r.state.known() && len(r.places) == 1
	}
	return err == nil
}

// State is what is known of one recipient. The words are those of the report, and "open" and "expired".
type State string

const (
	Open      State = "open"                  // not tried yet
	Deferred  State = State(report.Deferred)  // to be tried again
	Unknown   State = State(report.Unknown)   // it may have been delivered; to be tried again
	Delivered State = State(report.Delivered) //
	Failed    State = State(report.Failed)    // refused for good
	Expired   State = "expired"               // tried for long enough
)

func (s State) known() bool {
	switch s {
	case Open, Deferred, Unknown, Delivered, Failed, Expired:
		return true
	}
	return false
}

// Final: nothing more is tried.
func (s State) Final() bool { return s == Delivered || s == Failed || s == Expired }
