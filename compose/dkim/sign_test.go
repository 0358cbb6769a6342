package dkim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// blocks is a source that writes a text in blocks of n octets.
type blocks struct {
	text []byte
	n    int
}

func (b blocks) WriteTo(w io.Writer) (int64, error) {
	for at := 0; at < len(b.text); at += b.n {
		n, err := w.Write(b.text[at:min(at+b.n, len(b.text))])
		if err != nil {
			return int64(at + n), err
		}
	}
	return int64(len(b.text)), nil
}

func letterIn(text string, n int) *letter.Letter {
	return letter.New(letter.Envelope{}, letter.Facts{Size: int64(len(text))}, blocks{[]byte(text), n})
}

func letterOf(text string) *letter.Letter { return letterIn(text, 4096) }

// dice are the same in every run, and no secret.
type dice byte

func (d *dice) Read(p []byte) (int, error) {
	for i := range p {
		*d += 7
		p[i] = byte(*d)
	}
	return len(p), nil
}

func edKey(t testing.TB) Key {
	t.Helper()
	key, err := Generate(Ed25519, new(dice))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// rsaKey is made once: it takes a while.
var rsaKey = sync.OnceValue(func() Key {
	key, err := Generate(RSA, nil)
	if err != nil {
		panic(err)
	}
	return key
})

func domain(t testing.TB, name string) address.Domain {
	t.Helper()
	d, err := address.ParseDomain(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func fixedNow() time.Time { return time.Unix(1795392000, 0) }

func bothKeys(t testing.TB) Signer {
	return Signer{Seals: []Seal{{"rsa1", rsaKey()}, {"ed1", edKey(t)}}, Now: fixedNow}
}

func text(t testing.TB, l *letter.Letter) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := l.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const plain = "From: Alice <alice@crepes.fr>\r\nTo: bob@hamburger.edu\r\nSubject: ketchup\r\n\r\nDo you like ketchup?\r\n"

func TestSignPutsFieldsInFront(t *testing.T) {
	closed := 0
	l := letter.New(letter.Envelope{ID: "x"}, letter.Facts{MessageID: "<i@d>", Size: int64(len(plain)), LongestLine: 29}, blocks{[]byte(plain), 7}, closer{&closed})
	signed, warnings, err := bothKeys(t).Sign(t.Context(), l)
	if err != nil || len(warnings) != 0 {
		t.Fatal(warnings, err)
	}
	first := text(t, signed)
	if second := text(t, signed); second != first {
		t.Errorf("written again, it is\n%s, not\n%s", second, first)
	}
	top, found := strings.CutSuffix(first, plain)
	if !found || strings.Count(top, "DKIM-Signature: v=1;") != 2 {
		t.Errorf("the letter became\n%s", first)
	}
	f := signed.Facts
	if f.Size != int64(len(first)) || !f.Signed || f.MessageID != "<i@d>" || signed.Envelope.ID != "x" || f.LongestLine != longest(first) {
		t.Errorf("facts %+v of %d octets, envelope %+v", f, len(first), signed.Envelope)
	}
	if err := signed.Close(); err != nil || closed != 1 {
		t.Errorf("closed %d times, %v", closed, err)
	}
}

type closer struct{ n *int }

func (c closer) Close() error { *c.n++; return nil }

func longest(text string) int {
	most := 0
	for line := range strings.SplitSeq(text, "\r\n") {
		most = max(most, len(line))
	}
	return most
}

func TestFieldHasItsTags(t *testing.T) {
	signed, _, err := bothKeys(t).Sign(t.Context(), letterOf(plain))
	if err != nil {
		t.Fatal(err)
	}
	got := regexp.MustCompile(`\bb=[^:;]*?(\r\n\w|;)`).ReplaceAllString(text(t, signed), "b=…$1")
	want := "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=crepes.fr; s=rsa1;\r\n" +
		" t=1795392000; h=From:From:To:To:Cc:Subject:Subject:Date:Message-ID:Reply-To:\r\n" +
		" MIME-Version:Content-Type; bh=iOCXCPqD0wofoFDZkSTiM+7A4n7zc4OVn7gPgJmTfeM=;\r\n" +
		" b=…\r\n"
	second := strings.NewReplacer("rsa1", "ed1", "rsa", "ed25519").Replace(want)
	if got != want+second+plain {
		t.Errorf("the letter is\n%s\nwant\n%s", got, want+second+plain)
	}
	for line := range strings.SplitSeq(text(t, signed), "\r\n") {
		if len(line) > 78 {
			t.Errorf("a line of %d octets: %s", len(line), line)
		}
	}
}

func TestSignerWithoutSeals(t *testing.T) {
	l := letterOf(plain)
	signed, warnings, err := Signer{}.Sign(t.Context(), l)
	if signed != l || warnings != nil || err != nil {
		t.Errorf("%v, %v, %v", signed, warnings, err)
	}
}

func TestDomain(t *testing.T) {
	for _, c := range []struct {
		from, given string
		d           string // "": refused
		says        string
		code        int
	}{
		{from: "a@crepes.fr", d: "crepes.fr"},
		{from: "A <a@Mail.Crepes.FR>", d: "mail.crepes.fr"},
		{from: "=?utf-8?q?J=C3=B6rg?= <j@b\u00fccher.example>", d: "xn--bcher-kva.example"},
		{from: "a@crepes.fr, b@crepes.fr", d: "crepes.fr"},
		{from: "a@crepes.fr,\r\n b@hamburger.edu", says: "several domains", code: 64},
		{from: "a@crepes.fr, b@hamburger.edu", given: "crepes.fr", d: "crepes.fr", says: "DMARC"},
		{from: "a@[192.0.2.1]", says: "no domain that could sign", code: 64},
		{from: "us: ;", says: "no domain that could sign", code: 64},
		{from: "nonsense", says: "--dkim-domain", code: 65},
		{from: "nonsense", given: "crepes.fr", d: "crepes.fr"},
		{from: "a@mail.crepes.fr", given: "crepes.fr", d: "crepes.fr"},
		{from: "a@crepes.fr", given: "news.crepes.fr", d: "news.crepes.fr"},
		{from: "a@one.crepes.fr", given: "two.crepes.fr", d: "two.crepes.fr"},
		{from: "a@crepes.fr", given: "hamburger.edu", d: "hamburger.edu", says: "DMARC"},
		{from: "a@one.co.uk", given: "two.co.uk", d: "two.co.uk", says: "DMARC"},
		{from: "a@localhost", d: "localhost"},
		{from: "a@crepes.fr", given: "[192.0.2.1]", says: "literal", code: 64},
	} {
		s := Signer{Seals: []Seal{{"s1", rsaKey()}}}
		if c.given != "" {
			s.Domain = domain(t, c.given)
		}
		signed, warnings, err := s.Sign(t.Context(), letterOf("From: "+c.from+"\r\n\r\nhi\r\n"))
		said := fmt.Sprint(warnings, err)
		if !strings.Contains(said, c.says) || (c.says == "") != (len(warnings) == 0 && err == nil) || codeOf(err) != c.code {
			t.Errorf("%s signed by %q: %s, code %d, want %q", c.from, c.given, said, codeOf(err), c.says)
		}
		if c.d != "" && (err != nil || !strings.Contains(text(t, signed), " d="+c.d+";")) {
			t.Errorf("%s signed by %q: not by %s, %v", c.from, c.given, c.d, err)
		}
	}
}

func codeOf(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return 0
}

func TestRefusedToSign(t *testing.T) {
	good := []Seal{{"s1", rsaKey()}}
	binary := letterOf(plain)
	binary.Facts.Binary = true
	for _, c := range []struct {
		name  string
		seals []Seal
		l     *letter.Letter
		says  string
		code  int
	}{
		{"no author", good, letterOf("To: bob@hamburger.edu\r\n\r\nhi\r\n"), "no From", 65},
		{"no header", good, letterOf("\r\nhi\r\n"), "no From", 65},
		{"nothing", good, letterOf(""), "no From", 65},
		{"lines that are none", good, binary, "lines", 65},
		{"one selector twice", []Seal{{"s1", rsaKey()}, {"S1", edKey(t)}}, letterOf(plain), "its own", 64},
		{"no key", []Seal{{"s1", Key{}}}, letterOf(plain), "a bug", 70},
		{"no selector", []Seal{{"", rsaKey()}}, letterOf(plain), "no selector", 64},
		{"a selector with a tag", []Seal{{"s; l=0", rsaKey()}}, letterOf(plain), "no selector", 64},
		{"a letter that grew", good, letter.New(letter.Envelope{}, letter.Facts{Size: 3}, blocks{[]byte(plain), 9}), "changed", 74},
	} {
		signed, _, err := Signer{Seals: c.seals}.Sign(t.Context(), c.l)
		if signed != nil || err == nil || !strings.Contains(err.Error(), c.says) || codeOf(err) != c.code {
			t.Errorf("%s: %v with code %d, want %q with %d", c.name, err, codeOf(err), c.says, c.code)
		}
	}
}

func TestSelectors(t *testing.T) {
	for s, good := range map[string]bool{
		"s1": true, "2026-07": true, "mail.eu": true, "under_score": true, "A": true, strings.Repeat("a", 63): true,
		"": false, ".": false, "a.": false, "-a": false, "a-": false, "a b": false, "ä": false, "a\r\nb": false, "a;": false,
		strings.Repeat("a", 64): false, strings.Repeat("a.", 64) + "aa": false,
	} {
		if got, err := ParseSelector(s); (err == nil) != good || good && got != s {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
}

func TestSigningCanBeInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, _, err := bothKeys(t).Sign(ctx, letterOf(plain))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestWeakKeysAreSaidSo(t *testing.T) {
	_, warnings, err := Signer{Seals: []Seal{{"ed1", edKey(t)}}}.Sign(t.Context(), letterOf(plain))
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "RSA key too") {
		t.Errorf("%q, %v", warnings, err)
	}
	key := keyFrom(t, "../../testdata/dkim/01-rfc6376/brisbane.pem")
	_, warnings, err = Signer{Seals: []Seal{{"s1", key}}}.Sign(t.Context(), letterOf(plain))
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "1024 bits") {
		t.Errorf("%q, %v", warnings, err)
	}
}

// long is a letter with a body of n blocks of base64 lines, which is never in memory as a whole.
type long int64

var base64Block = []byte(strings.Repeat(strings.Repeat("A", 76)+"\r\n", 840))

const longHeader = "From: alice@crepes.fr\r\n\r\n"

func (n long) letter() *letter.Letter {
	return letter.New(letter.Envelope{}, letter.Facts{Size: int64(len(longHeader)) + int64(n)*int64(len(base64Block))}, n)
}

func (n long) WriteTo(w io.Writer) (int64, error) {
	written, err := io.WriteString(w, longHeader)
	for i := long(0); i < n && err == nil; i++ {
		_, err = w.Write(base64Block)
	}
	return int64(written) + int64(n)*int64(len(base64Block)), err
}

func TestMemoryDoesNotGrow(t *testing.T) {
	s := bothKeys(t)
	l := long(64 << 20 / len(base64Block)).letter()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, _, err := s.Sign(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 2<<20 {
		t.Errorf("signing 64 MiB took %d octets of memory", grown)
	}
}

func BenchmarkSign(b *testing.B) {
	for _, c := range []struct {
		name string
		l    *letter.Letter
	}{
		{"base64", long(256 << 20 / len(base64Block)).letter()},
		{"words", letterIn(longHeader+strings.Repeat("Do you like ketchup? How about pickles? They go well with hamburgers.\r\n", 256<<20/72), 16<<10)},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := bothKeys(b)
			b.SetBytes(c.l.Facts.Size)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := s.Sign(b.Context(), c.l); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
