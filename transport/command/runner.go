package command

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"mxsend/compose/address"
	"mxsend/compose/intake"
	"mxsend/compose/letter"
	"mxsend/transport/bounce"
	"mxsend/transport/report"
	"mxsend/transport/spool"
)

// newRunner carries what is in a spool as each letter's own flags say.
func newRunner(c *cli.Context, s *spool.Spool) *spool.Runner {
	ways := &ways{c: c, known: map[string]*settings{}}
	return &spool.Runner{Spool: s, Carry: ways.carry, Notice: notice, Pass: ways.forget}
}

// ways are the settings of letters that travel alike, so that what DNS says of one serves the others.
type ways struct {
	c     *cli.Context
	mu    sync.Mutex
	known map[string]*settings
}

// forget lets a new pass ask DNS and read passwords anew.
func (w *ways) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.known)
}

func (w *ways) carry(ctx context.Context, l *letter.Letter, t spool.Terms, settled func(report.Outcome)) (report.Report, error) {
	s, err := w.of(ctx, t)
	if err != nil {
		return report.Report{}, err
	}
	carrier := s.carrier
	carrier.Settled = settled
	return carrier.Carry(ctx, recodable(l)), nil
}

// of reads the flags that the letter was queued with. A password comes from where it is now.
func (w *ways) of(ctx context.Context, t spool.Terms) (*settings, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	args := given(t.Settings)
	key := strings.Join(args, "\x00")
	if s := w.known[key]; s != nil {
		return s, nil
	}
	s, err := settingsFor(ctx, w.c, args)
	if err != nil {
		return nil, err
	}
	s.travel()
	w.known[key] = s
	return s, nil
}

// settingsFor reads words as the command line of a send. Variables say nothing about a letter that was queued before they were
// set, but for the place of a password that has none in the words.
func settingsFor(ctx context.Context, c *cli.Context, args []string) (*settings, error) {
	var s settings
	placed := slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--password-file=") })
	flags := withoutVariables(SendFlags(), func(name string) bool {
		return !placed && (name == "password-file" || name == "password-command")
	})
	app := &cli.App{Name: "mxsend", Flags: flags, Writer: io.Discard, ErrWriter: c.App.ErrWriter, Reader: c.App.Reader,
		DisableSliceFlagSeparator: true, HideHelp: true, HideVersion: true, ExitErrHandler: func(*cli.Context, error) {}}
	app.Action = func(c *cli.Context) error {
		var err error
		s, err = readSettings(c)
		return err
	}
	err := app.RunContext(ctx, append([]string{"mxsend"}, args...))
	return &s, err
}

// withoutVariables has the environment set only the flags that are kept.
func withoutVariables(flags []cli.Flag, keep func(name string) bool) []cli.Flag {
	for _, f := range flags {
		if variables := reflect.ValueOf(f).Elem().FieldByName("EnvVars"); !keep(f.Names()[0]) { // the same field in every kind of flag
			variables.SetZero()
		}
	}
	return flags
}

// recodable gives a letter from the spool the form for servers that take no 8-bit text, as it had when it was composed.
func recodable(l *letter.Letter) *letter.Letter {
	if l.Recode != nil || l.Facts.Signed || l.Reader() == nil {
		return l
	}
	l.Recode = func() (*letter.Letter, error) {
		order := intake.Order{Downgrade: true, Sender: &l.Envelope.Sender, Now: time.Now, Random: rand.Reader}
		for _, r := range l.Envelope.Recipients {
			order.Recipients = append(order.Recipients, r.Address)
		}
		form, _, err := order.Take(filed{l})
		return form, err
	}
	return l
}

// filed is a letter in a file, which somebody else closes.
type filed struct{ *letter.Letter }

func (filed) Close() error { return nil }

// notice tells the sender of a letter what became of it. A sender on this machine, or one that no letter reaches, is told by
// the queue itself.
func notice(ctx context.Context, t spool.Telling) (l *letter.Letter, keep bool, err error) {
	n := bounce.Notice{Kind: bounce.Failure, Original: t.Letter, Arrived: t.Item.Arrived, Reporter: mailName()}
	if t.Delay {
		n.Kind = bounce.Delay
	}
	for _, place := range t.Places {
		r := t.Item.Recipients[place]
		n.Recipients = append(n.Recipients, bounce.Recipient{Recipient: r.Recipient, Outcome: r.Outcome(),
			Expired: r.State == spool.Expired, LastAttempt: r.Last, RetryUntil: t.Until})
	}
	l, err = n.Compose(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("telling the sender: %w", err)
	}
	return l, isLocal(t.Item.Envelope.Sender), nil
}

// isLocal says whether a sender's name means something on his own machine only. What looks like a domain is tried: the name of
// this host may be one that others take mail for.
func isLocal(a address.Address) bool {
	last := a.Domain.ASCII[strings.LastIndexByte(a.Domain.ASCII, '.')+1:]
	return !a.Domain.Literal.IsValid() && (last == a.Domain.ASCII || last == "localhost" || last == "localdomain")
}
