package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Fate is one row of what can be rehearsed: an address or a domain, and what becomes of it.
type Fate struct {
	Pattern, Meaning string
	match            func(words []string) (destiny, bool)
}

// kind is what happens to a letter or to those who bring it.
type kind int

const (
	accepted        kind = iota
	refused              // in the reply to MAIL or RCPT
	greylisted           // refused when it comes for the first time
	slow                 // accepted, late
	dropped              // the connection ends at RCPT
	refusedLetter        // in the reply to the end of the letter
	droppedInLetter      // the connection ends while the letter comes
	droppedAfterDot      // the letter is stored, and the connection ends before the reply
)

// destiny is a kind with its particulars.
type destiny struct {
	kind  kind
	reply reply
	delay time.Duration
}

// recipients are the magic local parts of recipients, the special before the general.
func recipients() []Fate {
	return []Fate{
		{"NNN-x@", "reply NNN to RCPT, any 4xx or 5xx: 550-x, 450-x; after 421 the connection ends", refusal(refused, "")},
		{"full-x@", "reply 452 4.2.2 to RCPT: the mailbox is full", fixed("full", destiny{kind: refused, reply: mailboxFull()})},
		{"greylist-x@", "reply 450 to RCPT the first time that this sender writes to it", fixed("greylist", destiny{kind: greylisted})},
		{"data-NNN-x@", "reply NNN after the end of the letter", refusal(refusedLetter, "data")},
		{"drop-data-x@", "the connection ends while the letter is sent", fixed("drop-data", destiny{kind: droppedInLetter})},
		{"drop-dot-x@", "the letter is stored, but the connection ends before the reply", fixed("drop-dot", destiny{kind: droppedAfterDot})},
		{"drop-x@", "the connection ends at RCPT", fixed("drop", destiny{kind: dropped})},
		{"slow-N-x@", "reply to RCPT after N seconds, at most 600", slowness},
		{"slow-x@", "reply to RCPT after 3 seconds", fixed("slow", destiny{kind: slow, delay: 3 * time.Second})},
	}
}

// senders are the magic local parts of senders.
func senders() []Fate {
	return []Fate{{"mail-NNN-x@", "as the sender: reply NNN to MAIL", refusal(refused, "mail")}}
}

// domains are the magic first labels of domains.
func domains() []Fate {
	return []Fate{
		{Pattern: "nxdomain.*", Meaning: "does not exist"},
		{Pattern: "servfail.*", Meaning: "its DNS is broken: SERVFAIL"},
		{Pattern: "refused.*", Meaning: "its DNS does not want to talk: REFUSED"},
		{Pattern: "timeout.*", Meaning: "its DNS does not answer"},
		{Pattern: "nullmx.*", Meaning: "takes no mail: a null MX"},
		{Pattern: "nomx.*", Meaning: "has no MX, only an address"},
		{Pattern: "noaddr.*", Meaning: "has an MX without an address"},
	}
}

// Fates is the table of everything that can be rehearsed, for a help text.
func Fates() string {
	var b strings.Builder
	table(&b, "Addresses that choose their fate, at any domain (x is anything):", append(recipients(), senders()...))
	b.WriteByte('\n')
	table(&b, "Domains that choose their fate (* is anything):", domains())
	return b.String()
}

func table(b *strings.Builder, title string, rows []Fate) {
	fmt.Fprintln(b, title)
	for _, f := range rows {
		fmt.Fprintf(b, "  %-14s %s\n", f.Pattern, f.Meaning)
	}
}

// fateOf is what the table says about a local part; what it does not name is accepted.
func fateOf(rows []Fate, local string) destiny {
	words := strings.Split(strings.ToLower(local), "-")
	for _, f := range rows {
		if d, ok := f.match(words); ok {
			return d
		}
	}
	return destiny{}
}

// fixed matches "name-x".
func fixed(name string, d destiny) func([]string) (destiny, bool) {
	return func(words []string) (destiny, bool) {
		return d, strings.HasPrefix(strings.Join(words, "-"), name+"-")
	}
}

// refusal matches "NNN-x", behind "first-" if that is given.
func refusal(k kind, first string) func([]string) (destiny, bool) {
	return func(words []string) (destiny, bool) {
		if first != "" {
			if words[0] != first || len(words) < 2 {
				return destiny{}, false
			}
			words = words[1:]
		}
		code, err := strconv.Atoi(words[0])
		if err != nil || len(words[0]) != 3 || code < 400 || code > 599 {
			return destiny{}, false
		}
		return destiny{kind: k, reply: replyOf(code)}, true
	}
}

// slowness matches "slow-N-x".
func slowness(words []string) (destiny, bool) {
	if words[0] != "slow" || len(words) < 2 {
		return destiny{}, false
	}
	n, err := strconv.ParseUint(words[1], 10, 16)
	if err != nil || n > 600 {
		return destiny{}, false
	}
	return destiny{kind: slow, delay: time.Duration(n) * time.Second}, true
}
