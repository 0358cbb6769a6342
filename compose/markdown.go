package compose

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// Markdown makes a page of a text in CommonMark with the tables, strikethrough, task lists and bare links of GitHub. HTML
// within the text is left out. The text itself remains the version for readers that show no pages.
//
// GitHub's part is our own: goldmark's package of extensions compiles the expressions of all of them before main, which takes
// longer than sending a small letter does.
func Markdown(text string) (string, error) {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n</head>\n<body>\n")
	if err := converter().Convert([]byte(text), &b); err != nil {
		return "", unfit("the Markdown cannot be read: %v", err)
	}
	b.WriteString("</body>\n</html>\n")
	return b.String(), nil
}

// converter: the numbers say who looks first; a box comes before links (200), emphasis is at 500.
func converter() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithParserOptions(
			parser.WithParagraphTransformers(util.Prioritized(tables{}, 200)),
			parser.WithASTTransformers(util.Prioritized(pipes{}, 0)),
			parser.WithInlineParsers(util.Prioritized(boxes{}, 0), util.Prioritized(strikes{}, 500), util.Prioritized(links{}, 999)),
		),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(tags{}, 500))),
	)
}
