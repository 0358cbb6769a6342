package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"
)

func completionCommand() *cli.Command {
	return &cli.Command{
		Name:        "completion",
		Usage:       "print the completion of a shell: bash, zsh or fish",
		ArgsUsage:   "SHELL",
		Description: "bash: source <(mxsend completion bash)\nzsh:  mxsend completion zsh > ~/.zfunc/_mxsend\nfish: mxsend completion fish > ~/.config/fish/completions/mxsend.fish",
		Action: func(c *cli.Context) error {
			shells := map[string]func([]completed, []string) string{"bash": bash, "zsh": zsh, "fish": fish}
			write := shells[c.Args().First()]
			if write == nil || c.Args().Len() != 1 {
				return usage("completion needs one of bash, zsh and fish, not %q", strings.Join(c.Args().Slice(), " "))
			}
			if _, err := io.WriteString(c.App.Writer, write(completions(c.App))); err != nil {
				return &OutputError{fmt.Errorf("printing the completion: %w", err)}
			}
			return nil
		},
	}
}

// completed is one flag as a shell needs to know it.
type completed struct {
	names []string // with their hyphens
	text  string
	value string // what it takes: FILE, DURATION; empty: nothing
}

// files says whether the value is found in folders.
func (f completed) files() bool {
	return strings.HasPrefix(f.value, "FILE") || strings.HasPrefix(f.value, "DIR")
}

// completions are the flags of a send and the names of the commands.
func completions(app *cli.App) (flags []completed, commands []string) {
	for _, f := range app.VisibleFlags() {
		line, text, _ := strings.Cut(FlagLine(f), "\t")
		one := completed{text: text}
		for word := range strings.FieldsSeq(strings.ReplaceAll(line, ",", " ")) {
			if strings.HasPrefix(word, "-") {
				one.names = append(one.names, word)
			} else if one.value == "" {
				one.value = word
			}
		}
		flags = append(flags, one)
	}
	for _, c := range app.VisibleCommands() {
		commands = append(commands, c.Name)
	}
	return flags, commands
}

func bash(flags []completed, commands []string) string {
	var words, fileFlags, valueFlags []string
	for _, f := range flags {
		words = append(words, f.names...)
		switch {
		case f.files():
			fileFlags = append(fileFlags, f.names...)
		case f.value != "":
			valueFlags = append(valueFlags, f.names...)
		}
	}
	none := "''"
	return fmt.Sprintf(`_mxsend() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
	COMPREPLY=()
	case $before in
	%s) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	%s) return ;;
	esac
	case $word in
	-*) mapfile -t COMPREPLY < <(compgen -W '%s' -- "$word") ;;
	*) [ "$COMP_CWORD" = 1 ] && mapfile -t COMPREPLY < <(compgen -W '%s' -- "$word") ;;
	esac
}
complete -o filenames -F _mxsend mxsend
`, alternatives(fileFlags, none), alternatives(valueFlags, none), strings.Join(words, " "), strings.Join(commands, " "))
}

func alternatives(words []string, none string) string {
	if len(words) == 0 {
		return none
	}
	return strings.Join(words, "|")
}

func zsh(flags []completed, commands []string) string {
	var b strings.Builder
	b.WriteString("#compdef mxsend\n_arguments -s \\\n")
	for _, f := range flags {
		for _, name := range f.names {
			spec := name + "[" + strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`).Replace(f.text) + "]"
			switch {
			case f.files():
				spec += ":" + f.value + ":_files"
			case f.value != "":
				spec += ":" + strings.NewReplacer("[", "", "]", "", ":", "").Replace(f.value) + ":"
			}
			fmt.Fprintf(&b, "\t%s \\\n", quoted("*"+spec))
		}
	}
	fmt.Fprintf(&b, "\t%s\n", quoted("1: :("+strings.Join(commands, " ")+")"))
	return b.String()
}

func fish(flags []completed, commands []string) string {
	var b strings.Builder
	b.WriteString("complete -c mxsend -f\n")
	fmt.Fprintf(&b, "complete -c mxsend -n __fish_use_subcommand -a %s\n", quoted(strings.Join(commands, " ")))
	for _, f := range flags {
		b.WriteString("complete -c mxsend")
		for _, name := range f.names {
			if long, is := strings.CutPrefix(name, "--"); is {
				fmt.Fprintf(&b, " -l %s", long)
			} else {
				fmt.Fprintf(&b, " -s %s", name[1:])
			}
		}
		switch {
		case f.files():
			b.WriteString(" -r -F")
		case f.value != "":
			b.WriteString(" -x")
		}
		fmt.Fprintf(&b, " -d %s\n", quoted(f.text))
	}
	return b.String()
}

// quoted is a word that no shell looks into.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
