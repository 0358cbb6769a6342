package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"github.com/urfave/cli/v2"

	"mxsend/compose/dkim"
	"mxsend/compose/letter"
	"mxsend/transport/resolve"
)

// runDKIM runs `mxsend dkim` with the words; it gives what was printed, what was said with the error, and the exit code.
func runDKIM(t *testing.T, words ...string) (printed, said string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	app := &cli.App{Name: "mxsend", Commands: []*cli.Command{dkimCommand()}, Writer: &stdout, ErrWriter: &stderr,
		DisableSliceFlagSeparator: true, ExitErrHandler: func(*cli.Context, error) {}}
	app.Setup()
	args, err := Arrange(app, append([]string{"mxsend", "dkim"}, words...))
	if err == nil {
		err = app.RunContext(t.Context(), args)
	}
	if err != nil {
		stderr.WriteString(err.Error())
		code = exitCodeOf(err)
	}
	return stdout.String(), stderr.String(), code
}

// newKey is the path of a key of the kind.
func newKey(t *testing.T, kind string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), kind+".pem")
	if _, said, code := runDKIM(t, "keygen", "--algorithm", kind, path); code != 0 {
		t.Fatal(said)
	}
	return path
}

func TestDKIMKeygen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.pem")
	printed, said, code := runDKIM(t, "keygen", path, "--selector", "s1", "--domain", "Crepes.FR")
	if code != 0 || !strings.Contains(printed, "s1._domainkey.crepes.fr. IN TXT (") || strings.Contains(printed, "PRIVATE") {
		t.Errorf("keygen ended with %d, printed\n%s\nand said %s", code, printed, said)
	}
	again, said, code := runDKIM(t, "show", "--dkim-selector=s1", "--dkim-domain=crepes.fr", path)
	if code != 0 || again != printed {
		t.Errorf("show ended with %d, printed\n%s\nand said %s", code, again, said)
	}
	if _, said, code := runDKIM(t, "keygen", path); code != 73 || !strings.Contains(said, path) {
		t.Errorf("a key was written over: %d, %s", code, said)
	}
}

func TestDKIMShowAsJSON(t *testing.T) {
	printed, said, code := runDKIM(t, "show", "--json", "--domain", "bücher.example", "--selector", "r", "--selector", "e", newKey(t, "rsa"), newKey(t, "ed25519"))
	var entries []recordEntry
	if err := json.Unmarshal([]byte(printed), &entries); err != nil || code != 0 || len(entries) != 2 {
		t.Fatalf("%d: %s %s %v", code, printed, said, err)
	}
	if e := entries[1]; e.Name != "e._domainkey.xn--bcher-kva.example" || !strings.HasPrefix(e.Value, "v=DKIM1; k=ed25519; p=") || strings.Join(e.Strings, "") != e.Value {
		t.Errorf("%+v", e)
	}
}

func TestDKIMRefusals(t *testing.T) {
	key := newKey(t, "ed25519")
	for _, c := range []struct {
		words []string
		code  int
		says  string
	}{
		{nil, 64, "keygen, show and check"},
		{[]string{"sign", key}, 64, `"sign" is none`},
		{[]string{"keygen"}, 64, "FILE"},
		{[]string{"keygen", "-"}, 64, "one FILE"},
		{[]string{"keygen", "a", "b"}, 64, "one FILE"},
		{[]string{"keygen", "--algorithm", "dsa", key + "2"}, 64, "rsa or ed25519"},
		{[]string{"keygen", "--selector", "s1", key + "2"}, 64, "both"},
		{[]string{"keygen", "--selector", "s 1", "--domain", "crepes.fr", key + "2"}, 64, "no selector"},
		{[]string{"keygen", "--domain", "a b", key + "2"}, 65, "--dkim-domain"},
		{[]string{"keygen", filepath.Join(key, "x")}, 73, "can't be kept"},
		{[]string{"show", key}, 64, "--dkim-domain"},
		{[]string{"show", key}, 64, "--dkim-selector"},
		{[]string{"show", "--selector", "s1", "--domain", "[192.0.2.1]", key}, 64, "no name"},
		{[]string{"show", "--selector", "s1", "--domain", "crepes.fr", key, key}, 64, "2 keys and 1 selectors"},
		{[]string{"show", "--selector", "s1", "--domain", "crepes.fr", "missing.pem"}, 66, "missing.pem"},
		{[]string{"check", "--algorithm", "rsa", "--selector", "s1", "--domain", "crepes.fr", key}, 64, "--algorithm"},
		{[]string{"check", "--resolver", "a b", "--selector", "s1", "--domain", "crepes.fr", key}, 64, "--resolver"},
	} {
		_, said, code := runDKIM(t, c.words...)
		if code != c.code || !strings.Contains(said, c.says) {
			t.Errorf("%q: %d, %s, want %d, %s", c.words, code, said, c.code, c.says)
		}
	}
	if _, err := os.Stat(key + "2"); err == nil {
		t.Error("a refused command line made a key")
	}
}

