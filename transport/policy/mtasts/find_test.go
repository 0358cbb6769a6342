package mtasts

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"mxsend/compose/address"
	"mxsend/transport/resolve"
)

var (
	noon    = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	current = Policy{Enforce, 24 * time.Hour, []string{"mx.crepes.fr"}}
	older   = Policy{Testing, 24 * time.Hour, []string{"old.crepes.fr"}}
)

const domain = "crepes.fr"

func TestFind(t *testing.T) {
	published := &resolve.Zone{Records: `_mta-sts.crepes.fr TXT "v=STSv1; id=2"`}
	unpublished := &resolve.Zone{Records: "crepes.fr A 192.0.2.1"}
	failing := &resolve.Zone{Fail: map[string]int{"_mta-sts.crepes.fr": dns.RcodeServerFailure}}
	twice := &resolve.Zone{Records: "_mta-sts.crepes.fr TXT \"v=STSv1; id=2\"\n_mta-sts.crepes.fr TXT \"v=STSv1; id=3\""}
	kept := func(id string, p Policy, expires time.Duration) *entry {
		return &entry{ID: id, Fetched: noon.Add(-time.Hour), Expires: noon.Add(expires), Policy: p}
	}
	tried := func(id string, ago time.Duration, e entry) *entry {
		e.FailedID, e.Failed = id, noon.Add(-ago)
		return &e
	}
	for _, c := range []struct {
		name    string
		zone    *resolve.Zone
		stored  *entry
		answer  any // Policy or error of the policy's host
		policy  Policy
		source  Source
		problem string
		fetches int
	}{
		{"no record, nothing kept", unpublished, nil, current, Policy{}, Nowhere, "", 0},
		{"first met", published, nil, current, current, Fetched, "", 1},
		{"met before", published, kept("2", current, time.Hour), older, current, Stored, "", 0},
		{"expired", published, kept("2", older, -time.Second), current, current, Fetched, "", 1},
		{"from the future", published, kept("2", older, 3*8766*time.Hour), current, current, Fetched, "", 1},
		{"changed", published, kept("1", older, time.Hour), current, current, Fetched, "", 1},
		{"changed, and its host is down", published, kept("1", older, time.Hour), errors.New("down"), older, Stored, "can't be had: down", 1},
		{"first met, and its host is down", published, nil, errors.New("down"), Policy{}, Nowhere, "can't be had: down", 1},
		{"expired, and its host is down", published, kept("2", older, -time.Second), errors.New("down"), Policy{}, Nowhere, "can't be had: down", 1},
		{"its host was down four minutes ago", published, tried("2", 4*time.Minute, entry{}), current, Policy{}, Nowhere, "some minutes ago", 0},
		{"its host was down six minutes ago", published, tried("2", 6*time.Minute, entry{}), current, current, Fetched, "", 1},
		{"another id failed", published, tried("1", time.Minute, entry{}), current, current, Fetched, "", 1},
		{"a failure in the future", published, tried("2", -time.Hour, entry{}), current, current, Fetched, "", 1},
		{"an old policy while the new one fails", published, tried("2", time.Minute, *kept("1", older, time.Hour)), current, older, Stored, "some minutes ago", 0},
		{"the record is kept from us", failing, kept("1", current, time.Hour), older, current, Stored, "SERVFAIL", 0},
		{"the record is kept from us, nothing kept", failing, nil, older, Policy{}, Nowhere, "SERVFAIL", 0},
		{"the record is gone", unpublished, kept("1", current, time.Hour), older, current, Stored, "", 0},
		{"the record is gone and the policy expired", unpublished, kept("1", current, -time.Hour), older, Policy{}, Nowhere, "", 0},
		{"two records", twice, nil, current, Policy{}, Nowhere, "several", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := Store{Dir: filepath.Join(t.TempDir(), "sts")}
			if c.stored != nil {
				if err := store.Save(domain, *c.stored); err != nil {
					t.Fatal(err)
				}
			}
			fetches := 0
			f := Finder{DNS: c.zone, Store: store, Now: func() time.Time { return noon }, Fetch: func(_ context.Context, asked string) (Policy, error) {
				fetches++
				if asked != domain {
					t.Errorf("the policy of %s was fetched", asked)
				}
				if err, failed := c.answer.(error); failed {
					return Policy{}, err
				}
				return c.answer.(Policy), nil
			}}
			d, _ := address.ParseDomain(domain)
			got := f.Find(t.Context(), d)
			if !reflect.DeepEqual(got.Policy, c.policy) || got.Source != c.source || fetches != c.fetches {
				t.Errorf("found %+v after %d fetches, want %+v %s after %d", got, fetches, c.policy, c.source, c.fetches)
			}
			if (got.Problem == nil) != (c.problem == "") || got.Problem != nil && !strings.Contains(got.Problem.Error(), c.problem) {
				t.Errorf("problem %v, want %q", got.Problem, c.problem)
			}
			if line := got.String(); !strings.HasPrefix(line, "MTA-STS: ") {
				t.Errorf("the line %q", line)
			}
			again := f.Find(t.Context(), d)
			if !reflect.DeepEqual(again.Policy, c.policy) || fetches > c.fetches {
				t.Errorf("a minute later %+v, %d fetches", again, fetches)
			}
		})
	}
}

