package proof

import (
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("word ", 199)
	checkAll(t, []pair{
		{"too long", "error: line 7: …more than 998 octets", with() + "\n" + long + "word\n", with() + "\n" + long[:990] + "\n"},
		{"far too long", "error: line 7: …more than 998 octets", with() + "\n" + strings.Repeat("x", 300_000) + "\n", with() + body},
		{"long in the header", "error: line 6: …not read", with("X: "+strings.Repeat("x", 2_000_000)) + body, with("X: y") + body},
		{"wide", "hint: line 6, X: …more than 78 octets", with("X: "+long[:90]) + body, with("X: "+strings.Repeat("x", 90)) + body},
		{"wide fold", "hint: line 7, X: …more than 78 octets", with("X: a\n "+long[:90]) + body, with("X: a\n b") + body},
		{"lone CR", "error: line 7: …CR that ends no line", with() + "\na\rb\n", with() + "\nab\n"},
		{"NUL", "error: line 7: …NUL", with() + "\na\x00b\n", with() + "\nab\n"},
		{"no line end", "hint: line 7: …no line end", with() + "\nab", with() + "\nab\n"},
		{"blanks only", "warning: line 7, X: …blanks only", with("X: a\n \n b") + body, with("X: a\n b") + body},
		{"begins with a fold", "error: line 1: …begins with a blank", " a\n" + with() + body, with() + body},
		{"no field", "error: line 6: …is no field", with() + "words\n" + body, with("words: 1") + body},
		{"blank before the colon", "warning: line 6, X: …before the colon", with() + "X : a\n" + body, with("X: a") + body},
	})
	if found := read(t, made(strings.Replace(crlf(with()+body), "?\r\n", "?\n", 1)), nil); !strings.Contains(lines(found), "error: line 7: a line ends with LF alone") {
		t.Error(lines(found))
	}
	if found := read(t, made(with()+body), nil); !strings.Contains(lines(found), "error: line 1: a line ends with LF alone: end it with CRLF; 7 places") {
		t.Error(lines(found))
	}
}

func TestOnlyOnce(t *testing.T) {
	for _, name := range once {
		first := with(name + ": ")
		c := pair{name, "error: line …" + name + ": " + name + " stands 2 times", first + name + ": x\n" + body, with() + body}
		if strings.Contains(ground, name+": ") {
			c.bad = with() + name + ": x\n" + body
		}
		checkAll(t, []pair{c})
	}
	for _, name := range mimeFields {
		checkAll(t, []pair{{name, "error: line 7, " + name + ": …stands 2 times", with() + name + ": 1.0\n" + name + ": 1.0\n" + body, with() + name + ": 1.0\n" + body}})
	}
}

func without(name string) string {
	text := with(name + ": ")
	return strings.Replace(text, name+": \n", "", 1)
}

func TestMissing(t *testing.T) {
	for name, severity := range map[string]string{"From": "error", "Date": "error", "Message-ID": "warning", "Subject": "hint"} {
		checkAll(t, []pair{{name, severity + ": " + name + ": the field is missing", without(name) + body, with() + body}})
	}
	checkAll(t, []pair{{"To", "hint: To: neither To nor Cc", without("To") + body, without("To") + "Cc: bob@hamburger.edu\n" + body}})
}

func TestDates(t *testing.T) {
	checkAll(t, []pair{
		{"none", "error: line 5, Date: \"yesterday\"…is no date", with("Date: yesterday") + body, with("Date: Mon, 23 Nov 2026 03:34:55 +0100 (CET)") + body},
		{"ahead", "warning: line 5, Date: …future", with("Date: Wed, 25 Nov 2026 03:34:55 +0100") + body, with("Date: Tue, 24 Nov 2026 03:34:55 +0100") + body},
		{"old", "hint: line 5, Date: …days old", with("Date: Mon, 02 Nov 2026 03:34:55 +0100") + body, with("Date: 20 Nov 26 03:34 GMT") + body},
	})
}

