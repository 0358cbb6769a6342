package smtp

import (
	"errors"
	"testing"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// offering is a session with a server that says these words after EHLO.
func offering(heard *transcript, words ...string) *Session {
	return &Session{extensions: parseExtensions(append([]string{"mx.example"}, words...), nil), tell: &telling{witness: heard}}
}

// A letter is re-encoded where the server lacks what its form needs, and only there.
func TestWhoGetsAnotherForm(t *testing.T) {
	for i := range 1 << 9 {
		is := func(bit int) bool { return i>>bit&1 == 1 }
		f := letter.Facts{Binary: is(0), Has8bit: is(1), NeedsUTF8: is(2), Signed: is(3)}
		var words []string
		for bit, word := range map[int]string{4: "CHUNKING", 5: "BINARYMIME", 6: "8BITMIME", 7: "SMTPUTF8"} {
			if is(bit) {
				words = append(words, word)
			}
		}
		recoded := false
		l := letter.New(letter.Envelope{ID: "x"}, f, parcel{})
		if is(8) {
			l.Recode = func() (*letter.Letter, error) {
				recoded = true
				return letter.New(letter.Envelope{}, letter.Facts{}, parcel{}), nil
			}
		}
		lacking := f.NeedsUTF8 && !is(7)
		if f.Binary {
			lacking = lacking || !is(4) || !is(5)
		} else if f.Has8bit {
			lacking = lacking || !is(6) && !is(7) // RFC 6531 §3.6: who takes SMTPUTF8 takes 8BITMIME
		}
		got := offering(&transcript{}, words...).fitting(l)
		if want := lacking && !f.Signed && is(8); recoded != want || got.Envelope.ID != "x" {
			t.Errorf("%+v, %q: re-encoded %v, want %v", f, words, recoded, want)
		}
	}
	var heard transcript
	l := letter.New(letter.Envelope{}, letter.Facts{Has8bit: true}, parcel{})
	l.Recode = func() (*letter.Letter, error) { return nil, errors.New("it changed") }
	if got := offering(&heard).fitting(l); got != l || len(heard.notes) != 1 {
		t.Errorf("a form that can't be had: %+v, noted %q", got, heard.notes)
	}
}

// SMTPUTF8 is asked for when the header, the sender or a recipient needs it, and never else. RFC 6531 §3.4
func TestWhoNeedsUTF8(t *testing.T) {
	wide, err := address.Parse("jürgen@hamburger.edu")
	plain, plainErr := address.Parse("bob@hamburger.edu")
	if err := errors.Join(err, plainErr); err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		l := &letter.Letter{Facts: letter.Facts{NeedsUTF8: i&1 != 0}, Envelope: letter.Envelope{Sender: plain}}
		batch := []*Verdict{{Recipient: letter.Recipient{Address: plain}}, {Recipient: letter.Recipient{Address: plain}}}
		if i&2 != 0 {
			l.Envelope.Sender = wide
		}
		if i&4 != 0 {
			batch[1].Recipient.Address = wide
		}
		if got := needsUTF8(l, batch); got != (i != 0) {
			t.Errorf("%03b: %v", i, got)
		}
	}
}

func TestEnhancedCodes(t *testing.T) {
	for text, want := range map[string]string{"5.1.1 no": "5.1.1", "5.123.456 no": "5.123.456", "5.1.1234 no": "", "5..1 no": "", "5.1 no": "", "5.1.1.1 no": "",
		"4.1.1 no": "", "5.a.1 no": "", "5.1.1": "5.1.1", "": "", "x5.1.1": ""} {
		if got := enhancedCode(550, text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := enhancedCode(354, "3.0.0 go"); got != "" { // RFC 2034 §4 knows none for 3yz
		t.Errorf("354: %q", got)
	}
}
