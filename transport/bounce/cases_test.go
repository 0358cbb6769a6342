package bounce

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/smtp"
)

var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

// dice fall the same way each time.
func dice() io.Reader { return rand.NewChaCha8([32]byte{1}) }

func at(t testing.TB, s string) address.Address {
	t.Helper()
	a, err := address.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// octets is a message in memory.
type octets string

func (o octets) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, string(o))
	return int64(n), err
}

// written by hand: the facts are read off the text, as the rooms before do it.
func original(e letter.Envelope, text string) *letter.Letter {
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	f := letter.Facts{MessageID: "<1@crepes.fr>", Size: int64(len(text)), NeedsUTF8: !isASCII(head), Has8bit: !isASCII(body)}
	for line := range bytes.Lines([]byte(text)) {
		f.LongestLine = max(f.LongestLine, len(bytes.TrimRight(line, "\r\n")))
	}
	return letter.New(e, f, octets(text))
}

const ketchup = "Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n" +
	"From: alice@crepes.fr\r\n" +
	"To: bob@hamburger.edu\r\n" +
	"Subject: Searching for the meaning of life\r\n" +
	"Message-ID: <1@crepes.fr>\r\n" +
	"\r\n" +
	"Do you like ketchup?\r\n" +
	"How about pickles?\r\n"

// greek is the same in another script, in header and body.
var greek = strings.NewReplacer("Searching for the meaning of life", "Κέτσαπ", "pickles", "αγγουράκια").Replace(ketchup)

func reply(code int, enhanced string, lines ...string) smtp.Reply {
	return smtp.Reply{Code: code, Enhanced: enhanced, Lines: lines}
}

func refused(r smtp.Reply) report.Outcome {
	state := report.Failed
	if r.Code/100 == 4 {
		state = report.Deferred
	}
	e := &smtp.Error{Class: smtp.ClassRefused, Stage: smtp.StageRcpt, Reply: r}
	return report.Outcome{State: state, Class: e.Class, Stage: e.Stage, Host: "mx.hamburger.edu", Address: netip.MustParseAddrPort("192.0.2.25:25"), Reply: r, Cause: e}
}

func unreached(cause string) report.Outcome {
	return report.Outcome{State: report.Deferred, Class: smtp.ClassConnection, Stage: smtp.StageConnect, Host: "mx.hamburger.edu",
		Address: netip.MustParseAddrPort("192.0.2.25:25"), Cause: errors.New(cause)}
}

func nowhere(cause string) report.Outcome {
	return report.Outcome{State: report.Failed, Stage: report.StageResolve, Cause: errors.New(cause)}
}

// notice is one about bob, from a letter of alice.
func notice(t testing.TB, text string, rs ...Recipient) Notice {
	t.Helper()
	e := letter.Envelope{Sender: at(t, "alice@crepes.fr")}
	for i := range rs {
		if rs[i].Recipient.Address.IsZero() {
			rs[i].Recipient.Address = at(t, "bob@hamburger.edu")
		}
		rs[i].LastAttempt = noon.Add(-time.Minute)
		e.Recipients = append(e.Recipients, rs[i].Recipient)
	}
	return Notice{Kind: Failure, Original: original(e, text), Arrived: noon.Add(-3 * time.Hour), Recipients: rs,
		Reporter: "mx.crepes.fr", Now: func() time.Time { return noon }, Random: dice()}
}

// story is one golden notice.
type story struct {
	name   string
	about  string
	notice func(t testing.TB) Notice
	narrow bool // the form for servers without 8-bit text
}

var unknownUser = reply(550, "5.1.1", "5.1.1 <bob@hamburger.edu>: no such user here")

