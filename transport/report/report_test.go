package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"mxsend/compose/address"
	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
)

func said(class smtp.Class, stage smtp.Stage, code int) *smtp.Error {
	return &smtp.Error{Class: class, Stage: stage, Reply: smtp.Reply{Code: code, Lines: []string{"words"}}}
}

// TestJudgeEveryReply is the cross product of the stages and the reply classes.
func TestJudgeEveryReply(t *testing.T) {
	const (
		skipGood = "deferred, next host"
		skipHost = "deferred, next host, host has spoken"
		skipBad  = "failed, next host"
		finalBad = "failed"
	)
	for _, c := range []struct {
		stage      smtp.Stage
		soft, hard string
		gone       string // 421
	}{
		{smtp.StageGreeting, skipGood, skipBad, skipGood},
		{smtp.StageEHLO, skipGood, skipBad, skipGood},
		{smtp.StageStartTLS, skipGood, skipGood, skipGood},
		{smtp.StageAuth, skipHost, finalBad, skipGood},
		{smtp.StageMail, skipHost, finalBad, skipGood},
		{smtp.StageRcpt, skipHost, finalBad, skipGood},
		{smtp.StageData, skipHost, finalBad, skipGood},
		{smtp.StageEndOfData, skipHost, finalBad, skipGood},
	} {
		for code, want := range map[int]string{450: c.soft, 550: c.hard, 421: c.gone} {
			if got := describe(Judge(said(smtp.ClassRefused, c.stage, code))); got != want {
				t.Errorf("%d at %s: got %q, want %q", code, c.stage, got, want)
			}
		}
	}
}

func describe(j Judgement) string {
	text := string(j.State)
	if j.Host {
		text += ", next host"
	}
	if j.Peer {
		text += ", host has spoken"
	}
	return text
}

