package proof

import (
	"fmt"
	"strings"
	"testing"
)

func typed(fields, text string) string { return with() + version + fields + "\n\n" + text }

func Test8bit(t *testing.T) {
	checkAll(t, []pair{
		{"unlabelled", "error: line 7: octets above 127 in a part that", with() + "\nCrêpes\n", typed("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit", "Crêpes\n")},
		{"7bit", "error: line 10: octets above 127 …is 7bit", typed(words8+"7bit", "Crêpes\n"), typed(words8+"8bit", "Crêpes\n")},
		{"quoted-printable", "error: line 10: octets above 127 …quoted-printable", typed(words8+"quoted-printable", "Crêpes\n"), typed(words8+"quoted-printable", "Cr=C3=AApes\n")},
		{"base64", "error: line 10: octets above 127 …base64", typed(words8+"base64", "Crêpes\n"), typed(words8+"base64", "Q3I=\n")},
		{"in a part", "error: line 11, part 1: octets above 127", multi("mixed", "\nCrêpes"), multi("mixed", words8+"quoted-printable\n\nCr=C3=AApes")},
		{"label of the whole", "warning: line 10, part 1, Content-Transfer-Encoding: it is 8bit", multi("mixed", words8+"8bit\n\nx"), strings.Replace(multi("mixed", words8+"8bit\n\nx"), version, version+"Content-Transfer-Encoding: 8bit\n", 1)},
	})
}

