package address

import (
	"errors"
	"testing"
)

func TestErrorShowsThePlace(t *testing.T) {
	for in, want := range map[string][2]string{
		"alice@x.org bob@y.org": {"address «alice@x.org ›b‹ob@y.org»: two addresses without a comma between them; separate addresses with commas",
			"alice@x.org bob@y.org\n            ^"},
		"nobody": {"address «nobody»: no domain; write it as nobody@example.org", "nobody\n^"},
		"j@":     {"address «j›@‹»: nothing after the @; write it as name@example.org", "j@\n ^"},
		"<j@x":   {"address «<j@x»: a < without its >; write it as Name <name@example.org>", "<j@x\n    ^"},
		"日本 j..k@x.org, b@x.org": {"address «日本 ›j‹..k@x.org, b@x.org»: a blank inside an address; separate addresses with commas, or write Name <name@example.org>",
			"日本 j..k@x.org, b@x.org\n     ^"},
		"one.of.the.longest.names@in.the.world.example, second..name@example.org, third@name.example.org": {
			"address «…@in.the.world.example, second.›.‹name@example.org, third@name.e…»: a dot too many in the local part; quote it: \"second..name\"@…",
			"…@in.the.world.example, second..name@example.org, third@name.e…\n                               ^"},
		"a\x1b[31m@x.org": {"address «a›\ufffd‹[31m@x.org»: a control character; addresses are printable text on one line", "a\ufffd[31m@x.org\n ^"},
	} {
		_, err := ParseList(in)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: got %v", in, err)
			continue
		}
		if e.Error() != want[0] || e.Caret() != want[1] {
			t.Errorf("%q: got\n%s\n%s\nwant\n%s\n%s", in, e, e.Caret(), want[0], want[1])
		}
	}
	e := &Error{Text: "x", At: 99, Problem: "beyond"}
	if e.Error() != "address «x»: beyond" || e.Caret() != "x\n ^" {
		t.Errorf("got %s and %s", e, e.Caret())
	}
}
