package bounce

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"mxsend/compose/letter"
	"mxsend/transport/transcript"
)

var update = flag.Bool("update", false, "write testdata/bounce anew")

const folder = "../../testdata/bounce"

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(folder, name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s is not what it was (%v); got\n%s", name, err, got)
	}
}

func TestStories(t *testing.T) {
	list := ""
	for _, s := range stories {
		list += fmt.Sprintf("- `%s.eml`: %s\n", s.name, s.about)
		t.Run(s.name, func(t *testing.T) {
			l, n := s.compose(t)
			golden(t, s.name+".eml", written(t, l))
			r, err := sound(l, len(n.Recipients))
			if err != nil {
				t.Error(err)
			}
			if len(r.types) == 3 && (r.types[2] == "message/rfc822" || r.types[2] == "message/global") && r.returned != written(t, n.Original) {
				t.Errorf("the letter came back as\n%s", r.returned)
			}
			if s.narrow && (l.Facts.Has8bit || l.Facts.NeedsUTF8) {
				t.Errorf("the narrow form has %+v", l.Facts)
			}
		})
	}
	readme, err := os.ReadFile(filepath.Join(folder, "README.md"))
	if err != nil || !strings.Contains(string(readme), list) {
		t.Errorf("README.md does not list, %v:\n%s", err, list)
	}
}

