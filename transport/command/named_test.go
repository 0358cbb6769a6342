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