// serve answers DNS questions of a zone on loopback.
func serve(t *testing.T, zone *resolve.Zone) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []*dns.Server{{PacketConn: conn, Handler: zone}, {Listener: listener, Handler: zone}} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go server.ActivateAndServe()
		<-started
		t.Cleanup(func() { server.Shutdown() })
	}
	return conn.LocalAddr().String()
}

func TestDKIMCheck(t *testing.T) {
	rsa, ed := newKey(t, "rsa"), newKey(t, "ed25519")
	right, _, _ := runDKIM(t, "show", "--selector", "right", "--selector", "ed", "--domain", "crepes.fr", rsa, ed)
	wrong, _, _ := runDKIM(t, "show", "--selector", "wrong", "--domain", "crepes.fr", newKey(t, "rsa"))
	zone := &resolve.Zone{
		Records: right + wrong + "revoked._domainkey.crepes.fr. IN TXT \"v=DKIM1; p=\"\nspf._domainkey.crepes.fr. IN TXT \"v=spf1 -all\"\n",
		Fail:    map[string]int{"broken._domainkey.crepes.fr": dns.RcodeServerFailure},
	}
	if err := zone.Err(); err != nil {
		t.Fatal(err)
	}
	server := serve(t, zone)
	for _, c := range []struct {
		selectors string
		code      int
		says      string
	}{
		{"right", 0, "right._domainkey.crepes.fr: the record holds this key"},
		{"wrong", 69, "another key"},
		{"ed", 69, "another key"},
		{"revoked", 69, "taken back"},
		{"spf", 68, "none of DKIM"},
		{"missing", 68, "no TXT record"},
		{"broken", 75, "no answer"},
		{"right right", 0, "holds this key"},
		{"broken right", 75, "no answer"},
		{"broken missing", 68, "no answer"},
		{"missing broken", 68, "no answer"},
		{"revoked missing broken", 69, "no answer"},
	} {
		words := []string{"check", "--resolver", server, "--domain", "crepes.fr"}
		for s := range strings.FieldsSeq(c.selectors) {
			words = append(words, "--selector", s, rsa)
		}
		printed, said, code := runDKIM(t, words...)
		if code != c.code || !strings.Contains(printed, c.says) {
			t.Errorf("%s: %d, %s%s, want %d, %s", c.selectors, code, printed, said, c.code, c.says)
		}
	}
	printed, _, code := runDKIM(t, "check", "--json", "--resolver", server, "--domain", "crepes.fr", "--selector", "ed", "--selector", "broken", ed, rsa)
	var entries []findingEntry
	if err := json.Unmarshal([]byte(printed), &entries); err != nil || code != 75 || len(entries) != 2 || entries[0].State != dkim.Held || entries[1].State != unanswered {
		t.Errorf("%d: %s, %v", code, printed, err)
	}
}

// sentWith signs a letter as the flags of a send say.
func sentWith(t *testing.T, words ...string) (l *letter.Letter, said string, code int) {
	t.Helper()
	var stderr bytes.Buffer
	app := &cli.App{Name: "mxsend", Flags: append(signingFlags(), toggle(categoryOutput, "quiet", "")), ErrWriter: &stderr,
		DisableSliceFlagSeparator: true, ExitErrHandler: func(*cli.Context, error) {}}
	app.Action = func(c *cli.Context) error {
		signer, err := readSigner(c)
		if err != nil {
			return err
		}
		s := settings{signer: signer}
		l, err = s.sign(c, letter.New(letter.Envelope{}, letter.Facts{Size: int64(len(unsigned))}, fixedText(unsigned)))
		return err
	}
	if err := app.RunContext(t.Context(), append([]string{"mxsend"}, words...)); err != nil {
		stderr.WriteString(err.Error())
		code = exitCodeOf(err)
	}
	return l, stderr.String(), code
}

const unsigned = "From: alice@crepes.fr\r\n\r\nDo you like ketchup?\r\n"

type fixedText string

