package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/sandbox"
	"mxsend/transport/spool"
)

// queueing is the built program with a queue of its own, and a receiver that stands.
type queueing struct {
	t      *testing.T
	bin    string
	spool  string
	box    *sandbox.Sandbox
	extra  []string // of the environment
	stdin  string
	stdout string
	stderr string
}

func newQueueing(t *testing.T) *queueing {
	t.Helper()
	dir := t.TempDir()
	q := &queueing{t: t, bin: filepath.Join(program(t), "mxsend"), spool: filepath.Join(dir, "spool"), box: &sandbox.Sandbox{Maildir: filepath.Join(dir, "mail")}, stdin: "hello\n"}
	if err := q.box.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.box.Close() })
	_, port, _ := strings.Cut(q.box.Addr().String(), ":")
	q.extra = []string{"MXSEND_RESOLVER=" + q.box.DNSAddr().String(), "MXSEND_PORT=" + port, "MXSEND_ALLOW_LOOPBACK=1", "MXSEND_SPOOL=" + q.spool, "XDG_CACHE_HOME=" + dir}
	return q
}

// run runs the program and wants the exit code; the rest is kept in q.
func (q *queueing) run(code int, words ...string) {
	q.t.Helper()
	cmd := exec.Command(q.bin, words...)
	cmd.Env = append(os.Environ(), q.extra...)
	cmd.Stdin = strings.NewReader(q.stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		q.t.Fatal(err)
	}
	q.stdout, q.stderr = stdout.String(), stderr.String()
	if got := cmd.ProcessState.ExitCode(); got != code {
		q.t.Fatalf("mxsend %q: exit %d, want %d\n%s%s", words, got, code, q.stdout, q.stderr)
	}
}

// says wants a text in what was printed or said.
func (q *queueing) says(texts ...string) {
	q.t.Helper()
	for _, text := range texts {
		if !strings.Contains(q.stdout+q.stderr, text) {
			q.t.Errorf("%q is not in\n%s%s", text, q.stdout, q.stderr)
		}
	}
}

// list is the queue as JSON tells it.
func (q *queueing) list() []queueEntry {
	q.t.Helper()
	q.run(0, "queue", "list", "--json")
	var entries []queueEntry
	if err := json.Unmarshal([]byte(q.stdout), &entries); err != nil {
		q.t.Fatal(err)
	}
	return entries
}