func TestIdentifiers(t *testing.T) {
	checkAll(t, []pair{
		{"no brackets", "error: line 5, Message-ID: …is no message identifier", with("Message-ID: 1@crepes.fr") + body, with("Message-ID: <1@crepes.fr> (mine)") + body},
		{"no at", "error: line 5, Message-ID: …is no message identifier", with("Message-ID: <1>") + body, with("Message-ID: <1@[192.0.2.1]>") + body},
		{"two", "error: line 5, Message-ID: …is no message identifier", with("Message-ID: <1@crepes.fr> <2@crepes.fr>") + body, with() + body},
		{"odd signs", "warning: line 5, Message-ID: …signs that it must not", with("Message-ID: <1:2@crepes.fr>") + body, with("Message-ID: <1$2@crepes.fr>") + body},
		{"this host", "hint: line 5, Message-ID: …not unique", with("Message-ID: <1@localhost>") + body, with() + body},
		{"reply", "warning: line 6, In-Reply-To: …is no message identifier", with("In-Reply-To: your letter of Monday") + body, with("In-Reply-To: <a:b@c>") + body},
		{"thread", "warning: line 6, References: …is no message identifier", with("References: <a@b> c@d") + body, with("References: <a@b>\n <c@d>") + body},
	})
}

func TestPeople(t *testing.T) {
	checkAll(t, []pair{
		{"blind", "error: line 6, Bcc: …blind copy", with("Bcc: carol@crepes.fr") + body, with("Cc: carol@crepes.fr") + body},
		{"empty blind", "hint: line 6, Bcc: …blind copies", with("Bcc:") + body, with() + body},
		{"delivered", "warning: line 6, Return-Path: …the last server", with("Return-Path: <a@b.org>") + body, with() + body},
		{"empty", "error: line 5, To: the field is empty", with("To:") + body, with("To: undisclosed-recipients:;") + body},
		{"no address", "error: line 5, To: no list of addresses", with("To: bob, carol") + body, with(`To: "bob, carol" <b@c.org>, x: d@e.org;`) + body},
		{"semicolons", "warning: line 5, To: addresses as people write them", with("To: bob@hamburger.edu; c@d.org") + body, with("To: bob@hamburger.edu, c@d.org") + body},
		{"unusual", "warning: line 5, To: an address that not every server takes", with("To: bob@ham_burger.edu-") + body, with() + body},
		{"authors", "error: line 5, From: several authors", with("From: a@crepes.fr, b@crepes.fr") + body, with("From: a@crepes.fr, b@crepes.fr", "Sender: a@crepes.fr") + body},
		{"senders", "error: line 6, Sender: several senders", with("Sender: a@crepes.fr, b@crepes.fr") + body, with(`Sender: "b, a" <a@crepes.fr>`) + body},
		{"pretending", "warning: line 5, From: …looks like another address", with(`From: "boss@hamburger.edu" <evil@crepes.fr>`) + body, with(`From: "alice@crepes.fr" <Alice@crepes.fr>`) + body},
		{"pretending, encoded", "warning: line 5, From: …looks like another address", with(`From: =?utf-8?q?Boss_=28boss=40hamburger=2Eedu=29?= <evil@crepes.fr>`) + body, with(`From: "Alice @ work" <alice@crepes.fr>`) + body},
		{"turned around", "warning: line 5, From: …hide what it is", with("From: =?utf-8?q?x=E2=80=AEy?= <alice@crepes.fr>") + body, with("From: =?utf-8?q?x=C3=AAy?= <alice@crepes.fr>") + body},
		{"sent again", "error: line 6, Resent-To: no list of addresses", with("Resent-To: x") + body, with("Resent-To: x@y.org") + body},
	})
}

