package spool

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mxsend/compose/letter"
	"mxsend/transport/report"
)

// noting is a file system that writes down what is asked of it, without the names of letters.
type noting struct {
	FS
	said []string
	gone bool // every open file has lost its name
}

func (n *noting) note(what, path string) {
	name := filepath.Base(path)
	if len(name) > 32 && isID(name[:32]) {
		name = name[32:]
	}
	n.said = append(n.said, what+" "+name)
}

func (n *noting) Create(path string) (File, error) {
	f, err := n.FS.Create(path)
	return &notingFile{f, n, path}, err
}

func (n *noting) Open(path string) (File, error) {
	f, err := n.FS.Open(path)
	if err != nil {
		return nil, err
	}
	return &notingFile{f, n, path}, nil
}

func (n *noting) Rename(from, to string) error {
	n.note("rename", to)
	return n.FS.Rename(from, to)
}

func (n *noting) Remove(path string) error {
	n.note("remove", path)
	return n.FS.Remove(path)
}

func (n *noting) SyncDir(path string) error {
	n.said = append(n.said, "sync folder")
	return n.FS.SyncDir(path)
}

type notingFile struct {
	File
	fs   *noting
	path string
}

func (f *notingFile) Write(p []byte) (int, error) {
	words := strings.Fields(string(p))
	verb := ""
	if len(words) > 1 && strings.HasSuffix(f.path, envelopeFile) {
		verb = ": " + words[1]
	}
	f.fs.note("write", f.path+verb)
	return f.File.Write(p)
}

func (f *notingFile) Sync() error {
	f.fs.note("sync", f.path)
	return f.File.Sync()
}

func (f *notingFile) IsAt(path string) bool { return !f.fs.gone && path == f.path && f.File.IsAt(path) }

// What is promised is safe before it is promised, what is recorded is safe before the next word is said, and a letter goes
// after its envelope.
func TestTheOrderOfWrites(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	n := &noting{FS: system{}}
	r.Spool.FS = n
	id := w.add(t, r, compose(alice, "x", bob), Terms{})
	n.said = n.said[slices.Index(n.said, "write .letter.new"):]
	var carried []string
	r.Carry = func(ctx context.Context, l *letter.Letter, terms Terms, settled func(report.Outcome)) (report.Report, error) {
		n.said = append(n.said, "connect")
		r, err := w.carry(ctx, l, terms, func(o report.Outcome) { settled(o); carried = append(carried, "told") })
		n.said = append(n.said, "goodbye")
		return r, err
	}
	if _, err := r.Attempt(t.Context(), id, Mode{}); err != nil {
		t.Fatal(err)
	}
	want := []string{"write .letter.new", "sync .letter.new", "rename .letter", "sync folder",
		"write .envelope.new", "sync .envelope.new", "rename .envelope", "sync folder",
		"write .envelope: attempt", "sync .envelope", "connect", "write .envelope: state", "sync .envelope", "goodbye",
		"remove .envelope", "sync folder", "remove .letter"}
	if !slices.Equal(n.said, want) || len(carried) != 1 {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(n.said, "\n"), strings.Join(want, "\n"))
	}
}

// A letter whose name went away between its opening and its locking is somebody else's.
func TestAClaimOfWhatIsGone(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob), Terms{})
	r.Spool.FS = &noting{FS: system{}, gone: true}
	if _, err := r.Spool.Claim(id); !errors.Is(err, ErrGone) {
		t.Errorf("got %v", err)
	}
}

// One fate is recorded for each recipient; being stopped on request is none, and nothing that is heard after an end counts.
func TestOneFateIsRecorded(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob, carol, bob), Terms{})
	n := &noting{FS: system{}}
	r.Spool.FS = n
	r.Carry = func(_ context.Context, l *letter.Letter, _ Terms, settled func(report.Outcome)) (report.Report, error) {
		to := l.Envelope.Recipients
		settled(report.Outcome{Recipient: to[0].Address, State: report.Delivered})
		settled(report.Outcome{Recipient: to[2].Address, State: report.Deferred}) // the same mailbox a second time
		settled(report.Outcome{Recipient: to[1].Address, State: report.Stopped})
		return report.Report{Outcomes: []report.Outcome{
			{Recipient: to[0].Address, State: report.Failed}, {Recipient: to[1].Address, State: report.Stopped}, {Recipient: to[2].Address, State: report.Deferred}}}, nil
	}
	if _, err := r.Attempt(t.Context(), id, Mode{}); err != nil {
		t.Fatal(err)
	}
	it, err := r.Spool.Show(id)
	if err != nil {
		t.Fatal(err)
	}
	got := []State{it.Recipients[0].State, it.Recipients[1].State, it.Recipients[2].State}
	if !slices.Equal(got, []State{Delivered, Open, Deferred}) || strings.Count(strings.Join(n.said, "\n"), "state") != 2 {
		t.Errorf("got %q after\n%s", got, strings.Join(n.said, "\n"))
	}
}

// Whoever is interrupted neither gives up on anybody nor tells anybody, since the next run may find it otherwise.
func TestAnInterruptedAttemptDecidesNothing(t *testing.T) {
	w := newWorld()
	w.moods[bob], w.moods[carol] = []report.State{report.Failed}, []report.State{report.Deferred}
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob, carol), Terms{Expiry: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	carry := r.Carry
	r.Carry = func(ctx context.Context, l *letter.Letter, terms Terms, settled func(report.Outcome)) (report.Report, error) {
		defer cancel()
		return carry(ctx, l, terms, settled)
	}
	if _, err := r.Attempt(ctx, id, Mode{}); err != nil {
		t.Fatal(err)
	}
	if got := left(t, r.Spool); !slices.Equal(got, []string{"letter: failed deferred"}) || len(w.told) != 0 {
		t.Errorf("left %q, told %v", got, w.told)
	}
	w.sleep(2 * time.Hour)
	if _, err := r.Attempt(ctx, id, Mode{All: true}); err != nil || len(w.told) != 0 {
		t.Errorf("interrupted again: %v, told %v", err, w.told)
	}
	r.Carry = carry
	if _, err := r.Run(t.Context(), true); err != nil || w.told["failure "+bob] != 1 || w.told["failure "+carol] != 1 {
		t.Errorf("at last: %v, told %v", err, w.told)
	}
}
