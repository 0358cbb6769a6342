package command

import (
	"io"
	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/smtp"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestSendmailOptionsOfItsCallers(t *testing.T) {
	for _, c := range []struct {
		caller, line string
		want         sendmailOptions
	}{
		{"cron", "sendmail -FCronDaemon -i -B8BITMIME -oem root", sendmailOptions{mode: "m", fullName: "CronDaemon", ignoreDots: true, recipients: []string{"root"}}},
		{"anacron", "sendmail -FAnacron -odi root", sendmailOptions{mode: "m", fullName: "Anacron", recipients: []string{"root"}}},
		{"at", "sendmail -i bob", sendmailOptions{mode: "m", ignoreDots: true, recipients: []string{"bob"}}},
		{"sudo, mdadm, logwatch", "sendmail -t", sendmailOptions{mode: "m", fields: true}},
		{"unattended-upgrades", "sendmail -oi -t", sendmailOptions{mode: "m", fields: true, ignoreDots: true}},
		{"reportbug", "sendmail -f me@x.org -oi -oem a@x.org b@x.org", sendmailOptions{mode: "m", from: "me@x.org", ignoreDots: true, recipients: []string{"a@x.org", "b@x.org"}}},
		{"fail2ban", "sendmail -f <fail2ban@x.org> root@x.org", sendmailOptions{mode: "m", from: "<fail2ban@x.org>", recipients: []string{"root@x.org"}}},
		{"PHP", "sendmail -t -i -fbounce@x.org", sendmailOptions{mode: "m", fields: true, ignoreDots: true, from: "bounce@x.org"}},
		{"Symfony", "sendmail -bs -i", sendmailOptions{mode: "s", ignoreDots: true}},
		{"nodemailer", "sendmail -i -f me@x.org j@x.org", sendmailOptions{mode: "m", ignoreDots: true, from: "me@x.org", recipients: []string{"j@x.org"}}},
		{"git send-email", "sendmail -f a@b.c -i j@x.org s@x.org", sendmailOptions{mode: "m", ignoreDots: true, from: "a@b.c", recipients: []string{"j@x.org", "s@x.org"}}},
		{"mutt", "sendmail -oem -oi -f me@x.org -N failure,delay -R hdrs -- j@x.org -s@x.org", sendmailOptions{mode: "m", ignoreDots: true, from: "me@x.org", notify: "failure,delay", ret: "hdrs", recipients: []string{"j@x.org", "-s@x.org"}}},
		{"s-nail", "sendmail -i -f me@x.org -- j@x.org", sendmailOptions{mode: "m", ignoreDots: true, from: "me@x.org", recipients: []string{"j@x.org"}}},
		{"mailutils", "sendmail -oi -f root@vm -t", sendmailOptions{mode: "m", ignoreDots: true, from: "root@vm", fields: true}},
		{"bsd-mailx", "sendmail -i -m bob", sendmailOptions{mode: "m", ignoreDots: true, recipients: []string{"bob"}}},
		{"glued together", "sendmail -tivfme@x.org -V id-1 -O IgnoreDots -h 3 -Ac -L tag -X file -C conf -o7 -om -Am bob", sendmailOptions{mode: "m", fields: true, ignoreDots: true, verbose: true, from: "me@x.org", id: "id-1", recipients: []string{"bob"}}},
		{"options after recipients", "sendmail bob -i", sendmailOptions{mode: "m", ignoreDots: true, recipients: []string{"bob"}}},
		{"a list of the queue", "mailq", sendmailOptions{mode: "p"}},
		{"the same", "/usr/sbin/sendmail -bp", sendmailOptions{mode: "p"}},
		{"a run of the queue", "sendmail -q", sendmailOptions{mode: "q"}},
		{"runs of the queue", "sendmail -q30m", sendmailOptions{mode: "q", every: "30m"}},
		{"aliases", "newaliases", sendmailOptions{mode: "i"}},
		{"by its command", "mxsend sendmail -t", sendmailOptions{mode: "m", fields: true}},
	} {
		got, err := parseSendmail(strings.Fields(c.line))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %s\ngot  %+v, %v\nwant %+v", c.caller, c.line, got, err, c.want)
		}
	}
	for _, line := range []string{"sendmail -f", "sendmail -Z", "sendmail -iZ bob"} {
		if got, err := parseSendmail(strings.Fields(line)); err == nil {
			t.Errorf("%s: got %+v", line, got)
		}
	}
}