func TestJudgeEverythingElse(t *testing.T) {
	local := func(cause error) error {
		return &smtp.Error{Class: smtp.ClassLocal, Stage: smtp.StageData, Cause: cause}
	}
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"accepted", nil, "delivered"},
		{"connection lost", said(smtp.ClassConnection, smtp.StageRcpt, 0), "deferred, next host"},
		{"protocol", said(smtp.ClassProtocol, smtp.StageData, 0), "deferred, next host"},
		{"lost after the dot", &smtp.Error{Class: smtp.ClassConnection, Stage: smtp.StageEndOfData, Unknown: true}, "unknown"},
		{"no SMTPUTF8", said(smtp.ClassMissingFeature, smtp.StageRcpt, 0), "failed, next host, host has spoken"},
		{"no STARTTLS", said(smtp.ClassMissingFeature, smtp.StageStartTLS, 0), "deferred, next host"},
		{"no AUTH", said(smtp.ClassMissingFeature, smtp.StageAuth, 0), "failed"},
		{"a refused login", said(smtp.ClassRefused, smtp.StageAuth, 535), "failed"},
		{"a login that is to be tried later", said(smtp.ClassRefused, smtp.StageAuth, 454), "deferred, next host, host has spoken"},
		{"nonsense with a code in the login", said(smtp.ClassProtocol, smtp.StageAuth, 535), "deferred, next host"},
		{"connection lost in the login", said(smtp.ClassConnection, smtp.StageAuth, 0), "deferred, next host"},
		{"nonsense in the login", said(smtp.ClassProtocol, smtp.StageAuth, 0), "deferred, next host"},
		{"interrupted", local(context.Canceled), "deferred"},
		{"changed file", local(errors.New("changed")), "failed"},
		{"dial", errors.New("connection refused"), "deferred, next host"},
		{"dial interrupted", fmt.Errorf("dial: %w", context.Canceled), "deferred"},
		{"no such domain", &resolve.Error{Kind: resolve.NoSuchDomain}, "failed"},
		{"null MX", &resolve.Error{Kind: resolve.NullMX}, "failed"},
		{"SERVFAIL", &resolve.Error{Kind: resolve.ServFail}, "deferred"},
		{"DNS timeout", &resolve.Error{Kind: resolve.Timeout}, "deferred"},
	} {
		if got := describe(Judge(c.err)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

type coded int

func (c coded) Error() string { return "coded" }
func (c coded) ExitCode() int { return int(c) }

func TestExitCodes(t *testing.T) {
	ok := Outcome{State: Delivered}
	later := Outcome{State: Deferred}
	unknown := Outcome{State: Unknown}
	refused := Outcome{State: Failed, Class: smtp.ClassRefused, Stage: smtp.StageRcpt}
	nowhere := Outcome{State: Failed, Stage: StageResolve}
	login := Outcome{State: Failed, Stage: smtp.StageAuth}
	changed := Outcome{State: Failed, Class: smtp.ClassLocal, Stage: smtp.StageData, Cause: coded(74)}
	unfit := Outcome{State: Failed, Class: smtp.ClassLocal, Stage: smtp.StageMail, Cause: errors.New("bare LF")}
	feature := Outcome{State: Failed, Class: smtp.ClassMissingFeature, Stage: smtp.StageMail}
	for _, c := range []struct {
		outcomes []Outcome
		want     int
	}{
		{[]Outcome{ok}, 0}, {[]Outcome{later}, 75}, {[]Outcome{unknown}, 75}, {[]Outcome{refused}, 69}, {[]Outcome{nowhere}, 68},
		{[]Outcome{login}, 77}, {[]Outcome{changed}, 74}, {[]Outcome{unfit}, 65}, {[]Outcome{feature}, 69},
		{[]Outcome{ok, later}, 75}, {[]Outcome{later, refused, ok}, 69}, {[]Outcome{nowhere, refused}, 68}, {[]Outcome{refused, unknown}, 69}, {nil, 0},
	} {
		if got := (Report{Outcomes: c.outcomes}).ExitCode(); got != c.want {
			t.Errorf("%v: got %d, want %d", c.outcomes, got, c.want)
		}
		delivered := !slices.ContainsFunc(c.outcomes, func(o Outcome) bool { return o.State != Delivered })
		if got := (Report{Outcomes: c.outcomes}).Delivered(); got != delivered {
			t.Errorf("%v: delivered: %v", c.outcomes, got)
		}
	}
	for _, c := range []struct {
		outcomes []Outcome
		want     int
	}{{[]Outcome{ok, later}, 0}, {[]Outcome{unknown}, 0}, {[]Outcome{later, refused}, 69}} {
		if got := (Report{Outcomes: c.outcomes, Queued: "x"}).ExitCode(); got != c.want {
			t.Errorf("%v, queued: got %d, want %d", c.outcomes, got, c.want)
		}
	}
}

func bob(t *testing.T) address.Address {
	a, err := address.Parse("bob@hamburger.edu")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestSentences(t *testing.T) {
	at := netip.MustParseAddrPort("192.0.2.1:25")
	odd := netip.MustParseAddrPort("192.0.2.1:2525")
	for _, c := range []struct {
		o    Outcome
		want string
	}{
		{Outcome{State: Delivered, Host: "mx.hamburger.edu", Address: at, Reply: smtp.Reply{Code: 250, Enhanced: "2.0.0", Lines: []string{"2.0.0 queued as 1"}}},
			"bob@hamburger.edu: accepted by mx.hamburger.edu [192.0.2.1]: 250 2.0.0 queued as 1"},
		{Outcome{State: Failed, Class: smtp.ClassRefused, Stage: smtp.StageRcpt, Host: "mx", Address: odd, Reply: smtp.Reply{Code: 550, Lines: []string{"no\x1b[2J"}}},
			"bob@hamburger.edu: not delivered: refused by mx [192.0.2.1:2525] " + smtp.StageRcpt.When() + `: 550 no\x1b[2J`},
		{Outcome{State: Deferred, Class: smtp.ClassProtocol, Stage: smtp.StageRcpt, Host: "mx", Address: at, Cause: errors.New("nonsense"), Reply: smtp.Reply{Code: 399, Lines: []string{"what"}}},
			"bob@hamburger.edu: not delivered, try again later: mx [192.0.2.1]: nonsense"},
		{Outcome{State: Delivered, Host: "mx", Address: at}, "bob@hamburger.edu: accepted by mx [192.0.2.1]"},
		{Outcome{State: Deferred, Class: smtp.ClassConnection, Stage: smtp.StageConnect, Host: "mx", Address: at, Cause: errors.New("connection refused")},
			"bob@hamburger.edu: not delivered, try again later: mx [192.0.2.1]: connection refused"},
		{Outcome{State: Failed, Stage: StageResolve, Cause: &resolve.Error{Name: "hamburger.edu", Kind: resolve.NoSuchDomain}},
			"bob@hamburger.edu: not delivered: hamburger.edu: no such domain"},
		{Outcome{State: Unknown, Host: "mx", Address: at, Cause: errors.New("x")},
			"bob@hamburger.edu: unknown whether delivered: mx [192.0.2.1] took the whole letter and was lost before it answered; sending it again may deliver a second copy"},
		{Outcome{State: Unknown, Class: smtp.ClassProtocol, Host: "mx", Address: at, Cause: errors.New("not a reply")},
			"bob@hamburger.edu: unknown whether delivered: mx [192.0.2.1] took the whole letter and answered with what is no reply: not a reply; sending it again may deliver a second copy"},
	} {
		c.o.Recipient = bob(t)
		if got := c.o.Sentence(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// What is queued is told so of those who are tried again, and of nobody else.
func TestSentencesOfAQueuedLetter(t *testing.T) {
	at, why := netip.MustParseAddrPort("192.0.2.1:25"), errors.New("why")
	for _, c := range []struct {
		o    Outcome
		want string
	}{
		{Outcome{State: Delivered, Host: "mx"}, "accepted by mx"},
		{Outcome{State: Failed, Class: smtp.ClassLocal, Cause: why}, "not delivered: why"},
		{Outcome{State: Deferred, Host: "mx", Cause: why}, "not delivered yet, queued as x: mx: why"},
		{Outcome{State: Deferred, Address: at, Cause: why}, "not delivered yet, queued as x: [192.0.2.1]: why"},
		{Outcome{State: Unknown, Cause: why}, "not delivered yet, queued as x: why"},
		{Outcome{State: Stopped, Host: "mx"}, "not sent: stopped with mx as asked"},
	} {
		c.o.Recipient = bob(t)
		r := Report{Queued: "x", Outcomes: []Outcome{c.o}}
		if got := r.Lines(true); len(got) != 1 || got[0] != "bob@hamburger.edu: "+c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if told := len(r.Lines(false)) == 1; told != (c.o.State != Delivered) {
			t.Errorf("%s: told unasked: %v", c.o.State, told)
		}
	}
}

func TestLinesTellWhatWasNotAccepted(t *testing.T) {
	r := Report{Outcomes: []Outcome{{Recipient: bob(t), State: Delivered}, {Recipient: bob(t), State: Deferred, Cause: errors.New("x")}}}
	if n := len(r.Lines(false)); n != 1 {
		t.Errorf("%d lines, want the one that was not accepted", n)
	}
	if n := len(r.Lines(true)); n != 2 {
		t.Errorf("%d lines, want both", n)
	}
	if got := r.Summary(); got != "1 accepted, 1 to try again later" {
		t.Errorf("got %q", got)
	}
}

func TestJSONIsValidWhateverTheServerSays(t *testing.T) {
	r := Report{MessageID: "<1@x>", Size: 42, Outcomes: []Outcome{{
		Recipient: bob(t), State: Failed, Class: smtp.ClassRefused, Stage: smtp.StageRcpt, Host: "mx", Address: netip.MustParseAddrPort("192.0.2.1:25"),
		Reply:    smtp.Reply{Code: 550, Enhanced: "5.1.1", Lines: []string{"no \xff\x00\x1b", "\u202e<script>"}},
		TLS:      &smtp.TLSFacts{Version: "TLS 1.3", Cipher: "X", Why: "self-signed", Policy: "none"},
		Attempts: []Attempt{{Host: "mx0", Stage: StageResolve, Reason: "no address"}}, Elapsed: 1500 * time.Millisecond,
	}}}
	data, err := json.Marshal(r)
	if err != nil || !json.Valid(data) {
		t.Fatalf("%s, %v", data, err)
	}
	for _, want := range []string{`"messageId":"<1@x>"`, `"size":42`, `"exit":69`, `"outcome":"failed"`, `"stage":"rcpt"`, `"code":550`, `"enhanced":"5.1.1"`, `"verified":false`, `"seconds":1.5`, `"address":"192.0.2.1:25"`} {
		plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(data))
		if !strings.Contains(plain, want) {
			t.Errorf("%s lacks %s", plain, want)
		}
	}
	if empty, err := json.Marshal(Report{}); err != nil || !strings.Contains(string(empty), `"recipients":[]`) {
		t.Errorf("%s, %v", empty, err)
	}
}
