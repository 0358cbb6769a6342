package proof

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/dkim"
	"mxsend/compose/intake"
)

// signer holds an Ed25519 and an RSA key, and what DNS says of them.
func signer(t testing.TB, domain string) (dkim.Signer, map[string]string) {
	t.Helper()
	d, err := address.ParseDomain(domain)
	if err != nil {
		t.Fatal(err)
	}
	s := dkim.Signer{Domain: d, Now: clock}
	keys := map[string]string{}
	for _, selector := range []string{"test", "brisbane"} {
		data, err := os.ReadFile(filepath.Join("../../testdata/dkim/02-rfc8463", selector+".pem"))
		if err != nil {
			t.Fatal(err)
		}
		key, err := dkim.ParseKey(data)
		if err != nil {
			t.Fatal(err)
		}
		record, err := key.Record()
		if err != nil {
			t.Fatal(err)
		}
		s.Seals = append(s.Seals, dkim.Seal{Selector: selector, Key: key})
		keys[selector+"._domainkey."+domain] = record.String()
	}
	return s, keys
}

func signed(t testing.TB, s dkim.Signer, text string) string {
	t.Helper()
	l, _, err := s.Sign(t.Context(), made(crlf(text)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := l.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestOwnSignatures(t *testing.T) {
	s, keys := signer(t, "crepes.fr")
	whole := signed(t, s, with()+version+"Content-Type: text/plain; charset=us-ascii\n"+body+"  \n\n\n")
	for name, c := range map[string]struct {
		text string
		keys map[string]string
		want []string // beginnings of all findings, but for the hint that there is no key
	}{
		"good":               {whole, keys, nil},
		"without keys":       {whole, nil, []string{"hint: line 1, DKIM-Signature: test of crepes.fr: the text is the one that was signed;", "hint: line 7, DKIM-Signature: brisbane of crepes.fr: the text is the one that was signed;"}},
		"text":               {strings.Replace(whole, "ketchup?", "pickles?", 1), keys, []string{"error: line 1, DKIM-Signature: test of crepes.fr: the text is not the one", "error: line 7, DKIM-Signature: brisbane of crepes.fr: the text is not the one"}},
		"text, without keys": {strings.Replace(whole, "ketchup?", "pickles?", 1), nil, []string{"error: line 1, DKIM-Signature: test of crepes.fr: the text is not the one", "error: line 7, DKIM-Signature: brisbane of crepes.fr: the text is not the one"}},
		"field":              {strings.Replace(whole, "Subject: ketchup", "Subject: pickles", 1), keys, []string{"error: line 1, DKIM-Signature: test of crepes.fr: the fields are not those", "error: line 7, DKIM-Signature: brisbane of crepes.fr: the fields are not those"}},
		"revoked":            {whole, map[string]string{"TEST._domainkey.crepes.fr.": keys["test._domainkey.crepes.fr"], "brisbane._domainkey.crepes.fr": "v=DKIM1; p="}, []string{"error: line 7, DKIM-Signature: brisbane of crepes.fr: the signature counts for nothing: key revoked"}},
	} {
		found := read(t, made(c.text), c.keys)
		ok := len(found) == len(c.want)
		for i := range min(len(found), len(c.want)) {
			ok = ok && strings.HasPrefix(found[i].String(), c.want[i])
		}
		if !ok {
			t.Errorf("%s:\n%s", name, lines(found))
		}
	}
}

// TestTags: what a signature says of itself.
func TestTags(t *testing.T) {
	s, keys := signer(t, "crepes.fr")
	s.Seals = s.Seals[1:]
	whole := signed(t, s, with()+body)
	for name, c := range map[string]struct{ old, new, want string }{
		"no list":       {"v=1;", "v=1; words;", "error: line 1, DKIM-Signature: the signature is no list of tags"},
		"tag twice":     {"v=1;", "v=1; v=1;", "error: line 1, DKIM-Signature: the signature is no list of tags"},
		"no domain":     {"d=crepes.fr;", "", "error: line 1, DKIM-Signature: the signature has no d="},
		"From":          {"h=From:From:", "h=", "error: line 1, DKIM-Signature: brisbane of crepes.fr: the signature does not cover From"},
		"SHA-1":         {"ed25519-sha256", "rsa-sha1", "error: line 1, DKIM-Signature: brisbane of crepes.fr: a signature with SHA-1"},
		"length":        {"v=1;", "v=1; l=10;", "warning: line 1, DKIM-Signature: brisbane of crepes.fr: l=10 leaves the end"},
		"expired":       {"v=1;", "v=1; x=1700000000;", "warning: line 1, DKIM-Signature: brisbane of crepes.fr: the signature has expired"},
		"not covered":   {":Subject:Subject:", ":", "hint: line 1, DKIM-Signature: brisbane of crepes.fr: the signature does not cover Subject,"},
		"not sealed":    {":Subject:Subject:", ":Subject:", "hint: line 1, DKIM-Signature: brisbane of crepes.fr: a second Subject could be added"},
		"other domain":  {"d=crepes.fr;", "d=crepes.example;", "hint: line 6, From: no signature is of \"crepes.fr\""},
		"other version": {"v=1;", "v=2;", "error: line 1, DKIM-Signature: brisbane of crepes.fr: the signature counts for nothing: incompatible"},
	} {
		begins := func(f Finding) bool { return strings.HasPrefix(f.String(), c.want) }
		flat := regexp.MustCompile(`:\s+`).ReplaceAllString(whole[:strings.Index(whole, "bh=")], ":") + whole[strings.Index(whole, "bh="):]
		changed := strings.Replace(strings.Replace(flat, "DKIM-Signature:", "DKIM-Signature: ", 1), c.old, c.new, 1)
		if found := read(t, made(changed), keys); !slices.ContainsFunc(found, begins) || changed == flat {
			t.Errorf("%s: %s\n%s", name, lines(found), changed)
		}
		if found := read(t, made(whole), keys); len(found) > 0 {
			t.Error(lines(found))
		}
	}
	if found := read(t, made(strings.Replace(whole, "v=1;", "v=1; x=1900000000;", 1)), nil); strings.Contains(lines(found), "expired") {
		t.Error(lines(found))
	}
}

func TestSignaturesOfOthers(t *testing.T) {
	s, keys := signer(t, "eat.crepes.fr")
	if found := read(t, made(signed(t, s, with()+body)), keys); len(found) > 0 {
		t.Errorf("a part of the domain speaks for it, too: %s", lines(found))
	}
	s, keys = signer(t, "hamburger.edu")
	if found := lines(read(t, made(signed(t, s, with()+body)), keys)); !strings.HasPrefix(found, "hint: ") || !strings.Contains(found, "From: no signature is of") {
		t.Error(found)
	}
	many := strings.Repeat("DKIM-Signature: v=1; a=rsa-sha256; d=a.org; s=b; h=From; bh=AAAA; b=AAAA\n", maxSeals+1)
	if found := lines(read(t, made(crlf(many+with()+body)), nil)); !strings.Contains(found, "can't be read by a verifier; 20 places") {
		t.Error(found)
	}
	if found := lines(read(t, made(crlf(many[:len(many)/(maxSeals+1)]+with()+strings.Repeat("\n", maxBlank))), nil)); !strings.Contains(found, "can't be read by a verifier") && !strings.Contains(found, "not the one that was signed") {
		t.Error(found)
	}
}

// TestSealsOfThisRun: whoever has just signed needs no DNS.
func TestSealsOfThisRun(t *testing.T) {
	s, _ := signer(t, "crepes.fr")
	before, keys := signer(t, "hamburger.edu")
	whole := signed(t, s, strings.ReplaceAll(signed(t, before, with()+body), "\r\n", "\n"))
	reader := Reader{Now: clock, Seals: s.Seals}
	for _, c := range []struct {
		keys map[string]string
		text string
		want string
	}{
		{keys, whole, ""},
		{nil, whole, "hint: line 12, DKIM-Signature: test of hamburger.edu: the text is the one"},
		{keys, strings.Replace(whole, "Subject: k", "Subject: K", 1), "error: line 1, DKIM-Signature: test of crepes.fr: the fields"},
		{nil, strings.Replace(whole, "s=test", "s=toast", 1), "hint: line 1, DKIM-Signature: toast of crepes.fr: the text is"},
	} {
		reader.Keys = c.keys
		found, err := reader.Read(t.Context(), made(c.text))
		if got := lines(found); err != nil || !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%v, %s", err, got)
		}
	}
}

func TestSignedLists(t *testing.T) {
	s, keys := signer(t, "crepes.fr")
	list := signed(t, s, with("List-Unsubscribe: <https://crepes.fr/leave>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click")+body)
	if found := read(t, made(list), keys); len(found) > 0 {
		t.Error(lines(found))
	}
}

// ready is a letter that somebody else wrote.
type ready string

func (r ready) Reader() io.Reader { return strings.NewReader(string(r)) }
func (r ready) Close() error      { return nil }

// TestReadyLetters: what intake takes in has no errors, unless the letter had.
func TestReadyLetters(t *testing.T) {
	s, keys := signer(t, "crepes.fr")
	for name, text := range map[string]string{
		"bare":          "From: alice@crepes.fr\nSubject: left alone\n\nhi",
		"mbox":          "From alice Mon Nov 23 02:34:55 2026\nFrom: alice@crepes.fr\nTo: bob@hamburger.edu\nBcc: carol@crepes.fr\nReturn-Path: <a@b.org>\n\nhi\n",
		"8-bit":         "From: alice@crepes.fr\nSubject: =?utf-8?q?left_alone?=\n\nCrêpes\n",
		"odd":           "From: alice@crepes.fr\nX-Odd:   spaces   stay\nSubject:  a\n\t b  c \nTo:bob@hamburger.edu\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\n\n  x \t y\n \n\n",
		"signed before": signed(t, s, with()+body),
	} {
		bob, err := address.Parse("bob@hamburger.edu")
		if err != nil {
			t.Fatal(err)
		}
		order := intake.Order{Recipients: []address.Address{bob}, MIME: true, Now: func() time.Time { return clock() }, Random: strings.NewReader(strings.Repeat("x", 99))}
		l, _, err := order.Take(ready(text))
		if err != nil {
			t.Fatal(name, err)
		}
		if found := read(t, l, keys); Failed(found) {
			t.Errorf("%s:\n%s", name, lines(found))
		}
	}
}
