package bounce

import (
	"fmt"
	"strings"
	"testing"

	"mxsend/compose/letter"
)

// TestDecisions writes down who is told, and what comes back, in every combination.
func TestDecisions(t *testing.T) {
	var b strings.Builder
	b.WriteString("# sender, NOTIFY, what happened -> whether it is told\n")
	for _, sender := range []string{"null", "alice"} {
		for _, notify := range []string{"", "NEVER", "SUCCESS", "FAILURE", "DELAY", "SUCCESS,FAILURE", "SUCCESS,DELAY", "FAILURE,DELAY", "SUCCESS,FAILURE,DELAY"} {
			for _, kind := range []Kind{Failure, Delay} {
				fmt.Fprintf(&b, "%-5s  %-21s  %-7s -> %s\n", sender, "NOTIFY="+notify, kind, told(t, sender, notify, kind))
			}
		}
	}
	b.WriteString("\n# what happened, RET, REQUIRETLS, letter, sender, recipient -> report, what is returned; what the notice asks of a server; the form for others\n")
	for _, kind := range []Kind{Failure, Delay} {
		for _, ret := range []string{"", "HDRS", "FULL"} {
			for _, tls := range []bool{false, true} {
				for _, kindOfLetter := range []string{"small", "big", "8bit", "utf8", "raw8", "binary"} {
					for _, sender := range []string{"ascii", "utf8"} {
						for _, to := range []string{"ascii", "utf8"} {
							n := combination{kind, ret, tls, kindOfLetter, sender, to}
							fmt.Fprintf(&b, "%-7s RET=%-4s requiretls=%-5t %-6s %-5s %-5s -> %s\n", kind, ret, tls, kindOfLetter, sender, to, n.answer(t))
						}
					}
				}
			}
		}
	}
	golden(t, "decisions.txt", b.String())
}

func told(t *testing.T, sender, notify string, kind Kind) string {
	n := notice(t, ketchup, Recipient{Recipient: letter.Recipient{Notify: strings.FieldsFunc(notify, func(r rune) bool { return r == ',' })}, Outcome: refused(unknownUser)})
	n.Kind = kind
	if sender == "null" {
		n.Original.Envelope.Sender = at(t, "x@y.example")
		n.Original.Envelope = letter.Envelope{}
	}
	l, err := n.Compose(t.Context())
	switch {
	case err != nil:
		return err.Error()
	case l == nil:
		return "no"
	}
	return "yes"
}

type combination struct {
	kind       Kind
	ret        string
	tls        bool
	letter     string
	sender, to string
}

func (c combination) answer(t *testing.T) string {
	text := map[string]string{
		"small": ketchup, "utf8": greek, "binary": ketchup,
		"big":  ketchup + strings.Repeat("words and words\r\n", 6000),
		"8bit": ketchup + "αγγουράκια\r\n",
		"raw8": "X-Old: \xe9\r\n" + ketchup,
	}[c.letter]
	r := Recipient{Outcome: refused(unknownUser)}
	if c.to == "utf8" {
		r.Recipient.Address = at(t, "μπομπ@hamburger.edu")
	}
	n := notice(t, text, r)
	n.Kind, n.Original.Envelope.Ret, n.Original.Envelope.RequireTLS = c.kind, c.ret, c.tls
	n.Original.Facts.Binary = c.letter == "binary"
	n.Original.Facts.NeedsUTF8 = c.letter == "utf8"
	if c.sender == "utf8" {
		n.Original.Envelope.Sender = at(t, "αλίκη@crepes.fr")
	}
	l, err := n.Compose(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if l.Envelope.RequireTLS != c.tls {
		t.Errorf("%+v: REQUIRETLS is %t", c, l.Envelope.RequireTLS)
	}
	answer := shape(t, l)
	if l.Recode != nil {
		narrow, err := l.Recode()
		if err != nil || narrow.Facts.Has8bit || narrow.Facts.MessageID != l.Facts.MessageID {
			t.Errorf("%+v: %+v, %v", c, narrow, err)
		}
		answer += "; " + shape(t, narrow)
	}
	return answer
}

func shape(t *testing.T, l *letter.Letter) string {
	t.Helper()
	r, err := sound(l, 1)
	if err != nil || len(r.types) != 3 {
		t.Fatalf("%v, %v", r.types, err)
	}
	answer := strings.TrimPrefix(r.types[1], "message/") + ", " + r.types[2]
	if l.Facts.Has8bit {
		answer += ", 8BITMIME"
	}
	if l.Facts.NeedsUTF8 {
		answer += ", SMTPUTF8"
	}
	return answer
}
