package spool

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/smtp"
)

const (
	bob, carol, dave = "bob@hamburger.edu", "carol@hamburger.edu", "dave@other.example"
	alice            = "alice@crepes.fr"
)

// A letter to three, of whom one accepts, one is deferred and one refuses, over several runs.
func TestAMixedLetter(t *testing.T) {
	w := newWorld()
	w.moods[carol] = []report.State{report.Deferred, report.Deferred, report.Delivered}
	w.moods[dave] = []report.State{report.Failed}
	r := w.runner(t)
	w.add(t, r, compose(alice, "mixed", bob, carol, dave), Terms{})
	if _, err := r.Run(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(slices.Values(left(t, r.Spool))); !slices.Equal(got, []string{"letter: delivered deferred failed", "notice: open"}) {
		t.Errorf("after the first run: %q", got)
	}
	if next, err := r.Run(t.Context(), false); err != nil || w.asked[carol] != 1 || next.Sub(noon) != firstPause {
		t.Errorf("run again at once: %v, carol asked %d times, next %v", err, w.asked[carol], next)
	}
	for range 3 {
		w.sleep(time.Hour)
		if _, err := r.Run(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	if got := left(t, r.Spool); len(got) != 0 {
		t.Errorf("at last: %q", got)
	}
	if w.taken[bob+" <mixed>"] != 1 || w.taken[carol+" <mixed>"] != 1 || w.told["failure "+dave] != 1 || len(w.told) != 1 {
		t.Errorf("taken %v, told %v", w.taken, w.told)
	}
	if found, _ := os.ReadDir(r.Spool.Dir); len(found) != 0 {
		t.Errorf("left behind: %v", found)
	}
}

func TestPausesGrow(t *testing.T) {
	w := newWorld()
	w.moods[bob] = []report.State{report.Deferred}
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob), Terms{})
	var pauses []time.Duration
	for range 8 {
		next, err := r.Run(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		pauses = append(pauses, next.Sub(w.clock()))
		w.sleep(next.Sub(w.clock()))
	}
	want := []time.Duration{5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 40 * time.Minute, 80 * time.Minute, 160 * time.Minute, 216 * time.Minute, 216 * time.Minute}
	if !slices.Equal(pauses, want) {
		t.Errorf("pauses %v, want %v", pauses, want)
	}
	it, err := r.Spool.Show(id)
	if err != nil || it.Recipients[0].Attempts != 8 || strings.ContainsAny(it.Recipients[0].Answer.String(), "\x1b\n") || !strings.Contains(it.Recipients[0].Answer.String(), "said") {
		t.Errorf("%+v, %v", it, err)
	}
}

func TestJitter(t *testing.T) {
	for attempts := range 12 {
		low, high := pause(attempts, func() float64 { return 0 }), pause(attempts, func() float64 { return 0.999999 })
		if low >= high || high > longestPause || low < firstPause*9/10 {
			t.Errorf("after %d: from %v to %v", attempts, low, high)
		}
	}
}

func TestExpiry(t *testing.T) {
	w := newWorld()
	w.moods[bob] = []report.State{report.Deferred}
	r := w.runner(t)
	w.add(t, r, compose(alice, "x", bob), Terms{Expiry: 24 * time.Hour, DelayAfter: 4 * time.Hour})
	w.sleep(48 * time.Hour)
	runs := 0
	for len(left(t, r.Spool)) > 0 && runs < 20 {
		if _, err := r.Run(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		w.sleep(5 * time.Hour)
		runs++
	}
	if w.asked[bob] == 0 || w.told["failure "+bob] != 1 {
		t.Errorf("asked %d times, told %v, left %q", w.asked[bob], w.told, left(t, r.Spool))
	}
}

func TestDelayIsToldOnce(t *testing.T) {
	w := newWorld()
	w.moods[bob] = []report.State{report.Deferred}
	r := w.runner(t)
	w.add(t, r, compose(alice, "x", bob), Terms{DelayAfter: 4 * time.Hour})
	w.add(t, r, compose("", "y", bob), Terms{DelayAfter: 4 * time.Hour})
	for range 6 {
		if _, err := r.Run(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		w.sleep(2 * time.Hour)
	}
	if w.told["delay "+bob] != 1 || len(w.told) != 1 {
		t.Errorf("told %v", w.told)
	}
}

// Nobody is told about a notice, and nobody who is nobody.
func TestWhoIsNotTold(t *testing.T) {
	w := newWorld()
	w.moods[bob], w.moods[alice] = []report.State{report.Failed}, []report.State{report.Failed}
	r := w.runner(t)
	w.add(t, r, compose("", "from nobody", bob), Terms{})
	for range 3 {
		if _, err := r.Run(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	if got := left(t, r.Spool); len(got) != 0 || len(w.told) != 0 {
		t.Errorf("left %q, told %v", got, w.told)
	}
	w.add(t, r, compose(alice, "x", bob), Terms{})
	for range 3 {
		if _, err := r.Run(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	if got := left(t, r.Spool); !slices.Equal(got, []string{"kept: failed"}) || len(w.told) != 1 {
		t.Errorf("a notice that nobody takes: left %q, told %v", got, w.told)
	}
	if got := w.asked[alice]; got != 1 {
		t.Errorf("alice was asked %d times", got)
	}
}

func TestANoticeThatCannotBeSentIsKept(t *testing.T) {
	w := newWorld()
	w.keep, w.moods[bob] = true, []report.State{report.Failed}
	r := w.runner(t)
	w.add(t, r, compose(alice, "x", bob), Terms{})
	for range 2 {
		if _, err := r.Run(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	if got := left(t, r.Spool); !slices.Equal(got, []string{"kept: open"}) || w.asked[alice] != 0 {
		t.Errorf("left %q, alice asked %d times", got, w.asked[alice])
	}
}

func TestTheSenderWhoReadsTheReportIsNotTold(t *testing.T) {
	w := newWorld()
	w.moods[bob] = []report.State{report.Failed}
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob), Terms{})
	if rep, err := r.Attempt(t.Context(), id, Mode{Told: true}); err != nil || rep.Outcomes[0].State != report.Failed {
		t.Fatal(rep, err)
	}
	if got := left(t, r.Spool); len(got) != 0 || len(w.told) != 0 {
		t.Errorf("left %q, told %v", got, w.told)
	}
}

// A lost final reply keeps the recipient, with the same octets and Message-ID.
func TestALostReplyIsTriedAgain(t *testing.T) {
	w := newWorld()
	w.moods[bob] = []report.State{report.Unknown, report.Delivered}
	r := w.runner(t)
	w.add(t, r, compose(alice, "x", bob), Terms{})
	r.Run(t.Context(), false)
	if got := left(t, r.Spool); !slices.Equal(got, []string{"letter: unknown"}) {
		t.Errorf("left %q", got)
	}
	w.sleep(time.Hour)
	r.Run(t.Context(), false)
	if got := left(t, r.Spool); len(got) != 0 || w.taken[bob+" <x>"] != 2 || len(w.torn) != 0 {
		t.Errorf("left %q, taken %v, torn %v", got, w.taken, w.torn)
	}
}

// A clock that is a year off loses nothing and parks nothing.
func TestTheClockJumps(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, jump := range []time.Duration{year, -year} {
		w := newWorld()
		w.moods[bob] = []report.State{report.Deferred, report.Delivered}
		r := w.runner(t)
		w.add(t, r, compose(alice, "untried", carol), Terms{})
		w.sleep(jump)
		w.add(t, r, compose(alice, "x", bob), Terms{})
		r.Run(t.Context(), false)
		w.sleep(-jump)
		r.Run(t.Context(), false)
		w.sleep(time.Hour)
		r.Run(t.Context(), false)
		if got := left(t, r.Spool); len(got) != 0 || w.taken[bob+" <x>"] != 1 || w.taken[carol+" <untried>"] != 1 || len(w.told) != 0 {
			t.Errorf("jump %v: left %q, taken %v, told %v", jump, got, w.taken, w.told)
		}
	}
}

// One destination that is dead is tried once in a pass, whatever is waiting for it, and holds nobody up.
func TestADeadDestination(t *testing.T) {
	w := newWorld()
	w.class = smtp.ClassConnection
	r := w.runner(t)
	r.Parallel = 1
	for i := range 20 {
		dead, alive := fmt.Sprintf("u%d@dead.example", i), fmt.Sprintf("u%d@alive.example", i)
		w.moods[dead] = []report.State{report.Deferred}
		w.add(t, r, compose(alice, fmt.Sprint(i), dead, alive), Terms{})
	}
	if _, err := r.Run(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	dead := 0
	for name, n := range w.asked {
		if strings.HasSuffix(name, "@dead.example") {
			dead += n
		} else if n != 1 {
			t.Errorf("%s was asked %d times", name, n)
		}
	}
	if dead != 1 || len(w.asked) != 21 {
		t.Errorf("the dead destination was asked %d times", dead)
	}
	// the others wait with the one that was tried, and that is no attempt of theirs
	attempts := 0
	if err := r.Spool.List(func(e Entry) error {
		to := e.Item.Recipients[0]
		attempts += to.Attempts
		if to.Next.Sub(noon) != firstPause {
			t.Errorf("%s is tried again at %v", to.Address, to.Next)
		}
		return nil
	}); err != nil || attempts != 1 {
		t.Errorf("%d attempts are recorded, %v", attempts, err)
	}
	if next, err := r.Run(t.Context(), false); err != nil || w.carries != 20 || next.Sub(noon) != firstPause {
		t.Errorf("run again at once: %v, carried %d times, next %v", err, w.carries, next)
	}
}

// A letter that nobody has tried is due at once, whatever else waits.
func TestNextIsTheEarliest(t *testing.T) {
	w := newWorld()
	w.moods[bob] = []report.State{report.Deferred}
	r := w.runner(t)
	w.add(t, r, compose(alice, "x", bob), Terms{})
	r.Run(t.Context(), false)
	w.add(t, r, compose(alice, "y", carol), Terms{})
	if next, err := r.next(); err != nil || !next.Equal(noon) {
		t.Errorf("next %v, %v", next, err)
	}
}

// Who may have got the letter is not told that he did not, when its time is over.
func TestAnUnknownEndIsToldAsUnknown(t *testing.T) {
	w := newWorld()
	w.moods[bob], w.moods[carol] = []report.State{report.Unknown}, []report.State{report.Deferred}
	r := w.runner(t)
	heard := map[string]report.State{}
	r.Notice = func(_ context.Context, t Telling) (*letter.Letter, bool, error) {
		for _, place := range t.Places {
			to := t.Item.Recipients[place]
			heard[to.Address.String()] = to.Outcome().State
		}
		return nil, false, nil
	}
	w.add(t, r, compose(alice, "x", bob, carol), Terms{Expiry: time.Hour})
	for range 2 {
		if _, err := r.Run(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		w.sleep(2 * time.Hour)
	}
	if heard[bob] != report.Unknown || heard[carol] != report.Deferred || len(left(t, r.Spool)) != 0 {
		t.Errorf("told %v, left %q", heard, left(t, r.Spool))
	}
}

func TestOldestAndNewestInTurn(t *testing.T) {
	if got := fair([]string{"1", "2", "3", "4", "5"}); !slices.Equal(got, []string{"1", "5", "2", "4", "3"}) {
		t.Errorf("%q", got)
	}
	if got := fair(nil); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

// Two runners at once: every letter is tried by one of them.
func TestTwoRunners(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	for i := range 50 {
		w.add(t, r, compose(alice, fmt.Sprint(i), fmt.Sprintf("u%d@hamburger.edu", i)), Terms{})
	}
	other := &Runner{Spool: &Spool{Dir: r.Spool.Dir, Now: w.clock}, Carry: w.carry, Notice: w.notice}
	var both sync.WaitGroup
	for _, one := range []*Runner{r, other} {
		both.Go(func() {
			if _, err := one.Run(t.Context(), false); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if got := left(t, r.Spool); len(got) != 0 || len(w.taken) != 50 {
		t.Errorf("left %q, %d taken", got, len(w.taken))
	}
	for what, n := range w.taken {
		if n != 1 {
			t.Errorf("%s was taken %d times", what, n)
		}
	}
}

func TestHoldReleaseRetryRemove(t *testing.T) {
	w := newWorld()
	w.moods[bob] = []report.State{report.Deferred, report.Delivered}
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob), Terms{})
	claimed := func(do func(*Claim) error) {
		t.Helper()
		c, err := r.Spool.Claim(id)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := do(c); err != nil {
			t.Fatal(err)
		}
	}
	claimed((*Claim).Hold)
	r.Run(t.Context(), true)
	if w.asked[bob] != 0 {
		t.Error("a letter that is held was tried")
	}
	claimed((*Claim).Release)
	r.Run(t.Context(), false)
	r.Run(t.Context(), false)
	if w.asked[bob] != 1 {
		t.Errorf("asked %d times", w.asked[bob])
	}
	claimed(func(c *Claim) error {
		n, err := c.Retry(func(to Recipient) bool { return to.Address.Domain.ASCII == "hamburger.edu" })
		if n != 1 {
			t.Errorf("%d are due", n)
		}
		if _, err := r.Spool.Claim(id); !errors.Is(err, ErrTaken) {
			t.Errorf("claimed twice: %v", err)
		}
		return err
	})
	r.Run(t.Context(), false)
	if w.asked[bob] != 2 || len(left(t, r.Spool)) != 0 {
		t.Errorf("asked %d times, left %q", w.asked[bob], left(t, r.Spool))
	}
	if _, err := r.Spool.Claim(id); !errors.Is(err, ErrGone) {
		t.Errorf("claimed: %v", err)
	}
	id = w.add(t, r, compose(alice, "y", bob), Terms{})
	claimed((*Claim).Remove)
	if found, _ := os.ReadDir(r.Spool.Dir); len(found) != 0 {
		t.Errorf("left behind: %v", found)
	}
}

func TestWatchEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.moods[bob] = []report.State{report.Deferred, report.Deferred, report.Delivered}
		r := w.runner(t)
		r.Spool.Now = time.Now
		w.add(t, r, compose(alice, "x", bob), Terms{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		r.Watch(ctx, func(err error) { t.Error(err) })
		if w.taken[bob+" <x>"] != 1 {
			t.Errorf("taken %v", w.taken)
		}
	})
}

func TestAFailedCarryIsToldInTheSpool(t *testing.T) {
	w := newWorld()
	w.carryErr = errors.New("no password for alice is at hand")
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob), Terms{})
	if _, err := r.Run(t.Context(), false); err == nil || !strings.Contains(err.Error(), "no password") {
		t.Errorf("got %v", err)
	}
	if it, err := r.Spool.Show(id); err != nil || it.Recipients[0].State != Deferred || !strings.Contains(it.Recipients[0].Answer.Text, "no password") {
		t.Errorf("%+v, %v", it, err)
	}
}

// What is torn, changed or foreign is never sent, never removed, and told.
func TestTornAndForeignFiles(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	ids := []string{w.add(t, r, compose(alice, "a", bob), Terms{}), w.add(t, r, compose(alice, "b", bob), Terms{}), w.add(t, r, compose(alice, "c", bob), Terms{}), w.add(t, r, compose(alice, "d", bob), Terms{})}
	path := func(name string) string { return filepath.Join(r.Spool.Dir, name) }
	edit := func(name string, change func([]byte) []byte) {
		data, err := os.ReadFile(path(name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path(name), change(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edit(ids[0]+letterFile, func(b []byte) []byte { return b[:len(b)-1] })
	edit(ids[1]+letterFile, func(b []byte) []byte { b[3] ^= 1; return b })
	edit(ids[2]+envelopeFile, func(b []byte) []byte { return []byte(strings.Replace(string(b), bob, dave, 1)) })
	edit(ids[3]+envelopeFile, func(b []byte) []byte { return b[:len(b)/2] })
	for _, name := range []string{"notes.txt", "20261123T120000-x" + envelopeFile} {
		if err := os.WriteFile(path(name), []byte("hello"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.sleep(100 * time.Hour)
	if _, err := r.Run(t.Context(), true); !errors.Is(err, ErrChanged) {
		t.Errorf("got %v", err)
	}
	if len(w.taken) != 0 || len(w.torn) != 0 {
		t.Errorf("taken %v, torn %v", w.taken, w.torn)
	}
	found, err := os.ReadDir(r.Spool.Dir)
	if err != nil || len(found) != 10 {
		t.Errorf("%d files are left, %v", len(found), err)
	}
	if got := strings.Join(left(t, r.Spool), "\n"); strings.Count(got, "not an envelope") != 2 || strings.Count(got, "does not belong") != 2 {
		t.Errorf("listed:\n%s", got)
	}
}

func TestHalfMadeFilesAreCleanedWhenOld(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "a", bob), Terms{})
	orphan := strings.Replace(id, id[16:20], "aaaa", 1)
	for _, name := range []string{orphan + letterFile, orphan + envelopeFile + halfMade, "stranger" + halfMade} {
		if err := os.WriteFile(filepath.Join(r.Spool.Dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		at   time.Time
		want int
	}{{time.Now(), 5}, {time.Now().Add(35 * time.Hour), 5}, {time.Now().Add(37 * time.Hour), 3}} {
		w.now = c.at
		if err := r.Spool.Clean(); err != nil {
			t.Fatal(err)
		}
		if found, _ := os.ReadDir(r.Spool.Dir); len(found) != c.want {
			t.Errorf("at %v there are %v", c.at, found)
		}
	}
}

func TestTheEnvelopeSurvives(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	l := compose(alice, "x", `"a b> ORCPT=c"@hamburger.edu`, bob)
	l.Envelope.Ret, l.Envelope.ID, l.Envelope.RequireTLS = "HDRS", "id+1", true
	l.Envelope.Recipients[1].Notify, l.Envelope.Recipients[1].Original = []string{"SUCCESS", "FAILURE"}, "rfc822;bob@x"
	l.Facts.Has8bit, l.Facts.NeedsUTF8, l.Facts.Signed, l.Facts.LongestLine = true, true, true, 77
	terms := Terms{Settings: map[string]string{"relay": "smtp://mail.example.org:587", "user": "alice"}, Expiry: time.Hour, DelayAfter: time.Minute}
	it, err := r.Spool.Show(w.add(t, r, l, terms))
	if err != nil {
		t.Fatal(err)
	}
	terms.Kind = Letter
	if !reflect.DeepEqual(it.Envelope, l.Envelope) || it.Facts != l.Facts || !reflect.DeepEqual(it.Terms, terms) || !it.Arrived.Equal(noon) {
		t.Errorf("came back as %+v", it)
	}
	l.Envelope.ID = "a\nrecipient: <evil@example.org>"
	if _, err := r.Spool.Add(t.Context(), l, terms); err == nil {
		t.Error("a line end in a value was taken")
	}
}

// TestAfterATornLine: what is written after half a record counts.
func TestAfterATornLine(t *testing.T) {
	w := newWorld()
	r := w.runner(t)
	w.add(t, r, compose(alice, "torn", bob), Terms{})
	found, err := filepath.Glob(filepath.Join(r.Spool.Dir, "*.envelope"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	f, err := os.OpenFile(found[0], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("state 20")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	id := strings.TrimSuffix(filepath.Base(found[0]), ".envelope")
	for i, want := range []State{"", State(report.Delivered)} {
		c, err := r.Spool.Claim(id)
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 && c.Recipients[0].State != want {
			t.Errorf("the recipient is %q", c.Recipients[0].State)
		}
		if i == 0 {
			err = c.Settle(0, report.Outcome{State: report.Delivered})
		}
		if err := errors.Join(err, c.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// A letter whose time was over before it was first tried is tried for as long as any other.
func TestTheTimeBeginsWithTheFirstTry(t *testing.T) {
	w := newWorld()
	w.moods[bob] = []report.State{report.Deferred}
	r := w.runner(t)
	id := w.add(t, r, compose(alice, "x", bob), Terms{Expiry: 24 * time.Hour})
	w.sleep(1000 * time.Hour)
	for _, c := range []struct {
		later time.Duration
		want  State
	}{{0, Deferred}, {23 * time.Hour, Deferred}, {24*time.Hour + time.Second, Expired}} {
		w.sleep(noon.Add(1000*time.Hour + c.later).Sub(w.clock()))
		before, err := r.Spool.Show(id)
		if err != nil || c.later > 0 && before.Expires(w.clock()).Sub(noon) != 1024*time.Hour {
			t.Fatalf("%v later: %v, given up at %v", c.later, err, before.Expires(w.clock()))
		}
		var state State
		r.Heard = func(it Item, _ report.Report, _ error) { state = it.Recipients[0].State }
		if _, err := r.Run(t.Context(), true); err != nil || state != c.want {
			t.Errorf("%v later: %q, %v", c.later, state, err)
		}
	}
	// a first try in the future, by a clock that was wrong, gives no time
	it := &Item{Arrived: noon, Terms: Terms{Expiry: time.Hour}, Recipients: []Recipient{{First: noon.Add(9000 * time.Hour), Attempts: 1}}}
	if !it.expired(it.Recipients[0], noon.Add(61*time.Minute)) || it.expired(it.Recipients[0], noon.Add(59*time.Minute)) {
		t.Error("the clock that was wrong counts")
	}
}

// A host that has no name is kept by its address.
func TestAHostWithoutAName(t *testing.T) {
	for at, want := range map[string]string{"192.0.2.1:25": "[192.0.2.1]", "[2001:db8::1]:25": "[IPv6:2001:db8::1]", "[::ffff:192.0.2.1]:25": "[192.0.2.1]"} {
		if got := answerOf(report.Outcome{Address: netip.MustParseAddrPort(at)}).Host; got != want {
			t.Errorf("%s: %q", at, got)
		}
	}
}
