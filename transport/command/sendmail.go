package command

import (
	"context"
	"errors"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"mxsend/attach"
	"mxsend/compose/address"
	"mxsend/compose/intake"
	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/spool"
)

// IsSendmail says whether a program called by this name, or a first word that is "sendmail", wants sendmail(8).
func IsSendmail(args []string) bool {
	switch strings.TrimSuffix(filepath.Base(args[0]), ".exe") {
	case "sendmail", "mailq", "newaliases":
		return true
	}
	return len(args) > 1 && args[1] == "sendmail"
}

// Sendmail is the drop-in for sendmail(8): its options, its silence, its exit codes. Where the letter goes through, how TLS
// is done and so on is set by the variables MXSEND_…, since callers know nothing of it.
func Sendmail(ctx context.Context, app *cli.App, args []string) error {
	o, err := parseSendmail(args)
	if err != nil {
		drain(app.Reader)
		return err
	}
	app.Action = func(c *cli.Context) error { return o.run(c) }
	return app.RunContext(ctx, []string{app.Name, "--"})
}

// drain reads what the caller still writes: one that is left with a broken pipe reports that, and not our words.
func drain(r io.Reader) {
	if f, ok := r.(*os.File); !ok || !isTerminal(f) {
		io.Copy(io.Discard, r)
	}
}

func (o sendmailOptions) run(c *cli.Context) error {
	switch o.mode {
	case "p", "q":
		return o.look(c)
	case "i":
		return nil // there are no aliases to be built
	case "d", "v", "t", "h", "H", "D":
		return usage("-b%s: mxsend is no server; use -bm or -bs, and mxsend queue watch to have the queue run", o.mode)
	}
	s, err := readSettings(c)
	if err == nil && o.mode == "s" && s.onlyLooks() {
		err = usage("-bs can't be used with MXSEND_CHECK, MXSEND_DRY_RUN and MXSEND_PRINT: standard output is for the dialogue")
	}
	if err != nil {
		drain(c.App.Reader)
		return err
	}
	if !s.onlyLooks() {
		s.queueUnasked(c)
	}
	if o.mode == "s" {
		return s.serve(c, o)
	}
	return s.submit(c, o)
}

// queueUnasked has letters queued, unless that is forbidden or there is no place for a queue.
func (s *settings) queueUnasked(c *cli.Context) {
	s.queue.on = !s.sandbox && (!c.IsSet("queue") || c.Bool("queue"))
	if !s.queue.on || s.queue.dir != "" {
		return
	}
	var err error
	if s.queue.dir, err = spoolFolder(c); err != nil {
		s.queue.on = false
		say(c, "warning: the letter is sent without being queued: %v", err)
	}
}

// look lists the queue (mailq, -bp) or runs it once (-q).
func (o sendmailOptions) look(c *cli.Context) error {
	dir, err := spoolFolder(c)
	switch {
	case err != nil:
		return err
	case o.every != "":
		return usage("-q%s: mxsend is no server; use mxsend queue watch to have the queue run", o.every)
	case o.mode == "p":
		return listOr(c, &spool.Spool{Dir: dir}, "Mail queue is empty") // the words that callers of mailq look for
	}
	return runQueue(c, &spool.Spool{Dir: dir}, nil)
}

// hand takes a letter over: into the queue, if there can be one, and on its way.
func (s *settings) hand(c *cli.Context, l *letter.Letter, later bool) (report.Report, error) {
	if !s.queue.on {
		return s.deliver(c, l)
	}
	if err := s.prepare(c); err != nil {
		return report.Report{}, err
	}
	defer s.rehearsal.Close()
	defer func() { s.finish(c, s.carrier.Transcript) }()
	id, err := s.enqueue(c, l, !later)
	switch {
	case err != nil:
		say(c, "warning: the letter is sent without being queued: %v", err)
		return s.carry(c, l), nil
	case later:
		return report.Report{Queued: id}, nil
	}
	r, err := s.firstTry(c, l, id, spool.Mode{All: true})
	if !l.Envelope.Sender.IsZero() { // else nobody is told but the caller
		r.Queued = id
	}
	return r, err
}