func TestEncodedWords(t *testing.T) {
	long := "=?utf-8?q?" + strings.Repeat("x", 64) + "?="
	checkAll(t, []pair{
		{"cut open", "warning: line 5, Subject: …begins like an encoded-word", with("Subject: =?utf-8?q?a b?=") + body, with("Subject: =?utf-8?q?a_b?=, what=?") + body},
		{"other encoding", "warning: line 5, Subject: …begins like an encoded-word", with("Subject: =?utf-8?x?a?=") + body, with("Subject: =?utf-8*fr?b?w6o=?=") + body},
		{"broken base64", "warning: line 5, Subject: …can't be decoded", with("Subject: =?utf-8?b?w6?=") + body, with("Subject: =?utf-8?b?w6o=?=") + body},
		{"broken Q", "warning: line 5, Subject: …can't be decoded", with("Subject: =?utf-8?q?=C?=") + body, with("Subject: =?utf-8?q?=C3=AA?=") + body},
		{"half a character", "warning: line 5, Subject: …is no whole utf-8", with("Subject: =?utf-8?q?=C3?= =?utf-8?q?=AA?=") + body, with("Subject: =?iso-8859-1?q?=EA?=") + body},
		{"not ASCII", "warning: line 5, Subject: …is no whole us-ascii", with("Subject: =?us-ascii?q?=EA?=") + body, with("Subject: =?us-ascii?q?a?=") + body},
		{"too long", "warning: line 5, Subject: …more than 75 octets", with("Subject:\n "+long+"x") + body, with("Subject: x") + body},
		{"wide line", "warning: line 5, Subject: …with encoded-words has more than 76", with("Subject: "+long) + body, with("Subject:\n "+long[:70]+"?=") + body},
		{"glued", "warning: line 5, Subject: …touches other text", with("Subject: a=?utf-8?q?b?=") + body, with("Subject: a =?utf-8?q?b?=") + body},
		{"glued behind", "warning: line 5, Subject: …touches other text", with("Subject: =?utf-8?q?b?=, c") + body, with("Subject: =?utf-8?q?b?= , c") + body},
		{"glued in a name", "warning: line 5, To: …touches other text", with("To: a=?utf-8?q?b?= <a@b.org>") + body, with("To: x:=?utf-8?q?b?=<a@b.org>; (=?utf-8?q?b?=)") + body},
		{"in quotes", "warning: line 5, To: …within quotes", with(`To: "=?utf-8?q?b?=" <a@b.org>`) + body, with(`To: "b\" <" =?utf-8?q?b?= <a@b.org>`) + body},
		{"in an address", "error: line 5, To: …within an address", with("To: b <=?utf-8?q?b?=@b.org>") + body, with("To: =?utf-8?q?b?= <a@b.org>") + body},
		{"in an identifier", "warning: line 5, Message-ID: …holds no text", with("Message-ID: <=?utf-8?q?b?=@b.org>") + body, with() + body},
	})
}

func TestRawUTF8(t *testing.T) {
	checkAll(t, []pair{
		{"not UTF-8", "error: line 5, Subject: …not UTF-8", with("Subject: cr\xeapes") + body, with("Subject: crêpes") + body},
		{"no need", "warning: line 5, Subject: raw UTF-8, though", with("Subject: crêpes") + body, with("Subject: crêpes", "To: zoé@crepes.fr") + body},
		{"needed", "hint: line 4, Subject: raw UTF-8, as", with("Subject: crêpes", "To: zoé@crepes.fr") + body, with() + body},
		{"domain", "warning: line 5, To: raw UTF-8, though", with("To: zoe@crêpes.fr") + body, with("To: zoe@xn--crpes-jsa.fr") + body},
		{"in a part", "warning: line 10, part 1, Content-Description: raw UTF-8", multi("mixed", "Content-Description: crêpes\n\nx"), multi("mixed", "Content-Description: crepes\n\nx")},
	})
	c := pair{"by the envelope", "hint: line 5, Subject: raw UTF-8, as", with("Subject: crêpes") + body, with() + body}
	c.check(t, "zoé@crepes.fr")
}
