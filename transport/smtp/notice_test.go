package smtp

import (
	"net"
	"strings"
	"testing"

	"mxsend/compose/letter"
)

// Whoever wishes for notices is told that a server knows none, and nobody else is.
func TestWishesThatAreNotPassedOn(t *testing.T) {
	plain := letter.Recipient{}
	for name, c := range map[string]struct {
		e     letter.Envelope
		noted int
	}{
		"no wish":           {letter.Envelope{Recipients: []letter.Recipient{plain, plain}}, 0},
		"RET":               {letter.Envelope{Ret: "FULL", Recipients: []letter.Recipient{plain}}, 1},
		"ENVID":             {letter.Envelope{ID: "x", Recipients: []letter.Recipient{plain}}, 1},
		"NOTIFY of the 2nd": {letter.Envelope{Recipients: []letter.Recipient{plain, {Notify: []string{"NEVER"}}}}, 1},
		"ORCPT":             {letter.Envelope{Recipients: []letter.Recipient{{Original: "rfc822;x"}}}, 1},
		"everything":        {letter.Envelope{Ret: "HDRS", ID: "x", Recipients: []letter.Recipient{{Notify: []string{"DELAY"}, Original: "rfc822;x"}}}, 1},
	} {
		var heard transcript
		s := &Session{tell: &telling{witness: &heard}}
		if err := s.fitsNotice(&letter.Letter{Envelope: c.e}); err != nil || len(heard.notes) != c.noted {
			t.Errorf("%s: %v, noted %q", name, err, heard.notes)
		}
	}
}

// What would not stay one word of a command is refused before anything is said.
func TestWordsOfWishes(t *testing.T) {
	s := &Session{tell: &telling{}}
	for id, ok := range map[string]bool{strings.Repeat("a", 100): true, strings.Repeat("a", 101): false, strings.Repeat("+", 33) + "a": true, strings.Repeat("+", 34): false} {
		if err := s.fitsNotice(&letter.Letter{Envelope: letter.Envelope{ID: id}}); (err == nil) != ok {
			t.Errorf("ENVID of %d: %v", len(id), err)
		}
	}
	for kind, ok := range map[string]bool{"rfc822": true, "x~!": true, "a b": false, "a\x7f": false, "ä": false, "a\r\n": false, "a+": false, "a=": false, " ": false} {
		if err := fitsRecipientNotice(letter.Recipient{Original: kind + ";x"}); (err == nil) != ok {
			t.Errorf("ORCPT of type %q: %v", kind, err)
		}
	}
	for name, ok := range map[string]bool{"alice.example": true, "[192.0.2.1]": true, "a b": false, "a\x7f": false, "a\r\nRSET": false, "ä": false} {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		s := &Session{options: Options{Hello: name}, tell: &telling{}, raw: ours, conn: ours, guard: &guard{conn: ours}}
		if err := s.checkHello(); (err == nil) != ok {
			t.Errorf("EHLO %q: %v", name, err)
		}
	}
}
