package header

import (
	"errors"
	"strings"
	"testing"

	"mxsend/compose/address"
)

func TestCustom(t *testing.T) {
	for in, want := range map[string]string{
		"X-Note: hello":             "X-Note: hello\r\n",
		"x-note:hello":              "x-note: hello\r\n",
		"X-Colons: a: b: c":         "X-Colons: a: b: c\r\n",
		"X-Empty:":                  "X-Empty: \r\n",
		"subject: hello":            "Subject: hello\r\n",
		"message-id: <a@b>":         "Message-ID: <a@b>\r\n",
		"Reply-To: Bob <b@x.org>":   "Reply-To: Bob <b@x.org>\r\n",
		"reply-to: Doe, Jane <j@x>": "Reply-To: \"Doe, Jane\" <j@x>\r\n",
		"In-Reply-To: a@b c@d":      "In-Reply-To: <a@b> <c@d>\r\n",
		"References: <a@b><c@d>\t<e@f>, <g,h@i>, <no-at>":             "References: <a@b> <c@d> <e@f> <g,h@i> <no-at>\r\n",
		"List-Unsubscribe: <https://x.org/u?a=1,2>, <mailto:u@x.org>": "List-Unsubscribe: <https://x.org/u?a=1,2>, <mailto:u@x.org>\r\n",
		"List-Help: https://x.org/":                                   "List-Help: <https://x.org/>\r\n",
		"List-Id: Crêpes, news <crepes.example.org>":                  "List-ID: =?utf-8?q?Cr=C3=AApes=2C_news?= <crepes.example.org>\r\n",
		`List-Id: "A \"list\", of us" <a.example>`:                    "List-ID: \"A \\\"list\\\", of us\" <a.example>\r\n",
		"List-Id: <a.example>":                                        "List-ID: <a.example>\r\n",
		"List-Post: NO":                                               "List-Post: NO\r\n",
		"Date: Mon, 23 Nov 2026 02:34:55 +0100":                       "Date: Mon, 23 Nov 2026 02:34:55 +0100\r\n",
		"Organization: Crêpes":                                        "Organization: =?utf-8?q?Cr=C3=AApes?=\r\n",
		"Subject: =?utf-8?q?=0ABcc:x?=":                               "Subject: =?utf-8?b?PT91dGYtOD9xPz0wQUJjYzp4Pz0=?=\r\n",
		"Auto-Submitted: auto-generated; owner-email=\"a@x.org\"":     "Auto-Submitted: auto-generated; owner-email=\"a@x.org\"\r\n",
		"Feedback-ID: a:b:c:sender":                                   "Feedback-ID: a:b:c:sender\r\n",
	} {
		f, err := Custom(in)
		if err != nil || f.Raw() != want {
			t.Errorf("%q: got %q, %v, want %q", in, f.Raw(), err, want)
			continue
		}
		check(t, f)
	}
}

func TestCustomRefuses(t *testing.T) {
	for _, in := range []string{
		"", "no colon", ": x", "X Y: z", "X : z", " X: z", "X\t: z", "É: x", strings.Repeat("X", 80) + ": y",
		"Bcc: a@b.org", "bCC: a@b.org", "Resent-Bcc: a@b.org", "Content-Type: text/html", "MIME-Version: 1.0", "Content-Transfer-Encoding: 8bit", "Received: x", "Return-Path: <a@b>",
		"DKIM-Signature: x", "ARC-Seal: x", "Arc-Anything: x", "Authentication-Results: x", "Content-ID: <a@b>",
		"Reply-To: nobody", "Reply-To:", "To: a@b.org c@d.org", "From: jürgen@x.org", "Date: yesterday", "Message-ID: a b", "Message-ID: <no-at>", "Message-ID:", "References:", "In-Reply-To: foo",
		"List-Help: no uri", "List-Help:", "List-Help: <https://x.org/ü>", "List-Help: <https://x.org/>>, b:c", "List-Id: no id", "List-Id: a <b c>", "List-Id: \u202e <b.c>",
		"Precedence: büro", "Importance: =?utf-8?q?high?=", "X-A: a\r\nBcc: b", "X-A: a\nb", "X-A: \x00", "X-A\r\nBcc: b", "X-A: \xff",
	} {
		f, err := Custom(in)
		if err == nil {
			t.Errorf("%q was accepted: %q", in, f.Raw())
			continue
		}
		var code interface{ ExitCode() int }
		if !errors.As(err, &code) || code.ExitCode() != 65 || strings.ContainsAny(err.Error(), "\r\n\x00") {
			t.Errorf("%q: %v", in, err)
		}
	}
	_, err := Custom("Reply-To: nobody")
	if want := "field Reply-To: address «nobody»: no domain; write it as nobody@example.org"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = Custom("Bcc: a@b.org")
	if want := "field Bcc: it can't be set: use --bcc, which keeps it out of the letter"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestNothingStartsAnotherField(t *testing.T) {
	for _, s := range []string{"a\nBcc: x@y.org", "a\r\nb", "a\rb", "a\x00b", "a\x1b[2Jb", "a\x7f", "a\u0085b", "a\u2028b", "a\u2029b", "caf\xe9", "\n", "a\r\n b", "a\n\n", "\xed\xa0\x80"} {
		for name, make := range map[string]func() (Field, error){
			"Text":     func() (Field, error) { return Text("Subject", s) },
			"raw Text": func() (Field, error) { return Writer{UTF8: true}.Text("Subject", s) },
			"Custom":   func() (Field, error) { return Custom("X-Note: " + s) },
			"name": func() (Field, error) {
				return Mailboxes("From", address.Mailbox{Name: s, Address: mustParse(t, "a@b.org")})
			},
			"param":      func() (Field, error) { return Structured("Content-Type", "text/plain", Param{Name: "name", Value: s}) },
			"attribute":  func() (Field, error) { return Structured("Content-Type", "text/plain", Param{Name: s, Value: "x"}) },
			"value":      func() (Field, error) { return Structured("Content-Type", s) },
			"field name": func() (Field, error) { return Custom(s + ": x") },
			"text name":  func() (Field, error) { return Text(s, "x") },
			"id":         func() (Field, error) { return IDs("Message-ID", s+"@b.org") },
			"old id":     func() (Field, error) { return IDs("References", "<"+s+">") },
			"uri":        func() (Field, error) { return URIs("List-Help", "https://x.org/"+s) },
			"level":      func() (Field, error) { f, err := Importance(s); return append(f, Field{})[0], err },
			"automatic":  func() (Field, error) { return AutoSubmitted(s) },
		} {
			f, err := make()
			var e *Error
			if !errors.As(err, &e) || e.ExitCode() != 65 {
				t.Errorf("%s %q: got %q, %v", name, s, f.Raw(), err)
			} else if strings.ContainsAny(err.Error(), "\r\n\x00\x1b") {
				t.Errorf("%s %q: the error carries it on: %q", name, s, err)
			}
		}
	}
	_, err := Text("Subject", "caf\xe9 x")
	if want := "field Subject: the byte 0xE9 at 3 is not UTF-8; give it in UTF-8"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
