package smtp

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"mxsend/compose/letter"
	"time"
)

func TestQueueID(t *testing.T) {
	for text, want := range map[string]string{
		"2.0.0 Ok: queued as 4XyZ12abc":                      "4XyZ12abc",
		"OK id=1rT2ab-000000001Ab-0abc":                      "1rT2ab-000000001Ab-0abc",
		"2.0.0 OK  1700000000 a640c23a62f3a-9ff.123 - gsmtp": "a640c23a62f3a-9ff.123",
		"2.0.0 3ABCdef012345 Message accepted for delivery":  "3ABCdef012345",
		"ok 1700000000 qp 12345":                             "12345",
		"Message accepted for delivery":                      "",
		"queued as":                                          "",
		"queued as <x\x1b[31m>":                              "",
		"queued as " + strings.Repeat("x", 129):              "",
		"id=":                                                "",
		"thank you":                                          "",
		"":                                                   "",
		"2.6.0 <a@b> [InternalId=1] Queued mail for delivery": "",
		"2.0.0 Ok: QUEUED AS ABC.":                            "ABC",
		"accepted for delivery, id=abc;":                      "abc",
		"2.0.0 x accepted - gsmtp":                            "accepted",
		"- gsmtp":                                             "",
		"message accepted":                                    "",
	} {
		if got := queueID(Reply{Code: 250, Lines: []string{text}}); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestTimeouts(t *testing.T) {
	for _, c := range []struct {
		limits Timeouts
		stage  Stage
		want   time.Duration
	}{
		{Timeouts{}, StageGreeting, 5 * time.Minute},
		{Timeouts{}, StageMail, 5 * time.Minute},
		{Timeouts{}, StageRcpt, 5 * time.Minute},
		{Timeouts{}, StageData, 2 * time.Minute},
		{Timeouts{}, stageBlock, 3 * time.Minute},
		{Timeouts{}, StageEndOfData, 10 * time.Minute},
		{Timeouts{}, StageQuit, 2 * time.Second},
		{Timeouts{Cap: time.Second}, StageEndOfData, time.Second},
		{Timeouts{Cap: time.Hour}, StageEndOfData, 10 * time.Minute},
		{Timeouts{Stage: map[Stage]time.Duration{StageMail: time.Hour}}, StageMail, time.Hour},
		{Timeouts{Stage: map[Stage]time.Duration{StageMail: time.Hour}, Cap: time.Minute}, StageMail, time.Minute},
	} {
		if got := c.limits.of(c.stage); got != c.want {
			t.Errorf("%+v of %s: %v", c.limits, c.stage, got)
		}
	}
}

func TestEveryStageHasItsWords(t *testing.T) {
	for _, s := range []Stage{StageConnect, StageGreeting, StageEHLO, StageStartTLS, StageAuth, StageMail, StageRcpt, StageData, StageEndOfData, StageQuit} {
		if s.When() == Stage("none").When() || s.timeout() <= 0 {
			t.Errorf("%s: %q, %v", s, s.When(), s.timeout())
		}
	}
}

func TestErrorWords(t *testing.T) {
	reply := Reply{550, "5.1.1", []string{"5.1.1 no"}}
	for _, c := range []struct {
		err  Error
		want string
	}{
		{Error{Class: ClassRefused, Stage: StageRcpt, Reply: reply}, "refused when the recipient was named: 550 5.1.1 no"},
		{Error{Class: ClassConnection, Stage: StageGreeting, Cause: &timeoutError{"no reply", time.Minute}}, "connection lost at the greeting: no reply within 1m0s"},
		{Error{Class: ClassConnection, Stage: StageMail, Cause: plainIO(io.EOF, "", 0)}, "connection lost when the sender was named: the server closed the connection"},
		{Error{Class: ClassProtocol, Stage: StageData, Reply: reply}, "protocol violation on sending the letter: 550 5.1.1 no"},
		{Error{Class: ClassLocal, Stage: StageData, Cause: context.Canceled}, "context canceled"},
		{Error{Class: ClassMissingFeature, Stage: StageMail, Cause: errors.New("too large")}, "too large"},
		{Error{Class: ClassConnection, Stage: StageEndOfData, Unknown: true, Cause: errReset}, "the whole letter was sent but its receipt was not confirmed: the server reset the connection"},
		{Error{}, "connection lost in the conversation: no cause known"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestLevels(t *testing.T) {
	for word, want := range map[string]Level{"none": None, "opportunistic": Opportunistic, "": Opportunistic, "encrypt": Encrypt, "verify": Verify} {
		if got, err := ParseLevel(word); err != nil || got != want {
			t.Errorf("%q: %v, %v", word, got, err)
		}
	}
	if _, err := ParseLevel("always"); err == nil {
		t.Error("an unknown level was taken")
	}
	if None >= Opportunistic || Opportunistic >= Encrypt || Encrypt >= Verify || (Security{}).Level != Opportunistic {
		t.Error("the levels are not in order")
	}
	if _, err := ParseChunking("maybe"); err == nil {
		t.Error("an unknown chunking was taken")
	}
}

// TestStruckOut: a secret reaches neither the witness nor an error, said by us or repeated by the server; its length does.
func TestStruckOut(t *testing.T) {
	c := command{stage: StageAuth, text: "AUTH PLAIN AGFsaWNlAHNlY3JldA==", secret: len("AUTH PLAIN ")}
	if got := c.shown(false); got != "AUTH PLAIN <20 octets struck out>" {
		t.Errorf("got %q", got)
	}
	if got := c.shown(true); got != c.text {
		t.Errorf("got %q", got)
	}
	if got := (command{text: "c2VjcmV0", secret: allSecret}).shown(false); got != "<8 octets struck out>" {
		t.Errorf("got %q", got)
	}
	var heard transcript
	tell := &telling{witness: &heard}
	tell.keep(c.hidden())
	tell.keep("5") // short enough to stand in a code
	r, err := newReplyReader(strings.NewReader("535-you said AGFsaWNlAHNlY3JldA==\r\n535 sorry\r\n"), tell).read()
	if err != nil || r.Code != 535 || r.Lines[0] != "you said <20 octets struck out>" || strings.Contains(heard.String(), "AGFs") {
		t.Errorf("%+v, %v, heard %q", r, err, heard.String())
	}
}

// TestChallengeIsHeardWhole: striking out must not change what a mechanism answers to.
func TestChallengeIsHeardWhole(t *testing.T) {
	for login, want := range map[bool]string{true: "cj1hYmM=", false: "<2 octets struck out>1hYmM="} {
		tell := &telling{login: login}
		tell.keep("cj")
		r, err := newReplyReader(strings.NewReader("334 cj1hYmM=\r\n"), tell).read()
		if err != nil || r.Lines[0] != want {
			t.Errorf("login %v: %+v, %v", login, r, err)
		}
	}
}

// TestSecretsBeginLinesToo: what is no reply has no code that must be kept.
func TestSecretsBeginLinesToo(t *testing.T) {
	tell := &telling{}
	tell.keep("c2VjcmV0")
	for in, want := range map[string]string{"c2VjcmV0": "<8 octets struck out>", "535 c2VjcmV0": "535 <8 octets struck out>", "535": "535", "53c2VjcmV0": "53<8 octets struck out>"} {
		if got := string(tell.strike([]byte(in))); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestACutSecret: a line that is too long may be cut within a secret.
func TestACutSecret(t *testing.T) {
	var heard transcript
	tell := &telling{witness: &heard}
	tell.keep("correct horse battery")
	line := "535 " + strings.Repeat("x", maxLine-11) + "correct horse battery staple\r\n"
	r, err := newReplyReader(strings.NewReader(line+"220 next\r\n"), tell).read()
	if err != nil || !strings.HasSuffix(r.Lines[0], "xxx<7 octets struck out>") || strings.Contains(heard.String(), "corr") {
		t.Errorf("%v, ends in %q", err, r.Lines[0][len(r.Lines[0])-40:])
	}
	tell = &telling{}
	tell.keep("truth") // whose beginning ends "correct" too
	tell.keep("correct horse battery")
	if got := string(tell.strike([]byte(line[:maxLine]))); !strings.HasSuffix(got, "xxx<7 octets struck out>") {
		t.Errorf("of two secrets: ends in %q", got[len(got)-40:])
	}
	if got := string(tell.strike([]byte("535 corr"))); got != "535 corr" {
		t.Errorf("a line that was not cut: %q", got)
	}
}

func TestXtext(t *testing.T) {
	for in, want := range map[string]string{"": "", "a+b=c": "a+2Bb+3Dc", "a b\r\n": "a+20b+0D+0A", "ä": "+C3+A4", "a~!": "a~!"} {
		if got := xtext(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	if got := utf8Xtext("ä\\+ x"); got != `\x{E4}\x{5C}\x{2B}\x{20}x` {
		t.Errorf("got %q", got)
	}
}

// TestIterationsAreBounded: a server that asks for hours of work gets none.
func TestIterationsAreBounded(t *testing.T) {
	if _, err := (&scramMechanism{}).next([]byte("r=abc,s=c2FsdA==,i=999999999")); err == nil {
		t.Error("a thousand million iterations were taken")
	}
}

// TestSealedLettersAreNotRecoded: re-encoding would break what somebody vouches for.
func TestSealedLettersAreNotRecoded(t *testing.T) {
	l := letter.New(letter.Envelope{}, letter.Facts{Has8bit: true, Signed: true}, nil)
	l.Recode = func() (*letter.Letter, error) { return letter.New(letter.Envelope{}, letter.Facts{}, nil), nil }
	if (&Session{tell: &telling{}}).fitting(l) != l {
		t.Error("a signed letter was re-encoded")
	}
}
