package spool

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mxsend/transport/report"
)

var errDisk = errors.New("no space left on the device")

// failing is a file system whose calls fail from some call on, for so many calls. A write that fails leaves half of it behind.
type failing struct {
	FS
	mu    sync.Mutex
	calls int
	from  int // 0: never
	count int
}

func (f *failing) fails() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	return f.from > 0 && f.calls >= f.from && f.calls < f.from+f.count
}

func (f *failing) err() error {
	if f.fails() {
		return errDisk
	}
	return nil
}

func (f *failing) Mkdir(path string) error { return errors.Join(f.err(), f.FS.Mkdir(path)) }

func (f *failing) Create(path string) (File, error) {
	if f.fails() {
		return nil, errDisk
	}
	file, err := f.FS.Create(path)
	return &failingFile{file, f}, err
}

func (f *failing) Open(path string) (File, error) {
	if f.fails() {
		return nil, errDisk
	}
	file, err := f.FS.Open(path)
	if err != nil {
		return nil, err
	}
	return &failingFile{file, f}, nil
}

func (f *failing) Rename(from, to string) error {
	if f.fails() {
		return errDisk
	}
	return f.FS.Rename(from, to)
}

func (f *failing) Remove(path string) error {
	if f.fails() {
		return errDisk
	}
	return f.FS.Remove(path)
}

func (f *failing) SyncDir(path string) error { return errors.Join(f.err(), f.FS.SyncDir(path)) }

func (f *failing) List(path string, each func(string, time.Time)) error {
	if f.fails() {
		return errDisk
	}
	return f.FS.List(path, each)
}

type failingFile struct {
	File
	fs *failing
}

func (f *failingFile) Write(p []byte) (int, error) {
	if f.fs.fails() {
		n, _ := f.File.Write(p[:len(p)/2])
		return n, errDisk
	}
	return f.File.Write(p)
}

func (f *failingFile) ReadAt(p []byte, at int64) (int, error) {
	if f.fs.fails() {
		return 0, errDisk
	}
	return f.File.ReadAt(p, at)
}

func (f *failingFile) Sync() error {
	if f.fs.fails() {
		return errDisk
	}
	return f.File.Sync()
}

func (f *failingFile) Lock() (bool, error) {
	if f.fs.fails() {
		return false, errDisk
	}
	return f.File.Lock()
}

// story puts a letter to three into the spool and runs it some times while the disk fails, and then until it is empty with a
// disk that does not. It says whether the letter was promised.
func story(t *testing.T, disk *failing) (w *world, promised bool) {
	t.Helper()
	w = newWorld()
	w.moods[carol] = []report.State{report.Deferred, report.Delivered}
	w.moods[dave] = []report.State{report.Failed}
	r := w.runner(t)
	disk.FS = system{}
	r.Spool.FS = disk
	_, err := r.Spool.Add(t.Context(), compose(alice, "x", bob, carol, dave), Terms{})
	for range 2 {
		r.Run(t.Context(), false)
		w.sleep(time.Hour)
	}
	r.Spool.FS = nil
	for range 10 {
		if _, err := r.Run(t.Context(), false); err != nil {
			t.Errorf("with a good disk: %v", err)
		}
		w.sleep(5 * time.Hour)
	}
	if got := left(t, r.Spool); len(got) > 0 {
		t.Errorf("left in the spool: %q", got)
	}
	return w, err == nil
}

// TestEveryCallFails lets every single call to the file system fail, once, a few times, and from then on for a while: what was
// promised is delivered or told, nothing is torn, and who got a second copy got it because the first could not be recorded.
func TestEveryCallFails(t *testing.T) {
	whole := &failing{}
	story(t, whole)
	for _, count := range []int{1, 3, 1000} {
		for n := 1; n <= whole.calls; n++ {
			disk := &failing{from: n, count: count}
			w, promised := story(t, disk)
			name := fmt.Sprintf("%d calls from the %d. of %d", count, n, whole.calls)
			if len(w.torn) > 0 {
				t.Fatalf("%s: torn %q", name, w.torn)
			}
			for _, to := range []string{bob, carol} {
				got := w.taken[to+" <x>"]
				if promised && got == 0 || got > 2 || !promised && count == 1 && got > 0 {
					t.Errorf("%s: promised %v, %s got %d", name, promised, to, got)
				}
			}
			if told := w.told["failure "+dave]; promised && told == 0 {
				t.Errorf("%s: nobody was told about %s", name, dave)
			}
			if t.Failed() {
				return
			}
		}
	}
}

