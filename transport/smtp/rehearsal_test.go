package smtp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// TestDialogues plays every conversation of testdata/dialogue. They take place in a bubble where hours pass in no time,
// except those that need what only TCP has.
func TestDialogues(t *testing.T) {
	for _, s := range readScripts(t) {
		t.Run(s.name, func(t *testing.T) {
			if s.setting("transport", "pipe") == "tcp" {
				rehearse(t, s, overTCP)
				return
			}
			synctest.Test(t, func(t *testing.T) { rehearse(t, s, overPipe) })
		})
	}
}

func rehearse(t *testing.T, s *script, connect func(*testing.T) (client, server net.Conn)) {
	client, server := connect(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan struct{})
	r := &rehearsal{script: s, t: t}
	p := &player{script: s, conn: server, raw: server, cancel: cancel, done: done, letter: arriving(r.text())}
	played := make(chan error, 1)
	go func() { played <- p.play() }()
	r.run(ctx, client)
	close(done)
	if err := <-played; err != nil {
		t.Errorf("the client does not follow the script: %v", err)
	}
	if !slices.Equal(r.outcome, s.want) {
		t.Errorf("outcome\n  %s\nwant\n  %s\nconversation\n%s", strings.Join(r.outcome, "\n  "), strings.Join(s.want, "\n  "), r.heard.String())
	}
}

func overPipe(*testing.T) (client, server net.Conn) { return net.Pipe() }

func overTCP(t *testing.T) (client, server net.Conn) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if client, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	return client, server
}

// rehearsal is the client's side of a script, and what came of it.
type rehearsal struct {
	script  *script
	t       *testing.T
	heard   transcript
	outcome []string
}

// run sends the letter as the settings say and describes what came of it.
func (r *rehearsal) run(ctx context.Context, conn net.Conn) {
	begin := time.Now()
	session, err := Open(ctx, conn, r.options())
	if err != nil {
		r.tell("open: %s", describe(err))
	} else {
		r.send(ctx, session)
		session.Close()
	}
	for _, what := range strings.Fields(r.script.setting("show", "")) {
		r.show(what, session, time.Since(begin).Round(time.Second))
	}
}

func (r *rehearsal) tell(format string, args ...any) {
	r.outcome = append(r.outcome, fmt.Sprintf(format, args...))
}

func (r *rehearsal) send(ctx context.Context, session *Session) {
	letters, _ := strconv.Atoi(r.script.setting("letters", "1"))
	for range letters {
		result, err := session.Send(ctx, r.letter(), r.recipients())
		for _, v := range result.Verdicts {
			r.tell("%s %s", v.Recipient.Address, verdict(v))
		}
		if common := err != nil; common != (len(result.Verdicts) > 0 && !slices.ContainsFunc(result.Verdicts, func(v Verdict) bool { return v.Err != err })) {
			r.t.Errorf("the error %v does not stand for all verdicts", err)
		}
		if letters > 1 || strings.Contains(r.script.setting("show", ""), "reusable") {
			r.tell("reusable %v", session.Reusable())
		}
	}
}

func (r *rehearsal) show(what string, s *Session, took time.Duration) {
	switch what {
	case "after":
		r.tell("after %v", took)
	case "transcript":
		r.outcome = append(r.outcome, strings.Split(strings.TrimSpace(r.heard.String()), "\n")...)
	case "notes":
		r.outcome = append(r.outcome, r.heard.notes...)
	case "tls":
		r.tell("tls %s", tlsWords(s.TLS()))
	case "extensions":
		r.tell("extensions %s", strings.Join(s.Extensions().Keywords(), " "))
	}
}

func tlsWords(f *TLSFacts) string {
	switch {
	case f == nil:
		return "none"
	case f.Verified:
		return f.Version + " verified, policy " + f.Policy
	}
	return f.Version + " " + f.Why + ", policy " + f.Policy
}

func verdict(v Verdict) string {
	if v.Err != nil {
		return describe(v.Err)
	}
	words := "accepted " + strconv.Itoa(v.Reply.Code)
	if v.QueueID != "" {
		words += " queue " + v.QueueID
	}
	return words
}

// describe puts an error into the few words that the scripts want.
func describe(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return "not an *Error: " + err.Error()
	}
	words := []string{string(e.Class), string(e.Stage)}
	if e.Reply.Code != 0 {
		words = append(words, strconv.Itoa(e.Reply.Code))
	}
	if e.Reply.Enhanced != "" {
		words = append(words, e.Reply.Enhanced)
	}
	for _, mark := range []struct {
		set  bool
		word string
	}{{e.Unknown, "unknown"}, {e.MayRetryInClear(), "may-retry-in-clear"}, {e.MayRetryWithHELO(), "may-retry-with-helo"},
		{e.MayReconnect(), "may-reconnect"},
		{errors.Is(e, os.ErrDeadlineExceeded), "timeout"}, {errors.Is(e, context.Canceled), "cancelled"}} {
		if mark.set {
			words = append(words, mark.word)
		}
	}
	return strings.Join(words, " ")
}

// transcript is a Witness that keeps what it is told.
type transcript struct {
	strings.Builder
	notes []string
}

func (h *transcript) Sent(kind Kind, p []byte) {
	if kind == Command {
		fmt.Fprintf(h, "C: %s\n", strings.TrimSuffix(string(p), "\r\n"))
		return
	}
	fmt.Fprintf(h, "C: <%d octets>\n", len(p))
}