func TestQueue(t *testing.T) {
	q := newQueueing(t)
	q.run(0, "queue", "list")
	q.says("the queue is empty")

	// what is delivered is finished
	q.run(0, "--queue", "-f", "alice@crepes.fr", "bob@hamburger.edu")
	if got := q.list(); len(got) != 0 {
		t.Errorf("queued %+v", got)
	}
	// what is refused is told at once, and finished
	q.run(69, "--queue", "-f", "alice@crepes.fr", "550-x@hamburger.edu")
	if got := q.list(); len(got) != 0 {
		t.Errorf("queued %+v", got)
	}
	// what is deferred stays, and that is no failure
	q.run(0, "--queue", "-f", "alice@crepes.fr", "bob@hamburger.edu", "450-x@hamburger.edu", "greylist-y@hamburger.edu")
	q.says("450-x@hamburger.edu: not delivered yet, queued as 2")
	got := q.list()
	if len(got) != 1 || got[0].Open != 2 || got[0].Recipients[0].State != spool.Delivered || got[0].Settings["port"] == "" {
		t.Fatalf("queued %+v", got)
	}
	id := got[0].ID
	q.run(0, "queue", "list")
	q.says(id, "2 open, next try in", "450 4.")
	q.run(0, "queue", "show", id)
	q.says("recipient: <bob@hamburger.edu> delivered", "<450-x@hamburger.edu> deferred, tried 1 times, next ")
	q.run(0, "queue", "show", "--print", id)
	q.says("\r\n\r\nhello\r\n")

	// a pass over what is due does nothing yet; one over all delivers to whom was greylisted
	q.run(0, "queue", "run")
	if got := q.list(); got[0].Recipients[1].Attempts != 1 {
		t.Errorf("tried at once: %+v", got)
	}
	q.run(75, "queue", "run", "--all", "-v")
	q.says("greylist-y@hamburger.edu: accepted by", "450-x@hamburger.edu: not delivered yet, queued as "+id)
	q.run(0, "queue", "retry", "--json", "hamburger.edu")
	q.says(`"id": "` + id)
	q.run(75, "queue", "run", "--json")
	q.says(`"outcome": "deferred"`)

	// hold, release, remove
	q.run(0, "queue", "hold", "--json", id)
	q.says(`"held": true`)
	q.run(0, "queue", "run", "--all")
	q.run(0, "queue", "list")
	q.says("held")
	q.run(0, "queue", "release", id)
	q.run(0, "queue", "remove", id)
	q.run(66, "queue", "remove", id)
	if stored := q.box.Stored(); len(stored) != 3 {
		t.Errorf("%d letters were stored, want 3", len(stored))
	}
	for _, words := range []string{"queue", "queue dance", "queue show", "queue list x", "--queue --sandbox -f a@b.org c@d.org", "--queue-for 3h -f a@b.org c@d.org", "--queue --queue-for=-3h -f a@b.org c@d.org", "--queue --print -f a@b.org c@d.org"} {
		q.run(64, strings.Fields(words)...)
	}
	q.run(66, "queue", "retry", "../../etc/passwd")
	q.run(66, "queue", "show", "20261123T120000-aaaaaaaaaaaaaaaa")
}

// A letter goes on by the flags it was queued with, whatever they are in the run that tries it again; its password comes from
// where it is then, and is nowhere in the spool.
func TestTheQueueKeepsTheWay(t *testing.T) {
	q := newQueueing(t)
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	q.extra = append(q.extra, "MXSEND_PORT=", "MXSEND_RESOLVER=127.0.0.1:1")
	q.run(0, "--queue", "--relay", "127.0.0.1:1", "--relay", "smtp://127.0.0.1:2", "--user", "alice", "--password-file", secret, "--auth", "PLAIN", "-f", "alice@crepes.fr", "bob@hamburger.edu")
	got := q.list()
	if len(got) != 1 || got[0].Settings["relay"] != "127.0.0.1:1" || got[0].Settings["relay.2"] != "smtp://127.0.0.1:2" || got[0].Settings["user"] != "alice" {
		t.Fatalf("queued %+v", got)
	}
	q.run(75, "queue", "run", "--all")
	q.says("127.0.0.1:2", "connection refused")
	if err := os.Remove(secret); err != nil {
		t.Fatal(err)
	}
	q.run(77, "queue", "run", "--all")
	q.says("--password-file")
	filepath.WalkDir(q.spool, func(path string, _ os.DirEntry, _ error) error {
		if data, _ := os.ReadFile(path); bytes.Contains(data, []byte("correct horse")) {
			t.Errorf("%s holds the password", path)
		}
		return nil
	})
}

