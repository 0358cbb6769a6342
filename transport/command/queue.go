package command

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"mxsend/transport/report"
	"mxsend/transport/spool"
)

// queueVerbs are what `mxsend queue` does, each with whether it needs to be told of what.
var queueVerbs = map[string]struct {
	needs bool
	do    func(*cli.Context, *spool.Spool, []string) error
}{
	"list":    {false, listQueue},
	"show":    {true, showQueued},
	"run":     {false, runQueue},
	"watch":   {false, watchQueue},
	"retry":   {true, retryQueued},
	"hold":    {true, holdQueued},
	"release": {true, releaseQueued},
	"remove":  {true, removeQueued},
}

// queueCommand looks after letters that were not taken at once.
func queueCommand() *cli.Command {
	return &cli.Command{
		Name:      "queue",
		Usage:     "look after the letters that are tried again: list, show, run, watch, retry, hold, release, remove",
		ArgsUsage: "list|show|run|watch|retry|hold|release|remove [ID|DOMAIN…]",
		Description: "list             age, size, open recipients, the last answer and the next try of every letter\n" +
			"show ID…         all that is known of a letter; with --print the letter itself\n" +
			"run              one pass over what is due; with --all over everything\n" +
			"watch            a pass whenever something is due, until interrupted\n" +
			"retry ID|DOMAIN… makes letters due at once, or all mail to a domain\n" +
			"hold ID…         keeps letters from being tried until they are released\n" +
			"release ID…\n" +
			"remove ID…       forgets letters; nobody is told\n\n" +
			"run ends with 0 when every letter that was tried found its way, 75 while some are waiting, 69 when one was refused.",
		Flags: []cli.Flag{
			spoolFlag(),
			toggle(categoryQueue, "all", "run: try letters that are not due yet too"),
			toggle(categoryOutput, "print", "show: the letter as it is sent"),
			toggle(categoryOutput, "json", "tell it as JSON"),
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Category: categoryOutput, Usage: "run, watch: tell of success too"},
		},
		Action: queueAction,
	}
}

func queueAction(c *cli.Context) error {
	verb, rest := c.Args().First(), c.Args().Tail()
	known, found := queueVerbs[verb]
	switch {
	case verb == "":
		return usage("mxsend queue needs a word: list, show, run, watch, retry, hold, release or remove")
	case !found:
		return usage("mxsend queue does one of list, show, run, watch, retry, hold, release and remove; %q is none", verb)
	case known.needs != (len(rest) > 0):
		return usage("mxsend queue %s %s", verb, map[bool]string{true: "needs the ID of a letter", false: "takes no further words"}[known.needs])
	}
	dir, err := spoolFolder(c)
	if err != nil {
		return err
	}
	return known.do(c, &spool.Spool{Dir: dir}, rest)
}

func showQueued(c *cli.Context, s *spool.Spool, ids []string) error {
	var entries []queueEntry
	for _, id := range ids {
		it, err := s.Show(id)
		if err != nil {
			return queueError(id, err)
		}
		if c.Bool("print") {
			if err := printQueued(c.App.Writer, s, id); err != nil {
				return err
			}
			continue
		}
		entries = append(entries, entryFor(spool.Entry{Name: id, Item: it}))
	}
	if c.Bool("json") {
		return output(writeJSON(c.App.Writer, entries))
	}
	for _, e := range entries {
		if _, err := io.WriteString(c.App.Writer, e.details()); err != nil {
			return output(err)
		}
	}
	return nil
}

func printQueued(w io.Writer, s *spool.Spool, id string) error {
	claim, err := s.Claim(id)
	if err != nil {
		return queueError(id, err)
	}
	defer claim.Close()
	l, err := claim.Letter(nil)
	if err != nil {
		return queueError(id, err)
	}
	defer l.Close()
	return printLetter(w, l)
}

// runQueue makes one pass. Its exit code is that of the gravest outcome.
func runQueue(c *cli.Context, s *spool.Spool, _ []string) error {
	runner := newRunner(c, s)
	heard := hearing(c, runner)
	_, err := runner.Run(c.Context, c.Bool("all"))
	if c.Bool("json") {
		err = errors.Join(err, output(writeJSON(c.App.Writer, *heard)))
	}
	var all report.Report
	for _, r := range *heard {
		all.Outcomes = append(all.Outcomes, r.Outcomes...)
	}
	if err != nil && all.ExitCode() == 0 {
		return err
	}
	if err != nil {
		say(c, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return told(all.ExitCode())
}

// hearing tells of every attempt as it is made, and gathers the reports.
func hearing(c *cli.Context, runner *spool.Runner) *[]report.Report {
	heard := &[]report.Report{}
	runner.Heard = func(it spool.Item, r report.Report, _ error) {
		if len(r.Outcomes) == 0 {
			return
		}
		if !it.Done() {
			r.Queued = it.ID
		}
		for _, line := range r.Lines(c.Bool("verbose") || isTerminal(c.App.ErrWriter)) {
			say(c, "%s", line)
		}
		r.Queued = ""
		*heard = append(*heard, r)
	}
	return heard
}

// watchQueue makes passes until it is interrupted. DNS is asked anew for every pass.
func watchQueue(c *cli.Context, s *spool.Spool, _ []string) error {
	trouble := func(err error) { say(c, "%s", strings.ReplaceAll(err.Error(), "\n", "; ")) }
	runner := newRunner(c, s)
	heard := hearing(c, runner)
	tell := runner.Heard
	runner.Heard = func(it spool.Item, r report.Report, err error) {
		tell(it, r, err)
		if c.Bool("json") && len(*heard) > 0 {
			if err := writeJSON(c.App.Writer, (*heard)[0]); err != nil {
				trouble(err)
			}
		}
		*heard = (*heard)[:0]
	}
	runner.Watch(c.Context, trouble)
	return nil
}

// queueError has the exit code of what went wrong with one letter.
func queueError(id string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, spool.ErrGone):
		return &InputError{fmt.Errorf("%.60q: %w", id, spool.ErrGone)}
	case errors.Is(err, spool.ErrTaken):
		return &spool.Error{Cause: err, Code: report.ExitTemporary}
	}
	return &spool.Error{Cause: err, Code: report.ExitIO}
}

func output(err error) error {
	if err == nil {
		return nil
	}
	return &OutputError{fmt.Errorf("writing: %w", err)}
}
