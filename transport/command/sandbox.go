package command

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"mxsend/transport/sandbox"
)

func sandboxCommand() *cli.Command {
	return &cli.Command{
		Name:  "sandbox",
		Usage: "run the rehearsal server until interrupted",
		Description: "A receiving server and a DNS that sends every domain's mail to it. Letters are stored in a Maildir.\n" +
			"Point mxsend at it with --resolver and --port, or any other sender at its port.\n\n" + sandbox.Fates() + "\n" + sandbox.ScriptHelp(),
		Flags: append([]cli.Flag{
			text(categoryRehearsal, "listen", "receive mail on `HOST:PORT` (default: 127.0.0.1 and a free port)"),
			text(categoryRehearsal, "dns", "answer DNS questions on `HOST:PORT` (default: 127.0.0.1 and a free port)"),
		}, storeFlags()...),
		Action: standingSandbox,
	}
}

func standingSandbox(c *cli.Context) error {
	if c.Args().Present() {
		return usage("sandbox takes no arguments, and was given %q", c.Args().First())
	}
	box, err := newSandbox(c.String("maildir"), c.String("script"))
	if err != nil {
		return err
	}
	box.Listen, box.DNS = c.String("listen"), c.String("dns")
	box.Log = func(line string) { fmt.Fprintln(c.App.Writer, line) }
	if err := box.Start(c.Context); err != nil {
		return &CreateError{fmt.Errorf("starting the sandbox: %w", err)}
	}
	say(c, "the sandbox receives on %s and answers DNS on %s", box.Addr(), box.DNSAddr())
	say(c, "try: mxsend --resolver %s --port %d --allow-loopback …", box.DNSAddr(), box.Addr().Port())
	<-c.Context.Done()
	return box.Close()
}