// TestALongWayWithFaults holds a spool against the simplest model of one: what was promised and is not yet answered for. Letters
// come and runs are made at random while the disk fails at random.
func TestALongWayWithFaults(t *testing.T) {
	for seed := range uint64(25) {
		dice := rand.New(rand.NewPCG(seed, 1))
		w, disk := newWorld(), &failing{FS: system{}}
		r := w.runner(t)
		r.Spool.FS = disk
		promised := map[string]bool{}
		for step := range 60 {
			disk.calls, disk.from, disk.count = 0, 0, 1+dice.IntN(3)
			if dice.IntN(2) == 0 {
				disk.from = 1 + dice.IntN(60)
			}
			switch dice.IntN(5) {
			case 0, 1:
				to := fmt.Sprintf("u%d@hamburger.edu", step)
				for range dice.IntN(4) {
					w.moods[to] = append(w.moods[to], []report.State{report.Deferred, report.Unknown, report.Deferred}[dice.IntN(3)])
				}
				w.moods[to] = append(w.moods[to], []report.State{report.Delivered, report.Delivered, report.Failed}[dice.IntN(3)])
				if _, err := r.Spool.Add(t.Context(), compose(alice, fmt.Sprint(step), to), Terms{}); err == nil {
					promised[to] = true
				}
			case 2:
				ctx, cancel := context.WithCancel(t.Context())
				if dice.IntN(3) == 0 {
					cancel()
				}
				r.Run(ctx, dice.IntN(2) == 0)
				cancel()
			case 3:
				w.sleep(time.Duration(dice.Int64N(int64(6 * time.Hour))))
			case 4:
				w.sleep(time.Duration(dice.Int64N(int64(200*24*time.Hour))) - 100*24*time.Hour)
			}
		}
		r.Spool.FS = nil
		for range 30 {
			r.Run(t.Context(), true)
			w.sleep(time.Hour)
		}
		for to := range promised {
			name := strings.TrimSuffix(strings.TrimPrefix(to, "u"), "@hamburger.edu")
			if w.taken[to+" <"+name+">"] == 0 && w.told["failure "+to] == 0 {
				t.Errorf("seed %d: %s was promised, and nobody got it or was told: %v", seed, to, w.moods[to])
			}
		}
		got := slices.DeleteFunc(left(t, r.Spool), func(line string) bool { return strings.HasPrefix(line, "kept:") }) // notices that came too late
		if len(got) > 0 || len(w.torn) > 0 {
			t.Errorf("seed %d: left %q, torn %q", seed, got, w.torn)
		}
	}
}

// What is not recorded is not done: a runner that cannot write the attempt down connects to nobody.
func TestNothingIsSentThatCannotBeRecorded(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob), Terms{})
	c, err := r.Spool.Claim(id)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	r.Spool.FS = &unwritable{FS: system{}}
	if _, err := r.Attempt(t.Context(), id, Mode{}); !errors.Is(err, errDisk) || w.carries != 0 {
		t.Errorf("%v, carried %d times", err, w.carries)
	}
}

// What could not be made safe has an exit code of its own kind, and leaves nothing behind.
func TestWhatCannotBeKept(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		disk FS
		code int
	}{{over, nil, 75}, {t.Context(), &failing{FS: system{}, from: 2, count: 1}, 74}, {t.Context(), &failing{FS: system{}, from: 1, count: 1}, 73}} {
		w := newWorld()
		r := w.runner(t)
		r.Spool.FS = c.disk
		_, err := r.Spool.Add(c.ctx, compose(alice, "x", bob), Terms{})
		var coded interface{ ExitCode() int }
		if !errors.As(err, &coded) || coded.ExitCode() != c.code {
			t.Errorf("got %v, want exit code %d", err, c.code)
		}
		if found, _ := os.ReadDir(r.Spool.Dir); len(found) > 0 {
			t.Errorf("left behind: %v", found)
		}
	}
}

type unwritable struct{ FS }

func (u *unwritable) Open(path string) (File, error) {
	f, err := u.FS.Open(path)
	return mute{f}, err
}

