package bounce

import (
	"strings"
	"testing"
	"time"

	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/smtp"
)

func TestSpans(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second: "less than two minutes", 3 * time.Minute: "3 minutes", 90 * time.Minute: "90 minutes", 36 * time.Hour: "36 hours",
		5*24*time.Hour + 3*time.Hour: "5 days",
	} {
		if got := span(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

// told as a person reads it.
func wordsOf(t *testing.T, n Notice) string {
	t.Helper()
	l, err := n.Compose(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := sound(l, len(n.told()))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(r.words), " ")
}

func TestWords(t *testing.T) {
	lost := unreached("the server closed the connection")
	lost.State = report.Unknown
	local := report.Outcome{State: report.Failed, Class: smtp.ClassLocal, Stage: smtp.StageData, Cause: letter.ErrChanged}
	strict := unreached("the certificate is not trusted")
	strict.Stage = smtp.StageStartTLS
	strange := report.Outcome{State: report.Deferred, Host: "mx", Reply: reply(250, "", "well")}
	for name, c := range map[string]struct {
		o    report.Outcome
		late bool
		want []string
	}{
		"refused":   {refused(unknownUser), false, []string{"could not be delivered to this recipient", "refused by mx.hamburger.edu [192.0.2.25] when the recipient was named: 550 5.1.1 <bob@", "Check the address"}},
		"put off":   {refused(reply(452, "4.2.2", "full")), true, []string{"It was tried for 3 hours.", "put off by mx.hamburger.edu", "452 full", "The mailbox is full"}},
		"too big":   {refused(reply(552, "5.3.4")), false, []string{"552 The letter is too big"}},
		"no sender": {refused(reply(550, "5.1.8", "x")), false, []string{"your own address"}},
		"policy":    {refused(reply(554, "5.7.1", "x")), false, []string{"matter of policy"}},
		"script":    {refused(reply(553, "5.6.7", "x")), false, []string{"in this script"}},
		"form":      {refused(reply(554, "5.6.0", "x")), false, []string{"as plain text"}},
		"disabled":  {refused(reply(550, "5.2.1", "x")), false, []string{"takes no letters now"}},
		"plain":     {refused(reply(550, "", "x")), false, []string{"The words above are the server's"}},
		"lost":      {lost, true, []string{"It is not known whether your letter was delivered", "took the whole letter", "Ask before you send it again"}},
		"local":     {local, false, []string{"the letter changed while it was sent", "from the files as they are now"}},
		"TLS":       {strict, true, []string{"the certificate is not trusted", "as safe as your rules or theirs demand"}},
		"down":      {unreached("connection refused"), true, []string{"mx.hamburger.edu [192.0.2.25]: connection refused", "down for long"}},
		"strange":   {strange, true, []string{"answered by mx: 250 well"}},
		"nothing":   {report.Outcome{State: report.Failed}, false, []string{"no reason is known"}},
	} {
		got := wordsOf(t, notice(t, ketchup, Recipient{Outcome: c.o, Expired: c.late}))
		for _, want := range append(c.want, "Subject: Searching for the meaning of life", "A report for mail programs follows, and then your letter.") {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in %q", name, want, got)
			}
		}
	}
}

func TestSubjects(t *testing.T) {
	for header, want := range map[string]string{
		"Subject: =?utf-8?q?K=C3=A9tchup?=\r\n =?utf-8?q?_now?=": "Subject: Kétchup now Sent:",
		"SUBJECT : folded\r\n\tonce\r\nX: y":                     "Subject: folded once Sent:",
		"Subject: =?utf-8?q?a=0D=0ABcc:_b=1B[2J?=":               `Subject: a Bcc: b\x1b[2J Sent:`,
		"Subject: =?x-nobody?q?a?=":                              "Subject: =?x-nobody?q?a?= Sent:",
		"Subject:":                                               "tried again. Sent:",
		"X: Subject: no":                                         "tried again. Sent:",
		"Subject: " + strings.Repeat("é", 500):                   strings.Repeat("é", 98) + "... Sent:",
	} {
		if got := wordsOf(t, notice(t, header+"\r\n\r\n", Recipient{Outcome: refused(unknownUser)})); !strings.Contains(got, want) {
			t.Errorf("%q: no %q in %q", header, want, got)
		}
	}
}

func TestLongRepliesAreCut(t *testing.T) {
	for name, lines := range map[string][]string{
		"many lines": strings.Split(strings.Repeat("x|", 200), "|"),
		"long lines": {strings.Repeat("x", 64<<10), "y", "z"},
		"escapes":    {strings.Repeat("\x00", 64<<10)},
		"octets":     {strings.Repeat("\x80", 64<<10), strings.Repeat("\xc3", 64<<10)},
	} {
		n := notice(t, ketchup, Recipient{Outcome: refused(smtp.Reply{Code: 550, Lines: lines})})
		n.Original.Envelope.Ret = "HDRS"
		l, err := n.Compose(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r, err := sound(l, 1); err != nil || l.Facts.Size > 8<<10 || !strings.Contains(r.words, "...") {
			t.Errorf("%s: %d octets, %v", name, l.Facts.Size, err)
		}
	}
}

func TestAnAddressStaysInItsLine(t *testing.T) {
	r := Recipient{Recipient: letter.Recipient{Address: at(t, "bob@hamburger.edu")}, Outcome: refused(unknownUser)}
	r.Recipient.Address.Local = "a\r\nBcc: b\x1b[2J"
	if got := wordsOf(t, notice(t, ketchup, r)); !strings.Contains(got, `"a\x0d\x0aBcc: b\x1b[2J"@hamburger.edu`) {
		t.Errorf("got %q", got)
	}
}
