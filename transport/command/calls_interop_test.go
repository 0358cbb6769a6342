//go:build interop && unix

package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unqueued is a caller whose letters go out at once, so that it sees what becomes of them.
func unqueued(t *testing.T, programs ...string) *caller {
	t.Helper()
	c := newCaller(t, programs...)
	c.extra = append(c.extra, "MXSEND_QUEUE=false")
	return c
}

// took wants one letter from a sender to the recipients, in their order.
func (c *caller) took(sender string, recipients ...string) {
	c.t.Helper()
	stored := c.box.Stored()
	if len(stored) == 0 {
		c.t.Fatal("nothing arrived")
	}
	last := stored[len(stored)-1]
	if last.Sender != sender || strings.Join(last.Recipients, " ") != strings.Join(recipients, " ") {
		c.t.Errorf("it came from <%s> to %q, want <%s> to %q", last.Sender, last.Recipients, sender, recipients)
	}
}

// TestExitCodesThatCallersSee: nothing that was not accepted looks like success, and 75 is never said, which PHP takes for it.
func TestExitCodesThatCallersSee(t *testing.T) {
	c := unqueued(t)
	letter := "From: alice@crepes.fr\nSubject: x\n\nhello\n"
	for _, call := range []struct {
		code  int
		words string
	}{
		{0, "-i -f alice@crepes.fr bob@hamburger.edu"},
		{69, "-i -f alice@crepes.fr 450-x@hamburger.edu"},
		{69, "-i -f alice@crepes.fr 550-x@hamburger.edu"},
		{69, "-i -f alice@crepes.fr bob@servfail.example"},
		{68, "-i -f alice@crepes.fr bob@nxdomain.example"},
		{68, "-i -f alice@crepes.fr bob@nullmx.example"},
		{69, "-i -f alice@crepes.fr data-451-x@hamburger.edu"},
		{69, "-i -f alice@crepes.fr drop-x@hamburger.edu"},
		{69, "-i -f mail-550-x@crepes.fr bob@hamburger.edu"},
		{69, "-i -f alice@crepes.fr bob@hamburger.edu 550-x@hamburger.edu"},
		{65, "-i -f alice@crepes.fr bob@@hamburger.edu"},
		{64, "-i -f alice@crepes.fr"},
		{64, "-t -i"},
		{64, "-Z bob@hamburger.edu"},
		{64, "-bt"},
	} {
		said, code := c.call(letter, c.sendmail, strings.Fields(call.words)...)
		if code != call.code {
			t.Errorf("sendmail %s: %d, want %d: %s", call.words, code, call.code, said)
		}
		if (code == 0) != (said == "") || strings.Contains(said, "\x1b") {
			t.Errorf("sendmail %s said %q", call.words, said)
		}
	}
}

// TestLargeLettersOfRefusedCalls: who still writes when its letter cannot be taken is heard to the end, since a broken pipe
// would be all that it tells.
func TestLargeLettersOfRefusedCalls(t *testing.T) {
	c := unqueued(t)
	large := strings.Repeat("Do you like ketchup?\n", 100_000)
	for _, words := range [][]string{{"-Z"}, {"-i"}, {"-i", "not an address@@"}, {"-t"}, {"-i", "-f", "a@@b", "bob@hamburger.edu"}} {
		// the shell tells the fate of the writer, 141 where it met a closed pipe
		pipe := `head -c 2000000 /dev/zero | tr '\0' 'x' | fold -w 70 | { cat; echo $? >writer; } | "$0" "$@" >/dev/null 2>&1; test "$(cat writer)" = 0`
		if said, code := c.call(large, "sh", append([]string{"-c", pipe, c.sendmail}, words...)...); code != 0 {
			t.Errorf("sendmail %q left its caller with a broken pipe: %s", words, said)
		}
	}
}

