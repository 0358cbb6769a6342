package compose

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// PlainText is what a page says, for readers that show no HTML: paragraphs wrapped at 72 columns, lists with their marks,
// quotations with >, and the addresses of links behind their words. Its error says that the page cannot be read.
func PlainText(page string) (string, error) {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return "", unfit("the HTML cannot be read: %v", err)
	}
	p := &plain{}
	p.children(root)
	p.end()
	return p.text(), nil
}

const plainWidth = 72 // columns; leaves room for the marks of two answers within RFC 5322's 78

// plain gathers the text of a page, paragraph by paragraph.
type plain struct {
	out       strings.Builder
	paragraph strings.Builder // words between single blanks; \n where the page breaks a line
	prefix    string          // of every line
	mark      string          // of the next line instead of the end of the prefix
	gap       bool            // an empty line before the next paragraph
	gapPrefix string          // of that line, unless the paragraph's own is shorter
	lists     []int           // the number of the last item; -1 in a list without numbers
	pre       int             // nesting of preformatted text
}

func (p *plain) children(n *html.Node) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		p.node(child)
	}
}

func (p *plain) node(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		p.words(n.Data)
	case n.Type == html.ElementNode && !isHidden(n):
		p.element(n)
	case n.Type == html.DocumentNode:
		p.children(n)
	}
}

// isHidden: what no reader of the page sees.
func isHidden(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Head, atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Svg, atom.Iframe, atom.Object, atom.Select, atom.Textarea:
		return true
	}
	_, hidden := attribute(n, "hidden")
	style, _ := attribute(n, "style")
	return hidden || strings.Contains(strings.ReplaceAll(style, " ", ""), "display:none")
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func (p *plain) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Br:
		p.paragraph.WriteByte('\n')
	case atom.Hr:
		p.end()
		p.words("----")
		p.end()
	case atom.Img:
		if alt, _ := attribute(n, "alt"); strings.TrimSpace(alt) != "" {
			p.words("[" + alt + "]")
		}
	case atom.A:
		p.link(n)
	case atom.Pre:
		p.separate()
		p.pre++
		p.children(n)
		p.end()
		p.pre--
		p.separate()
	case atom.Blockquote:
		p.separate()
		p.indented("> ", "", func() { p.children(n) })
		p.separate()
	case atom.Ul, atom.Ol, atom.Li:
		p.list(n)
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Table, atom.Dl, atom.Figure:
		p.apart(n)
	case atom.Td, atom.Th:
		p.cell(n)
	case atom.Div, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Aside, atom.Address, atom.Tr,
		atom.Dt, atom.Dd, atom.Form, atom.Fieldset, atom.Figcaption, atom.Center, atom.Body:
		p.end()
		p.children(n)
		p.end()
	default:
		p.children(n)
	}
}

// apart is a block with an empty line before and after it.
func (p *plain) apart(n *html.Node) {
	p.separate()
	p.children(n)
	p.separate()
}

// separate asks for an empty line before the next paragraph. It belongs to the outer of the two, so it bears its marks.
func (p *plain) separate() {
	p.end()
	if !p.gap {
		p.gap, p.gapPrefix = true, p.prefix
	}
}

// indented puts prefix before every line of what do writes, but mark before its first.
func (p *plain) indented(prefix, mark string, do func()) {
	p.end()
	outer := p.prefix
	p.prefix += prefix
	if mark != "" {
		p.mark = outer + mark
	}
	do()
	p.end()
	p.prefix, p.mark = outer, ""
}

func (p *plain) list(n *html.Node) {
	switch n.DataAtom {
	case atom.Ul, atom.Ol:
		start := -1
		if n.DataAtom == atom.Ol {
			start = 0
		}
		p.end()
		if len(p.lists) == 0 {
			p.separate()
			defer p.separate()
		}
		p.lists = append(p.lists, start)
		p.children(n)
		p.lists = p.lists[:len(p.lists)-1]
	default:
		mark := p.itemMark()
		p.indented(strings.Repeat(" ", len(mark)), mark, func() { p.children(n) })
	}
}

func (p *plain) itemMark() string {
	if len(p.lists) == 0 || p.lists[len(p.lists)-1] < 0 {
		return "- "
	}
	p.lists[len(p.lists)-1]++
	return fmt.Sprintf("%d. ", p.lists[len(p.lists)-1])
}

// link writes the address behind the words, unless the words are the address.
func (p *plain) link(n *html.Node) {
	before := p.paragraph.Len()
	p.children(n)
	href, _ := attribute(n, "href")
	said := ""
	if p.paragraph.Len() >= before {
		said = strings.TrimSpace(p.paragraph.String()[before:])
	}
	scheme, rest, found := strings.Cut(href, ":")
	isPlace := found && (scheme == "http" || scheme == "https" || scheme == "mailto" || scheme == "ftp" || scheme == "tel")
	if isPlace && said != href && said != rest && !strings.ContainsAny(href, " \t\r\n<>") {
		p.words(" <" + href + ">")
	}
}

// cell keeps what stands side by side apart.
func (p *plain) cell(n *html.Node) {
	if p.paragraph.Len() > 0 && n.PrevSibling != nil {
		p.paragraph.WriteString(" | ")
	}
	p.children(n)
}
