package policy

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxsend/transport/policy/dane"
	"mxsend/transport/policy/mtasts"
)

var update = flag.Bool("update", false, "write testdata/policy anew")

// combinations are all facts there can be.
func combinations() []Facts {
	var all []Facts
	for _, asked := range []Level{None, Opportunistic, Encrypt, Verify} {
		for _, d := range []dane.Status{dane.Absent, dane.Usable, dane.Unusable, dane.Unknown} {
			for _, sts := range []mtasts.Mode{mtasts.None, mtasts.Testing, mtasts.Enforce} {
				for bits := range 16 {
					all = append(all, Facts{asked, bits&8 != 0, d, sts, bits&4 != 0, bits&2 != 0, bits&1 != 0})
				}
			}
		}
	}
	return all
}

func word(on bool, yes, no string) string {
	if on {
		return yes
	}
	return no
}

func row(f Facts) string {
	d := Decide(f)
	text := fmt.Sprintf("%-13s %-10s dane %-8s sts %-7s %-6s %-9s %-9s -> %s by %s for %s", f.Asked, word(f.RequireTLS, "requiretls", "-"), f.DANE, f.STS,
		word(f.STSUnsure, "unsure", "-"), word(f.Permitted, "named", "unnamed"), word(f.Authentic, "authentic", "-"), d.Level, d.Proof, d.Policy)
	if d.Barred != "" {
		text = strings.Split(text, "->")[0] + "-> barred " + word(d.Final, "for good", "for now") + ": " + d.Barred
	}
	if d.Remark != "" {
		text += " (" + d.Remark + ")"
	}
	return text
}

// TestDecisions holds every combination against the list that was read by people.
func TestDecisions(t *testing.T) {
	var b strings.Builder
	for _, f := range combinations() {
		fmt.Fprintln(&b, row(f))
	}
	file := filepath.Join("..", "..", "testdata", "policy", "decisions.txt")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() == string(want) {
		return
	}
	rows := strings.Split(string(want), "\n")
	for i, got := range strings.Split(b.String(), "\n") {
		if i >= len(rows) || rows[i] != got {
			t.Errorf("line %d of %s:\n got %s", i+1, file, got)
		}
	}
}

// What holds of all of them, whatever the list says.
func TestDecisionsKeepTheirPromises(t *testing.T) {
	for _, f := range combinations() {
		d := Decide(f)
		used := d.Barred == ""
		for _, c := range []struct {
			broken bool
			rule   string
		}{
			{used && d.Level < f.Asked, "less than the user demands"},
			{used && f.DANE == dane.Usable && (d.Level < Verify || d.Proof != DANE), "less than DANE demands"},
			{used && f.DANE == dane.Unusable && d.Level < Encrypt, "clear text where TLSA records stand"},
			{used && f.DANE == dane.Unknown, "a host whose TLSA records are unknown is used"},
			{used && f.STS == mtasts.Enforce && f.DANE != dane.Usable && (d.Level < Verify || !f.Permitted), "less than MTA-STS demands"},
			{used && f.RequireTLS && d.Level < Verify, "less than REQUIRETLS demands"},
			{used && f.RequireTLS && !f.Authentic && !(f.STS == mtasts.Enforce && f.Permitted), "REQUIRETLS to a host that nobody vouches for"},
			{!used && f.Asked == Opportunistic && !f.RequireTLS && f.DANE == dane.Absent && f.STS != mtasts.Enforce, "barred without a reason"},
			{!used && d.Final && !f.RequireTLS && f.Asked != None, "final because of a policy that may change"},
			{!used && d.Final && f.STSUnsure && f.Asked != None, "final though it is not known what the policy is"},
			{used && d.Level == Opportunistic && d.Policy != "none", "a policy that demands nothing"},
		} {
			if c.broken {
				t.Errorf("%s: %s", c.rule, row(f))
			}
		}
	}
}
