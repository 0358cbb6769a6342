//go:debug x509negativeserial=1

// Mxsend composes an e-mail on the command line and carries it to the recipient's own mail exchanger.
//
// This file is the hall: it puts the rooms' commands together, hands every command the streams and a context that ends
// with SIGINT, SIGTERM or SIGHUP, prints what went wrong, and holds the one os.Exit. Certificates with a negative serial number are
// read, since the alternative to an old server's certificate is clear text.
//
//	words and files ──► attach ──► compose ──► letter ──► transport ──► report ──► terminal, JSON, exit code
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	attachcommand "mxsend/attach/command"
	"mxsend/transport/command"
	"mxsend/transport/transcript"
)

func main() { os.Exit(run(os.Args)) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), interruptions()...)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends what does not listen to the first
	// A reader that leaves does not change what became of the letter. Ignored instead, the signal would be so for an editor too.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	command.ForgetEmpty()
	app := newApp()
	app.Setup()
	if command.IsSendmail(args) {
		return exit(command.Sendmail(ctx, app, args))
	}
	args, err := command.Arrange(app, args)
	if err == nil {
		err = app.RunContext(ctx, args)
	}
	return exit(err)
}

// interruptions are the signals that end the run in order, but for those that whoever started it wants ignored, as nohup does.
func interruptions() []os.Signal {
	return slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, signal.Ignored)
}

func newApp() *cli.App {
	cli.FlagStringer = command.FlagLine
	cli.VersionFlag = &cli.BoolFlag{Name: "version", Usage: "print the version", DisableDefaultText: true}
	return &cli.App{
		Name:                      "mxsend",
		Usage:                     "compose an e-mail and carry it to the recipient's own mail exchanger",
		UsageText:                 usageText,
		CustomAppHelpTemplate:     command.HelpTemplate,
		Version:                   version(),
		Reader:                    os.Stdin,
		Writer:                    os.Stdout,
		ErrWriter:                 os.Stderr,
		Flags:                     command.Named(command.SendFlags()),
		Commands:                  commands(),
		Action:                    command.Send,
		DisableSliceFlagSeparator: true, // "Doe, Jane" <jane@example.org> is one address
		HideHelpCommand:           true,
		ExitErrHandler:            func(*cli.Context, error) {}, // the exit is run's
		OnUsageError:              func(_ *cli.Context, err error, _ bool) error { return command.Usage(err) },
	}
}

func commands() []*cli.Command {
	all := append(command.Commands(), attachcommand.Identify())
	for _, c := range all {
		c.Flags = command.Named(c.Flags)
	}
	return all
}

const usageText = `   mxsend [flags] recipient…     the body comes from standard input

   echo "Do you like ketchup?" | mxsend --sandbox -v -f alice@crepes.fr -s Hello bob@hamburger.edu
`

// exit prints every error of a run, a line each, and chooses the exit code: that of the first error that has one.
func exit(err error) int {
	if err == nil {
		return 0
	}
	var told command.Exit
	if errors.As(err, &told) {
		return told.ExitCode()
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(os.Stderr, "mxsend: "+transcript.Printable(line))
	}
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return 70
}

// version comes from the build information: the module's version, else the revision it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (v == "" || v == "(devel)") {
			v = s.Value
		}
	}
	return v
}
