package command

import (
	"slices"
	"testing"

	"github.com/urfave/cli/v2"
)

// TestNamedFlagsAreTheSame: what cli asks of a flag is answered as before.
func TestNamedFlagsAreTheSame(t *testing.T) {
	flags := append(SendFlags(), &cli.Float64Flag{Name: "other"})
	for i, f := range Named(flags) {
		was := flags[i]
		if !slices.Equal(f.Names(), was.Names()) || f.String() != was.String() || f.IsSet() != was.IsSet() || isList(f) != isList(was) {
			t.Errorf("%v became %v", was.Names(), f.Names())
		}
		category, ok := f.(cli.CategorizableFlag)
		if _, had := was.(cli.CategorizableFlag); ok != had || had && category.GetCategory() != was.(cli.CategorizableFlag).GetCategory() {
			t.Errorf("--%s has lost its category", f.Names()[0])
		}
		if _, ok := f.(cli.DocGenerationFlag); !ok {
			t.Errorf("--%s has lost its help", f.Names()[0])
		}
	}
}

// TestListsKeepEveryOctet: a name may begin or end with a blank, and need not be UTF-8; a short form changes nothing.
func TestListsKeepEveryOctet(t *testing.T) {
	given := []string{" x ", "caf\xe9", "a,b"}
	for _, form := range []string{"--list", "-l"} {
		var got []string
		app := &cli.App{Name: "mxsend", Flags: Named([]cli.Flag{&cli.StringSliceFlag{Name: "list", Aliases: []string{"l"}}}), DisableSliceFlagSeparator: true,
			Action: func(c *cli.Context) error { got = c.StringSlice("list"); return nil }}
		args := []string{"mxsend"}
		for _, value := range given {
			args = append(args, form, value)
		}
		app.Setup()
		args, err := Arrange(app, args)
		if err == nil {
			err = app.Run(args)
		}
		if err != nil || !slices.Equal(got, given) {
			t.Errorf("%s: got %q, %v, want %q", form, got, err, given)
		}
	}
}
