package command

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"mxsend/transport/transcript"
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
		return nil, usage("%s needs a value", a.asTyped)
	}
	if len(a.twice) > 0 {
		return nil, errors.Join(a.twice...)
	}
	return slices.Concat(head, a.flags, []string{"--"}, a.words), nil
}

// arrangement is a command line on its way from the order it was typed in to the order the parser wants.
type arrangement struct {
	known        map[string]known
	flags, words []string
	pending      string // a flag that waits for its value
	asTyped      string // the same
	ended        bool   // "--" was seen
	dropped      bool   // the command's name was seen
	twice        []error
}

// known is a flag under one of its names: the first of them, since the parser does not join two forms of one flag, and
// whether a value follows.
type known struct {
	name  string
	takes bool
	once  bool // a second value would silently replace the first
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
func (a *arrangement) add(flag, value string) {
	if known := a.known[flag[2:]]; known.once && slices.ContainsFunc(a.flags, func(f string) bool { return strings.HasPrefix(f, flag+"=") }) {
		a.twice = append(a.twice, usage("%s is given twice: give it once", flag))
	}
	a.flags = append(a.flags, flag+"="+value)
}

func (a *arrangement) long(word string) error {
	given, value, glued := strings.Cut(word[2:], "=")
	flag, found := a.known[given]
	switch {
	case !found:
		return unknown("--"+given, a.known)
	case glued:
		a.add("--"+flag.name, value)
	case flag.takes:
		a.pending, a.asTyped = "--"+flag.name, word
	default:
		a.flags = append(a.flags, "--"+flag.name)
	}
	return nil
}

func (a *arrangement) short(letters string) error {
	for i := range len(letters) {
		letter, rest := letters[i:i+1], letters[i+1:]
		flag, found := a.known[letter]
		switch {
		case !found && letter[0] >= utf8.RuneSelf:
			return unknown("-"+letters[i:], a.known)
		case !found:
			return unknown("-"+letter, a.known)
		case flag.takes && rest != "":
			a.add("--"+flag.name, strings.TrimPrefix(rest, "="))
			return nil
		case flag.takes:
			a.pending, a.asTyped = "--"+flag.name, "-"+letter
		default:
			a.flags = append(a.flags, "--"+flag.name)
		}
	}
	return nil
}

func index(flags []cli.Flag) map[string]known {
	all := map[string]known{"help": {name: "help"}, "h": {name: "help"}, "version": {name: "version"}}
	for _, f := range flags {
		takes := true
		if d, ok := f.(cli.DocGenerationFlag); ok {
			takes = d.TakesValue()
		}
		names, list := f.Names(), isList(f)
		for _, name := range names {
			all[name] = known{names[0], takes, takes && !list}
		}
	}
	return all
}

func isList(f cli.Flag) bool {
	l, ok := f.(cli.DocGenerationSliceFlag)
	return ok && l.IsSliceFlag()
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

func everyFlag(app *cli.App) map[string]known {
	all := index(app.Flags)
	for _, c := range app.Commands {
		for name, flag := range index(c.Flags) {
			if _, taken := all[name]; !taken {
				all[name] = flag
			}
		}
	}
	return all
}

func unknown(flag string, all map[string]known) error {
	if near := nearest(strings.TrimLeft(flag, "-"), all); near != "" {
		return usage("unknown flag %s: did you mean --%s? see mxsend --help", transcript.Escape(flag), near)
	}
	return usage("unknown flag %s: see mxsend --help", transcript.Escape(flag))
}

// nearest is a flag that begins as the mistyped one does, the shortest of several; short flags are no help.
func nearest(name string, all map[string]known) string {
	best := ""
	for k := range all {
		similar := len(name) > 2 && len(k) > 2 && (strings.HasPrefix(k, name[:3]) || strings.HasPrefix(name, k))
		if similar && (best == "" || len(k) < len(best) || len(k) == len(best) && k < best) {
			best = k
		}
	}
	return best
}
