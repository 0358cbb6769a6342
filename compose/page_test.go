package compose

import (
	"strings"
	"testing"
)

func TestPlainText(t *testing.T) {
	for _, c := range []struct{ name, page, want string }{
		{"nothing", "", ""},
		{"words", "Hello", "Hello\n"},
		{"blanks", "  a \n b\t<b> c</b>d <i>e </i> f", "a b cd e f\n"},
		{"entities", "1 &lt; 2 &amp;&nbsp;3&#x1F354;", "1 < 2 & 3🍔\n"},
		{"paragraphs", "<h1>Menu</h1><p>One</p><p>Two<br>lines</p><div>three</div><div>four</div>", "Menu\n\nOne\n\nTwo\nlines\n\nthree\nfour\n"},
		{"hidden", "<head><title>x</title><style>p{}</style></head><script>y</script><p hidden>z</p><span style='display: none'>w</span>seen<!-- c -->", "seen\n"},
		{"lists", "<p>a</p><ul><li>one<li>two<ol><li>first<li>second</ol></ul><p>b</p>", "a\n\n- one\n- two\n  1. first\n  2. second\n\nb\n"},
		{"quotation", "<p>He said:</p><blockquote><p>one</p><p>two</p></blockquote><p>end</p>", "He said:\n\n> one\n>\n> two\n\nend\n"},
		{"links", `<a href="https://crepes.fr/">the shop</a>, <a href="https://x.org">https://x.org</a>, <a href="mailto:a@b.org">a@b.org</a>, <a href="#top">up</a>, <a href="javascript:x()">no</a>`,
			"the shop <https://crepes.fr/>, https://x.org, a@b.org, up, no\n"},
		{"preformatted", "<p>x</p><pre>  a\n    b  c\n</pre>", "x\n\n  a\n    b  c\n"},
		{"pictures", `<img src="a.gif" alt="a dot"><img src="b.gif">`, "[a dot]\n"},
		{"table", "<table><tr><th>Crêpe<th>Price</tr><tr><td>Sugar<td>3 €</tr></table>", "Crêpe | Price\nSugar | 3 €\n"},
		{"rule", "a<hr>b", "a\n----\nb\n"},
		{"long lines", strings.Repeat("word ", 20), strings.Repeat("word ", 13) + "word\n" + strings.Repeat("word ", 5) + "word\n"},
		{"a long word", strings.Repeat("w", 100) + " x", strings.Repeat("w", 100) + "\nx\n"},
		{"soft hyphens", "Donau\u00addampf\u200bschiff", "Donaudampfschiff\n"},
		{"broken", "<p>a<b>b</p>c</i><<div", "ab\n\nc<\n"},
	} {
		got, err := PlainText(c.page)
		if got != c.want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

func TestPageSpeaksOfItsOwnCharset(t *testing.T) {
	for in, want := range map[string]string{
		`<meta charset="iso-8859-1">`: `<meta charset="utf-8">`,
		`<META http-equiv="Content-Type" content="text/html; charset=windows-1252">`: `<meta http-equiv="Content-Type" content="text/html; charset=utf-8">`,
		`<META  CHARSET=utf-8>`:               `<META  CHARSET=utf-8>`,
		`<meta name="x" content="charset=y">`: `<meta name="x" content="charset=y">`,
		"<P Align=left>\r\n&nbsp;<bR/> <!-- <meta charset=x> --> <script>\"<meta charset=x>\"</script>": "<P Align=left>\r\n&nbsp;<bR/> <!-- <meta charset=x> --> <script>\"<meta charset=x>\"</script>",
	} {
		if got := newRewriter().rewrite(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestPicturesAreCalledByTheirContentID(t *testing.T) {
	r := newRewriter()
	r.learn(Picture{Names: []string{"img/my logo.png", "logo"}}, "<1%2@x.org>")
	for in, want := range map[string]string{
		`<img src="cid:logo">`:                                    `<img src="cid:1%252@x.org">`,
		`<img src="img/my%20logo.png" width=3>`:                   `<img src="cid:1%252@x.org" width="3">`,
		`<td background='cid:1%252@x.org'>`:                       `<td background='cid:1%252@x.org'>`,
		`<p style="background: url( 'cid:logo' ) red">`:           `<p style="background: url(cid:1%252@x.org) red">`,
		`<style>p { background: url(cid:logo) }</style>`:          `<style>p { background: url(cid:1%252@x.org) }</style>`,
		`<img src="https://x.org/logo"><p>cid:logo url(cid:logo)`: `<img src="https://x.org/logo"><p>cid:logo url(cid:logo)`,
	} {
		if got := r.rewrite(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if len(r.wrong) > 0 || !r.shown["1%2@x.org"] {
		t.Errorf("wrong %v, shown %v", r.wrong, r.shown)
	}
}

func TestLocalPictures(t *testing.T) {
	page := `<img src="a.gif"><IMG SRC='b%20c.png'><img src="a.gif"><img src="https://x.org/d.png"><img src="//x.org/e.png"><img src="cid:f">
		<img src="data:image/gif;base64,R0"><td background="file:///tmp/g.png"><img src=""><img src="#h"><iframe src="i.html"></iframe>
		<div style="background: url('j.png')"><th background=k.png><input type=image src=l.png><style>@import url(other.css); p { background: url(m.png) }</style>url(n.png) base`
	if got := strings.Join(LocalPictures(page), " "); got != "a.gif b%20c.png file:///tmp/g.png j.png k.png l.png m.png" {
		t.Errorf("got %q", got)
	}
	if got := LocalPictures(`<base href="https://x.org/">` + page); len(got) != 0 {
		t.Errorf("got %q of a page with a base", got)
	}
}

func TestPageRefusals(t *testing.T) {
	for _, c := range []struct {
		name, page string
		names      [][]string
		says       string
	}{
		{"a picture that is not there", `<img src="cid:x">`, nil, "cid:x"},
		{"a picture that is not shown", `<p>x`, [][]string{{"logo.png"}}, "logo.png"},
		{"two of one name", `<img src="cid:x">`, [][]string{{"x"}, {"x"}}, "two pictures"},
		{"pictures without a page", "", [][]string{{"x"}}, "without a page"},
		{"a page that is Latin-1", "Gr\xfc\xdfe", nil, "0xFC"},
		{"a page too deep", strings.Repeat("<div>", 100_000), nil, "HTML"},
	} {
		d := simple(t)
		d.HTML, d.Text = c.page, ""
		for _, names := range c.names {
			d.Pictures = append(d.Pictures, Picture{File: attached(t, "logo.png", []byte("\x89PNG\r\n\x1a\n")), Names: names})
		}
		if _, err := desk().Compose(d); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.says)
		}
		d.Close()
	}
}

// FuzzPage: nothing panics, text comes out in lines without controls of the page, and what is no picture stays as it is.
func FuzzPage(f *testing.F) {
	f.Add(`<p>a <a href="https://x.org">b</a><ul><li>c<ol><li>d</ol></ul><blockquote><pre> e </pre></blockquote><meta charset=x>`)
	f.Add("<table><tr><td>a<td>b<style>url(cid:x)")
	f.Fuzz(func(t *testing.T, page string) {
		if text, err := PlainText(page); err == nil && strings.HasPrefix(text, "\n") {
			t.Errorf("%q begins with an empty line: %q", page, text)
		}
		LocalPictures(page)
		r := newRewriter()
		if once := r.rewrite(page); !strings.Contains(strings.ToLower(page), "meta") && len(r.wrong) == 0 && once != page {
			t.Errorf("%q became %q", page, once)
		}
	})
}