// A report has no sender to go back to, however its writer says so. RFC 5321 §4.5.5
func TestSendmailWithoutSender(t *testing.T) {
	for _, words := range [][]string{{"sendmail", "-f", "", "bob"}, {"sendmail", "-f", "<>", "bob"}, {"sendmail", "-f<>", "bob"}, {"sendmail", "bob", "-r", ""}} {
		o, err := parseSendmail(words)
		if err != nil {
			t.Fatal(err)
		}
		order, err := o.order()
		if err != nil || order.Sender == nil || !order.Sender.IsZero() {
			t.Errorf("%q: the sender is <%v>, %v", words, order.Sender, err)
		}
	}
}

func TestIsSendmail(t *testing.T) {
	for line, want := range map[string]bool{"/usr/sbin/sendmail -t": true, "mailq": true, "newaliases": true, "mxsend sendmail": true, "mxsend bob@x.org sendmail": false, "mxsend": false} {
		if got := IsSendmail(strings.Fields(line)); got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
}

func TestADotAloneEndsTheLetter(t *testing.T) {
	for in, want := range map[string]string{
		"a\n.\nb\n": "a\n", "a\r\n.\r\nb": "a\r\n", ".\n": "", "..\n.x\n.\n": "..\n.x\n", "a.\n": "a.\n", "a\n.": "a\n.", "a\n.\r": "a\n.\r", "": "", "a\n.\rb\n": "a\n.\rb\n", "a": "a",
	} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(in), "octets": iotest.OneByteReader(strings.NewReader(in))} {
			got, err := io.ReadAll(&dotReader{r: r})
			if err != nil || string(got) != want {
				t.Errorf("%q %s: got %q, %v, want %q", in, name, got, err, want)
			}
		}
	}
	if _, err := io.ReadAll(&dotReader{r: iotest.ErrReader(io.ErrClosedPipe)}); err != io.ErrClosedPipe {
		t.Errorf("got %v", err)
	}
}

func TestTemporaryIsNotTakenForQueued(t *testing.T) {
	deferred, failed := report.Outcome{State: report.Deferred}, report.Outcome{State: report.Failed, Stage: smtp.StageRcpt}
	for _, c := range []struct {
		r    report.Report
		want int
	}{
		{report.Report{Outcomes: []report.Outcome{{State: report.Delivered}}}, 0},
		{report.Report{Outcomes: []report.Outcome{deferred}}, 69},
		{report.Report{Outcomes: []report.Outcome{deferred}, Queued: "x"}, 0},
		{report.Report{Outcomes: []report.Outcome{failed}}, 69},
		{report.Report{Outcomes: []report.Outcome{failed}, Queued: "x"}, 0},
		{report.Report{Outcomes: []report.Outcome{{State: report.Failed, Stage: report.StageResolve}}}, 68},
	} {
		if got := sendmailCode(c.r, &letter.Letter{Envelope: letter.Envelope{Sender: address.Address{Local: "alice"}}}); got != c.want {
			t.Errorf("%+v: got %d, want %d", c.r, got, c.want)
		}
	}
	mixed := report.Report{Outcomes: []report.Outcome{failed, deferred}, Queued: "x"}
	if got := sendmailCode(mixed, &letter.Letter{}); got != 69 {
		t.Errorf("a letter from nobody: got %d", got)
	}
}

func TestEnvelopeIDs(t *testing.T) {
	for id, want := range map[string]bool{"": true, "a": true, strings.Repeat("a", 100): true, strings.Repeat("a", 101): false, "a b": false, "é": false,
		strings.Repeat("+=", 16) + "1234": true, strings.Repeat("+=", 16) + "12345": false} {
		if isEnvelopeID(id) != want {
			t.Errorf("%q: %v", id, !want)
		}
	}
}

func TestWishesOfSendmail(t *testing.T) {
	for given, want := range map[string]string{"": "", "never": "NEVER", "never,never": "NEVER", "Never,delay": "DELAY", "failure,Failure,delay": "FAILURE DELAY", "lunch": ""} {
		if got := strings.Join(sendmailOptions{notify: given}.notices().notify, " "); got != want {
			t.Errorf("-N %s: %q, want %q", given, got, want)
		}
	}
}
