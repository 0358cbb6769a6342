package mtasts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Store keeps policies between runs: one text file a domain. The zero value keeps nothing.
type Store struct {
	Dir string // made when the first policy is kept; empty: nothing is kept
}

// entry is what is known of one domain.
type entry struct {
	ID       string // of Policy; empty: there is none
	Fetched  time.Time
	Expires  time.Time
	FailedID string // the id whose fetch failed last
	Failed   time.Time
	Policy   Policy
}

const (
	heading = "mxsend mta-sts 1" // the first line of a file: what it is, and the version of its format
	backoff = 5 * time.Minute    // until a fetch that failed is tried again. RFC 8461 §3.3
)

// valid: a clock that was set back makes no policy older, so one from the future is not believed.
func (e entry) valid(now time.Time) bool {
	return e.ID != "" && now.Before(e.Expires) && !now.Add(maxAge).Before(e.Expires)
}

func (e entry) failedSince(now time.Time, id string) bool {
	since := now.Sub(e.Failed)
	return e.FailedID == id && since >= 0 && since < backoff
}

// finding is what the entry says now.
func (e entry) finding(now time.Time, problem error) Finding {
	if !e.valid(now) {
		return Finding{Problem: problem}
	}
	return Finding{Policy: e.Policy, ID: e.ID, Source: Stored, Expires: e.Expires, Problem: problem}
}

// Load reads what is kept of a domain. Without an error and with a zero entry, nothing is.
func (s Store) Load(domain string) (entry, error) {
	if s.Dir == "" {
		return entry{}, nil
	}
	info, err := os.Stat(s.path(domain))
	if errors.Is(err, os.ErrNotExist) {
		return entry{}, nil
	}
	if err == nil && !info.Mode().IsRegular() { // opening a pipe would wait for a writer
		return entry{}, errForeign
	}
	f, err := os.Open(s.path(domain))
	if err != nil {
		return entry{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 2*maxPolicy))
	if err != nil {
		return entry{}, err
	}
	return parseEntry(text)
}

// Save keeps an entry; another run never sees half of it.
func (s Store) Save(domain string, e entry) error {
	if s.Dir == "" {
		return nil
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.Dir, ".new-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(e.text())
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), s.path(domain))
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// path: a domain in A-labels has no octet that means anything to a file system, but for the names of folders.
func (s Store) path(domain string) string {
	return filepath.Join(s.Dir, strings.NewReplacer("/", "_", `\`, "_", ":", "_").Replace(domain)+".sts")
}

func (e entry) text() string {
	var b strings.Builder
	fmt.Fprintln(&b, heading)
	for _, line := range [][2]string{{"id", e.ID}, {"fetched", stamp(e.Fetched)}, {"expires", stamp(e.Expires)},
		{"failed-id", e.FailedID}, {"failed", stamp(e.Failed)}} {
		if line[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", line[0], line[1])
		}
	}
	if e.ID != "" {
		fmt.Fprintf(&b, "\n%s", e.Policy.document())
	}
	return b.String()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

var errForeign = errors.New("not a stored policy")

// parseEntry reads a file. One that is torn or of another kind counts as none.
func parseEntry(text []byte) (entry, error) {
	head, document, _ := bytes.Cut(text, []byte("\n\n"))
	var e entry
	for i, line := range strings.Split(strings.TrimSuffix(string(head), "\n"), "\n") {
		if i == 0 && line != heading {
			return entry{}, errForeign
		}
		name, value, _ := strings.Cut(line, ": ")
		if err := e.set(name, value); err != nil {
			return entry{}, fmt.Errorf("%w: %w", errForeign, err)
		}
	}
	if e.ID == "" {
		return e, nil
	}
	var err error
	e.Policy, err = ParsePolicy(document)
	if err != nil || e.Expires.IsZero() || !isID(e.ID) {
		return entry{}, errForeign
	}
	return e, nil
}

func (e *entry) set(name, value string) (err error) {
	switch name {
	case "id":
		e.ID = value
	case "failed-id":
		e.FailedID = value
	case "fetched":
		e.Fetched, err = time.Parse(time.RFC3339, value)
	case "expires":
		e.Expires, err = time.Parse(time.RFC3339, value)
	case "failed":
		e.Failed, err = time.Parse(time.RFC3339, value)
	}
	return err
}