var stories = []story{
	{"01-refused", "one recipient is refused; the letter is small and comes back whole", func(t testing.TB) Notice {
		return notice(t, ketchup, Recipient{Outcome: refused(unknownUser)})
	}, false},
	{"02-several", "three recipients with three fates, all that RFC 3461 can ask for, and RET=HDRS", func(t testing.TB) Notice {
		long := reply(554, "5.7.1", "5.7.1 The letter was refused", "5.7.1 See https://postmaster.hamburger.edu/why for the reasons that we may have had", "5.7.1 Goodbye")
		n := notice(t, ketchup,
			Recipient{Recipient: letter.Recipient{Original: "rfc822;b+b=b@example.org"}, Outcome: refused(long)},
			Recipient{Recipient: letter.Recipient{Address: at(t, `"carol c"@hamburger.edu`)}, Outcome: unreached("connection refused"), Expired: true},
			Recipient{Recipient: letter.Recipient{Address: at(t, "dave@nowhere.example")}, Outcome: nowhere("nowhere.example: no such domain")})
		n.Arrived = noon.Add(-5 * 24 * time.Hour)
		n.Original.Envelope.Ret, n.Original.Envelope.ID = "HDRS", "QQ314159+a=b c"
		return n
	}, false},
	{"03-delay", "a greylisted letter; a delay returns the header only, even with RET=FULL", func(t testing.TB) Notice {
		n := notice(t, ketchup, Recipient{Outcome: refused(reply(451, "4.7.1", "4.7.1 Greylisted, come back in 5 minutes")), RetryUntil: noon.Add(4 * 24 * time.Hour)})
		n.Kind, n.Original.Envelope.Ret = Delay, "FULL"
		return n
	}, false},
	{"04-expired", "the mailbox was full for five days", func(t testing.TB) Notice {
		n := notice(t, ketchup, Recipient{Outcome: refused(reply(452, "4.2.2", "4.2.2 mailbox full")), Expired: true})
		n.Arrived = noon.Add(-5 * 24 * time.Hour)
		return n
	}, false},
	{"05-unknown", "the server took the letter and was never heard again", func(t testing.TB) Notice {
		o := unreached("the server closed the connection")
		o.State, o.Stage = report.Unknown, smtp.StageEndOfData
		return notice(t, ketchup, Recipient{Outcome: o, Expired: true})
	}, false},
	{"06-utf8-recipient", "a recipient outside ASCII: the report is message/global-delivery-status", utf8Recipient, false},
	{"07-utf8-recipient-narrow", "the same for a server without 8BITMIME: all in ASCII", utf8Recipient, true},
	{"08-utf8-header", "the letter holds raw UTF-8 in its header, the sender does not: message/global", utf8Letter, false},
	{"09-utf8-header-narrow", "the same for a server without 8BITMIME: the header only, quoted-printable", utf8Letter, true},
	{"10-utf8-sender", "the sender's own address needs UTF-8, and with it the notice SMTPUTF8", func(t testing.TB) Notice {
		n := notice(t, ketchup, Recipient{Outcome: refused(unknownUser)})
		n.Original.Envelope.Sender = at(t, "αλίκη@crepes.fr")
		return n
	}, false},
	{"11-requiretls", "REQUIRETLS: RET=FULL is disregarded and the notice demands TLS too", func(t testing.TB) Notice {
		o := unreached("the server offers no REQUIRETLS")
		o.State, o.Class, o.Stage, o.Reply.Enhanced = report.Failed, smtp.ClassMissingFeature, smtp.StageMail, "5.7.30"
		n := notice(t, ketchup, Recipient{Outcome: o})
		n.Original.Envelope.Ret, n.Original.Envelope.RequireTLS = "FULL", true
		return n
	}, false},
	{"12-hostile", "a reply that would like to be a header, a part, a terminal's escape and an encoded word", func(t testing.TB) Notice {
		return notice(t, ketchup, Recipient{Outcome: refused(reply(550, "5.0.0",
			"no\r\nStatus: 2.0.0\r\n\r\n--boundary--\r\nBcc: eve@example.org", "\x1b[2J\x00\x07\u202e\xff", "=?utf-8?q?=0ABcc:_eve?=",
			"DOMAIN\\user Ґ\\", strings.Repeat("x", 5000), strings.Repeat("y ", 3000)))})
	}, false},
	{"13-broken-header", "the header of the letter has a line that may not travel: quoted-printable", func(t testing.TB) Notice {
		n := notice(t, "X-Long: "+strings.Repeat("z", 1200)+"\r\nX-Bare: a\rb\nc\r\n"+ketchup, Recipient{Outcome: refused(unknownUser)})
		n.Original.Facts.Binary = true
		return n
	}, false},
	{"14-unreadable", "the letter can't be read any more, and the notice goes without it", func(t testing.TB) Notice {
		n := notice(t, ketchup, Recipient{Outcome: refused(unknownUser)})
		n.Original = letter.New(n.Original.Envelope, n.Original.Facts, unreadable{})
		return n
	}, false},
}

func utf8Recipient(t testing.TB) Notice {
	return notice(t, ketchup,
		Recipient{Recipient: letter.Recipient{Address: at(t, "μπομπ@hamburger.edu"), Original: "utf-8;μπομπ+1@hamburger.edu"}, Outcome: refused(reply(550, "5.1.1", "5.1.1 δεν υπάρχει"))},
		Recipient{Outcome: refused(unknownUser)})
}

func utf8Letter(t testing.TB) Notice {
	return notice(t, greek, Recipient{Outcome: refused(unknownUser)})
}

type unreadable struct{}

func (unreadable) WriteTo(io.Writer) (int64, error) { return 0, letter.ErrChanged }

// compose makes the notice of a story, in the form that it is about.
func (s story) compose(t testing.TB) (*letter.Letter, Notice) {
	t.Helper()
	n := s.notice(t)
	l, err := n.Compose(t.Context())
	if err != nil || l == nil {
		t.Fatalf("%s: %v, %v", s.name, l, err)
	}
	if s.narrow {
		if l, err = l.Recode(); err != nil {
			t.Fatal(err)
		}
	}
	return l, n
}
