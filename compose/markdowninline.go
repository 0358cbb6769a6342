package compose

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	extended "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// strikes are words between ~ and ~ or ~~ and ~~. GFM §6.5
type strikes struct{}

// Trigger is the character that such a word begins and ends with.
func (strikes) Trigger() []byte { return []byte{'~'} }

// IsDelimiter is the same for a look ahead.
func (strikes) IsDelimiter(b byte) bool { return b == '~' }

// CanOpenCloser wants as many before the words as behind.
func (strikes) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char && opener.OriginalLength == closer.OriginalLength
}

// OnMatch makes the node of the words between.
func (strikes) OnMatch(int) ast.Node { return extended.NewStrikethrough() }

// Parse leaves three and more as they are.
func (s strikes) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	d := parser.ScanDelimiter(line, before, 1, s)
	if d == nil || d.OriginalLength > 2 || before == '~' {
		return nil
	}
	d.Segment = segment.WithStop(segment.Start + d.OriginalLength)
	block.Advance(d.OriginalLength)
	pc.PushDelimiter(d)
	return d
}

// boxes are the [ ] and [x] at the beginning of a list's item. GFM §5.3
type boxes struct{}

// Trigger is what a box begins with.
func (boxes) Trigger() []byte { return []byte{'['} }

// Parse takes a box that stands first, with a blank behind it.
func (boxes) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	item, ok := parent.Parent().(*ast.ListItem)
	if !ok || item.FirstChild() != parent || parent.HasChildren() {
		return nil
	}
	line, _ := block.PeekLine()
	if len(line) < 4 || line[2] != ']' || !util.IsSpace(line[3]) || !(util.IsSpace(line[1]) || line[1] == 'x' || line[1] == 'X') {
		return nil
	}
	block.Advance(len(line) - len(bytes.TrimLeft(line[3:], " \t")))
	return extended.NewTaskCheckBox(!util.IsSpace(line[1]))
}

// tags writes the nodes of this file and of tables.
type tags struct{}

// RegisterFuncs names who writes what.
func (tags) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(extended.KindStrikethrough, between("<del>", "</del>"))
	r.Register(extended.KindTable, between("<table>\n", "</table>\n"))
	r.Register(extended.KindTaskCheckBox, checkbox)
	r.Register(extended.KindTableHeader, tableHead)
	r.Register(extended.KindTableRow, tableRow)
	r.Register(extended.KindTableCell, tableCell)
}

func between(before, after string) renderer.NodeRendererFunc {
	return func(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, err := w.WriteString(before)
			return ast.WalkContinue, err
		}
		_, err := w.WriteString(after)
		return ast.WalkContinue, err
	}
}

func checkbox(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if n.(*extended.TaskCheckBox).IsChecked {
		return between(`<input checked="" disabled="" type="checkbox"> `, "")(w, source, n, entering)
	}
	return between(`<input disabled="" type="checkbox"> `, "")(w, source, n, entering)
}

func tableHead(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	after := "</tr>\n</thead>\n"
	if n.NextSibling() != nil {
		after += "<tbody>\n"
	}
	return between("<thead>\n<tr>\n", after)(w, source, n, entering)
}

func tableRow(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	after := "</tr>\n"
	if n.NextSibling() == nil {
		after += "</tbody>\n"
	}
	return between("<tr>\n", after)(w, source, n, entering)
}

func tableCell(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	tag, style := "td", ""
	if n.Parent().Kind() == extended.KindTableHeader {
		tag = "th"
	}
	if a := n.(*extended.TableCell).Alignment; a != extended.AlignNone {
		style = ` style="text-align:` + a.String() + `"`
	}
	return between("<"+tag+style+">", "</"+tag+">\n")(w, source, n, entering)
}