// sendmail ends with 0 as soon as the letter is safe; who wrote it is told what became of it.
func TestSendmailQueues(t *testing.T) {
	q := newQueueing(t)
	q.stdin = "Subject: x\n\nhello\n"
	q.run(0, "sendmail", "-i", "-f", "alice@crepes.fr", "450-x@hamburger.edu")
	if q.stdout+q.stderr != "" {
		t.Errorf("it said %s%s", q.stdout, q.stderr)
	}
	if got := q.list(); len(got) != 1 || got[0].Open != 1 {
		t.Fatalf("queued %+v", got)
	}
	q.run(0, "sendmail", "-bp")
	q.says("1 open")
	q.run(0, "queue", "remove", q.list()[0].ID)

	// a refusal comes back as a letter
	q.run(0, "sendmail", "-i", "-f", "alice@crepes.fr", "550-x@hamburger.edu")
	if got := q.list(); len(got) != 1 || got[0].Kind != spool.Notice || got[0].Sender != "" || got[0].Recipients[0].Recipient != "alice@crepes.fr" {
		t.Fatalf("queued %+v", got)
	}
	q.run(0, "sendmail", "-q")
	stored := q.box.Stored()
	if len(stored) != 1 || len(q.list()) != 0 {
		t.Fatalf("stored %v, queued %+v", stored, q.list())
	}
	data, err := os.ReadFile(stored[0].Path)
	for _, want := range []string{"Return-Path: <>", "multipart/report", "Final-Recipient: rfc822; 550-x@hamburger.edu", "Action: failed", "Status: 5.1.1", "550 5.1.1 rehearsal"} {
		if err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%q is not in the notice:\n%s", want, data)
		}
	}

	// whom no notice reaches finds it in the queue
	q.run(0, "sendmail", "-i", "-f", "root@localhost", "550-x@hamburger.edu")
	q.run(0, "sendmail", "-q")
	got := q.list()
	if len(got) != 1 || got[0].Kind != spool.Kept {
		t.Fatalf("queued %+v", got)
	}
	q.run(0, "queue", "list")
	q.says("queue show --print " + got[0].ID)

	// of a letter from nobody, nobody but the caller is told; nor is a letter whose sender wants no notice any trouble
	for _, to := range [][]string{{"550-x@hamburger.edu"}, {"550-x@hamburger.edu", "450-x@hamburger.edu"}} {
		q.run(69, append([]string{"sendmail", "-i", "-f", "<>"}, to...)...)
		q.says("550-x@hamburger.edu: not delivered: ")
	}
	q.run(0, "queue", "remove", q.list()[1].ID)
	q.run(0, "sendmail", "-i", "-N", "never", "-f", "alice@crepes.fr", "550-x@hamburger.edu")
	words := q.stdin
	q.stdin = "EHLO here\r\nMAIL FROM:<>\r\nRCPT TO:<550-x@hamburger.edu>\r\nDATA\r\nSubject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n"
	q.run(0, "sendmail", "-bs")
	q.says("554 5.0.0 550-x@hamburger.edu: not delivered: ")
	q.stdin = words

	// queue only; and without a queue the exit code tells
	q.run(0, "sendmail", "-odq", "-f", "alice@crepes.fr", "bob@hamburger.edu")
	if stored := q.box.Stored(); len(stored) != 1 {
		t.Errorf("sent at once: %v", stored)
	}
	q.run(0, "sendmail", "-q")
	if stored := q.box.Stored(); len(stored) != 2 {
		t.Errorf("not sent: %v", stored)
	}
	q.run(64, "sendmail", "-q30m")
	q.extra = append(q.extra, "MXSEND_QUEUE=false")
	q.run(69, "sendmail", "-i", "-f", "alice@crepes.fr", "450-x@hamburger.edu")

	// a queue that cannot be used is no reason not to send
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	q.extra = append(q.extra, "MXSEND_QUEUE=", "MXSEND_SPOOL="+filepath.Join(file, "spool"))
	q.run(0, "sendmail", "-i", "-f", "alice@crepes.fr", "bob@hamburger.edu")
	q.says("without being queued")
	q.run(69, "sendmail", "-i", "-f", "alice@crepes.fr", "450-x@hamburger.edu")
	q.extra = append(q.extra, "MXSEND_QUEUE=1")
	q.run(73, "--queue", "-f", "alice@crepes.fr", "bob@hamburger.edu")
}

