package dkim

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// published is a DNS of one literal; names that it does not hold do not exist.
type published map[string][]string

var errSilent = errors.New("no answer")

func (p published) TXT(_ context.Context, name string) ([]string, error) {
	values := p[name]
	if len(values) == 1 && values[0] == "silent" {
		return nil, errSilent
	}
	return values, nil
}

func TestCheck(t *testing.T) {
	record, err := rsaKey().Record()
	if err != nil {
		t.Fatal(err)
	}
	right := record.String()
	other, _ := keyFrom(t, examples+"/02-rfc8463/test.pem").Record()
	ed, _ := edKey(t).Record()
	with := func(tag string) string { return strings.Replace(right, "; p=", "; "+tag+"; p=", 1) }
	for _, c := range []struct {
		name   string
		values []string
		state  State
		code   int
	}{
		{"it", []string{right}, Held, 0},
		{"it, strictly", []string{with("t=s")}, Held, 0},
		{"it beside another kind of record", []string{"v=spf1 -all", right}, Held, 0},
		{"test mode", []string{with("t=s:y")}, Testing, 0},
		{"nothing", nil, Missing, 68},
		{"a wildcard's record", []string{"v=spf1 -all"}, Missing, 68},
		{"words", []string{"ketchup"}, Malformed, 69},
		{"a key that is none", []string{"v=DKIM1; p=***"}, Malformed, 69},
		{"a record cut off", []string{right[:255]}, Malformed, 69},
		{"a DER that is none", []string{"v=DKIM1; p=AQID"}, OtherKey, 69},
		{"two", []string{right, other.String()}, Several, 69},
		{"taken back", []string{"v=DKIM1; p="}, Revoked, 69},
		{"another key", []string{other.String()}, OtherKey, 69},
		{"another kind", []string{ed.String()}, OtherKey, 69},
		{"an old hash only", []string{with("h=sha1")}, Restricted, 69},
		{"not for letters", []string{with("s=tlsrpt")}, Restricted, 69},
	} {
		q := published{"s1._domainkey.crepes.fr": c.values}
		f, err := Check(t.Context(), q, Seal{"s1", rsaKey()}, domain(t, "crepes.fr"))
		if err != nil || f.State != c.state || f.ExitCode() != c.code || f.Text == "" || f.Name != "s1._domainkey.crepes.fr" {
			t.Errorf("%s: %+v with code %d, %v, want %s with %d", c.name, f, f.ExitCode(), err, c.state, c.code)
		}
	}
}

func TestCheckWithoutDNS(t *testing.T) {
	q := published{"s1._domainkey.crepes.fr": {"silent"}}
	_, err := Check(t.Context(), q, Seal{"s1", rsaKey()}, domain(t, "crepes.fr"))
	if !errors.Is(err, errSilent) {
		t.Errorf("got %v", err)
	}
}
