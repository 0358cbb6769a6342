package command

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// Arrange puts the flags of a command line before its other words, so that flags and recipients may stand in any order,
// which the flag parser underneath does not allow. args[0] is the program's name. "--" ends the flags; short flags may be
// glued together (-qv) or to their value (-sHello). The first word that is a command's name takes all flags with it.
func Arrange(app *cli.App, args []string) ([]string, error) {
	name := commandName(app, args[1:])
	flags := app.Flags
	head := []string{args[0]}
	if name != "" {
		flags = app.Command(name).Flags
		head = append(head, name)
	}
	a := arrangement{known: index(flags)}
	for _, word := range args[1:] {
		if word == name && !a.ended && !a.dropped && a.pending == "" {
			a.dropped = true
			continue
		}
		if err := a.take(word); err != nil {
			return nil, err
		}
	}
	if a.pending != "" {
		return nil, usage("%s needs a value", a.pending)
	}
	return slices.Concat(head, a.flags, []string{"--"}, a.words), nil
}

// arrangement is a command line on its way from the order it was typed in to the order the parser wants.
type arrangement struct {
	known        map[string]bool // flag name to "takes a value"
	flags, words []string
	pending      string // a flag that waits for its value
	ended        bool   // "--" was seen
	dropped      bool   // the command's name was seen
}

func (a *arrangement) take(word string) error {
	switch {
	case a.pending != "":
		a.add(a.pending, word)
		a.pending = ""
	case a.ended || word == "-" || !strings.HasPrefix(word, "-"):
		a.words = append(a.words, word)
	case word == "--":
		a.ended = true
	case strings.HasPrefix(word, "--"):
		return a.long(word)
	default:
		return a.short(word[1:])
	}
	return nil
}

// add keeps a flag and its value as one word, so that a value may begin with a dash.
func (a *arrangement) add(flag, value string) { a.flags = append(a.flags, flag+"="+value) }

func (a *arrangement) long(word string) error {
	name, value, glued := strings.Cut(word[2:], "=")
	takes, known := a.known[name]
	switch {
	case !known:
		return unknown("--"+name, a.known)
	case glued && takes:
		a.add("--"+name, value)
	case glued:
		a.flags = append(a.flags, word)
	case takes:
		a.pending = "--" + name
	default:
		a.flags = append(a.flags, "--"+name)
	}
	return nil
}

func (a *arrangement) short(letters string) error {
	for i, r := range letters {
		flag := "-" + string(r)
		takes, known := a.known[string(r)]
		rest := letters[i+len(string(r)):]
		switch {
		case !known:
			return unknown(flag, a.known)
		case takes && rest != "":
			a.add(flag, strings.TrimPrefix(rest, "="))
			return nil
		case takes:
			a.pending = flag
		default:
			a.flags = append(a.flags, flag)
		}
	}
	return nil
}

func index(flags []cli.Flag) map[string]bool {
	known := map[string]bool{"help": false, "h": false, "version": false}
	for _, f := range flags {
		takes := true
		if d, ok := f.(cli.DocGenerationFlag); ok {
			takes = d.TakesValue()
		}
		for _, name := range f.Names() {
			known[name] = takes
		}
	}
	return known
}

// commandName is the first word that is no flag and no flag's value, when it names a command.
func commandName(app *cli.App, args []string) string {
	a := arrangement{known: everyFlag(app)}
	for _, word := range args {
		if err := a.take(word); err != nil || a.ended {
			return ""
		}
		if len(a.words) > 0 {
			if app.Command(a.words[0]) != nil {
				return a.words[0]
			}
			return ""
		}
	}
	return ""
}

func everyFlag(app *cli.App) map[string]bool {
	known := index(app.Flags)
	for _, c := range app.Commands {
		for name, takes := range index(c.Flags) {
			if _, taken := known[name]; !taken {
				known[name] = takes
			}
		}
	}
	return known
}

func unknown(flag string, known map[string]bool) error {
	if near := nearest(strings.TrimLeft(flag, "-"), known); near != "" {
		return usage("unknown flag %s: did you mean --%s? see mxsend --help", flag, near)
	}
	return usage("unknown flag %s: see mxsend --help", flag)
}

// nearest is a flag that begins as the mistyped one does, the shortest of several; short flags are no help.
func nearest(name string, known map[string]bool) string {
	best := ""
	for k := range known {
		similar := len(name) > 2 && len(k) > 2 && (strings.HasPrefix(k, name[:3]) || strings.HasPrefix(name, k))
		if similar && (best == "" || len(k) < len(best) || len(k) == len(best) && k < best) {
			best = k
		}
	}
	return best
}
