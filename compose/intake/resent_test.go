package intake

import (
	"strings"
	"testing"
	"time"

	"mxsend/compose/address"
)

const again = "Resent-From: Carol <carol@x.org>\r\nResent-To: dave@x.org\r\nResent-Date: Sun, 22 Nov 2026 02:34:05 +0000\r\nResent-Message-ID: <2@x.org>\r\n"

// Who sends a letter again gets the reports of failure, and not its author.
func TestReversePathOfAResentLetter(t *testing.T) {
	bounce := mailbox(t, "bounce@x.org").Address
	for _, c := range []struct {
		name, in string
		set      func(*Order)
		want     string
	}{
		{"resent now", complete, func(o *Order) { o.From, o.Resend = mailbox(t, "erin@x.org"), []address.Mailbox{mailbox(t, "f@x.org")} }, "erin@x.org"},
		{"as its block says", again + complete, func(o *Order) { o.ReadFields = true }, "carol@x.org"},
		{"on behalf", "Resent-Sender: grace@x.org\r\n" + again + complete, func(o *Order) { o.ReadFields = true }, "grace@x.org"},
		{"a block of long ago", again + complete, func(*Order) {}, "alice@crepes.fr"},
		{"a block without a name", "Resent-To: dave@x.org\r\n" + complete, func(o *Order) { o.ReadFields = true }, "alice@crepes.fr"},
		{"as given", again + complete, func(o *Order) { o.ReadFields, o.Sender = true, &bounce }, "bounce@x.org"},
	} {
		o := order(t)
		c.set(&o)
		l, _, err := o.Take(memory(c.in))
		if err != nil || l.Envelope.Sender.String() != c.want {
			t.Errorf("%s: got %+v, %v, want %s", c.name, l, err, c.want)
		}
	}
}

func TestResentBlockGetsWhatItLacks(t *testing.T) {
	o := order(t)
	o.Recipients, o.ReadFields, o.From = nil, true, mailbox(t, "erin@y.org")
	id := "Resent-Message-ID: <20261123023405.60oj4cpk6kr3ee1p@"
	for _, c := range []struct{ name, in, want string }{
		{"nothing", again, ""},
		{"its identifier", strings.Replace(again, "Resent-Message-ID: <2@x.org>\r\n", "", 1), id + "x.org>\r\n"},
		{"all but the recipient", "Resent-To: dave@x.org\r\n", "Resent-Date: Mon, 23 Nov 2026 02:34:05 +0000\r\nResent-From: erin@y.org\r\n" + id + "y.org>\r\n"},
		{"the latest of two", "Resent-To: dave@x.org\r\nResent-From: carol@x.org\r\n" + again, "Resent-Date: Mon, 23 Nov 2026 02:34:05 +0000\r\n" + id + "x.org>\r\n"},
	} {
		o.Random = strings.NewReader(strings.Repeat("0123456789", 10))
		l, _, err := o.Take(memory(c.in + complete))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := written(t, l); got != c.want+c.in+complete {
			t.Errorf("%s: got %q", c.name, got)
		}
		if len(l.Envelope.Recipients) != 1 || l.Envelope.Recipients[0].Address.String() != "dave@x.org" {
			t.Errorf("%s: got %+v", c.name, l.Envelope)
		}
	}
}

// An older block stands below what the servers wrote in between; who was meant then gets no copy now.
func TestOlderBlocksAreHistory(t *testing.T) {
	o := order(t)
	o.ReadFields = true
	l, _, err := o.Take(memory("Resent-From: carol@x.org\r\nResent-To: new@x.org\r\nReceived: from x\r\nResent-Cc: old@x.org\r\n" + complete))
	if err != nil || len(l.Envelope.Recipients) != 2 || l.Envelope.Recipients[1].Address.String() != "new@x.org" {
		t.Errorf("%v, %v", l.Envelope.Recipients, err)
	}
}

func TestHops(t *testing.T) {
	hop := "Received: from a by b; " + time.RFC1123Z + "\r\n"
	if _, _, err := order(t).Take(memory(strings.Repeat(hop, 100) + complete)); err != nil {
		t.Error(err)
	}
	if l, _, err := order(t).Take(memory(strings.Repeat(hop, 101) + complete)); err == nil || !strings.Contains(err.Error(), "round in circles") {
		t.Errorf("got %v, %v", l, err)
	}
}
