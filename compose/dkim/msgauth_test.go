package dkim_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"mxsend/attach"
	"mxsend/compose"
	"mxsend/compose/address"
	ours "mxsend/compose/dkim"
	"mxsend/compose/intake"
	"mxsend/compose/letter"
)

// This file holds our signatures against a verifier that others wrote.

// published is the DNS of one literal.
type published map[string]string

func (p published) LookupTXT(name string) ([]string, error) {
	if value, found := p[name]; found {
		return []string{value}, nil
	}
	return nil, errors.New("no such record")
}

// verdicts are what the verifier says of each signature, in order; nil: it is good.
func verdicts(t testing.TB, message string, dns published) []error {
	t.Helper()
	all, err := dkim.VerifyWithOptions(strings.NewReader(message), &dkim.VerifyOptions{LookupTXT: dns.LookupTXT})
	if err != nil {
		t.Fatal(err)
	}
	var errs []error
	for _, v := range all {
		errs = append(errs, v.Err)
	}
	return errs
}

func good(errs []error, n int) bool {
	return len(errs) == n && !slices.ContainsFunc(errs, func(err error) bool { return err != nil })
}

// TestExamplesVerify: the verifier takes what the standards print, so that its word counts.
func TestExamplesVerify(t *testing.T) {
	for name, signatures := range map[string]int{"01-rfc6376": 1, "02-rfc8463": 2} {
		data, err := os.ReadFile(filepath.Join("../../testdata/dkim", name, "letter.eml"))
		if err != nil {
			t.Fatal(err)
		}
		zone, err := os.ReadFile(filepath.Join("../../testdata/dkim", name, "dns"))
		if err != nil {
			t.Fatal(err)
		}
		dns := published{}
		for line := range strings.Lines(string(zone)) {
			at, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			dns[at] = value
		}
		if errs := verdicts(t, strings.ReplaceAll(string(data), "\n", "\r\n"), dns); !good(errs, signatures) {
			t.Errorf("%s: %v", name, errs)
		}
	}
}

// hand is a signer with both keys, and the DNS that publishes them.
func hand(t testing.TB) (ours.Signer, published) {
	t.Helper()
	var s ours.Signer
	dns := published{}
	for _, selector := range []string{"test", "brisbane"} {
		data, err := os.ReadFile(filepath.Join("../../testdata/dkim/02-rfc8463", selector+".pem"))
		if err != nil {
			t.Fatal(err)
		}
		key, err := ours.ParseKey(data)
		if err != nil {
			t.Fatal(err)
		}
		record, err := key.Record()
		if err != nil {
			t.Fatal(err)
		}
		s.Seals = append(s.Seals, ours.Seal{Selector: selector, Key: key})
		dns[selector+"._domainkey.crepes.fr"] = record.String()
	}
	return s, dns
}

func signed(t testing.TB, s ours.Signer, l *letter.Letter) string {
	t.Helper()
	made, _, err := s.Sign(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	var first, second bytes.Buffer
	if _, err := made.WriteTo(&first); err != nil {
		t.Fatal(err)
	}
	if _, err := made.WriteTo(&second); err != nil || second.String() != first.String() || int64(first.Len()) != made.Facts.Size {
		t.Errorf("written again it is another letter, or not of %d octets, %v", made.Facts.Size, err)
	}
	return first.String()
}

func people(t testing.TB, s string) address.List {
	t.Helper()
	l, err := address.ParseList(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// draft is a letter with everything.
func draft(t testing.TB, change func(*compose.Draft)) *letter.Letter {
	t.Helper()
	d := compose.Draft{
		Date: time.Unix(1795392000, 0).UTC(), From: people(t, "Jörg <alice@crepes.fr>").Mailboxes(),
		To: people(t, "bob@hamburger.edu"), Cc: people(t, "carol@hamburger.edu"), ReplyTo: people(t, "desk@crepes.fr"),
		Subject: "Grüße an alle, die heute noch über Ketchup und Gurken nachdenken: eine Umfrage", InReplyTo: []string{"<a@b.example>"},
		References: []string{"<c@d.example>"}, Fields: []string{"X-Own: \t words  and   blanks"}, Text: "Do you like ketchup?  \n\n . \n\n\n",
	}
	if change != nil {
		change(&d)
	}
	l, err := compose.Desk{}.Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestComposedLettersVerify(t *testing.T) {
	s, dns := hand(t)
	picture, err := attach.Opener{}.Open(t.Context(), attach.Source{Path: "../../testdata/ketchup.gif"})
	if err != nil {
		t.Fatal(err)
	}
	large, err := attach.Opener{Stdin: bytes.NewReader(make([]byte, 3<<20))}.Open(t.Context(), attach.Source{Path: "-", Name: "zeros.bin"})
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*compose.Draft){
		"plain":       nil,
		"empty":       func(d *compose.Draft) { d.Text = "" },
		"blank":       func(d *compose.Draft) { d.Text = "\n\n \n" },
		"attachments": func(d *compose.Draft) { d.Attachments = []*attach.Part{picture, large} },
		"a page":      func(d *compose.Draft) { d.HTML = "<p>Do   you\tlike ketchup?</p>\n\n" },
		"a list":      func(d *compose.Draft) { d.Leave, d.OneClick = []string{"https://crepes.fr/leave"}, true },
		"flowed":      func(d *compose.Draft) { d.Text, d.Flowed = strings.Repeat("ketchup ", 100), true },
		"UTF-8 in the header": func(d *compose.Draft) {
			d.To = append(d.To, people(t, "münch@hamburger.edu")...)
		},
	} {
		if errs := verdicts(t, signed(t, s, draft(t, change)), dns); !good(errs, 2) {
			t.Errorf("%s: %v", name, errs)
		}
	}
}

// ready is a letter that somebody else wrote.
type ready string

func (r ready) Reader() io.Reader { return strings.NewReader(string(r)) }
func (r ready) Close() error      { return nil }

func TestReadyLettersVerify(t *testing.T) {
	s, dns := hand(t)
	for name, text := range map[string]string{
		"folds and blanks": "From: alice@crepes.fr\r\nSubject:  a\r\n\t b  c \r\nTo:bob@hamburger.edu\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\nMessage-ID: <a@b.example>\r\n\r\n  x \t y\r\n \r\n\r\n",
		"no body":          "From: alice@crepes.fr\r\nTo: bob@hamburger.edu\r\n\r\n",
		"no line end":      "From: alice@crepes.fr\r\nTo: bob@hamburger.edu\r\n\r\nwords",
		"8-bit":            "From: alice@crepes.fr\r\nTo: bob@hamburger.edu\r\nSubject: Gr\u00fc\u00dfe\r\n\r\n\xe4 \xf6\r\n",
		"signed before":    signed(t, s, draft(t, nil)),
		"many recipients":  "From: alice@crepes.fr\r\nTo: " + strings.Repeat("x@hamburger.edu,\r\n ", 3000) + "y@hamburger.edu\r\n\r\nhi\r\n",
	} {
		order := intake.Order{Recipients: []address.Address{people(t, "bob@hamburger.edu").Mailboxes()[0].Address}, Now: time.Now, Random: strings.NewReader(strings.Repeat("x", 99))}
		l, _, err := order.Take(ready(text))
		if err != nil {
			t.Fatal(name, err)
		}
		want := 2
		if name == "signed before" {
			want = 4
		}
		if errs := verdicts(t, signed(t, s, l), dns); !good(errs, want) {
			t.Errorf("%s: %v", name, errs)
		}
	}
}