func TestTheReturnedHeaderIsTheLettersOwn(t *testing.T) {
	for _, text := range []string{ketchup, greek, "X-Long: " + strings.Repeat("z", 1200) + "\r\nX-Bare: a\rb\nc\r\n" + ketchup,
		"Subject: \xe9\xff\r\n\r\nlatin\r\n", "A: b\r\n", "\r\nno header\r\n", ""} {
		n := notice(t, text, Recipient{Outcome: refused(unknownUser)})
		n.Original.Envelope.Ret = "HDRS"
		wide, err := n.Compose(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		forms := []*letter.Letter{wide}
		if wide.Recode != nil {
			narrow, _ := wide.Recode()
			forms = append(forms, narrow)
		}
		want, _, ok := strings.Cut("\r\n"+text, "\r\n\r\n")
		if want = strings.TrimPrefix(want, "\r\n"); ok && want != "" {
			want += "\r\n"
		}
		for _, l := range forms {
			if r, err := sound(l, 1); err != nil || r.returned != want {
				t.Errorf("%.20q: %v, got %q, want %q", text, err, r.returned, want)
			}
		}
	}
}

func TestALongHeaderIsCutBetweenFields(t *testing.T) {
	field := "X-A: " + strings.Repeat("a", 500) + "\r\n " + strings.Repeat("b", 500) + "\r\n"
	n := notice(t, strings.Repeat(field, 1000)+ketchup, Recipient{Outcome: refused(unknownUser)})
	l, err := n.Compose(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := sound(l, 1)
	if err != nil || len(r.returned) > maxHeader || len(r.returned)%len(field) != 0 || len(r.returned) < maxHeader-2*len(field) {
		t.Errorf("%v, %d octets came back", err, len(r.returned))
	}
	n = notice(t, "X: "+strings.Repeat("a", 2*maxHeader), Recipient{Outcome: refused(unknownUser)})
	if l, err = n.Compose(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, err = sound(l, 1); err != nil || r.returned != "" {
		t.Errorf("%v, %d octets came back", err, len(r.returned))
	}
}

func TestNobodyIsTold(t *testing.T) {
	n := notice(t, ketchup, Recipient{Outcome: refused(unknownUser)})
	if l, err := n.Compose(t.Context()); l == nil || err != nil {
		t.Fatalf("%v, %v", l, err)
	}
	n.Original.Envelope = letter.Envelope{}
	n.Random = iotest.ErrReader(errors.New("must not be asked"))
	if l, err := n.Compose(t.Context()); l != nil || err != nil {
		t.Errorf("a letter of the null sender: %v, %v", l, err)
	}
}

func TestANoticeIsNeverAboutANotice(t *testing.T) {
	n := notice(t, ketchup, Recipient{Outcome: refused(unknownUser)})
	first, err := n.Compose(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again := Notice{Kind: Failure, Original: first, Recipients: []Recipient{{Recipient: first.Envelope.Recipients[0]}}}
	if l, err := again.Compose(t.Context()); l != nil || err != nil {
		t.Errorf("%v, %v", l, err)
	}
}

func TestErrors(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		change func(*Notice)
		ctx    context.Context
	}{
		"context":    {func(*Notice) {}, over},
		"randomness": {func(n *Notice) { n.Random = strings.NewReader("short") }, t.Context()},
		"reporter":   {func(n *Notice) { n.Reporter = "mx\r\nBcc: eve" }, t.Context()},
		"dots":       {func(n *Notice) { n.Reporter = "mx..crepes.fr" }, t.Context()},
		"sender":     {func(n *Notice) { n.Original.Envelope.Sender.Local = "a\r\nb" }, t.Context()},
	} {
		n := notice(t, ketchup, Recipient{Outcome: refused(unknownUser)})
		c.change(&n)
		if l, err := n.Compose(c.ctx); l != nil || err == nil {
			t.Errorf("%s: %v, %v", name, l, err)
		}
	}
}

func TestReporters(t *testing.T) {
	for name, want := range map[string]string{"": "localhost", "my_host": "my_host", "[192.0.2.1]": "[192.0.2.1]", "κρέπες.example": "xn--ixaqnzdj.example"} {
		n := notice(t, ketchup, Recipient{Outcome: refused(unknownUser)})
		n.Reporter = name
		l, err := n.Compose(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r, err := sound(l, 1); err != nil || r.status[0].Get("Reporting-MTA") != "dns; "+want {
			t.Errorf("%q: %v, %v", name, r.status, err)
		}
	}
}

// stream is a letter that is nowhere whole.
type stream struct{ lines int }

const streamHead, streamLine = "Subject: big\r\n\r\n", "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss\r\n"

func (s stream) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, streamHead)
	total := int64(n)
	block := []byte(strings.Repeat(streamLine, 1024))
	for i := 0; i < s.lines && err == nil; i += 1024 {
		n, err = w.Write(block)
		total += int64(n)
	}
	return total, err
}

func TestABigLetterStreams(t *testing.T) {
	s := stream{lines: 100 << 20 / len(streamLine) / 1024 * 1024}
	f := letter.Facts{MessageID: "<big@crepes.fr>", Size: int64(len(streamHead) + s.lines*len(streamLine)), LongestLine: len(streamLine) - 2}
	e := letter.Envelope{Sender: at(t, "alice@crepes.fr"), Ret: "FULL"}
	n := Notice{Kind: Failure, Original: letter.New(e, f, s), Recipients: []Recipient{{Recipient: letter.Recipient{Address: at(t, "bob@hamburger.edu")}, Outcome: refused(unknownUser)}}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l, err := n.Compose(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	written, err := l.WriteTo(io.Discard)
	runtime.ReadMemStats(&after)
	if err != nil || written != l.Facts.Size || written < 100_000_000 {
		t.Errorf("%d octets, announced %d, %v", written, l.Facts.Size, err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d octets were allocated", used)
	}
}

func TestALetterThatChangedIsNotReturned(t *testing.T) {
	n := notice(t, ketchup, Recipient{Outcome: refused(unknownUser)})
	n.Original.Facts.Size++
	l, err := n.Compose(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.WriteTo(io.Discard); !errors.Is(err, letter.ErrChanged) {
		t.Errorf("got %v", err)
	}
}

func TestServerTextIsASCIIAndCanBeReadBack(t *testing.T) {
	for _, s := range []string{"", "550 no", `\`, `\\x`, `a\é`, `\\é`, "\x00\x1b\xff\xfe", "Ґ\u202e", "=?utf-8?q?x?=", `\=?`, "\u2028\u0085"} {
		got := ascii(s)
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r > '~' }) || strings.Contains(got, "=?") {
			t.Errorf("%q became %q", s, got)
		}
		if back := transcript.Unescape(got); back != s {
			t.Errorf("%q became %q and %q", s, got, back)
		}
	}
}

func TestFieldsFold(t *testing.T) {
	for _, value := range []string{"a", "a b", "a  b   c", strings.Repeat("word ", 100) + "end", strings.Repeat("x", 900) + " y", strings.Repeat("a  ", 60) + "z"} {
		var f fields
		f.add("Name", value)
		got := f.String()
		for line := range strings.Lines(got) {
			if !strings.HasSuffix(line, "\r\n") || strings.TrimSpace(line) == "" || len(line) > wantWidth+2 && len(strings.Fields(line)) > 2 {
				t.Errorf("line %q", line)
			}
		}
		if back := strings.TrimSuffix(strings.ReplaceAll(got, "\r\n ", " "), "\r\n"); back != "Name: "+value {
			t.Errorf("got %q", back)
		}
	}
}

func TestLongLinesAreAnnounced(t *testing.T) {
	for size, want := range map[int]string{maxLine: "message/rfc822", maxLine + 1: "text/rfc822-headers"} {
		l, err := notice(t, ketchup+strings.Repeat("x", size)+"\r\n", Recipient{Outcome: refused(unknownUser)}).Compose(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r, err := sound(l, 1); err != nil || r.types[2] != want {
			t.Errorf("a line of %d octets: %v, %v", size, r.types, err)
		}
	}
}

func TestWhatMayBeReferredTo(t *testing.T) {
	for id, want := range map[string]bool{
		"<1@crepes.fr>": true, "<a+b=c@[192.0.2.1]>": true, "": false, "1@crepes.fr": false, "<1>": false, "<1@x": false, "<1 2@x>": false,
		"<1@x>\r\nBcc: eve": false, "<1@x\r\n y>": false, "<a@b> <c@d>": false, "<é@x>": false, "<" + strings.Repeat("a", 1000) + "@x>": false,
	} {
		if got := isMessageID(id); got != want {
			t.Errorf("%q: got %t", id, got)
		}
	}
}
