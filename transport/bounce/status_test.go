package bounce

import (
	"testing"

	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/smtp"
)

func TestStatus(t *testing.T) {
	state := func(o report.Outcome, s report.State) report.Outcome { o.State = s; return o }
	stage := func(o report.Outcome, s smtp.Stage) report.Outcome { o.Stage = s; return o }
	own := unreached("x")
	own.Reply.Enhanced, own.State = "5.7.30", report.Failed
	for _, c := range []struct {
		name    string
		o       report.Outcome
		expired bool
		failure string
		delay   string
	}{
		{"the server's own", refused(reply(550, "5.1.1", "x")), false, "5.1.1", "4.0.0"},
		{"none given", refused(reply(550, "", "x")), false, "5.0.0", "4.0.0"},
		{"of another class", refused(reply(550, "4.2.2", "x")), false, "5.0.0", "4.2.2"},
		{"not one", refused(reply(550, "5.1.1; evil", "x")), false, "5.0.0", "4.0.0"},
		{"too long", refused(reply(550, "5.1.1234", "x")), false, "5.0.0", "4.0.0"},
		{"temporary", refused(reply(452, "4.2.2", "x")), false, "4.2.2", "4.2.2"},
		{"temporary and expired", refused(reply(452, "4.2.2", "x")), true, "4.4.7", "4.2.2"},
		{"not reached", unreached("x"), false, "4.4.1", "4.4.1"},
		{"lost", stage(unreached("x"), smtp.StageMail), false, "4.4.2", "4.4.2"},
		{"TLS", stage(unreached("x"), smtp.StageStartTLS), false, "4.7.5", "4.7.5"},
		{"lost after the dot", state(stage(unreached("x"), smtp.StageEndOfData), report.Unknown), true, "4.4.7", "4.4.2"},
		{"no domain", nowhere("x"), false, "5.1.2", "4.4.3"},
		{"DNS", state(nowhere("x"), report.Deferred), true, "4.4.7", "4.4.3"},
		{"our own refusal", own, false, "5.7.30", "4.4.1"},
		{"nothing known", report.Outcome{State: report.Failed}, false, "5.0.0", "4.0.0"},
	} {
		r := Recipient{Outcome: c.o, Expired: c.expired}
		if got := r.status(Failure); got != c.failure {
			t.Errorf("%s, failed: got %s, want %s", c.name, got, c.failure)
		}
		if got := r.status(Delay); got != c.delay {
			t.Errorf("%s, delayed: got %s, want %s", c.name, got, c.delay)
		}
		if r.advice() == "" {
			t.Errorf("%s: no advice", c.name)
		}
	}
}

func TestAddressesInTheReport(t *testing.T) {
	for _, c := range []struct{ to, orcpt, final, original, narrowFinal, narrowOriginal string }{
		{"bob@x.example", "", "rfc822; bob@x.example", "", "", ""},
		{"bob@x.example", "rfc822;Bob+1=2@y.example", "rfc822; bob@x.example", "rfc822; Bob+1=2@y.example", "", ""},
		{"bob@x.example", "rfc822;a\r\nStatus: 2.0.0", "rfc822; bob@x.example", `rfc822; a\x0d\x0aStatus: 2.0.0`, "", ""},
		{"bob@x.example", "no type", "rfc822; bob@x.example", "", "", ""},
		{"bob@x.example", "a b;c", "rfc822; bob@x.example", "", "", ""},
		{"bob@x.example", "x400;/C=no/", "rfc822; bob@x.example", "x400; /C=no/", "", ""},
		{"bob@bücher.example", "", "rfc822; bob@xn--bcher-kva.example", "", "", ""},
		{"bücher@x.example", "", "utf-8; bücher@x.example", "", `utf-8; b\x{FC}cher@x.example`, ""},
		{"bob@x.example", "utf-8;bü+\\=\u2028r@x", "rfc822; bob@x.example", `utf-8; bü+\=?r@x`, "rfc822; bob@x.example", `utf-8; b\x{FC}\x{2B}\x{5C}\x{3D}\x{2028}r@x`},
		{"bob@x.example", "rfc822;bü@x", "rfc822; bob@x.example", "utf-8; bü@x", "rfc822; bob@x.example", `utf-8; b\x{FC}@x`},
	} {
		n := notice(t, ketchup, Recipient{Recipient: letter.Recipient{Address: at(t, c.to), Original: c.orcpt}, Outcome: refused(unknownUser)})
		l, err := n.Compose(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		check(t, l, c.final, c.original)
		if (l.Recode != nil) != (c.narrowFinal != "") {
			t.Errorf("%s %s: another form: %t", c.to, c.orcpt, l.Recode != nil)
		} else if l.Recode != nil {
			narrow, _ := l.Recode()
			check(t, narrow, c.narrowFinal, c.narrowOriginal)
		}
	}
}

func check(t *testing.T, l *letter.Letter, final, original string) {
	t.Helper()
	r, err := sound(l, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.status[1].Get("Final-Recipient"); got != final {
		t.Errorf("final %q, want %q", got, final)
	}
	if got := r.status[1].Get("Original-Recipient"); got != original {
		t.Errorf("original %q, want %q", got, original)
	}
}
