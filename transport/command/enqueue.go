package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/smtp"
	"mxsend/transport/spool"
)

// queueSettings say whether and where a letter is kept, and for how long.
type queueSettings struct {
	on         bool
	dir        string
	expiry     time.Duration
	delayAfter time.Duration
}

func readQueue(c *cli.Context) (queueSettings, error) {
	q := queueSettings{on: c.Bool("queue"), expiry: c.Duration("queue-for"), delayAfter: c.Duration("delay-notice")}
	if q.expiry < 0 || q.delayAfter < 0 {
		return q, usage("--queue-for and --delay-notice take a time above zero, such as 48h")
	}
	for _, name := range []string{"queue-for", "delay-notice"} {
		if typed(c, name) && !q.on {
			return q, usage("--%s is for letters that are queued: add --queue", name)
		}
	}
	if !q.on {
		return q, nil
	}
	var err error
	q.dir, err = spoolFolder(c)
	return q, err
}

// spoolFolder is that of --spool, else root's or the user's own.
func spoolFolder(c *cli.Context) (string, error) {
	switch dir := c.String("spool"); {
	case dir != "":
		return filepath.Abs(dir)
	case os.Geteuid() == 0:
		return "/var/spool/mxsend", nil
	}
	return stateFolder("spool", "spool")
}

// lasting are the flags that a letter in the queue goes on by. What names a file is kept with its whole path; a password is
// not kept, nor is a command that tells one.
var lasting = [...]string{"resolver", "trust-ad", "ipv4", "ipv6", "allow-loopback", "source", "port", "helo", "relay", "user", "password-file", "auth",
	"client-cert", "client-key", "proxy", "connect-timeout", "timeout", "tls", "ca", "no-pipelining", "chunking", "ignore-extension"}

// kept is how the letter travels, in the words of its flags.
func kept(c *cli.Context) map[string]string {
	words := map[string]string{}
	for _, name := range lasting {
		if !c.IsSet(name) {
			continue
		}
		values := []string{fmt.Sprint(c.Value(name))}
		switch name {
		case "relay", "ignore-extension":
			values = c.StringSlice(name)
		case "password-file", "client-cert", "client-key", "ca":
			if whole, err := filepath.Abs(values[0]); err == nil {
				values[0] = whole
			}
		}
		for i, value := range values {
			words[numbered(name, i)] = value
		}
	}
	return words
}

// numbered: a flag that stands several times is kept as relay, relay.2, relay.3.
func numbered(name string, i int) string {
	if i == 0 {
		return name
	}
	return name + "." + strconv.Itoa(i+1)
}

// given are the words on a command line that say the same.
func given(words map[string]string) []string {
	var args []string
	for _, name := range lasting {
		for i := 0; ; i++ {
			value, found := words[numbered(name, i)]
			if !found {
				break
			}
			args = append(args, "--"+name+"="+value)
		}
	}
	return args
}

// deliverQueued makes the letter safe and tries it at once. Its sender reads the report himself, so no notice is made of it.
func (s *settings) deliverQueued(c *cli.Context, l *letter.Letter) (report.Report, error) {
	if err := s.prepare(c); err != nil {
		return report.Report{}, err
	}
	defer s.rehearsal.Close()
	id, err := s.enqueue(c, l, true)
	if err != nil {
		return report.Report{}, err
	}
	r, err := s.firstTry(c, l, id, spool.Mode{All: true, Told: true})
	s.finish(c, s.carrier.Transcript)
	return r, err
}

// enqueue promises the letter; one whose files travel as they are is kept in its other form, which all servers take. With
// aside it is left to us for its first try.
func (s *settings) enqueue(c *cli.Context, l *letter.Letter, aside bool) (id string, err error) {
	if l.Facts.Binary && l.Recode != nil {
		envelope := l.Envelope
		if l, err = l.Recode(); err != nil {
			return "", err
		}
		l.Envelope = envelope
	}
	terms := spool.Terms{Settings: kept(c), Expiry: s.queue.expiry, DelayAfter: s.queue.delayAfter, Aside: aside}
	return s.spool().Add(c.Context, l, terms)
}

func (s *settings) spool() *spool.Spool { return &spool.Spool{Dir: s.queue.dir} }

// firstTry carries a letter that has just been queued. Whatever goes wrong with the queue now, the letter is in it.
func (s *settings) firstTry(c *cli.Context, l *letter.Letter, id string, m spool.Mode) (report.Report, error) {
	defer func() { s.carrier.Settled = nil }() // what it tells is this letter's
	runner := newRunner(c, s.spool())
	runner.Carry = func(_ context.Context, kept *letter.Letter, _ spool.Terms, settled func(report.Outcome)) (report.Report, error) {
		s.carrier.Settled = settled
		return s.carry(c, recodable(kept)), nil
	}
	r, err := runner.Attempt(c.Context, id, m)
	if err != nil {
		say(c, "warning: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	if _, gone := s.spool().Show(id); !errors.Is(gone, spool.ErrGone) {
		r.Queued = id
	}
	if len(r.Outcomes) == 0 {
		r.MessageID, r.Size, r.Outcomes = l.Facts.MessageID, l.Facts.Size, untried(l, r.Queued != "", err)
	}
	return r, nil
}

// untried are the outcomes of a letter that is safe and could not be tried by us. If it is gone somebody else has carried it,
// and knows what became of it.
func untried(l *letter.Letter, there bool, why error) (all []report.Outcome) {
	state := report.Deferred
	if !there {
		state, why = report.Unknown, errors.New("another runner of the queue has carried it")
	}
	for _, to := range l.Envelope.Recipients {
		all = append(all, report.Outcome{Recipient: to.Address, State: state, Class: smtp.ClassLocal, Cause: why})
	}
	return all
}
