package command

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// HelpTemplate lists the commands and then the flags by their categories.
const HelpTemplate = `{{.Name}}: {{.Usage}}

{{.UsageText}}
commands:
{{range .VisibleCommands}}   {{.Name}}{{"\t"}}{{.Usage}}
{{end}}{{range .VisibleFlagCategories}}
{{with .Name}}{{.}}{{else}}general{{end}}:
{{range .Flags}}   {{.}}
{{end}}{{end}}
Every flag has an environment variable: --connect-timeout is MXSEND_CONNECT_TIMEOUT.
"mxsend COMMAND --help" tells about a command.
`

// FlagLine is one flag as --help shows it: "-s, --subject TEXT", a tab, what it does.
func FlagLine(f cli.Flag) string {
	var short, long []string
	for _, name := range f.Names() {
		if len(name) == 1 {
			short = append(short, "-"+name)
		} else {
			long = append(long, "--"+name)
		}
	}
	value, usage := "", ""
	if d, ok := f.(cli.DocGenerationFlag); ok {
		value, usage = placeholder(d)
	}
	names := strings.Join(append(short, long...), ", ")
	if len(short) == 0 {
		names = "    " + names
	}
	return names + value + "\t" + usage
}

// placeholder takes the word in backquotes out of the usage, as the name of the flag's value.
func placeholder(f cli.DocGenerationFlag) (value, usage string) {
	usage = f.GetUsage()
	before, rest, found := strings.Cut(usage, "`")
	word, after, closed := strings.Cut(rest, "`")
	switch {
	case !f.TakesValue():
		return "", usage
	case found && closed:
		return " " + word, before + word + after
	}
	return " VALUE", usage
}
