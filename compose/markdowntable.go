package compose

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	extended "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// tables makes a table of the end of a paragraph, from the line above a delimiter row on. GFM §4.10
type tables struct{}

// Transform looks for the delimiter row; the lines before the head remain a paragraph.
func (tables) Transform(p *ast.Paragraph, r text.Reader, _ parser.Context) {
	lines, source := p.Lines(), r.Source()
	for i := 1; i < lines.Len(); i++ {
		columns := delimiters(source, lines.At(i))
		if columns == nil {
			continue
		}
		head := cells(source, lines.At(i-1))
		if len(head) != len(columns) {
			return
		}
		table := extended.NewTable()
		table.Alignments = columns
		table.AppendChild(table, extended.NewTableHeader(row(head, columns)))
		for j := i + 1; j < lines.Len(); j++ {
			table.AppendChild(table, row(cells(source, lines.At(j)), columns))
		}
		shorten(p, table, source, i-1)
		return
	}
}

// shorten leaves the first n lines in the paragraph and puts the table behind it.
func shorten(p *ast.Paragraph, table ast.Node, source []byte, n int) {
	parent, lines := p.Parent(), p.Lines()
	lines.SetSliced(0, n)
	parent.InsertAfter(parent, p, table)
	if n == 0 {
		parent.RemoveChild(parent, p)
		return
	}
	last := lines.At(n - 1)
	lines.Set(n-1, last.TrimRightSpace(source))
}

// delimiters reads a row such as "| --- | :-: |"; nil: it is none.
func delimiters(source []byte, line text.Segment) []extended.Alignment {
	if line.Padding > 3 || !bytes.ContainsAny(line.Value(source), "-") {
		return nil
	}
	var all []extended.Alignment
	for _, cell := range cells(source, line) {
		word := cell.Value(source)
		left, right := bytes.HasPrefix(word, []byte(":")), bytes.HasSuffix(word, []byte(":"))
		dashes := bytes.TrimSuffix(bytes.TrimPrefix(word, []byte(":")), []byte(":"))
		if len(dashes) == 0 || len(bytes.Trim(dashes, "-")) > 0 {
			return nil
		}
		all = append(all, alignment(left, right))
	}
	return all
}

func alignment(left, right bool) extended.Alignment {
	switch {
	case left && right:
		return extended.AlignCenter
	case left:
		return extended.AlignLeft
	case right:
		return extended.AlignRight
	}
	return extended.AlignNone
}

// row has as many cells as there are columns: the missing are empty, more are left out.
func row(cells []text.Segment, columns []extended.Alignment) *extended.TableRow {
	r := extended.NewTableRow(columns)
	for i, alignment := range columns {
		cell := extended.NewTableCell()
		cell.Alignment = alignment
		if i < len(cells) {
			cell.Lines().Append(cells[i])
		}
		r.AppendChild(r, cell)
	}
	return r
}

// cells cuts a line at its pipes, except at those that a backslash precedes.
func cells(source []byte, line text.Segment) []text.Segment {
	line = line.TrimLeftSpace(source)
	line = line.TrimRightSpace(source)
	if line.Len() > 0 && source[line.Start] == '|' {
		line.Start++
	}
	var all []text.Segment
	start := line.Start
	for i := line.Start; i < line.Stop; i++ {
		if source[i] == '|' && (i == line.Start || source[i-1] != '\\') {
			all = append(all, trimmed(source, start, i))
			start = i + 1
		}
	}
	if start < line.Stop {
		all = append(all, trimmed(source, start, line.Stop))
	}
	return all
}

func trimmed(source []byte, start, stop int) text.Segment {
	s := text.NewSegment(start, stop)
	s = s.TrimLeftSpace(source)
	return s.TrimRightSpace(source)
}

// pipes takes the backslash away from a pipe within code, where it means itself, except in a table. GFM §4.10, example 200
type pipes struct{}

// Transform looks at the code in the cells of every table.
func (pipes) Transform(doc *ast.Document, r text.Reader, _ parser.Context) {
	cell := false
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *extended.TableCell:
			cell = entering
		case *ast.CodeSpan:
			if cell && entering {
				unescape(n, r.Source())
			}
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
}

func unescape(code *ast.CodeSpan, source []byte) {
	for n := code.FirstChild(); n != nil; n = n.NextSibling() {
		t, ok := n.(*ast.Text)
		if !ok {
			continue
		}
		if at := bytes.Index(t.Segment.Value(source), []byte(`\|`)); at >= 0 {
			pipe := t.Segment.Start + at + 1
			code.InsertAfter(code, n, ast.NewRawTextSegment(t.Segment.WithStart(pipe)))
			t.Segment = t.Segment.WithStop(pipe - 1)
		}
	}
}
