package compose

import (
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"golang.org/x/net/html"
)

// TestMarkdownIsGitHubs reads what goldmark's own extensions read, and comes to the same.
func TestMarkdownIsGitHubs(t *testing.T) {
	for _, text := range []string{
		"# Ketchup\n\n*Do* you like **ketchup**? `How` about [pickles](https://example.org/)?\n\n1. one\n2. two\n\n> said\n\n```\ncode\n```\n",
		"~~gone~~ and ~gone~ and ~~~kept~~~ and ~ kept ~ and **a ~~b~~ c**\n",
		"- [ ] open\n- [x] done\n- [X] done\n  - [ ] below\n- no [x] box\n- [y] none\n\n[x] not here\n",
		"1. [x] first\n\n   more\n2. [ ] second\n",
		"| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n",
		"a | b | c\n:-- | :-: | --:\n1 | 2 | 3\n",
		"| a | b |\n| - | - |\n| 1 |\n| 1 | 2 | 3 |\n\nafter\n",
		"| a |\n| - |\n",
		"before\n| a | b |\n|---|---|\n| *1* | `2` |\n",
		"| a | b |\n|---|\n| 1 | 2 |\n",
		"| a | b |\n|---|--x|\n| 1 | 2 |\n",
		"| a \\| b | `c \\| d` |\n|---|---|\n| **1 \\| 2** | 3\\|4 |\n",
		"| a |\n|---|\n| see https://example.org/a_b. |\n> quote\n",
		"> | a | b |\n> |---|---|\n> | 1 | 2 |\n",
		"- | a | b |\n  |---|---|\n  | 1 | 2 |\n",
		"a\n---\nb\n",
		"a | b\n---\n",
		"https://example.org and http://example.org/a/b?c=d&e=f#g, (https://example.org/x_(y)) or www.example.org!\n",
		"(see https://example.org) https://example.org/a). *https://example.org* _www.example.org/a_b_\n",
		"https://example.org/?q=a&copy; https://example.org/a;b http://localhost/ ftp://example.org/f\n",
		"[a https://example.org b](https://example.com) <https://example.org> xhttps://example.org `https://example.org`\n",
		"write to alice@crepes.fr, bob@hamburger.edu. no@dot, a.b+c@d-e.org- x@y.org_ (carol@example.org)\n",
		"www. http:// https://.\n",
		"<script>alert(1)</script> [x](javascript:alert(1)) <b>bold</b> &amp; \"quotes\"\n",
		"Grüße an https://example.org/ 日本 www.example.org\n",
	} {
		var want strings.Builder
		if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		page, err := Markdown(text)
		if err != nil {
			t.Fatal(err)
		}
		_, got, _ := strings.Cut(page, "<body>\n")
		if got = strings.TrimSuffix(got, "</body>\n</html>\n"); got != want.String() {
			t.Errorf("%s\ngot\n%s\nwant\n%s", text, got, want.String())
		}
	}
}

// TestMarkdownDecides where goldmark's extensions and GFM differ: GFM is followed.
func TestMarkdownDecides(t *testing.T) {
	for text, want := range map[string]string{
		"http://a_b.c_d http://.example.org www.a": `<p>http://a_b.c_d http://.example.org <a href="http://www.a">www.a</a></p>` + "\n",
		"~~a~":                             "<p>~~a~</p>\n",
		"- [x]done":                        "<ul>\n<li>[x]done</li>\n</ul>\n",
		"https://example.org/日本語、":         `<p><a href="https://example.org/%E6%97%A5%E6%9C%AC%E8%AA%9E%E3%80%81">https://example.org/日本語、</a></p>` + "\n",
		"\"https://example.org/\"":         "<p>&quot;https://example.org/&quot;</p>\n",
		"http://example.org/a|b":           `<p><a href="http://example.org/a%7Cb">http://example.org/a|b</a></p>` + "\n",
		"| a |\n|---|\n| b \\|":            "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b |</td>\n</tr>\n</tbody>\n</table>\n",
		"http://a_b.example.org/ http://a": `<p><a href="http://a_b.example.org/">http://a_b.example.org/</a> http://a</p>` + "\n",
	} {
		page, err := Markdown(text)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page, "<body>\n"+want+"</body>") {
			t.Errorf("%q: got %s", text, page)
		}
	}
}

// FuzzMarkdown: whatever the text, the page has no element that Markdown does not know, and none that runs.
func FuzzMarkdown(f *testing.F) {
	for _, text := range []string{"| a | b |\n|---|---|\n| 1 \\| `x \\| y` |", "- [x] ~~a~~ www.example.org/) a@b.org", "<script>", "a\n|-|\n|", "http://a.b;&x;"} {
		f.Add(text)
	}
	known := " html head meta body p h1 h2 h3 h4 h5 h6 em strong code pre a img ul ol li blockquote hr br del table thead tbody tr th td input "
	f.Fuzz(func(t *testing.T, text string) {
		page, err := Markdown(text)
		if err != nil {
			t.Skip()
		}
		for z := html.NewTokenizer(strings.NewReader(page)); z.Next() != html.ErrorToken; {
			token := z.Token()
			if (token.Type == html.StartTagToken || token.Type == html.SelfClosingTagToken) && !strings.Contains(known, " "+token.Data+" ") {
				t.Fatalf("<%s> in the page of %q", token.Data, text)
			}
			for _, a := range token.Attr {
				if a.Key == "href" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") || strings.HasPrefix(a.Key, "on") {
					t.Fatalf("%v in the page of %q", a, text)
				}
			}
		}
	})
}
