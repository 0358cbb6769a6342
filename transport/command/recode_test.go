package command

import (
	"bytes"
	"io"
	"net/mail"
	"strings"
	"testing"

	"mxsend/compose/address"
)

type eml string

func (e eml) Reader() io.Reader { return strings.NewReader(string(e)) }
func (e eml) Close() error      { return nil }

// Both forms of a letter are one letter: what was missing in it is added alike.
func TestTheLighterFormIsTheSameLetter(t *testing.T) {
	o := newOrder()
	to, _ := address.Parse("bob@hamburger.edu")
	o.Recipients = []address.Address{to}
	l, _, err := take(o, eml("From: alice@crepes.fr\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGrüße\n"))
	if err != nil {
		t.Fatal(err)
	}
	lighter, err := l.Recode()
	if err != nil || lighter.Facts.Has8bit || !l.Facts.Has8bit {
		t.Fatalf("%+v, %v", lighter, err)
	}
	var heads [2]mail.Header
	for i, form := range []io.WriterTo{l, lighter} {
		var b bytes.Buffer
		if _, err := form.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(&b)
		if err != nil {
			t.Fatal(err)
		}
		heads[i] = m.Header
	}
	for _, name := range []string{"Message-ID", "Date", "From"} {
		if heads[0].Get(name) == "" || heads[0].Get(name) != heads[1].Get(name) {
			t.Errorf("%s: %q and %q", name, heads[0].Get(name), heads[1].Get(name))
		}
	}
}