func TestFindForALiteral(t *testing.T) {
	literal, _ := address.ParseDomain("[192.0.2.1]")
	for _, d := range []address.Domain{literal, {}} {
		if got := (Finder{}).Find(t.Context(), d); !reflect.DeepEqual(got, Finding{}) {
			t.Errorf("found %+v", got)
		}
	}
}

func TestWordsOfAFinding(t *testing.T) {
	why := errors.New("no answer")
	for _, c := range []struct {
		f       Finding
		applies bool
		want    string
	}{
		{Finding{}, false, "MTA-STS: none"},
		{Finding{Problem: why}, false, "MTA-STS: none known: no answer"},
		{Finding{ID: "1", Policy: Policy{Mode: None}, Source: Fetched, Expires: noon}, false, "MTA-STS: none (fetched, id 1, until 2026-11-23)"},
		{Finding{ID: "1", Policy: Policy{Mode: Testing, MX: []string{"a.b"}}, Source: Fetched, Expires: noon}, true, "MTA-STS: testing, mx a.b (fetched, id 1, until 2026-11-23)"},
		{Finding{ID: "1", Policy: current, Source: Stored, Expires: noon, Problem: why}, true, "MTA-STS: " + current.String() + " (stored, id 1, until 2026-11-23), though no answer"},
	} {
		if got := c.f.String(); got != c.want || c.f.Applies() != c.applies {
			t.Errorf("%q applies %v, want %q, %v", got, c.f.Applies(), c.want, c.applies)
		}
	}
}

func TestAStoreThatCannotBeWrittenIsTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := Finder{DNS: &resolve.Zone{Records: `_mta-sts.crepes.fr TXT "v=STSv1; id=2"`}, Store: Store{Dir: filepath.Join(file, "sts")},
		Now: func() time.Time { return noon }, Fetch: func(context.Context, string) (Policy, error) { return current, nil }}
	d, _ := address.ParseDomain(domain)
	got := f.Find(t.Context(), d)
	if got.Policy.Mode != Enforce || got.Problem == nil || !strings.Contains(got.Problem.Error(), "can't be kept") {
		t.Errorf("found %+v", got)
	}
}

func TestAnInterruptedFetchIsNotHeldAgainstTheHost(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	store := Store{Dir: t.TempDir()}
	f := Finder{DNS: &resolve.Zone{Records: `_mta-sts.crepes.fr TXT "v=STSv1; id=2"`}, Store: store, Now: func() time.Time { return noon },
		Fetch: func(ctx context.Context, _ string) (Policy, error) { cancel(); return Policy{}, ctx.Err() }}
	d, _ := address.ParseDomain(domain)
	f.Find(ctx, d)
	if e, _ := store.Load(domain); e.FailedID != "" {
		t.Errorf("kept %+v", e)
	}
}

func TestStoredFilesOfOthers(t *testing.T) {
	good := entry{ID: "1", Fetched: noon, Expires: noon.Add(time.Hour), Policy: current}.text()
	for name, text := range map[string]string{
		"empty":      "",
		"foreign":    "hello\n",
		"newer":      strings.Replace(good, "mta-sts 1", "mta-sts 2", 1),
		"torn":       good[:len(good)-len("mx: mx.crepes.fr\n")],
		"torn early": good[:40],
		"bad date":   strings.Replace(good, "expires: 2026", "expires: x", 1),
		"bad id":     strings.Replace(good, "id: 1", "id: 1 2", 1),
		"endless":    heading + "\n" + strings.Repeat("x", 4*maxPolicy),
	} {
		store := Store{Dir: t.TempDir()}
		if err := os.WriteFile(store.path(domain), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if e, _ := store.Load(domain); e.valid(noon) {
			t.Errorf("%s: believed %+v", name, e)
		}
	}
}

func TestStoredFilesAreTheUsersOwn(t *testing.T) {
	store := Store{Dir: filepath.Join(t.TempDir(), "a", "sts")}
	if err := store.Save("../../evil", entry{ID: "1", Expires: noon}); err != nil {
		t.Fatal(err)
	}
	found, err := os.ReadDir(store.Dir)
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	if info, _ := found[0].Info(); info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can get at it: %v", info.Mode())
	}
}
