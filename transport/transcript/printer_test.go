package transcript

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"mxsend/transport/smtp"
)

// Each conversation is read as a whole, in the order in which they began, however they were mixed.
func TestConversationsAreNotMixed(t *testing.T) {
	for _, f := range []Format{Text, Raw} {
		var out bytes.Buffer
		r := &Recorder{Sinks: []Sink{{Writer: &out, Format: f}}}
		first, second := r.Conversation("first", netip.AddrPort{}), r.Conversation("second", netip.AddrPort{})
		for i := range 3 {
			second.Received(fmt.Appendf(nil, "250 second %d\r\n", i))
			first.Received(fmt.Appendf(nil, "250 first %d\r\n", i))
		}
		second.Close()
		first.Close()
		r.Close()
		if strings.LastIndex(out.String(), "first") > strings.Index(out.String(), "second") {
			t.Errorf("%s: mixed:\n%s", f, &out)
		}
	}
}

func TestTheFirstIsLiveAndTheNextTakesTheFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		r := &Recorder{Sinks: []Sink{{Writer: &out}}}
		first, second := r.Conversation("first", netip.AddrPort{}), r.Conversation("second", netip.AddrPort{})
		r.Note("dns", "third")
		first.Received([]byte("250 first\r\n"))
		second.Received([]byte("250 second\r\n"))
		synctest.Wait()
		if got := out.String(); !strings.Contains(got, "250 first") || strings.Contains(got, "second") {
			t.Errorf("while the first is held:\n%s", got)
		}
		first.Close()
		synctest.Wait()
		if got := out.String(); !strings.Contains(got, "250 second") || strings.Contains(got, "third") {
			t.Errorf("while the second is held:\n%s", got)
		}
		second.Close()
		synctest.Wait()
		if got := out.String(); !strings.HasSuffix(got, "*  dns: third\n") {
			t.Errorf("in the end:\n%s", got)
		}
	})
}

func TestJSONLinesAreWrittenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		r := &Recorder{Sinks: []Sink{{Writer: &out, Format: JSONL}}}
		r.Conversation("first", netip.AddrPort{})
		second := r.Conversation("second", netip.AddrPort{})
		second.Received([]byte("250 second\r\n"))
		second.Close()
		r.Note("dns", "third")
		synctest.Wait()
		lines := decode(t, out.Bytes())
		if len(lines) != 5 || lines[2].Conversation != 2 || lines[2].Text != "250 second" || lines[4].Conversation != 0 {
			t.Errorf("got:\n%s", &out)
		}
	})
}

