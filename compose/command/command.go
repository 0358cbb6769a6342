// Package command holds the flags of writing a letter: who, to whom, about what, and the words.
//
// In comes a command line (Flags); Draft reads it to the end whatever is wrong on the way, and gives all errors at once:
//
//  1. --header is sorted: fields that a flag can set too are read by that flag's rules, the others are checked and kept;
//  2. the people: --from, --to and the others; what stands on the command line without a flag is a recipient and shown in To;
//  3. subject, date, identifiers;
//  4. the files of --attach are opened (attach/command);
//  5. the words: --body, --body-file, else standard input, read to its end;
//  6. the words as a page: --html, --markdown, with the pictures of --inline and --embed.
//
// Out goes a compose.Draft, from which compose makes the letter.
//
// What holds a control character or is not UTF-8 is refused, whatever the locale says. --header replaces what a flag says of
// the same field, but recipients, blind ones too, are added to the flag's. An empty body is a letter without words: silence
// suits programs. A letter says that mxsend wrote it, and no more, unless --no-user-agent or a field of --header says else.
//
// Flags may be set by the environment (MXSEND_…); EMAIL says who writes where nothing else does, and SOURCE_DATE_EPOCH when.
//
// Promised: every error names its flag and the way out; nothing is written and nothing is connected.
package command

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v2"

	"mxsend/attach"
	"mxsend/compose"
	"mxsend/compose/address"
)

// Draft reads the letter's flags, its recipients, its files and its words. A draft that comes with an error must be closed
// too.
func Draft(c *cli.Context, o attach.Opener) (compose.Draft, error) {
	r := &reader{c: c, opener: o}
	r.parser = address.Parser{DefaultDomain: c.String("default-domain"), Open: openList, Warn: r.warn, Lax: c.Bool("lax")}
	r.sortHeaders()
	r.people()
	r.subject()
	r.times()
	r.envelope()
	r.files()
	r.words()
	r.page()
	return r.draft, errors.Join(r.errs...)
}

func openList(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, &InputError{err}
	}
	return f, nil
}

// reader goes through one command line and remembers what was wrong with it.
type reader struct {
	c      *cli.Context
	opener attach.Opener
	parser address.Parser
	own    map[string]string // fields of --header that a flag could set, by their names in lower case
	taken  string            // the attachment that reads standard input; empty: none does
	draft  compose.Draft
	errs   []error
}

// warn tells a person what was set right without being asked.
func (r *reader) warn(text string) {
	if !r.c.Bool("quiet") {
		fmt.Fprintln(r.c.App.ErrWriter, "mxsend: warning: "+text)
	}
}
