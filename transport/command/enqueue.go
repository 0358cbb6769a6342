package command

import (
	"context"
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
	return stateFolder("spool")
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
	id, err := s.enqueue(c, l)
	if err != nil {
		return report.Report{}, err
	}
	r, err := s.firstTry(c, id, spool.Mode{Told: true})
	s.finish(c, s.carrier.Transcript)
	return r, err
}

// enqueue promises the letter; one whose files travel as they are is kept in its other form, which all servers take.
func (s *settings) enqueue(c *cli.Context, l *letter.Letter) (id string, err error) {
	if l.Facts.Binary && l.Recode != nil {
		envelope := l.Envelope
		if l, err = l.Recode(); err != nil {
			return "", err
		}
		l.Envelope = envelope
	}
	terms := spool.Terms{Settings: kept(c), Expiry: s.queue.expiry, DelayAfter: s.queue.delayAfter}
	return s.spool().Add(c.Context, l, terms)
}

func (s *settings) spool() *spool.Spool { return &spool.Spool{Dir: s.queue.dir} }

// firstTry carries a letter that has just been queued. Whatever goes wrong with the queue now, the letter is in it.
func (s *settings) firstTry(c *cli.Context, id string, m spool.Mode) (report.Report, error) {
	defer func() { s.carrier.Settled = nil }() // what it tells is this letter's
	runner := newRunner(c, s.spool())
	runner.Carry = func(_ context.Context, l *letter.Letter, _ spool.Terms, settled func(report.Outcome)) (report.Report, error) {
		s.carrier.Settled = settled
		return s.carry(c, recodable(l)), nil
	}
	r, err := runner.Attempt(c.Context, id, m)
	if err != nil {
		say(c, "warning: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	it, gone := s.spool().Show(id)
	if gone != nil {
		return r, nil
	}
	if r.Queued = id; len(r.Outcomes) == 0 {
		r = untried(it, err)
	}
	return r, nil
}

// untried is the report of a letter that is safe and could not be tried yet.
func untried(it *spool.Item, why error) report.Report {
	r := report.Report{MessageID: it.Facts.MessageID, Size: it.Facts.Size, Queued: it.ID}
	for _, to := range it.Recipients {
		r.Outcomes = append(r.Outcomes, report.Outcome{Recipient: to.Address, State: report.Deferred, Class: smtp.ClassLocal, Cause: why})
	}
	return r
}