func TestLabels(t *testing.T) {
	checkAll(t, []pair{
		{"no version", "warning: line 6, Content-Type: …without MIME-Version", with("Content-Type: text/plain") + body, typed("Content-Type: text/plain", "x\n")},
		{"other version", "warning: line 6, MIME-Version: …no other than 1.0", with("MIME-Version: 2.0") + body, with("MIME-Version: 1 (a) .0") + body},
		{"no type", "error: line 7, Content-Type: …names no type", typed("Content-Type: text", "x\n"), typed("Content-Type: text/plain (words);", "x\n")},
		{"parameters", "warning: line 7, Content-Type: the parameters can't be read", typed("Content-Type: text/plain; charset=a b", "x\n"), typed(`Content-Type: text/plain; name="a b"`, "x\n")},
		{"charset", "warning: line 7, Content-Type: …not one that readers know", typed("Content-Type: text/plain; charset=nonsense", "x\n"), typed("Content-Type: text/plain; charset=koi8-r", "x\n")},
		{"encoding", "error: line 7, Content-Transfer-Encoding: …is no encoding", typed("Content-Transfer-Encoding: x-uuencode", "x\n"), typed("Content-Transfer-Encoding: 7BIT", "x\n")},
		{"binary", "warning: line 7, Content-Transfer-Encoding: …BINARYMIME", typed("Content-Transfer-Encoding: binary", "x\n"), typed("Content-Transfer-Encoding: 8bit", "x\n")},
		{"encoded multipart", "error: line 1, Content-Transfer-Encoding: a multipart can't be base64", strings.Replace(multi("mixed", "\nx"), version, version+"Content-Transfer-Encoding: base64\n", 1), multi("mixed", "\nx")},
		{"encoded letter", "error: line 10, part 1, Content-Transfer-Encoding: …within the letter can't be base64", multi("mixed", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nRnJvbTogYUBiCgp4Cg=="), multi("mixed", "Content-Type: message/global\nContent-Transfer-Encoding: base64\n\nRnJvbTogYUBiCgp4Cg==")},
	})
}

func TestMultiparts(t *testing.T) {
	inner := func(boundary, delimiter string) string {
		return fmt.Sprintf("Content-Type: multipart/mixed; boundary=\"%s\"\n\n--%s\n\nx\n--%s--\n", boundary, delimiter, delimiter)
	}
	checkAll(t, []pair{
		{"no boundary", "error: line 7, Content-Type: …has no boundary", typed("Content-Type: multipart/mixed", "--a\n\nx\n--a--\n"), multi("mixed", "\nx")},
		{"boundary nowhere", "error: line 1: the boundary …nowhere", typed("Content-Type: multipart/mixed; boundary=a", "--b\n\nx\n--b--\n"), multi("mixed", "\nx")},
		{"not closed", "error: line 1: …is not closed", strings.Replace(multi("mixed", "\nx"), "--=_b--", "", 1), multi("mixed", "\nx")},
		{"inner not closed", "error: line 10, part 1: …is not closed", multi("mixed", strings.Replace(inner("i", "i"), "--i--\n", "", 1)), multi("mixed", inner("i", "i"))},
		{"no part", "error: line 1: …holds no part", multi("mixed"), multi("mixed", "\nx")},
		{"long boundary", "error: line 10, part 1, Content-Type: …more than 70", multi("mixed", inner(strings.Repeat("i", 71), strings.Repeat("i", 71))), multi("mixed", inner(strings.Repeat("i", 70), strings.Repeat("i", 70)))},
		{"blank at its end", "error: line 10, part 1, Content-Type: …ends with a blank", multi("mixed", inner("i ", "i")), multi("mixed", inner("i i", "i i"))},
		{"odd sign", "warning: line 10, part 1, Content-Type: …what a boundary must not", multi("mixed", inner("i*", "i*")), multi("mixed", inner("i_", "i_"))},
		{"the same", "error: line 10, part 1, Content-Type: …can't be told apart", multi("mixed", inner("=_b", "=_b")), multi("mixed", inner("=_c", "=_c"))},
		{"outer begins inner", "warning: line 10, part 1, Content-Type: …mix them up", multi("mixed", inner("=_bc", "=_bc")), multi("mixed", inner("c=_b", "c=_b"))},
		{"inner begins outer", "warning: line 10, part 1, Content-Type: …mix them up", multi("mixed", inner("=_", "=_")), multi("mixed", inner("c", "c"))},
		{"in the text", "warning: line 11, part 1: …begins like the delimiter", multi("mixed", "\n--=_bad"), multi("mixed", "\n--=_a\n-- \n---=_b")},
		{"behind the end", "warning: line 13: a delimiter behind the end", multi("mixed", "\nx") + "--=_b\n", multi("mixed", "\nx") + "words\n"},
		{"header not ended", "warning: line 11, part 1: the header of the part is not ended", multi("mixed", "Content-Type: text/plain")[:len(multi("mixed", "Content-Type: text/plain"))-len("\n\n--=_b--\n")] + "\n--=_b--\n", multi("mixed", "Content-Type: text/plain\n")},
		{"page first", "warning: line 1: the plain text stands behind", multi("alternative", page+"x", "\nx"), multi("alternative", "\nx", page+"x")},
		{"one alternative", "hint: line 1: there is one alternative", multi("alternative", "\nx"), multi("alternative", "\nx", page+"x")},
		{"related without type", "warning: line 1, Content-Type: …without type=", multi("related", page+"x"), multi(`related; type="text/html"`, page+"x")},
		{"related of another type", "warning: line 1, Content-Type: type= says", multi(`related; type="text/html"`, "\nx"), multi(`related; type="Text/HTML"`, page+"x")},
		{"start nowhere", "error: line 1, Content-Type: start= names", multi(`related; type="text/html"; start="<a@b>"`, page+"x"), multi(`related; type="text/html"; start="<a@b>"`, "Content-ID: <a@b>\n"+page+"x")},
	})
}

func TestDepth(t *testing.T) {
	nested := func(n int) string {
		text := with() + version
		for i := range n {
			text += fmt.Sprintf("Content-Type: multipart/mixed; boundary=%dx\n\n--%dx\n", i, i)
		}
		text += "\nwords\n"
		for i := range n {
			text += fmt.Sprintf("--%dx--\n", n-1-i)
		}
		return text
	}
	checkAll(t, []pair{{"deep", "warning: line 157, part 1.1.1.1.…levels deep", nested(60), nested(45)}})
	if found := read(t, made(crlf(nested(45)), "bob@hamburger.edu"), nil); len(found) > 0 {
		t.Error(lines(found))
	}
	letters := with() + strings.Repeat("Content-Type: message/rfc822\n\n", 10_000)
	if found := read(t, made(crlf(letters)), nil); !strings.Contains(lines(found), "levels deep") {
		t.Error(lines(found))
	}
}

func TestManyParts(t *testing.T) {
	parts := make([]string, 1000)
	checkAll(t, []pair{{"many", "hint: line 2007: the letter has 1000 parts", multi("mixed", parts...), multi("mixed", parts[:999]...)}})
}

func TestBase64(t *testing.T) {
	line := strings.Repeat("QUJD", 19) + "\n"
	of := func(text string) string { return multi("mixed", gif+"\n"+text) }
	checkAll(t, []pair{
		{"foreign", "error: line 13, part 1: …no base64", of("QU*D\n"), of("QUJD \n")},
		{"wide", "warning: line 13, part 1: a line of base64", of("QUJD" + line), of(line + line)},
		{"cut", "error: line 13, part 1: base64 that ends within", of("QUJDR\n"), of("QUJDRA==\n")},
		{"no padding", "error: line 13, part 1: base64 that ends within", of("QUJDRA\n"), of("QUJDRAA=\n")},
		{"too much padding", "error: line 13, part 1: base64 that ends within", of("QUJD=\n"), of("QUJD\n")},
		{"goes on", "error: line 14, part 1: base64 goes on", of("QUI=\nQUJD\n"), of("QUJD\nQUI=\n")},
	})
}

func TestQuotedPrintable(t *testing.T) {
	of := func(text string) string { return multi("mixed", words8+"quoted-printable\n\n"+text) }
	checkAll(t, []pair{
		{"nothing encoded", "error: line 13, part 1: a = that encodes nothing", of("1 = 1\n"), of("1 =3D 1\n")},
		{"at the end", "error: line 13, part 1: a = that encodes nothing", of("1 =3\n"), of("1 =3D=\n=3D\n")},
		{"small letters", "hint: line 13, part 1: =c3 in small letters", of("=c3=AA\n"), of("=C3=AA\n")},
		{"wide", "warning: line 13, part 1: a line of quoted-printable", of(strings.Repeat("x", 77) + "\n"), of(strings.Repeat("x", 76) + "\n")},
		{"blank at the end", "hint: line 13, part 1: a blank at the end", of("x \n"), of("x=20\ny= \n")},
		{"control", "warning: line 13, part 1: a control character", of("x\x1b\n"), of("x\t=1B\n")},
	})
	for _, filler := range []int{maxPiece - 3, maxPiece - 2, maxPiece - 1, maxPiece} { // an =XX across the pieces of a line
		found := lines(read(t, made(crlf(of(strings.Repeat("x", filler)+"=C3=AA\n"))), nil))
		if strings.Contains(found, "encodes nothing") || strings.Contains(found, "utf-8") {
			t.Errorf("%d: %s", filler, found)
		}
	}
}

func TestCharsets(t *testing.T) {
	text := func(kind, encoding, text string) string {
		return multi("mixed", "Content-Type: "+kind+"\nContent-Transfer-Encoding: "+encoding+"\n\n"+text)
	}
	checkAll(t, []pair{
		{"not UTF-8", "error: line 13, part 1: …not from here on", text("text/plain; charset=utf-8", "8bit", "\xea\n"), text("text/plain; charset=utf-8", "8bit", "ê\n")},
		{"not UTF-8, quoted", "error: line 14, part 1: …not from here on", text("text/plain; charset=UTF-8", "quoted-printable", "=C3=\n=28\n"), text("text/plain; charset=utf-8", "quoted-printable", "=C3=\n=AA\n")},
		{"not UTF-8, base64", "error: line 13, part 1: …not from here on", text("text/plain; charset=UTF-8", "base64", "6g==\n"), text("text/plain; charset=utf-8", "base64", "w6o=\n")},
		{"cut character", "error: line 13, part 1: …not from here on", text("text/plain; charset=UTF-8", "base64", "ww==\n"), text("text/plain; charset=utf-8", "base64", "QUJ\nDw6\no=\n")},
		{"not ASCII", "error: line 13, part 1: …not from here on", text("text/plain; charset=us-ascii", "quoted-printable", "=EA\n"), text("text/plain; charset=iso-8859-1", "quoted-printable", "=EA\n")},
		{"attachment", "warning: line 14, part 1: …not from here on", multi("mixed", words8+"base64\nContent-Disposition: attachment\n\n6g==\n"), text("image/gif; charset=utf-8", "base64", "6g==\n")},
		{"silent", "warning: line 13, part 1: …names no charset", text("text/plain", "8bit", "ê\n"), text("text/calendar", "8bit", "ê\n")},
	})
}

func TestContentIDs(t *testing.T) {
	related := func(page, id string) string {
		return multi(`related; type="text/html"`, "Content-Type: text/html; charset=us-ascii\n\n"+page, gif+"Content-ID: "+id+"\n\nR0lG\n")
	}
	shows := `<img src="cid:k%40crepes.fr">`
	checkAll(t, []pair{
		{"hole", "warning: line 12, part 1: the page shows cid:k@crepes.fr", related(shows, "<x@crepes.fr>"), related(shows, "<k@crepes.fr>")},
		{"hole in a style", "warning: line 12, part 1: the page shows cid:k@crepes.fr", related("<p style='background: url(CID:k@crepes.fr)'>", "<x@crepes.fr>"), related("<p style='background: url(cid:k@crepes.fr)'>", "<k@crepes.fr>")},
		{"not shown", "hint: line 14, part 2, Content-ID: no page shows", related("<p>x</p>", "<k@crepes.fr>"), related(shows, "<k@crepes.fr>")},
		{"twice", "error: line 20, part 3, Content-ID: another part", multi("mixed", "\nx", gif+"Content-ID: <a@b>\n\nR0lG\n", gif+"Content-ID: <a@b>\n\nR0lG\n"), multi("mixed", "\nx", gif+"Content-ID: <a@b>\n\nR0lG\n", gif+"Content-ID: <c@b>\n\nR0lG\n")},
		{"in words", "warning: line 12, part 1: the page shows", related("<img src=cid:x>", "<k@crepes.fr>"), related("<p>about cid: and cid:x and acid:\"y\"</p>"+shows, "<k@crepes.fr>")},
	})
}

func TestPages(t *testing.T) {
	checkAll(t, []pair{
		{"alone", "hint: line 1: a page without a plain text", typed("Content-Type: text/html", "<p>x</p>\n"), multi("alternative", "\nx", page+"x")},
		{"alone with a file", "hint: line 10, part 1: a page without a plain text", multi("mixed", page+"x", gif+"\nR0lG\n"), multi("mixed", "\nx", page+"x")},
	})
}

func TestFileNames(t *testing.T) {
	file := func(disposition string) string {
		return multi("mixed", "\nx", gif+"Content-Disposition: attachment; "+disposition+"\n\nR0lG\n")
	}
	checkAll(t, []pair{
		{"path", "warning: line 15, part 2, Content-Disposition: …is a path", file(`filename="/etc/passwd"`), file(`filename="passwd"`)},
		{"path of another system", "warning: line 15, part 2, Content-Disposition: …is a path", file(`filename="C:\\a.gif"`), file(`filename="a.gif"`)},
		{"folder", "warning: line 15, part 2, Content-Disposition: …that of a folder", file(`filename=".."`), file(`filename="a..gif"`)},
		{"turned around", "warning: line 15, part 2, Content-Disposition: …hide what it is", file(`filename*=utf-8''a%E2%80%AEfig.exe`), file(`filename*=utf-8''a%C3%AA.gif`)},
		{"control", "warning: line 15, part 2, Content-Disposition: …hide what it is", file(`filename*=utf-8''a%0Ab`), file(`filename=ab`)},
		{"encoded-word", "warning: line 15, part 2, Content-Disposition: an encoded-word", file(`filename="=?utf-8?q?a?="`), file(`filename="=?utf-8"`)},
		{"unreadable", "warning: line 15, part 2, Content-Disposition: the parameters can't be read", file(`filename=a b.gif`), file(`filename="a b.gif"`)},
		{"blocked", "hint: line 15, part 2, Content-Disposition: large providers refuse", file(`filename="setup.EXE "`), file(`filename="exe.gif"`)},
		{"blocked, encoded", "hint: line 15, part 2, Content-Disposition: large providers refuse", file(`filename="=?utf-8?q?a=2Ejs?="`), file(`filename=a.jsx`)},
		{"blocked by type", "hint: line 10, part 1, Content-Type: large providers refuse", multi("mixed", "Content-Type: application/octet-stream; name=a.bat\n\nx"), multi("mixed", "Content-Type: application/octet-stream; name=a.txt\n\nx")},
	})
}

// TestLettersWithin: nobody may change them, so what is wrong there is a hint; but no server takes a line that is too long.
func TestLettersWithin(t *testing.T) {
	inner := func(fields, text string) string {
		return multi("mixed", "\nx", "Content-Type: message/rfc822\n\nFrom: a@b.org\n"+fields+"\n"+text)
	}
	checkAll(t, []pair{
		{"8-bit", "hint: line 17, part 2: in the letter within: octets above 127", inner("", "Crêpes"), inner("", "Crepes")},
		{"structure", "hint: line 15, part 2: in the letter within: the boundary …nowhere", inner(version+"Content-Type: multipart/mixed; boundary=x\n", "x"), inner(version+"Content-Type: multipart/mixed; boundary=x\n", "--x\n\nx\n--x--")},
		{"part", "hint: line 23, part 2.1: in the letter within: …no base64", inner(version+"Content-Type: multipart/mixed; boundary=x\n", "--x\n"+gif+"\n*\n--x--"), inner(version+"Content-Type: multipart/mixed; boundary=x\n", "--x\n"+gif+"\nR0lG\n--x--")},
		{"line", "error: line 17, part 2: a line of more than 998", inner("", strings.Repeat("x", 999)), inner("", "x")},
	})
	if found := read(t, made(crlf(inner("Subject: a\nSubject: b\n", "x")), "bob@hamburger.edu"), nil); len(found) > 0 {
		t.Error(lines(found))
	}
}

func TestEnvelope(t *testing.T) {
	people := strings.Repeat("x@hamburger.edu,\n ", 2)
	for i := range 50 {
		people += fmt.Sprintf("x%d@hamburger.edu,\n ", i)
	}
	few := pair{"left out", "hint: To: 1 of those", with("Cc: carol@crepes.fr") + body, with("Resent-To: bob@hamburger.edu", "Cc: carol@crepes.fr") + body}
	few.check(t, "bob@hamburger.edu")
	shown := pair{"shown", "hint: To: 51 addresses", with("To: "+people+"x@hamburger.edu") + body, with() + body}
	shown.check(t)
	many := make([]string, 501)
	for i := range many {
		many[i] = fmt.Sprintf("x%d@hamburger.edu", i)
	}
	if found := lines(read(t, made(crlf(with("To: x1@hamburger.edu")+body), many...), nil)); !strings.HasPrefix(found, "hint: 501 recipients") {
		t.Error(found)
	}
	checkAll(t, []pair{
		{"no https", "error: line 7, List-Unsubscribe-Post: …needs an https address", with("List-Unsubscribe: <mailto:a@b.org>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click") + body, with("List-Unsubscribe: <https://b.org>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click") + body},
		{"other value", "warning: line 7, List-Unsubscribe-Post: …not what readers look for", with("List-Unsubscribe: <https://b.org>", "List-Unsubscribe-Post: yes") + body, with("List-Unsubscribe: <https://b.org>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click") + body},
		{"not signed", "warning: line 7, List-Unsubscribe-Post: no signature", with("List-Unsubscribe: <https://b.org>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click") + body, with() + body},
	})
}
