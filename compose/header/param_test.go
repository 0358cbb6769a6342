package header

import (
	"mime"
	"strings"
	"testing"
)

func TestParameterForms(t *testing.T) {
	for in, want := range map[string]string{
		"ketchup.gif":    ` filename=ketchup.gif`,
		"":               ` filename=""`,
		"a b.txt":        ` filename="a b.txt"`,
		`quo"te\.txt`:    ` filename="quo\"te\\.txt"`,
		"-dash":          ` filename="-dash"`,
		"it's.txt":       ` filename="it's.txt"`,
		"100%.txt":       ` filename="100%.txt"`,
		"=?utf-8?q?x?=":  ` filename*=utf-8''%3D%3Futf-8%3Fq%3Fx%3F%3D`,
		"Résumé.pdf":     ` filename*=utf-8''R%C3%A9sum%C3%A9.pdf`,
		"ü*%'\"\\ .txt":  ` filename*=utf-8''%C3%BC%2A%25%27%22%5C%20.txt`,
		"../../etc/ü":    ` filename*=utf-8''..%2F..%2Fetc%2F%C3%BC`,
		"\U0001f469.png": ` filename*=utf-8''%F0%9F%91%A9.png`,
		"ü" + strings.Repeat("a", 120) + "ü": "\r\n filename*0*=utf-8''%C3%BC" + strings.Repeat("a", 49) + ";\r\n filename*1=" + strings.Repeat("a", 62) +
			";\r\n filename*2*=" + strings.Repeat("a", 9) + "%C3%BC",
		strings.Repeat("a", 150):  "\r\n filename=" + strings.Repeat("a", 150),
		strings.Repeat("ab", 101): "\r\n filename=" + strings.Repeat("ab", 101),
		strings.Repeat("a b", 67): "\r\n filename*0=\"" + strings.Repeat("a b", 20) + "a\";\r\n filename*1=\" b" + strings.Repeat("a b", 19) +
			"a \";\r\n filename*2=\"b" + strings.Repeat("a b", 20) + "\";\r\n filename*3=\"" + strings.Repeat("a b", 6) + "\"",
	} {
		f, err := Structured("Content-Disposition", "attachment", Param{Name: "filename", Value: in})
		if want := "Content-Disposition: attachment;" + want + "\r\n"; err != nil || f.Raw() != want {
			t.Errorf("%.40q: got  %q, %v,\nwant %q", in, f.Raw(), err, want)
		}
	}
}

func TestParametersReadBack(t *testing.T) {
	for _, s := range []string{
		"ketchup.gif", "a b.txt", `quo"te\.txt`, "-dash", "Résumé.pdf", "日本語のとても長いファイル名がここにあります、とても長いので続きます.pdf", "100%.txt", "it's*.txt", "a;b=c.txt",
		strings.Repeat("long-", 30) + ".txt", strings.Repeat("long \" \\ ", 60), strings.Repeat("ü", 150), strings.Repeat("ü", 2000), "emoji 👩‍👩‍👧‍👦.png", "=?utf-8?q?x?=",
		// RFC 2231 §3 and §4, what the examples say
		"ftp://cs.utk.edu/pub/moose/bare-bones-mime/bare-bones-mime.ps", "This is ***fun***", "This is even more ***fun*** isn't it!", "This is even more ***fün*** isn't it! " + strings.Repeat("***", 20),
	} {
		for _, w := range []Writer{{}, {UTF8: true}} {
			f, err := w.Structured("Content-Disposition", "attachment", Param{Name: "filename", Value: s})
			if err != nil {
				if w.UTF8 && len(s) > 998 {
					continue // nothing holds it
				}
				t.Errorf("%q: %v", s, err)
				continue
			}
			if !strings.Contains(s, "=?") {
				check(t, f)
			}
			_, params, err := mime.ParseMediaType(f.Body())
			if err != nil || params["filename"] != s {
				t.Errorf("%q reads back as %q, %v from %q", s, params["filename"], err, f.Raw())
			}
		}
	}
}

func TestLegacyNamesReadBack(t *testing.T) {
	for _, s := range []string{"ketchup.gif", "a b.txt", "Résumé.pdf", strings.Repeat("日本語 ", 30) + ".pdf", "=?utf-8?q?x?=", strings.Repeat("a", 300), "ü\"\\"} {
		f, err := Structured("Content-Type", "image/gif", Param{Name: "name", Value: s, Legacy: true})
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		check(t, f)
		_, params, err := mime.ParseMediaType(f.Body())
		if err != nil {
			t.Errorf("%q: %v", f.Raw(), err)
		}
		if got, err := new(mime.WordDecoder).DecodeHeader(params["name"]); err != nil || got != s {
			t.Errorf("%q reads back as %q, %v", s, got, err)
		}
	}
}

func TestStructuredKeepsTheOrder(t *testing.T) {
	f, err := Structured("Content-Type", "multipart/related", Param{Name: "type", Value: "text/html"}, Param{Name: "boundary", Value: "=_" + strings.Repeat("b", 40)})
	want := "Content-Type: multipart/related; type=\"text/html\";\r\n boundary=\"=_" + strings.Repeat("b", 40) + "\"\r\n"
	if err != nil || f.Raw() != want {
		t.Errorf("got %q, %v", f.Raw(), err)
	}
}

func TestStructuredRefuses(t *testing.T) {
	good := Param{Name: "name", Value: "x"}
	for _, c := range []struct {
		value string
		param Param
	}{
		{"", good}, {"text/", good}, {"/plain", good}, {"text/plain; charset=x", good}, {"text plain", good}, {"téxt/plain", good}, {"text/plain\r\nX: y", good}, {"a/b/c", good},
		{"text/plain", Param{Name: "", Value: "x"}}, {"text/plain", Param{Name: "a b", Value: "x"}}, {"text/plain", Param{Name: "name*", Value: "x"}}, {"text/plain", Param{Name: "a=b; c", Value: "x"}},
		{"text/plain", Param{Name: "name", Value: "a\r\nb"}}, {"text/plain", Param{Name: "name", Value: "a\x00b"}}, {"text/plain", Param{Name: "name", Value: "gpj\u202eexe"}}, {"text/plain", Param{Name: "name", Value: "\xe9"}},
	} {
		if f, err := Structured("Content-Type", c.value, c.param); err == nil {
			t.Errorf("%q %+v became %q", c.value, c.param, f.Raw())
		}
	}
}
