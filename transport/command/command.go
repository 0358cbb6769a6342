// Package command holds the commands that carry a letter: send (what mxsend does by default), route, queue, sandbox, sendmail,
// and those that belong to all rooms: dkim, man, completion.
//
// In come the words of a command line. Arrange puts them in the order the parser wants; every command then takes the same
// steps: what was given is read and checked, and all that is wrong is said at once (errors.Join), before anything is
// connected or written; the rooms behind do the work; what was asked for goes to standard output, words for people to
// standard error. An error that decides the exit code has a method ExitCode.
//
// Promised: no flag takes a password as its value; a refused command line touches nothing.
package command

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	attachcommand "mxsend/attach/command"
	composecommand "mxsend/compose/command"
)

// Commands are the commands of this room, in the order --help lists them.
func Commands() []*cli.Command {
	return []*cli.Command{routeCommand(), sandboxCommand(), dkimCommand(), queueCommand(), manCommand(), completionCommand()}
}

// SendFlags are all the flags of a send, room by room.
func SendFlags() []cli.Flag {
	return slices.Concat(composecommand.Flags(), attachcommand.Flags(), readyFlags(), signingFlags(), envelopeFlags(), routeFlags(), connectFlags(), securityFlags(),
		protocolFlags(), queueFlags(), outputFlags(), rehearsalFlags())
}

// Exit is an exit code whose reasons have been told already.
type Exit int

func (e Exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// ExitCode is the code itself.
func (e Exit) ExitCode() int { return int(e) }

// told is nil for code 0, so that a command can end with it.
func told(code int) error {
	if code == 0 {
		return nil
	}
	return Exit(code)
}

// say writes one sentence for people, as every word of mxsend to people is written: on standard error, with its name.
func say(c *cli.Context, format string, args ...any) {
	fmt.Fprintf(c.App.ErrWriter, "mxsend: "+format+"\n", args...)
}

// isTerminal says whether w is a screen that a person looks at.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