// Each letter of a session on standard input is queued by itself.
func TestASessionQueuesEveryLetter(t *testing.T) {
	q := newQueueing(t)
	q.stdin = "EHLO here\r\nMAIL FROM:<alice@crepes.fr>\r\nRCPT TO:<450-x@hamburger.edu>\r\nDATA\r\nSubject: one\r\n\r\nhi\r\n.\r\n" +
		"MAIL FROM:<alice@crepes.fr>\r\nRCPT TO:<bob@hamburger.edu>\r\nDATA\r\nSubject: two\r\n\r\nhi\r\n.\r\nQUIT\r\n"
	q.run(0, "sendmail", "-bs")
	if strings.Count(q.stdout, "250 2.0.0 OK") != 2 || len(q.list()) != 1 || len(q.box.Stored()) != 1 {
		t.Errorf("%s\nqueued %+v, stored %v", q.stdout, q.list(), q.box.Stored())
	}
}

func TestWhoIsLocal(t *testing.T) {
	for name, want := range map[string]bool{"root@localhost": true, "root@host": true, "root@host.localdomain": true, "root@localhost.localdomain": true, "a@x.localhost": true,
		"alice@crepes.fr": false, "root@[192.0.2.1]": false, "root@vps.crepes.fr": false} {
		a, err := address.Parse(name)
		if err != nil || isLocal(a) != want {
			t.Errorf("%s is local: %v, want %v, %v", name, !want, want, err)
		}
	}
}

// What the variables say now is nothing to a letter that was queued before.
func TestTheQueueForgetsTheVariables(t *testing.T) {
	q := newQueueing(t)
	q.run(0, "--queue", "-f", "alice@crepes.fr", "450-x@hamburger.edu")
	way := q.extra
	q.extra = append(way, "MXSEND_PORT=1", "MXSEND_SOURCE=192.0.2.1", "MXSEND_USER=alice", "MXSEND_PASSWORD_FILE=nowhere", "MXSEND_DKIM_KEY=nowhere", "MXSEND_TLS=verify", "MXSEND_HELO=_")
	q.run(75, "queue", "run", "--all")
	q.says("450 4.2.1 rehearsal")
	q.extra = append(way, "MXSEND_PORT=", "MXSEND_RELAY=127.0.0.1:1", "MXSEND_QUIT_AFTER=rcpt")
	q.run(75, "queue", "run", "--all")
	q.says("450 4.2.1 rehearsal")
}

// Who wants to see a letter gets to see it from sendmail too, and nothing is sent.
func TestSendmailOnlyLooks(t *testing.T) {
	q := newQueueing(t)
	q.stdin = "Subject: look\n\nhello\n"
	way := q.extra
	for variable, want := range map[string]string{"MXSEND_DRY_RUN": "to <bob@hamburger.edu>", "MXSEND_PRINT": "Subject: look", "MXSEND_CHECK": ""} {
		q.extra = append(way, variable+"=1")
		q.run(0, "sendmail", "-i", "-f", "alice@crepes.fr", "bob@hamburger.edu")
		q.says(want)
		q.run(64, "sendmail", "-bs")
	}
	q.extra = way
	if stored, queued := q.box.Stored(), q.list(); len(stored)+len(queued) != 0 {
		t.Errorf("stored %v, queued %v", stored, queued)
	}
}

// What is damaged is told of by every run, with its own exit code, and can be taken away.
func TestADamagedEnvelope(t *testing.T) {
	q := newQueueing(t)
	q.run(0, "--queue", "-f", "alice@crepes.fr", "450-x@hamburger.edu")
	id := q.list()[0].ID
	path := filepath.Join(q.spool, id+".envelope")
	if err := os.WriteFile(path, []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"run", "retry " + id, "hold " + id, "show " + id} {
		q.run(74, append([]string{"queue"}, strings.Fields(words)...)...)
		q.says("not an envelope of this spool")
	}
	q.run(0, "queue", "remove", id)
	if left, err := os.ReadDir(q.spool); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	q.run(66, "queue", "remove", id)
	q.says("no such letter")
}

