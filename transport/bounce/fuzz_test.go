package bounce

import (
	"errors"
	"strings"
	"testing"

	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/smtp"
)

// FuzzWhatStrangersSay: whatever a server, an address or the letter's own wishes hold, the notice has the parts and fields
// that it should have, and says what it should say.
func FuzzWhatStrangersSay(f *testing.F) {
	f.Add("no such user", "5.1.1", "bob", "rfc822;bob@x", "id", "mx.example", "x", uint8(0))
	f.Add("a\r\nStatus: 2.0.0\r\n\r\n--=_dbe5882e2579683432c1bfc525454add0cd87274d67084ca--\r\n", "5.1.1\r\nX: y", "=?utf-8?q?=0A?=", "utf-8;\u2028\u0085", "\r\n", "/run/lmtp", "\x00", uint8(1))
	f.Add(strings.Repeat("\x1b", 64<<10), "5.1.1", "a b", "rfc822;"+strings.Repeat("é", 400), strings.Repeat(" ", 999), strings.Repeat("a.", 300), `\`, uint8(2))
	f.Add("\xff\\x00 \u202e", "", "ü", ";", "=?", "[", "  ", uint8(3))
	f.Fuzz(func(t *testing.T, text, enhanced, local, orcpt, id, host, cause string, how uint8) {
		o := refused(smtp.Reply{Code: 550, Enhanced: enhanced, Lines: strings.SplitAfter(text, "|")})
		o.Host, o.Cause = host, errors.New(cause)
		if how&2 != 0 {
			o.Reply, o.Class = smtp.Reply{}, smtp.ClassConnection
		}
		d, _ := address.ParseDomain("hamburger.edu")
		n := notice(t, ketchup, Recipient{Recipient: letter.Recipient{Address: address.Address{Local: local, Domain: d}, Original: orcpt}, Outcome: o},
			Recipient{Outcome: nowhere(cause), Expired: true})
		n.Original.Envelope.ID = id
		n.Original.Facts.MessageID = "<" + cause + "@" + id + ">"
		if how&1 != 0 {
			n.Kind = Delay
		}
		wide, err := n.Compose(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		holds(t, wide, n.Kind)
		if wide.Recode != nil {
			narrow, _ := wide.Recode()
			holds(t, narrow, n.Kind)
			if narrow.Facts.Has8bit || narrow.Facts.NeedsUTF8 {
				t.Errorf("%+v", narrow.Facts)
			}
		}
	})
}

// holds checks what must stand in a notice about two recipients.
func holds(t *testing.T, l *letter.Letter, kind Kind) {
	t.Helper()
	r, err := sound(l, 2)
	if err != nil {
		t.Fatalf("%v\n%s", err, written(t, l))
	}
	for _, h := range r.status[1:] {
		if got := h.Get("Status"); h.Get("Action") != string(kind) || !isStatus(got) || got[0] != '4' && got[0] != '5' || h.Get("Final-Recipient") == "" {
			t.Errorf("%v", h)
		}
	}
	if len(r.types) != 3 || !strings.HasPrefix(r.words, "This is the mail system at mx.crepes.fr.") {
		t.Errorf("%v, %s", r.types, r.words)
	}
	if to, err := r.header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != "alice@crepes.fr" {
		t.Errorf("to %v, %v", to, err)
	}
}

// FuzzReturnedLetters: whatever letter comes back, it comes back as it was, and alone.
func FuzzReturnedLetters(f *testing.F) {
	for _, text := range []string{ketchup, greek, "", "\r\n", "a", "A: b\r\n\r\n--=_dbe5882e2579683432c1bfc525454add0cd87274d67084c\r\n\r\n", "Subject: =?utf-8?q?=0A--b?=\r\n x\r\n\r\n", "\xff\x00\r\r\n\n\r\n\r\n"} {
		f.Add(text, true)
		f.Add(text, false)
	}
	f.Fuzz(func(t *testing.T, text string, whole bool) {
		n := notice(t, text, Recipient{Outcome: refused(unknownUser)})
		n.Original.Envelope.Ret = "HDRS"
		bare := strings.ReplaceAll(text, "\r\n", "")
		if n.Original.Facts.Binary = strings.ContainsAny(bare, "\r\n\x00"); whole {
			n.Original.Envelope.Ret = "FULL"
		}
		l, err := n.Compose(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r, err := sound(l, 1)
		if err != nil || len(r.types) != 3 || !strings.HasPrefix(text, r.returned) {
			t.Fatalf("%v, %v, %q", err, r.types, r.returned)
		}
		if strings.HasPrefix(r.types[2], "message/rfc822") && r.returned != text {
			t.Errorf("got %q", r.returned)
		}
	})
}

// FuzzWords: what a person reads has lines of ours only.
func FuzzWords(f *testing.F) {
	f.Add("mx\u202e", "x\r\n", uint16(550))
	f.Fuzz(func(t *testing.T, host, line string, code uint16) {
		o := report.Outcome{State: report.Failed, Class: smtp.ClassRefused, Host: host, Reply: smtp.Reply{Code: int(code), Lines: []string{line, line}}, Cause: errors.New(line)}
		var b text
		r := Recipient{Outcome: o}
		r.story(&b, &draft{Notice: Notice{Kind: Failure}, now: noon})
		for l := range strings.Lines(b.String()) {
			if bare, ok := strings.CutSuffix(l, "\r\n"); !ok || bare != harmless(bare) || !strings.HasPrefix(bare, "    ") || len(bare) > maxLine {
				t.Fatalf("line %q", l)
			}
		}
	})
}
