package intake

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
)

const (
	plainHead = "Date: x\r\nFrom: a@b.org\r\nTo: c@d.org\r\nMessage-ID: <1@b.org>\r\n"
	nested    = plainHead + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\nContent-Transfer-Encoding: 8bit\r\n\r\nprologue\r\n" +
		"--outer\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße \r\n=20\r\n--inner\r\n\r\n" +
		"--outer\r\n\r\nplain = untouched\r\n" +
		"--outer\r\nContent-Type: multipart/alternative;\r\n boundary=\"inner\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
		"--inner\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Disposition: attachment; filename=\"é.txt\"\r\n\r\nGr\xfc\xdfe\r\n--inner \r\n" +
		"Content-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\n\r\nR0lG\r\n--inner--\r\nbetween\r\n" +
		"--outer\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: inside\r\n\r\nschön\r\n\r\n--outer--\r\nepilogue\r\n"
)

func lightened(t *testing.T, in string) (string, []string) {
	t.Helper()
	o := order(t)
	o.Downgrade = true
	l, notes, err := o.Take(memory(in))
	if err != nil {
		t.Fatal(err)
	}
	got := written(t, l)
	if l.Facts.Has8bit != strings.ContainsFunc(strings.SplitN(got, "\r\n\r\n", 2)[1], func(r rune) bool { return r > 0x7e }) {
		t.Errorf("the facts say %+v", l.Facts)
	}
	return got, notes
}

func TestDowngradeOfParts(t *testing.T) {
	got, notes := lightened(t, nested)
	want := plainHead + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\nprologue\r\n" +
		"--outer\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe=20\r\n=3D20\r\n--inner\r\n\r\n" +
		"--outer\r\n\r\nplain = untouched\r\n" +
		"--outer\r\nContent-Type: multipart/alternative;\r\n boundary=\"inner\"\r\n\r\n" +
		"--inner\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Disposition: attachment; filename*=utf-8''%C3%A9.txt\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n--inner \r\n" +
		"Content-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\n\r\nR0lG\r\n--inner--\r\nbetween\r\n" +
		"--outer\r\nContent-Type: message/rfc822\r\n\r\nSubject: inside\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nsch=C3=B6n\r\n\r\n--outer--\r\nepilogue\r\n"
	if got != want || len(notes) != 0 {
		t.Errorf("%q, got\n%s\nwant\n%s", notes, got, want)
	}
}

func TestDowngradeOfOneText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"\r\nGrüße\r\n", "MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGr=C3=BC=C3=9Fe\r\n"},
		{"MIME-Version: 1.0\r\nContent-Type: text/html; charset=latin1\r\nContent-Transfer-Encoding: 8BIT\r\n\r\n\xfc\r\n", "MIME-Version: 1.0\r\nContent-Type: text/html; charset=latin1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=FC\r\n"},
		{"\r\nplain\r\n", "\r\nplain\r\n"},
	} {
		if got, notes := lightened(t, plainHead+c.in); got != plainHead+c.want || len(notes) != 0 {
			t.Errorf("%q: got %q, %q", c.in, got, notes)
		}
	}
}

// Comments do not hide what a part is. RFC 2045 §5.1
func TestDowngradeReadsPastComments(t *testing.T) {
	in := plainHead + "Content-Type: multipart/mixed (of (two)); boundary=\"(b)\"\r\nContent-Transfer-Encoding: (so to say) 8bit\r\n\r\n--(b)\r\nContent-Type: text/plain (words); charset=utf-8\r\n\r\nü\r\n--(b)--\r\n"
	want := plainHead + "Content-Type: multipart/mixed (of (two)); boundary=\"(b)\"\r\n\r\n--(b)\r\nContent-Type: text/plain (words); charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC\r\n--(b)--\r\n"
	if got, notes := lightened(t, in); got != want {
		t.Errorf("%q, got\n%s", notes, got)
	}
}