// submit takes the letter from standard input and carries it.
func (s *settings) submit(c *cli.Context, o sendmailOptions) error {
	in := c.App.Reader
	if !o.ignoreDots {
		in = &dotReader{r: in}
	}
	l, err := o.letter(c.Context, in)
	drain(c.App.Reader)
	if err != nil {
		return err
	}
	signed, err := s.sign(c, l)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	l = signed
	defer l.Close()
	o.notices().apply(l)
	if s.onlyLooks() {
		return s.look(c, l)
	}
	r, err := s.hand(c, l, o.later)
	if err != nil {
		return err
	}
	code := sendmailCode(r, l)
	if r.Queued == "" || o.verbose || code != report.ExitOK {
		for _, line := range r.Lines(o.verbose) {
			say(c, "%s", line)
		}
	}
	return told(code)
}

// sendmailCode: a letter that is in the queue is no trouble of the caller's any more, its sender, if it has one, is told what
// becomes of it. Where there is no queue that tries again, 75 is not said: PHP and others take it for "queued", so that mail
// would be lost without a word.
func sendmailCode(r report.Report, l *letter.Letter) int {
	switch code := r.ExitCode(); {
	case r.Queued != "" && !l.Envelope.Sender.IsZero():
		return report.ExitOK
	case code == report.ExitTemporary:
		return report.ExitUnavailable
	default:
		return code
	}
}

// letter takes in what a program wrote, as sendmail does: words without a header are a letter too, and names without a
// domain are of this host.
func (o sendmailOptions) letter(ctx context.Context, in io.Reader) (*letter.Letter, error) {
	part, err := attach.Opener{Stdin: in}.Open(ctx, attach.Source{Path: "-", Type: "application/octet-stream", Name: "letter"})
	if err != nil {
		return nil, err
	}
	order, err := o.order()
	if err != nil {
		return nil, errors.Join(err, part.Close())
	}
	l, _, err := take(order, part)
	if err != nil {
		return nil, errors.Join(err, part.Close())
	}
	return l, nil
}

func (o sendmailOptions) order() (intake.Order, error) {
	order := newOrder()
	order.ReadFields, order.MIME, order.Headless, order.DefaultDomain = o.fields, true, true, mailName()
	order.Repair = true // nobody could be told to mend it: cron and its like write lines of any length
	p := address.Parser{DefaultDomain: order.DefaultDomain}
	var errs []error
	for _, word := range o.recipients {
		l, err := p.List(word)
		if err != nil {
			errs = append(errs, err)
		}
		for _, m := range l.Mailboxes() {
			order.Recipients = append(order.Recipients, m.Address)
		}
	}
	sender, err := o.sender(p)
	order.Sender = sender
	order.From = address.Mailbox{Name: o.fullName, Address: author(*sender)}
	return order, errors.Join(append(errs, err)...)
}

// author is the sender. Notices have none that they could go back to, but somebody wrote them.
func author(sender address.Address) address.Address {
	if sender.IsZero() {
		sender.Local = "MAILER-DAEMON"
		sender.Domain, _ = address.ParseDomain(mailName())
	}
	return sender
}

// sender is -f, else who runs us.
func (o sendmailOptions) sender(p address.Parser) (*address.Address, error) {
	name := o.from
	if name == "<>" {
		return &address.Address{}, nil
	}
	if name == "" {
		name = "root"
		if u, err := user.Current(); err == nil {
			name = u.Username[strings.LastIndexByte(u.Username, '\\')+1:]
		}
	}
	m, err := oneMailbox(p, "-f", name)
	return &m.Address, err
}

// mailName is the domain of names without one: /etc/mailname as Debian keeps it, else this host's name.
func mailName() string {
	if data, err := os.ReadFile("/etc/mailname"); err == nil {
		if d, err := address.ParseDomain(strings.TrimSpace(string(data))); err == nil {
			return d.String()
		}
	}
	if name, err := os.Hostname(); err == nil {
		if d, err := address.ParseDomain(name); err == nil {
			return d.String()
		}
	}
	return "localhost"
}
