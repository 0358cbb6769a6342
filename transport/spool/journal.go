package spool

import (
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"time"

	"mxsend/compose/address"
	"mxsend/transport/report"
	"mxsend/transport/smtp"
	"mxsend/transport/transcript"
)

// The journal has a line for everything that happened to a letter:
//
//	TIME VERB WORDS… #CHECKSUM
//
// Recipients are named by their place in the head. Texts are quoted as in Go, so that no server's word ends a line.
const (
	verbAttempt = "attempt" // PLACES NEXT: they are about to be tried; if nothing else is heard, next at that time
	verbPutOff  = "put-off" // PLACES NEXT: they are not tried before that time, since their destination could not be reached
	verbState   = "state"   // PLACE STATE CLASS STAGE CODE ENHANCED HOST TEXT: what became of it; "-" for what is not known
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
	answer Answer
}

// Answer is what a recipient's host said, or why there is no answer.
type Answer struct {
	Class    smtp.Class
	Stage    smtp.Stage
	Code     int    // 0: nobody said anything
	Enhanced string // RFC 3463
	Host     string
	Text     string // the reply, without the codes; else the reason
}

const maxText = 4 << 10 // octets of an answer: it is written for every recipient and every try

// answerOf keeps of an outcome what may have to be told.
func answerOf(o report.Outcome) Answer {
	a := Answer{o.Class, o.Stage, o.Reply.Code, o.Reply.Enhanced, o.Host, strings.Join(o.Reply.Lines, "\n")}
	if o.Host == "" && o.Address.IsValid() {
		a.Host = address.Domain{Literal: o.Address.Addr().Unmap()}.String()
	}
	if o.Reply.Code == 0 {
		a.Text = report.Reason(o.Cause)
	}
	if len(a.Text) > maxText {
		a.Text = strings.ToValidUTF8(a.Text[:maxText], "") + "…"
	}
	return a
}

// String is one line.
func (a Answer) String() string {
	text := strings.ReplaceAll(a.Text, "\n", " ")
	if a.Code != 0 {
		text = strconv.Itoa(a.Code) + " " + text
	}
	return transcript.Escape(text)
}

func (r record) String() string {
	words := []string{r.at.UTC().Format(time.RFC3339), r.verb}
	if r.places != nil {
		words = append(words, placeWord(r.places))
	}
	switch r.verb {
	case verbAttempt, verbPutOff:
		words = append(words, r.next.UTC().Format(time.RFC3339))
	case verbState:
		a := r.answer
		words = append(words, string(r.state), orNone(string(a.Class)), orNone(string(a.Stage)), strconv.Itoa(a.Code), orNone(a.Enhanced),
			strconv.QuoteToASCII(a.Host), strconv.QuoteToASCII(a.Text))
	}
	line := strings.Join(words, " ")
	return fmt.Sprintf("%s #%08x\n", line, crc32.ChecksumIEEE([]byte(line)))
}

const none = "-"

func orNone(word string) string {
	if word == "" || strings.ContainsAny(word, " \n") {
		return none
	}
	return word
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
	case verbAttempt, verbPutOff, verbState, verbTold, verbDue:
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
	case verbAttempt, verbPutOff:
		r.next, err = time.Parse(time.RFC3339, rest)
	case verbState:
		return len(r.places) == 1 && r.parseState(rest)
	}
	return err == nil
}

func (r *record) parseState(rest string) bool {
	words := strings.SplitN(rest, " ", 6)
	if len(words) != 6 {
		return false
	}
	for i, word := range words[:5] {
		if word == none {
			words[i] = ""
		}
	}
	host, err := strconv.QuotedPrefix(words[5])
	if err != nil {
		return false
	}
	a := Answer{Class: smtp.Class(words[1]), Stage: smtp.Stage(words[2]), Enhanced: words[4]}
	code, codeErr := strconv.Atoi(words[3])
	var hostErr, textErr error
	a.Host, hostErr = strconv.Unquote(host)
	a.Text, textErr = strconv.Unquote(strings.TrimPrefix(words[5][len(host):], " "))
	a.Code, r.state = code, State(words[0])
	r.answer = a
	return errors.Join(codeErr, hostErr, textErr) == nil && r.state.known()
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
