package command

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"mxsend/transport/transcript"
)

// recorder opens the transcript, first of all that is written, so that a path that cannot be written stops the send.
func (s *settings) recorder(c *cli.Context) (*transcript.Recorder, error) {
	o := s.output
	r := &transcript.Recorder{}
	if o.verbose > 0 {
		r.Sinks = append(r.Sinks, transcript.Sink{Writer: c.App.ErrWriter, Bodies: o.verbose > 1, Colour: colours(c.App.ErrWriter)})
	}
	if o.transcript != "" {
		f, err := createTranscript(c, o.transcript)
		if err != nil {
			return nil, &CreateError{fmt.Errorf("--transcript: %w", err)}
		}
		s.transcript = f
		r.Sinks = append(r.Sinks, transcript.Sink{Writer: f, Bodies: true, Format: o.format})
	}
	if o.verbose > 1 || o.transcript != "" {
		s.carrier.Parallel = -1 // a dialogue with its letter is read as a whole, so one is held after the other
	}
	return r, nil
}

// createTranscript empties a file only when it is none of those that the letter is made of.
func createTranscript(c *cli.Context, path string) (*os.File, error) {
	if there, err := os.Stat(path); err == nil {
		for _, input := range inputs(c) {
			if info, err := os.Stat(input); err == nil && os.SameFile(there, info) {
				return nil, fmt.Errorf("%s is a file that is read, and would be lost", path)
			}
		}
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
}

// inputs are the files that the command line names to be read.
func inputs(c *cli.Context) []string {
	var all []string
	for _, name := range []string{"eml", "html", "body-file", "calendar", "ca", "client-cert", "client-key", "password-file", "dkim-key", "script"} {
		all = append(append(all, c.String(name)), c.StringSlice(name)...)
	}
	for _, given := range append(c.StringSlice("attach"), c.StringSlice("inline")...) {
		path, _, _ := strings.Cut(given, ";")
		all = append(all, given, path)
	}
	for _, given := range slices.Concat(c.Args().Slice(), c.StringSlice("to"), c.StringSlice("cc"), c.StringSlice("bcc")) {
		if list, found := strings.CutPrefix(given, "@"); found {
			all = append(all, list)
		}
	}
	return all
}

// finish closes the transcript; a full disk is told, and changes nothing of what became of the letter.
func (s *settings) finish(c *cli.Context, r *transcript.Recorder) {
	err := r.Close()
	if s.transcript != nil {
		err = errors.Join(err, s.transcript.Close())
	}
	if err != nil {
		say(c, "warning: the transcript is not complete: %v", err)
	}
}