func (h *transcript) Received(line []byte) {
	fmt.Fprintf(h, "S: %s\n", clip(strings.TrimRight(string(line), "\r\n"), 200))
}

func (h *transcript) Noted(event, text string) { h.notes = append(h.notes, event+": "+text) }

// parcel is a letter's source: the text, and an error after it.
type parcel struct {
	text string
	err  error
}

func (p parcel) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, p.text)
	if err == nil {
		err = p.err
	}
	return int64(n), err
}

var errUnreadable = errors.New("the file cannot be read any more")

func (r *rehearsal) letter() *letter.Letter {
	source := parcel{text: r.text()}
	facts := letter.Facts{Size: int64(len(source.text))}
	for _, f := range strings.Fields(r.script.setting("facts", "")) {
		r.fact(f, &facts, &source)
	}
	e := letter.Envelope{Sender: r.address(r.script.setting("from", "alice@crepes.fr"))}
	e.RequireTLS = r.script.setting("require-tls", "") != ""
	e.Ret, e.ID = r.script.setting("ret", ""), r.script.setting("envid", "")
	l := letter.New(e, facts, source)
	if form := r.script.setting("recoded", ""); form != "" {
		text, err := strconv.Unquote(form)
		if err != nil {
			r.t.Fatal(err)
		}
		l.Recode = func() (*letter.Letter, error) {
			return letter.New(e, letter.Facts{Size: int64(len(text))}, parcel{text: text}), nil
		}
	}
	return l
}

func (r *rehearsal) fact(word string, facts *letter.Facts, source *parcel) {
	switch word {
	case "8bit":
		facts.Has8bit = true
	case "utf8":
		facts.NeedsUTF8 = true
	case "binary":
		facts.Binary = true
	case "long-line":
		facts.LongestLine = 999
	case "unreadable":
		source.err = errUnreadable
	case "shrunk":
		facts.Size++
	default:
		r.t.Fatalf("unknown fact %q", word)
	}
}

const hello = "Subject: hello\r\n\r\nDo you like ketchup?\r\nHow about pickles?\r\n"

// text is the letter: given as a Go string, or so many octets, or a short one.
func (r *rehearsal) text() string {
	if n, err := strconv.Atoi(r.script.setting("size", "")); err == nil {
		line := strings.Repeat("a", 76) + "\r\n"
		return "Subject: big\r\n\r\n" + strings.Repeat(line, n/len(line))
	}
	if quoted := r.script.setting("letter", ""); quoted != "" {
		s, err := strconv.Unquote(quoted)
		if err != nil {
			r.t.Fatal(err)
		}
		return s
	}
	return hello
}

// arriving is the letter as the server shall see it.
func arriving(text string) string {
	if text != "" && !strings.HasSuffix(text, "\r\n") {
		return text + "\r\n"
	}
	return text
}

func (r *rehearsal) address(s string) address.Address {
	if s == "<>" {
		return address.Address{}
	}
	a, err := address.Parse(s)
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

// recipients: "to: bob@hamburger.edu", with NOTIFY= and ORCPT= behind it; "to: 250 x" is 250 of them.
func (r *rehearsal) recipients() []letter.Recipient {
	var list []letter.Recipient
	for _, line := range append(r.script.settings["to"], []string{"bob@hamburger.edu"}[min(1, len(r.script.settings["to"])):]...) {
		words := strings.Fields(line)
		if n, err := strconv.Atoi(words[0]); err == nil {
			for i := range n {
				list = append(list, letter.Recipient{Address: r.address(fmt.Sprintf("%s%d@hamburger.edu", words[1], i+1))})
			}
			continue
		}
		to := letter.Recipient{Address: r.address(words[0])}
		for _, w := range words[1:] {
			key, value, _ := strings.Cut(w, "=")
			switch key {
			case "NOTIFY":
				to.Notify = strings.Split(value, ",")
			case "ORCPT":
				to.Original = value
			}
		}
		list = append(list, to)
	}
	return list
}

func (r *rehearsal) options() Options {
	o := Options{Hello: r.script.setting("hello", "crepes.fr"), Host: "mx.example", Witness: &r.heard}
	o.Security.Roots = testRoots()
	if words := strings.Fields(r.script.setting("auth", "")); len(words) > 1 {
		o.Auth = &Auth{User: words[0], Password: words[1]}
		if len(words) > 2 {
			o.Auth.Mechanism = words[2]
		}
	}
	for _, word := range strings.Fields(r.script.setting("options", "")) {
		key, value, _ := strings.Cut(word, "=")
		r.option(&o, key, value)
	}
	return o
}

func (r *rehearsal) option(o *Options, key, value string) {
	var err error
	switch key {
	case "no-pipelining":
		o.NoPipelining = true
	case "helo":
		o.HELO = true
	case "ignore":
		o.Ignore = strings.Split(value, ",")
	case "tls":
		o.Security.Level, err = ParseLevel(value)
	case "implicit":
		o.Security.Implicit = true
	case "host":
		o.Host = value
	case "lmtp":
		o.Protocol = LMTP
	case "quit-after":
		o.QuitAfter = Stage(value)
	case "max":
		o.MaxRecipients, err = strconv.Atoi(value)
	case "cap":
		o.Timeouts.Cap, err = time.ParseDuration(value)
	case "chunking":
		o.Chunking, err = ParseChunking(value)
	default:
		err = errors.New("unknown option " + key)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}
