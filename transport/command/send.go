package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	attachcommand "mxsend/attach/command"
	"mxsend/compose"
	composecommand "mxsend/compose/command"
	"mxsend/compose/letter"
	"mxsend/transport"
	"mxsend/transport/report"
	"mxsend/transport/transcript"
)

// Send composes a letter from the command line, or takes in a finished one, and carries it to every recipient. All that is
// wrong with the command line and its files is said at once; nothing is connected before it is right.
func Send(c *cli.Context) error {
	err := composeAndSend(c)
	composecommand.Settle(c, err == nil)
	return err
}

func composeAndSend(c *cli.Context) error {
	s, err := readSettings(c)
	l, letterErr := theLetter(c)
	if err := errors.Join(err, letterErr); err != nil {
		if l != nil {
			l.Close()
		}
		return err
	}
	signed, err := s.sign(c, l)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	l = signed
	defer l.Close()
	s.notices.apply(l)
	return s.perform(c, l)
}

// theLetter is the one that the flags describe.
func theLetter(c *cli.Context) (*letter.Letter, error) {
	if isReady(c) {
		return readyLetter(c)
	}
	opener, openerErr := attachcommand.Opener(c)
	draft, err := composecommand.Draft(c, opener)
	if err := errors.Join(openerErr, err); err != nil {
		return nil, errors.Join(err, draft.Close())
	}
	l, err := compose.Desk{}.Compose(draft)
	if err != nil {
		return nil, errors.Join(err, draft.Close())
	}
	return l, nil
}

func (s *settings) perform(c *cli.Context, l *letter.Letter) error {
	if s.onlyLooks() {
		return s.look(c, l)
	}
	return s.send(c, l)
}

// onlyLooks: the letter is wanted, not its sending.
func (s *settings) onlyLooks() bool { return s.output.checked || s.output.printed || s.output.dryRun }

func (s *settings) look(c *cli.Context, l *letter.Letter) error {
	switch {
	case s.output.checked:
		return s.check(c, l)
	case s.output.printed:
		return printLetter(c.App.Writer, l)
	}
	return s.plan(c, l)
}

func printLetter(w io.Writer, l *letter.Letter) error {
	if _, err := l.WriteTo(w); err != nil {
		return &OutputError{fmt.Errorf("printing the letter: %w", err)}
	}
	return nil
}

// send carries the letter, or queues it, and tells the outcome.
func (s *settings) send(c *cli.Context, l *letter.Letter) error {
	deliver := s.deliver
	if s.queue.on {
		deliver = s.deliverQueued
	}
	r, err := deliver(c, l)
	if err != nil {
		return err
	}
	s.tell(c, r)
	s.rehearsal.tell(c, s.speaks(c))
	return told(r.ExitCode())
}

// deliver carries the letter, with the sandbox in place of the network if asked for, and writes the transcript.
func (s *settings) deliver(c *cli.Context, l *letter.Letter) (report.Report, error) {
	if err := s.prepare(c); err != nil {
		return report.Report{}, err
	}
	defer s.rehearsal.Close()
	r := s.carry(c, l)
	s.finish(c, s.carrier.Transcript)
	return r, nil
}

// prepare opens what the way of the letter needs.
func (s *settings) prepare(c *cli.Context) error {
	recorder, err := s.recorder(c)
	if err != nil {
		return err
	}
	s.rehearsal, err = s.rehearse(c.Context)
	if err != nil {
		return err
	}
	s.carrier.Transcript = recorder
	s.travel()
	return nil
}

// carry takes the letter on its way and shows how far it is.
func (s *settings) carry(c *cli.Context, l *letter.Letter) report.Report {
	watched, stop := s.showProgress(c, l)
	defer stop()
	return s.carrier.CarryPatiently(c.Context, watched, s.patience(c))
}

// patience tells whoever watches how long nothing will happen.
func (s *settings) patience(c *cli.Context) transport.Patience {
	p := transport.Patience{For: s.retryFor}
	if s.speaks(c) {
		p.Waiting = func(open int, d time.Duration) {
			say(c, "%d deferred, trying again in %v", open, d.Round(time.Second))
		}
	}
	return p
}

// colours are for a screen whose owner has not asked to be spared: no-color.org.
func colours(w io.Writer) bool { return isTerminal(w) && os.Getenv("NO_COLOR") == "" }

// speaks says whether success is told too: on a terminal and beside a dialogue.
func (s *settings) speaks(c *cli.Context) bool {
	return !s.output.quiet && (s.output.verbose > 0 || isTerminal(c.App.ErrWriter))
}

// tell gives the report to whoever asked: JSON on standard output, sentences on standard error.
func (s *settings) tell(c *cli.Context, r report.Report) {
	for _, line := range r.Lines(s.speaks(c)) {
		if !s.output.quiet || r.ExitCode() != 0 { // what is queued is no error
			say(c, "%s", line)
		}
	}
	if !s.output.json {
		return
	}
	if err := writeJSON(c.App.Writer, r); err != nil {
		say(c, "warning: the report could not be written: %v", err)
	}
}

func writeJSON(w io.Writer, v any) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(transcript.JSON(text.Bytes()))
	return err
}

// plan shows what a send would do: the letter's size and the way of every domain. Nothing is connected but the resolver.
func (s *settings) plan(c *cli.Context, l *letter.Letter) error {
	rehearsal, err := s.rehearse(c.Context)
	if err != nil {
		return err
	}
	defer rehearsal.Close()
	s.travel()
	fmt.Fprintf(c.App.Writer, "letter %s from <%s>, %d octets\n", l.Facts.MessageID, l.Envelope.Sender, l.Facts.Size)
	for _, r := range l.Envelope.Recipients {
		fmt.Fprintf(c.App.Writer, "to <%s>\n", r.Address)
	}
	if len(s.carrier.Relays) > 0 {
		for _, r := range s.carrier.Relays {
			fmt.Fprintf(c.App.Writer, "through %s\n", r)
		}
		return nil
	}
	return s.showRoutes(c, domainsOf(l), false)
}
