//go:build interop && unix

package command

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// caller is a program that hands its letters to sendmail.
type caller struct {
	*queueing
	sendmail string // a link to the built program
	home     string
}

func newCaller(t *testing.T, programs ...string) *caller {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not installed", p)
			}
			t.Skipf("%s is not installed", p)
		}
	}
	c := &caller{queueing: newQueueing(t), home: t.TempDir()}
	c.sendmail = filepath.Join(c.home, "sendmail")
	if err := os.Symlink(c.bin, c.sendmail); err != nil {
		t.Fatal(err)
	}
	c.extra = append(c.extra, "HOME="+c.home, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "MAILRC=/dev/null", "LC_ALL=C.UTF-8", "EMAIL=alice@crepes.fr",
		"GIT_AUTHOR_NAME=Alice", "GIT_AUTHOR_EMAIL=alice@crepes.fr", "GIT_COMMITTER_NAME=Alice", "GIT_COMMITTER_EMAIL=alice@crepes.fr")
	return c
}

// call runs the program in its home and gives what it said.
func (c *caller) call(stdin, name string, args ...string) (said string, code int) {
	c.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = c.home, append(os.Environ(), c.extra...), strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		c.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// arrived is the one letter that came since the last look.
func (c *caller) arrived(seen int) string {
	c.t.Helper()
	stored := c.box.Stored()
	if len(stored) != seen+1 {
		c.t.Fatalf("%d letters arrived, want %d", len(stored), seen+1)
	}
	data, err := os.ReadFile(stored[seen].Path)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")))
}

func (c *caller) holds(letter string, texts ...string) {
	c.t.Helper()
	for _, text := range texts {
		if !strings.Contains(letter, text) {
			c.t.Errorf("%q is not in\n%s", text, letter)
		}
	}
}

func TestGitSendEmail(t *testing.T) {
	c := newCaller(t, "git")
	if said, code := c.call("", "git", "send-email", "-h"); !strings.Contains(said, "smtp-server") {
		if os.Getenv("CI") != "" {
			t.Fatalf("git send-email is not installed: %d, %s", code, said)
		}
		t.Skip("git send-email is not installed")
	}
	for _, args := range [][]string{{"init", "-q", "."}, {"commit", "-q", "--allow-empty", "-m", "first"}, {"add", "sauce"}, {"commit", "-q", "-m", "Add the sauce, grün"}, {"format-patch", "-q", "-1"}} {
		if args[0] == "add" {
			os.WriteFile(filepath.Join(c.home, "sauce"), []byte("ketchup\n.\npickles über alles\n"), 0o600)
		}
		if said, code := c.call("", "git", args...); code != 0 {
			t.Fatalf("git %q: %d, %s", args, code, said)
		}
	}
	send := func(to string) (string, int) {
		return c.call("", "git", "-c", "sendemail.smtpServer="+c.sendmail, "send-email", "--confirm=never", "--suppress-cc=all", "--envelope-sender=alice@crepes.fr", "--from", "Alice <alice@crepes.fr>", "--to", to, "0001-Add-the-sauce-gr-n.patch")
	}
	if said, code := send("bob@hamburger.edu"); code != 0 {
		t.Fatalf("git send-email: %d, %s", code, said)
	}
	c.holds(c.arrived(0), "Return-Path: <alice@crepes.fr>", "To: bob@hamburger.edu", "Subject: [PATCH] =?UTF-8?q?Add=20the=20sauce,=20gr=C3=BCn?=", "\n+.\n", "über alles", "X-Mailer: git-send-email")
	c.extra = append(c.extra, "MXSEND_QUEUE=false")
	if said, code := send("550-x@hamburger.edu"); code == 0 {
		t.Errorf("a refusal is no failure to git: %s", said)
	}
}

func TestMutt(t *testing.T) {
	c := newCaller(t, "mutt")
	picture, err := filepath.Abs("../../testdata/ketchup.gif")
	if err != nil {
		t.Fatal(err)
	}
	send := func(to string) (string, int) {
		return c.call("Do you like ketchup?\n.\nFrom here\n", "mutt", "-F", "/dev/null", "-e", "set sendmail='"+c.sendmail+" -oem -oi'", "-e", "set from=alice@crepes.fr", "-e", "set use_envelope_from=yes",
			"-e", "set copy=no", "-s", "Grüße", "-a", picture, "--", to)
	}
	if said, code := send("bob@hamburger.edu"); code != 0 {
		t.Fatalf("mutt: %d, %s", code, said)
	}
	data, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	letter := c.arrived(0)
	c.holds(letter, "Return-Path: <alice@crepes.fr>", "To: bob@hamburger.edu", "\n.\n", "filename=\"ketchup.gif\"")
	if got := decodedPart(t, letter, "image/gif"); !bytes.Equal(got, data) {
		t.Errorf("the picture has %d octets, want %d", len(got), len(data))
	}
	c.extra = append(c.extra, "MXSEND_QUEUE=false")
	if said, code := send("550-x@hamburger.edu"); code == 0 {
		t.Errorf("a refusal is no failure to mutt: %s", said)
	}
}

func TestSNail(t *testing.T) {
	c := newCaller(t, "s-nail")
	send := func(to string) (string, int) {
		return c.call("Do you like ketchup?\n", "s-nail", "-:/", "-S", "v15-compat", "-S", "mta="+c.sendmail, "-S", "sendwait", "-S", "from=alice@crepes.fr", "-r", "alice@crepes.fr", "-s", "hello", "-c", "carol@hamburger.edu", to)
	}
	if said, code := send("bob@hamburger.edu"); code != 0 {
		t.Fatalf("s-nail: %d, %s", code, said)
	}
	c.holds(c.arrived(0), "Return-Path: <alice@crepes.fr>", "Delivered-To: bob@hamburger.edu", "Delivered-To: carol@hamburger.edu", "Subject: hello", "Do you like ketchup?")
	c.extra = append(c.extra, "MXSEND_QUEUE=false")
	if said, code := send("550-x@hamburger.edu"); code == 0 {
		t.Errorf("a refusal is no failure to s-nail: %s", said)
	}
}

func TestPHP(t *testing.T) {
	c := newCaller(t, "php")
	mail := func(to string) (string, int) {
		script := `exit(mail("` + to + `", "Grüße", "Do you like ketchup?\n.\nPickles.\n", "From: alice@crepes.fr\r\nCc: carol@hamburger.edu") ? 0 : 1);`
		return c.call("", "php", "-n", "-d", "sendmail_path="+c.sendmail+" -t -i -f alice@crepes.fr", "-r", script)
	}
	if said, code := mail("bob@hamburger.edu"); code != 0 {
		t.Fatalf("php: %d, %s", code, said)
	}
	c.holds(c.arrived(0), "Return-Path: <alice@crepes.fr>", "Delivered-To: carol@hamburger.edu", "To: bob@hamburger.edu", "\n.\nPickles.\n")
	// in the queue it is safe, and that is success; without one a temporary failure must not look like it
	if said, code := mail("450-x@hamburger.edu"); code != 0 || len(c.list()) != 1 {
		t.Errorf("queued: %d, %s", code, said)
	}
	c.extra = append(c.extra, "MXSEND_QUEUE=false")
	for _, to := range []string{"450-x@hamburger.edu", "550-x@hamburger.edu", "bob@nxdomain.example"} {
		if said, code := mail(to); code == 0 {
			t.Errorf("%s: mail() returned true: %s", to, said)
		}
	}
}

// The words with which cron, logwatch and mdadm call.
func TestProgramsOfTheSystem(t *testing.T) {
	c := newCaller(t)
	for i, p := range []struct {
		name, stdin string
		args        []string
	}{
		{"cron", "From: root (Cron Daemon)\nTo: bob@hamburger.edu\nSubject: Cron <root@host> backup\nContent-Type: text/plain; charset=UTF-8\nAuto-Submitted: auto-generated\n\nüber\n.\nend\n",
			[]string{"-FCronDaemon", "-i", "-B8BITMIME", "-oem", "bob@hamburger.edu"}},
		{"logwatch", "To: bob@hamburger.edu\nFrom: alice@crepes.fr\nSubject: Logwatch\nPrecedence: bulk\n\nall is well\n", []string{"-t"}},
		{"mdadm", "From: alice@crepes.fr\nTo: bob@hamburger.edu\nSubject: Fail event on /dev/md0\n\nThis is an automatically generated mail\n", []string{"-t", "-oi"}},
	} {
		said, code := c.call(p.stdin, c.sendmail, p.args...)
		if code != 0 || said != "" {
			t.Fatalf("%s: %d, %s", p.name, code, said)
		}
		_, words, _ := strings.Cut(p.stdin, "\n\n")
		c.holds(c.arrived(i), "Delivered-To: bob@hamburger.edu", "\n\n"+words)
	}
}

// decodedPart takes the part of a kind out of a letter.
func decodedPart(t *testing.T, text, kind string) []byte {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextPart()
		if err != nil {
			t.Fatalf("no %s: %v", kind, err)
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), kind) {
			data, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
	}
}