type mute struct{ File }

func (mute) Write([]byte) (int, error) { return 0, errDisk }

// Ten thousand letters are listed and run through without being held all at once.
func TestManyLetters(t *testing.T) {
	if testing.Short() {
		t.Skip("ten thousand letters")
	}
	w := newWorld()
	r := w.runner(t)
	r.Spool.FS = swift{system{}}
	const many = 10_000
	for i := range many {
		w.add(t, r, compose(alice, fmt.Sprint(i), fmt.Sprintf("u%d@d%d.example", i, i%100)), Terms{})
	}
	allocated := testing.AllocsPerRun(1, func() {
		n := 0
		if err := r.Spool.List(func(e Entry) error { n++; return e.Problem }); err != nil || n < many {
			t.Fatal(n, err)
		}
	})
	if _, err := r.Run(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if len(w.taken) != many || len(left(t, r.Spool)) != 0 {
		t.Errorf("%d taken, %d left", len(w.taken), len(left(t, r.Spool)))
	}
	t.Logf("listing allocates %.0f times a letter", allocated/many)
}

// swift does not wait for the disk.
type swift struct{ FS }

func (swift) SyncDir(string) error { return nil }
func (s swift) Create(path string) (File, error) {
	f, err := s.FS.Create(path)
	return swiftFile{f}, err
}
func (s swift) Open(path string) (File, error) {
	f, err := s.FS.Open(path)
	if err != nil {
		return nil, err
	}
	return swiftFile{f}, nil
}

type swiftFile struct{ File }

func (swiftFile) Sync() error { return nil }

// Whatever is in a file, reading it ends, and what is read is written as it was.
func FuzzEnvelope(f *testing.F) {
	l := compose(alice, "x", bob, carol)
	h := newHead("20261123T120000-aaaabbbbccccdddd", l, Terms{Settings: map[string]string{"relay": "x"}})
	h.Arrived, h.Digest = noon, strings.Repeat("0", 64)
	text, err := h.text()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(text + record{at: noon, verb: verbAttempt, places: []int{0, 1}, next: noon.Add(time.Hour)}.String() +
		record{at: noon, verb: verbState, places: []int{1}, state: Failed, answer: Answer{Code: 550, Text: "no\r\n\x1b", Host: "mx \" x"}}.String() + "2026-11-23T12:00:00Z sta")
	f.Fuzz(func(t *testing.T, text string) {
		it, err := parseItem(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			return
		}
		h := head{ID: it.ID, Arrived: it.Arrived, Terms: it.Terms, Envelope: it.Envelope, Facts: it.Facts, Digest: it.digest}
		again, err := h.text()
		if err != nil {
			t.Fatal(err)
		}
		back, err := readHead(bufio.NewReader(strings.NewReader(again)))
		if err != nil || back.ID != it.ID || len(back.Envelope.Recipients) != len(it.Recipients) {
			t.Fatalf("%v: %s", err, again)
		}
	})
}

func FuzzRecord(f *testing.F) {
	f.Add(record{at: noon, verb: verbState, places: []int{7}, state: Deferred, answer: Answer{Code: 450, Text: "later \"x\"", Stage: "rcpt"}}.String(), "text\r\nnext #line", 3)
	f.Fuzz(func(t *testing.T, line, text string, place int) {
		if r, ok := parseRecord(strings.TrimSuffix(line, "\n")); ok && r.String() != strings.TrimSuffix(line, "\n")+"\n" && r.verb != verbState {
			if again, ok := parseRecord(strings.TrimSuffix(r.String(), "\n")); !ok || again.verb != r.verb || !slices.Equal(again.places, r.places) {
				t.Fatalf("%q came back as %q", line, r)
			}
		}
		written := record{at: noon, verb: verbState, places: []int{max(place, 0)}, state: Failed, answer: Answer{Text: text, Host: text, Enhanced: text}}.String()
		if strings.Count(written, "\n") != 1 {
			t.Fatalf("%q is more than a line", written)
		}
		r, ok := parseRecord(strings.TrimSuffix(written, "\n"))
		if !ok || r.answer.Text != text || r.answer.Host != text {
			t.Fatalf("%q came back as %q, %v", text, r.answer, ok)
		}
	})
}
