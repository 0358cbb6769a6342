package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"
)

func manCommand() *cli.Command {
	return &cli.Command{
		Name:        "man",
		Usage:       "print the manual page",
		Description: "Look at it with: mxsend man | man -l -",
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usage("man takes no arguments, and was given %q", c.Args().First())
			}
			if _, err := io.WriteString(c.App.Writer, manual(c.App)); err != nil {
				return &OutputError{fmt.Errorf("printing the manual: %w", err)}
			}
			return nil
		},
	}
}

// manual is the page in the language of man(7), made of what --help is made of.
func manual(app *cli.App) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH MXSEND 1\n.SH NAME\nmxsend \\- %s\n.SH SYNOPSIS\n.B mxsend\n[\\fIflags\\fR] \\fIrecipient\\fR...\n.br\n.B mxsend\n\\fIcommand\\fR ...\n", roff(app.Usage))
	b.WriteString(".SH DESCRIPTION\nThe words of the letter come from standard input. Flags and recipients may stand in any order; \\fB\\-\\-\\fR ends the flags.\n")
	b.WriteString("Every flag has an environment variable: \\fB\\-\\-connect\\-timeout\\fR is \\fBMXSEND_CONNECT_TIMEOUT\\fR. No flag takes a password.\n.SH COMMANDS\n")
	for _, c := range app.VisibleCommands() {
		fmt.Fprintf(&b, ".TP\n.B mxsend %s \\fI%s\\fR\n%s\n", roff(c.Name), roff(c.ArgsUsage), roff(c.Usage))
	}
	for _, category := range app.VisibleFlagCategories() {
		fmt.Fprintf(&b, ".SH %s\n", strings.ToUpper(roff(flagSection(category.Name()))))
		for _, f := range category.Flags() {
			names, text, _ := strings.Cut(FlagLine(f), "\t")
			fmt.Fprintf(&b, ".TP\n\\fB%s\\fR\n%s\n", roff(strings.TrimSpace(names)), roff(text))
		}
	}
	b.WriteString(".SH EXIT STATUS\n")
	for _, e := range exitCodes {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", e[0], roff(e[1]))
	}
	return b.String()
}

func flagSection(category string) string {
	if category == "" {
		return "general flags"
	}
	return "flags: " + category
}

// exitCodes are those of sysexits(3), as far as they occur.
var exitCodes = [...][2]string{
	{"0", "every recipient was accepted, or the letter is queued for the others"},
	{"64", "the command line: unknown or contradicting flags, no recipient"},
	{"65", "an address or the letter cannot be sent as given"},
	{"66", "an input file cannot be read"},
	{"68", "a recipient's domain does not exist or takes no mail"},
	{"69", "a server refused a recipient or the letter for good, or cannot take it"},
	{"70", "a bug"},
	{"73, 74", "a file cannot be created; input or output failed, or a file changed while it was sent"},
	{"75", "try again later: 4yz, no connection, DNS trouble, TLS not as demanded, interrupted, outcome unknown"},
	{"77", "credentials refused, or withheld because the connection is not safe"},
	{"78", "the configuration of this machine"},
}

// roff writes text so that nothing in it is taken for a request.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\n.", "\n\\&."), "\n'", "\n\\&'")
}