// The letters of programs that know little of mail: what is missing is added, and their octets stay.
func TestLettersOfSimplePrograms(t *testing.T) {
	c := unqueued(t)
	for _, p := range []struct {
		name, stdin string
		words       []string
		sender      string
		holds       []string
		lacks       string
	}{
		{"cron", "From: root (Cron Daemon)\nTo: root@hamburger.edu\nSubject: Cron <root@host> x\nX-Cron-Env: <SHELL=/bin/sh>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\ngrün\n",
			[]string{"-i", "-FCronDaemon", "-B8BITMIME", "-oem", "-fcron@crepes.fr", "root@hamburger.edu"}, "cron@crepes.fr",
			[]string{"\nDate: ", "\nMessage-ID: <", "\n\ngrün\n", "X-Cron-Env: <SHELL=/bin/sh>"}, ""},
		{"without a header", "just words\nand more: of them\n", []string{"-i", "-F", "The Disk", "-f", "disk@crepes.fr", "bob@hamburger.edu"}, "disk@crepes.fr",
			[]string{"\nFrom: The Disk <disk@crepes.fr>\n", "\n\njust words\nand more: of them\n"}, ""},
		{"8-bit words of no charset", "Subject: x\n\ngrün\n", []string{"-i", "-f", "a@crepes.fr", "bob@hamburger.edu"}, "a@crepes.fr",
			[]string{"\nMIME-Version: 1.0\n", "charset=utf-8", "grün"}, ""},
		{"fail2ban, which ends with a dot", "Subject: [Fail2Ban] sshd\nDate: Mon, 23 Nov 2026 02:34:55 +0100\nFrom: F <f@crepes.fr>\nTo: bob@hamburger.edu\n\nbanned\n.\nnever seen\n",
			[]string{"-f", "f@crepes.fr", "bob@hamburger.edu"}, "f@crepes.fr", []string{"\nDate: Mon, 23 Nov 2026 02:34:55 +0100\n", "banned\n"}, "never seen"},
		{"dots that end nothing", "Subject: x\n\n..\n. \n.\n\n", []string{"-oi", "-f", "a@crepes.fr", "bob@hamburger.edu"}, "a@crepes.fr", []string{"\n\n..\n. \n.\n\n"}, ""},
		{"a blind copy", "From: a@crepes.fr\nTo: bob@hamburger.edu\nBcc: carol@hamburger.edu\nSubject: x\n\nhi\n", []string{"-t", "-i", "-f", "a@crepes.fr"}, "a@crepes.fr", []string{"\n\nhi\n"}, "Bcc"},
		{"an mbox", "From alice Mon Nov 23 02:34:55 2026\nSubject: x\n\nhi\n", []string{"-i", "-fa@crepes.fr", "bob@hamburger.edu"}, "a@crepes.fr", []string{"\nSubject: x\n", "\n\nhi\n"}, "From alice"},
		{"a report", "From: MAILER-DAEMON@crepes.fr\nTo: bob@hamburger.edu\nSubject: x\n\nhi\n", []string{"-i", "-f", "<>", "bob@hamburger.edu"}, "", []string{"\n\nhi\n"}, ""},
		{"a report, in the empty word", "From: MAILER-DAEMON@crepes.fr\nTo: bob@hamburger.edu\nSubject: x\n\nhi\n", []string{"-i", "-f", "", "bob@hamburger.edu"}, "", []string{"\n\nhi\n"}, ""},
	} {
		t.Run(p.name, func(t *testing.T) {
			seen := len(c.box.Stored())
			if said, code := c.call(p.stdin, c.sendmail, p.words...); code != 0 || said != "" {
				t.Fatalf("%d: %s", code, said)
			}
			letter := c.arrived(seen)
			c.holds(letter, p.holds...)
			if p.lacks != "" && strings.Contains(letter, p.lacks) {
				t.Errorf("%q is in\n%s", p.lacks, letter)
			}
			if got := c.box.Stored()[seen].Sender; got != p.sender {
				t.Errorf("the sender is <%s>, want <%s>", got, p.sender)
			}
		})
	}
}

// git send-email runs sendemail.sendmailCmd by a shell, and stops at a refusal.
func TestGitSendmailCommand(t *testing.T) {
	c := unqueued(t, "git")
	if said, _ := c.call("", "git", "send-email", "-h"); !strings.Contains(said, "sendmail-cmd") {
		if os.Getenv("CI") != "" {
			t.Fatalf("git send-email is not installed: %s", said)
		}
		t.Skip("git send-email is not installed")
	}
	patch := "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: Alice <alice@crepes.fr>\nDate: Mon, 23 Nov 2026 02:34:55 +0100\nSubject: [PATCH] sauce\n\nwords\n---\n sauce | 1 +\n\n+.\n-- \n2.39.5\n"
	if err := os.WriteFile(filepath.Join(c.home, "sauce.patch"), []byte(patch), 0o600); err != nil {
		t.Fatal(err)
	}
	send := func(to ...string) (string, int) {
		words := []string{"-c", "sendemail.sendmailCmd=" + c.sendmail + " -oem", "send-email", "--confirm=never", "--suppress-cc=all", "--envelope-sender=bounce@crepes.fr", "--from", "Alice <alice@crepes.fr>"}
		for _, one := range to {
			words = append(words, "--to", one)
		}
		return c.call("", "git", append(words, "sauce.patch")...)
	}
	if said, code := send("bob@hamburger.edu", "carol@hamburger.edu"); code != 0 {
		t.Fatalf("%d: %s", code, said)
	}
	c.took("bounce@crepes.fr", "bob@hamburger.edu", "carol@hamburger.edu")
	c.holds(c.arrived(0), "From: Alice <alice@crepes.fr>\n", "\nTo: bob@hamburger.edu,\n\tcarol@hamburger.edu\n", "\nSubject: [PATCH] sauce\n", "\n\nwords\n---\n sauce | 1 +\n\n+.\n-- \n2.39.5\n")
	for _, to := range []string{"550-x@hamburger.edu", "450-x@hamburger.edu", "bob@nxdomain.example"} {
		if said, code := send(to); code == 0 {
			t.Errorf("%s: git takes it for sent: %s", to, said)
		}
	}
}