func (f fixedText) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, string(f))
	return int64(n), err
}

func TestSigningFlags(t *testing.T) {
	rsa, ed := newKey(t, "rsa"), newKey(t, "ed25519")
	for _, c := range []struct {
		words []string
		code  int
		says  string
		holds string
	}{
		{nil, 0, "", unsigned},
		{[]string{"--dkim-key", rsa, "--dkim-selector", "s1"}, 0, "", "; d=crepes.fr; s=s1;"},
		{[]string{"--dkim-key", rsa, "--dkim-key", ed, "--dkim-selector", "r", "--dkim-selector", "e"}, 0, "", "a=ed25519-sha256; c=relaxed/relaxed; d=crepes.fr; s=e;"},
		{[]string{"--dkim-key", rsa, "--dkim-selector", "s1", "--dkim-domain", "hamburger.edu"}, 0, "warning: the signature is hamburger.edu's", "; d=hamburger.edu;"},
		{[]string{"--quiet", "--dkim-key", ed, "--dkim-selector", "s1"}, 0, "", "; s=s1;"},
		{[]string{"--dkim-key", ed, "--dkim-selector", "s1"}, 0, "warning: many receivers", "; s=s1;"},
		{[]string{"--dkim-key", rsa}, 64, "--dkim-selector", ""},
		{[]string{"--dkim-key", rsa, "--dkim-key", ed, "--dkim-selector", "s1"}, 64, "2 keys and 1 selectors", ""},
		{[]string{"--dkim-key", rsa, "--dkim-key", ed, "--dkim-selector", "s", "--dkim-selector", "s"}, 64, "each needs its own", ""},
		{[]string{"--dkim-selector", "s1"}, 64, "--dkim-selector needs --dkim-key", ""},
		{[]string{"--dkim-domain", "crepes.fr"}, 64, "--dkim-domain needs --dkim-key", ""},
		{[]string{"--dkim-key", "missing.pem", "--dkim-selector", "s;", "--dkim-domain", "a b"}, 65, "missing.pem", ""},
	} {
		l, said, code := sentWith(t, c.words...)
		if code != c.code || !strings.Contains(said, c.says) || c.says == "" && said != "" {
			t.Errorf("%q: %d, %s, want %d, %s", c.words, code, said, c.code, c.says)
		}
		if c.holds == "" {
			continue
		}
		var b strings.Builder
		if _, err := l.WriteTo(&b); err != nil || !strings.Contains(b.String(), c.holds) || !strings.HasSuffix(b.String(), unsigned) {
			t.Errorf("%q: %v\n%s", c.words, err, b.String())
		}
	}
}

// TestSigningFromTheEnvironment: variables sign, and a selector alone does no harm; a fixed clock gives the same octets.
func TestSigningFromTheEnvironment(t *testing.T) {
	t.Setenv("MXSEND_DKIM_SELECTOR", "s1")
	if l, said, code := sentWith(t); code != 0 || l.Facts.Signed {
		t.Errorf("a selector alone: %d, %s", code, said)
	}
	t.Setenv("MXSEND_DKIM_KEY", newKey(t, "rsa"))
	t.Setenv("SOURCE_DATE_EPOCH", "1795392000")
	var letters [2]strings.Builder
	for i := range letters {
		l, said, code := sentWith(t)
		if code != 0 {
			t.Fatal(said)
		}
		if _, err := l.WriteTo(&letters[i]); err != nil {
			t.Fatal(err)
		}
	}
	if got := letters[0].String(); got != letters[1].String() || !strings.Contains(got, " t=1795392000;") {
		t.Errorf("signed twice:\n%s\n%s", got, letters[1].String())
	}
}

// TestNoRecordIsAnAnswer: only what DNS could not say is an error.
func TestNoRecordIsAnAnswer(t *testing.T) {
	zone := &resolve.Zone{Records: "a.example. IN TXT \"x\" \"y\"", Silent: []string{"silent.example"}}
	q := txtRecords{zone}
	if values, err := q.TXT(t.Context(), "a.example"); err != nil || len(values) != 1 || values[0] != "xy" {
		t.Errorf("%q, %v", values, err)
	}
	if values, err := q.TXT(t.Context(), "none.example"); err != nil || len(values) != 0 {
		t.Errorf("%q, %v", values, err)
	}
	var failed *resolve.Error
	if _, err := q.TXT(t.Context(), "silent.example"); !errors.As(err, &failed) {
		t.Errorf("got %v", err)
	}
}
