package command

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"mxsend/compose/letter"
	"mxsend/compose/proof"
)

// check proofreads the letter and prints what it finds on standard output, one finding a line or, with --json, a list. The
// exit code is 65 when the letter should not leave like this. Nothing is sent.
func (s *settings) check(c *cli.Context, l *letter.Letter) error {
	found, err := proof.Reader{Now: s.signer.Now, Seals: s.signer.Seals}.Read(c.Context, l)
	if err != nil {
		return err
	}
	if err := s.showFindings(c, found); err != nil {
		return &OutputError{fmt.Errorf("printing what was found: %w", err)}
	}
	if proof.Failed(found) {
		return told((&DataError{}).ExitCode())
	}
	return nil
}

func (s *settings) showFindings(c *cli.Context, found []proof.Finding) error {
	if s.output.json {
		return writeJSON(c.App.Writer, append([]proof.Finding{}, found...)) // a list, not null
	}
	for _, f := range found {
		if _, err := fmt.Fprintln(c.App.Writer, f); err != nil {
			return err
		}
	}
	if len(found) == 0 && s.speaks(c) {
		say(c, "nothing is wrong with the letter")
	}
	return nil
}