// PHP's fifth argument is glued to -f, its line ends are mixed, and its letters may be what a page made of them.
func TestPHPArguments(t *testing.T) {
	c := unqueued(t, "php")
	mail := func(ini, script string) (string, int) {
		return c.call("", "php", "-n", "-d", "sendmail_path="+c.sendmail+" -t -i", "-d", ini, "-r", script)
	}
	for i, ini := range []string{"mail.add_x_header=1", "mail.mixed_lf_and_crlf=1"} {
		said, code := mail(ini, `exit(mail("Bob <bob@hamburger.edu>, carol@hamburger.edu", "=?UTF-8?B?R3LDvMOfZQ==?=", "grün\r\n.\r\n\r\nend", ["From" => "Alice <alice@crepes.fr>", "Bcc" => "dave@hamburger.edu", "Content-Type" => "text/plain; charset=utf-8"], "-fbounce@crepes.fr") ? 0 : 1);`)
		if code != 0 {
			t.Fatalf("%s: %d, %s", ini, code, said)
		}
		c.took("bounce@crepes.fr", "bob@hamburger.edu", "carol@hamburger.edu", "dave@hamburger.edu")
		letter := c.arrived(i)
		c.holds(letter, "\nTo: Bob <bob@hamburger.edu>, carol@hamburger.edu\n", "\nSubject: =?UTF-8?B?R3LDvMOfZQ==?=\n", "\nFrom: Alice <alice@crepes.fr>\n", "\n\ngrün\n.\n\nend\n")
		if strings.Contains(letter, "dave@hamburger.edu\n") && strings.Contains(letter, "Bcc") {
			t.Errorf("the blind copy is told:\n%s", letter)
		}
	}
	for _, to := range []string{"450-x@hamburger.edu", "data-451-x@hamburger.edu", "bob@servfail.example", "550-x@hamburger.edu", "drop-x@hamburger.edu"} {
		if said, code := mail("mail.add_x_header=0", `exit(mail("`+to+`", "x", "y", "From: alice@crepes.fr") === false ? 9 : 0);`); code != 9 {
			t.Errorf("%s: mail() is not false: %d, %s", to, code, said)
		}
	}
}

// mutt tells its user the exit code by name; its blind copies are in the envelope alone.
func TestMuttTellsWhy(t *testing.T) {
	c := unqueued(t, "mutt")
	send := func(to string, more ...string) (string, int) {
		words := []string{"-F", "/dev/null", "-e", "set sendmail='" + c.sendmail + " -oem -oi'", "-e", "set from=alice@crepes.fr realname=Alice send_charset=us-ascii:utf-8", "-e", "set use_envelope_from=yes", "-e", "set envelope_from_address=bounce@crepes.fr",
			"-e", "set copy=no", "-e", "set dsn_notify='failure,delay'", "-e", "set dsn_return=hdrs", "-e", "set use_8bitmime=yes", "-s", "Grüße"}
		return c.call("grün\n\n.\n", "mutt", append(append(words, more...), "--", to)...)
	}
	if said, code := send("bob@hamburger.edu", "-b", "carol@hamburger.edu", "-c", "dave@hamburger.edu"); code != 0 {
		t.Fatalf("%d: %s", code, said)
	}
	c.took("bounce@crepes.fr", "bob@hamburger.edu", "dave@hamburger.edu", "carol@hamburger.edu")
	letter := c.arrived(0)
	c.holds(letter, "\nFrom: Alice <alice@crepes.fr>\n", "\nCc: dave@hamburger.edu\n", "\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\n", "\n\ngrün\n\n.\n")
	if strings.Contains(letter, "Bcc:") {
		t.Errorf("the blind copy is told:\n%s", letter)
	}
	for to, word := range map[string]string{"550-x@hamburger.edu": "69", "450-x@hamburger.edu": "69", "bob@nxdomain.example": "68"} {
		if said, code := send(to); code == 0 || !strings.Contains(said, word) {
			t.Errorf("%s: %d, %q is not in %s", to, code, word, said)
		}
	}
}

// BSD's mailx hands its letter to the program that its variable sendmail names.
func TestMailx(t *testing.T) {
	c := unqueued(t, "bsd-mailx")
	rc := write(t, filepath.Join(c.home, "mailrc"), "set sendmail="+c.sendmail+"\n")
	c.extra = append(c.extra, "MAILRC="+rc)
	if said, code := c.call("Do you like ketchup?\n", "bsd-mailx", "-n", "-s", "hello", "-a", "X-Crepes: with ketchup", "-r", "alice@crepes.fr", "-c", "carol@hamburger.edu", "-b", "dave@hamburger.edu", "bob@hamburger.edu"); code != 0 {
		t.Fatalf("%d: %s", code, said)
	}
	c.took("alice@crepes.fr", "bob@hamburger.edu", "carol@hamburger.edu", "dave@hamburger.edu")
	c.holds(c.arrived(0), "\nSubject: hello\n", "\nFrom: alice@crepes.fr\n", "\nX-Crepes: with ketchup\n", "\nCc: carol@hamburger.edu\n", "\n\nDo you like ketchup?\n")
	if said, code := c.call("x\n", "bsd-mailx", "-n", "-s", "hello", "-r", "alice@crepes.fr", "550-x@hamburger.edu"); !strings.Contains(said, "69") {
		t.Errorf("the refusal is not told: %d, %s", code, said)
	}
}
