package command

import (
	"flag"

	"github.com/urfave/cli/v2"
)

// Named gives flags the names that they have, ready-made. QUIRK: cli asks for them in every look at a flag and makes them with a
// regular expression each time, which is ten thousand times in a start with a hundred flags.
func Named(flags []cli.Flag) []cli.Flag {
	all := make([]cli.Flag, len(flags))
	for i, f := range flags {
		all[i] = named(f)
	}
	return all
}

func named(f cli.Flag) cli.Flag {
	switch f := f.(type) {
	case *cli.StringFlag:
		return namedText{f, append([]string{f.Name}, f.Aliases...)}
	case *cli.BoolFlag:
		return namedToggle{f, append([]string{f.Name}, f.Aliases...)}
	case *cli.StringSliceFlag:
		return namedList{f, append([]string{f.Name}, f.Aliases...)}
	case *cli.DurationFlag:
		return namedDuration{f, append([]string{f.Name}, f.Aliases...)}
	case *cli.UintFlag:
		return namedNumber{f, append([]string{f.Name}, f.Aliases...)}
	}
	return f
}

type namedText struct {
	*cli.StringFlag
	names []string
}

// Names are those of the flag within.
func (f namedText) Names() []string { return f.names }

// String is the line of --help.
func (f namedText) String() string { return cli.FlagStringer(f) }

type namedToggle struct {
	*cli.BoolFlag
	names []string
}

// Names are those of the flag within.
func (f namedToggle) Names() []string { return f.names }

// String is the line of --help.
func (f namedToggle) String() string { return cli.FlagStringer(f) }

type namedList struct {
	*cli.StringSliceFlag
	names []string
}

// Names are those of the flag within.
func (f namedList) Names() []string { return f.names }

// String is the line of --help.
func (f namedList) String() string { return cli.FlagStringer(f) }

type namedDuration struct {
	*cli.DurationFlag
	names []string
}

// Names are those of the flag within.
func (f namedDuration) Names() []string { return f.names }

// String is the line of --help.
func (f namedDuration) String() string { return cli.FlagStringer(f) }

type namedNumber struct {
	*cli.UintFlag
	names []string
}

// Names are those of the flag within.
func (f namedNumber) Names() []string { return f.names }

// String is the line of --help.
func (f namedNumber) String() string { return cli.FlagStringer(f) }

// Apply makes the flag known under its first name only, which is the one that Arrange writes, and keeps every octet of its values.
// QUIRK: cli copies values to the other names by way of JSON, which puts U+FFFD for what is not UTF-8, and cuts blanks off.
func (f namedList) Apply(set *flag.FlagSet) error {
	alone := *f.StringSliceFlag
	alone.Aliases, alone.KeepSpace = nil, true
	err := alone.Apply(set)
	f.HasBeenSet = alone.HasBeenSet
	return err
}
