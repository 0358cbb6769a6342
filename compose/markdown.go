package compose

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// Markdown makes a page of a text in CommonMark with the tables, strikethrough, task lists and bare links of GitHub. HTML
// within the text is left out. The text itself remains the version for readers that show no pages.
func Markdown(text string) (string, error) {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n</head>\n<body>\n")
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert([]byte(text), &b); err != nil {
		return "", unfit("the Markdown cannot be read: %v", err)
	}
	b.WriteString("</body>\n</html>\n")
	return b.String(), nil
}