// What cannot be re-encoded without harm goes out as it came, and that is said.
func TestDowngradeLeavesAlone(t *testing.T) {
	multi := plainHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
	for name, in := range map[string]string{
		"a signature":             "DKIM-Signature: v=1\r\n" + plainHead + "\r\nü\r\n",
		"a signed part":           strings.Replace(multi, "--b\r\n", "--b\r\nContent-Type: multipart/signed; boundary=c\r\n\r\n--c\r\n\r\n", 1) + "ü\r\n--c--\r\n--b--\r\n",
		"encoded already":         multi + "Content-Transfer-Encoding: base64\r\n\r\nü\r\n--b--\r\n",
		"outside the parts":       strings.Replace(multi, "\r\n--b", "\r\nü\r\n--b", 1) + "\r\nx\r\n--b--\r\n",
		"a type unreadable":       strings.Replace(multi, "mixed;", "mixed; a=b=c; a=;", 1) + "\r\nü\r\n--b--\r\n",
		"no boundary":             plainHead + "Content-Type: multipart/mixed\r\n\r\nü\r\n",
		"a report":                multi + "Content-Type: message/delivery-status\r\n\r\nü\r\n--b--\r\n",
		"a header that is none":   multi + "words\r\nü\r\n--b--\r\n",
		"a field in Latin-1":      multi + "Content-Description: \xfc\r\n\r\nx\r\n--b--\r\n",
		"a text in some charset":  plainHead + "\r\n\xfc\r\n",
		"a message in the digest": strings.Replace(multi, "mixed", "digest", 1) + "Content-Transfer-Encoding: base64\r\n\r\nü\r\n--b--\r\n",
	} {
		got, notes := lightened(t, in)
		if got != in || len(notes) != 1 || !strings.HasPrefix(notes[0], "left 8-bit: ") {
			t.Errorf("%s: %q, got\n%s", name, notes, got)
		}
	}
}

// FuzzDowngrade: what comes out is 7-bit or the same as without; every part decodes to what it was.
func FuzzDowngrade(f *testing.F) {
	f.Add([]byte(nested))
	f.Add([]byte(plainHead + "\r\nGrüße\r\n.\r\nFrom x \r\n"))
	f.Add([]byte(plainHead + "Content-Type: multipart/digest; boundary=\"a b\"\r\n\r\n--a b\r\n\r\nSubject: ü\r\n\r\nü\r\n--a b--\r\n"))
	f.Add([]byte(plainHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=b\r\n--b\r\n\r\nü\r\n--b\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		plain, err := taken(t, data, false)
		light, lightErr := taken(t, data, true)
		if (err == nil) != (lightErr == nil) && err == nil {
			t.Fatalf("refused only for being made lighter: %v", lightErr)
		}
		if err != nil || light == plain {
			return
		}
		if body := strings.SplitN(light, "\r\n\r\n", 2)[1]; isEight([]byte(body)) && body != strings.SplitN(plain, "\r\n\r\n", 2)[1] {
			t.Fatalf("half of it is 8-bit still: %q", light)
		}
		want, got := leaves(t, plain), leaves(t, light)
		if len(want) != len(got) {
			t.Fatalf("%d parts became %d:\n%q\n%q", len(want), len(got), plain, light)
		}
		for i := range want {
			if want[i] != got[i] {
				t.Fatalf("part %d was %q, is %q", i, want[i], got[i])
			}
		}
	})
}

func taken(t *testing.T, data []byte, downgrade bool) (string, error) {
	o := order(t)
	o.Downgrade = downgrade
	l, _, err := o.Take(memory(data))
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	_, err = l.WriteTo(&b)
	return b.String(), err
}

// leaves decodes the parts of a letter with Go's own readers, as far as they go.
func leaves(t *testing.T, letter string) []string {
	m, err := mail.ReadMessage(strings.NewReader(letter))
	if err != nil {
		return nil
	}
	return leavesOf("", m.Header.Get, m.Body)
}

func leavesOf(outer string, get func(string) string, body io.Reader) []string {
	kind, params, err := mime.ParseMediaType(get("Content-Type"))
	if get("Content-Type") == "" && outer == "multipart/digest" {
		kind = "message/rfc822"
	}
	if err == nil && strings.HasPrefix(kind, "multipart/") {
		var all []string
		r := multipart.NewReader(body, params["boundary"])
		for {
			p, err := r.NextRawPart()
			if err != nil {
				return all
			}
			all = append(all, leavesOf(kind, p.Header.Get, p)...)
		}
	}
	content, _ := io.ReadAll(body)
	if strings.EqualFold(get("Content-Transfer-Encoding"), "quoted-printable") {
		content, _ = io.ReadAll(quotedprintable.NewReader(bytes.NewReader(content)))
	}
	if m, err := mail.ReadMessage(bytes.NewReader(content)); err == nil && kind == "message/rfc822" {
		return leavesOf("", m.Header.Get, m.Body)
	}
	return []string{string(content)}
}