// A letter that somebody else holds when it is to be tried is told of as queued, with all that is known of it.
func TestTheFirstTryOfALetterThatIsTaken(t *testing.T) {
	for name, c := range map[string]struct {
		take func(*spool.Spool, string) error
		want report.State
		code int
	}{
		"held": {func(s *spool.Spool, id string) error {
			claim, err := s.Claim(id)
			t.Cleanup(func() { claim.Close() })
			return err
		}, report.Deferred, 0},
		"gone": {(*spool.Spool).Remove, report.Unknown, 75},
	} {
		app := &cli.App{Name: "mxsend", Flags: SendFlags(), Reader: strings.NewReader("hello\n"), Writer: io.Discard, ErrWriter: io.Discard,
			DisableSliceFlagSeparator: true, ExitErrHandler: func(*cli.Context, error) {}}
		app.Action = func(ctx *cli.Context) error {
			s, err := readSettings(ctx)
			l, letterErr := theLetter(ctx)
			if err := errors.Join(err, letterErr); err != nil {
				return err
			}
			defer l.Close()
			id, err := s.enqueue(ctx, l, true)
			if err := errors.Join(err, c.take(s.spool(), id)); err != nil {
				return err
			}
			r, err := s.firstTry(ctx, l, id, spool.Mode{All: true, Told: true})
			if err != nil || len(r.Outcomes) != 1 || r.Outcomes[0].State != c.want || r.ExitCode() != c.code || r.MessageID == "" || r.Size == 0 || (r.Queued == id) != (name == "held") {
				t.Errorf("%s: exit %d, %+v, %v", name, r.ExitCode(), r, err)
			}
			return nil
		}
		if err := app.RunContext(t.Context(), []string{"mxsend", "--queue", "--spool", filepath.Join(t.TempDir(), "spool"), "--relay", "127.0.0.1:1",
			"--resolver", "127.0.0.1:1", "-f", "alice@crepes.fr", "bob@hamburger.edu"}); err != nil {
			t.Fatal(err)
		}
	}
}

// A letter that is safe and could not be tried is told of, recipient by recipient.
func TestTheReportOfAnUntriedLetter(t *testing.T) {
	to, _ := address.Parse("bob@hamburger.edu")
	l := &letter.Letter{Envelope: letter.Envelope{Recipients: []letter.Recipient{{Address: to}}}}
	for _, c := range []struct {
		queued string
		code   int
		want   string
	}{
		{"x", 0, "bob@hamburger.edu: not delivered yet, queued as x: no space left on the device"},
		{"", 75, "bob@hamburger.edu: unknown whether delivered: another runner of the queue has carried it"},
	} {
		r := report.Report{Queued: c.queued, Outcomes: untried(l, c.queued != "", errors.New("no space left on the device"))}
		if lines := r.Lines(false); r.ExitCode() != c.code || len(lines) != 1 || lines[0] != c.want {
			t.Errorf("exit %d, %q", r.ExitCode(), lines)
		}
	}
}

// What the next letter of the same session comes to is none of the business of the letter before.
func TestOneLetterIsNotToldOfAnother(t *testing.T) {
	app := &cli.App{Name: "mxsend", Flags: SendFlags(), Reader: strings.NewReader("hello\n"), Writer: io.Discard, ErrWriter: io.Discard,
		DisableSliceFlagSeparator: true, ExitErrHandler: func(*cli.Context, error) {}}
	app.Action = func(c *cli.Context) error {
		s, err := readSettings(c)
		if err != nil {
			return err
		}
		l, err := theLetter(c)
		if err != nil {
			return err
		}
		defer l.Close()
		r, err := s.deliverQueued(c, l)
		if s.carrier.Settled != nil || r.Queued == "" || len(r.Outcomes) != 1 {
			t.Errorf("still told: %v, %+v", s.carrier.Settled != nil, r)
		}
		return err
	}
	if err := app.RunContext(t.Context(), []string{"mxsend", "--queue", "--spool", filepath.Join(t.TempDir(), "spool"), "--relay", "127.0.0.1:1",
		"--resolver", "127.0.0.1:1", "-f", "alice@crepes.fr", "bob@hamburger.edu"}); err != nil {
		t.Fatal(err)
	}
}