// What waits for the floor is bounded in memory, complete, and leaves no file behind.
func TestWhatWaitsGoesToAFile(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	r := &Recorder{TempDir: dir, Sinks: []Sink{{Writer: &out, Format: Raw, Bodies: true}}}
	first, second := r.Conversation("first", netip.AddrPort{}), r.Conversation("second", netip.AddrPort{})
	var want bytes.Buffer
	for i := range 5000 {
		line := fmt.Appendf(nil, "%0998d\r\n", i)
		want.Write(line)
		second.Sent(smtp.Content, line)
	}
	pg := second.pages[0]
	if pg.memory.Cap() > 2*spoolLimit || pg.wrote < int64(want.Len())-spoolLimit {
		t.Errorf("%d octets in memory, %d in the file", pg.memory.Cap(), pg.wrote)
	}
	second.Close()
	first.Close()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want.Bytes()) {
		t.Errorf("%d octets came out of %d", out.Len(), want.Len())
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestNoRoomForWhatWaits(t *testing.T) {
	var out bytes.Buffer
	r := &Recorder{TempDir: t.TempDir() + "/gone", Sinks: []Sink{{Writer: &out, Bodies: true}}}
	first, second := r.Conversation("first", netip.AddrPort{}), r.Conversation("second", netip.AddrPort{})
	second.Sent(smtp.Content, []byte(strings.Repeat("x", 2*spoolLimit)+"\r\n"))
	first.Received([]byte("250 first\r\n"))
	first.Close()
	second.Close()
	if err := r.Close(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if got := out.String(); !strings.Contains(got, "250 first") || !strings.Contains(got, "connected to second") {
		t.Errorf("what could be written was not:\n%s", got)
	}
}

// stuck is a pager that nobody scrolls: it takes one write and then nothing until it is freed.
type stuck struct {
	bytes.Buffer
	free  chan struct{}
	first sync.Once
}

func (s *stuck) Write(p []byte) (int, error) {
	s.first.Do(func() { <-s.free })
	return s.Buffer.Write(p)
}

func TestAStuckSinkHoldsNobodyUp(t *testing.T) {
	pager := &stuck{free: make(chan struct{})}
	var file bytes.Buffer
	r := &Recorder{TempDir: t.TempDir(), Sinks: []Sink{{Writer: pager, Bodies: true}, {Writer: &file, Bodies: true}}}
	c := r.Conversation("mx.example", exchanger())
	for range 100 {
		c.Sent(smtp.Content, []byte(strings.Repeat("x", 64<<10)+"\r\n"))
	}
	hear(c, "C: .\nS: 250 ok\n")
	c.Close() // all of this returned although nothing could be written
	close(pager.free)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if pager.String() != file.String() || pager.Len() < 100*64<<10 {
		t.Errorf("%d octets on the pager, %d in the file", pager.Len(), file.Len())
	}
}

// full takes some octets and then fails, again and again.
type full struct {
	room, refused int
	err           error
}

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room >= 0 {
		return len(p), nil
	}
	f.refused++
	return 0, f.err
}

func TestAFullDiskIsToldOnceAndHarmsNothing(t *testing.T) {
	disk := &full{room: 100, err: errors.New("no space left on device")}
	short := writerFunc(func(p []byte) (int, error) { return 0, nil })
	var screen bytes.Buffer
	r := &Recorder{Sinks: []Sink{{Writer: disk}, {Writer: &screen}, {Writer: short, Format: JSONL}}}
	for range 20 {
		c := r.Conversation("mx.example", exchanger())
		hear(c, hamburger)
		c.Close()
	}
	err := r.Close()
	if !errors.Is(err, disk.err) || !errors.Is(err, io.ErrShortWrite) || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("got %v", err)
	}
	if disk.refused != 1 {
		t.Errorf("a full disk was tried %d times", disk.refused)
	}
	if n := strings.Count(screen.String(), "221 hamburger.edu"); n != 20 {
		t.Errorf("the other sink has %d of 20 conversations", n)
	}
	if again := r.Close(); again == nil || again.Error() != err.Error() {
		t.Errorf("closed twice: %v", again)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestNothingIsWrittenAfterClose(t *testing.T) {
	var out bytes.Buffer
	r := &Recorder{Sinks: []Sink{{Writer: &out}}}
	c := r.Conversation("mx.example", exchanger())
	r.Close()
	before := out.String()
	hear(c, hamburger)
	c.Close()
	r.Note("dns", "too late")
	r.Conversation("late", exchanger()).Close()
	if err := r.Close(); err != nil || out.String() != before || !strings.Contains(before, "connected") {
		t.Errorf("%v, and it grew to:\n%s", err, &out)
	}
}

func TestManyAtOnce(t *testing.T) {
	var text, lines bytes.Buffer
	r := &Recorder{Sinks: []Sink{{Writer: &text, Bodies: true}, {Writer: &lines, Format: JSONL}}}
	var talking sync.WaitGroup
	for i := range 30 {
		talking.Go(func() {
			r.Note("dns", "a note")
			c := r.Conversation(fmt.Sprint("mx", i), exchanger())
			defer c.Close()
			hear(c, hamburger)
		})
	}
	talking.Wait()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	whole := strings.ReplaceAll(hamburger, "B: ", "C: ")
	if n := strings.Count(text.String(), whole); n != 30 {
		t.Errorf("%d of 30 conversations are whole", n)
	}
	if n := len(decode(t, lines.Bytes())); n != 30*(1+1+14+1) {
		t.Errorf("%d JSON lines", n)
	}
}
