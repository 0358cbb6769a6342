package compose

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// links are addresses of the web and of people that stand in the text without brackets. GFM §6.9
type links struct{}

// Trigger is what may stand before such an address; a blank stands for the beginning of a line too.
func (links) Trigger() []byte { return []byte{' ', '*', '_', '~', '('} }

// Parse takes the address and the character before it.
func (links) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if pc.IsInLinkLabel() {
		return nil
	}
	line, segment := block.PeekLine()
	before := 0
	if bytes.IndexByte([]byte(" *_~("), line[0]) >= 0 {
		before = 1
	}
	kind, protocol, n := webAddress(line[before:])
	if n == 0 {
		kind, n = ast.AutoLinkEmail, mailAddress(line[before:])
	}
	if n == 0 {
		return nil
	}
	if before > 0 {
		ast.MergeOrAppendTextSegment(parent, segment.WithStop(segment.Start+before))
	}
	start := segment.Start + before
	block.Advance(before + n)
	link := ast.NewAutoLink(kind, ast.NewTextSegment(text.NewSegment(start, start+n)))
	link.Protocol = protocol
	return link
}

// webAddress is the length of the address that the line begins with; 0: there is none.
func webAddress(line []byte) (kind ast.AutoLinkType, protocol []byte, n int) {
	for _, scheme := range []string{"http://", "https://", "ftp://", "www."} {
		if !bytes.HasPrefix(line, []byte(scheme)) {
			continue
		}
		host := len(scheme)
		if scheme == "www." {
			host, protocol = 0, []byte("http")
		}
		end := bytes.IndexFunc(line, func(c rune) bool { return c == '<' || c <= ' ' })
		if end < 0 {
			end = len(line)
		}
		if !isHost(line[host:end]) {
			return kind, nil, 0
		}
		return ast.AutoLinkURL, protocol, withoutTail(line[:end])
	}
	return kind, nil, 0
}

// isHost: the address begins with words of letters, digits, - and _ and at least one dot between; the last two words have no
// underscore.
func isHost(address []byte) bool {
	end := bytes.IndexFunc(address, func(c rune) bool {
		return c < 0x80 && c != '.' && c != '-' && c != '_' && !util.IsAlphaNumeric(byte(c))
	})
	if end >= 0 {
		address = address[:end]
	}
	words := bytes.Split(bytes.TrimRight(address, "."), []byte("."))
	for i, word := range words {
		if len(word) == 0 || i >= len(words)-2 && bytes.IndexByte(word, '_') >= 0 {
			return false
		}
	}
	return len(words) > 1
}

// withoutTail leaves out what ends the sentence and not the address: punctuation, a bracket that was opened before it, an
// entity. GFM §6.9, extended autolink path validation
func withoutTail(address []byte) int {
	for n := len(address); ; n = len(address) {
		address = bytes.TrimRight(address, `?!.,:*_~'"`)
		if bytes.HasSuffix(address, []byte(")")) && bytes.Count(address, []byte(")")) > bytes.Count(address, []byte("(")) {
			address = address[:len(address)-1]
		}
		if bytes.HasSuffix(address, []byte(";")) {
			name := bytes.TrimRightFunc(address[:len(address)-1], func(c rune) bool { return c < 0x80 && util.IsAlphaNumeric(byte(c)) })
			if bytes.HasSuffix(name, []byte("&")) && len(name) < len(address)-1 {
				address = name[:len(name)-1]
			}
		}
		if len(address) == n {
			return n
		}
	}
}

// mailAddress is the same for local@domain, with a dot in the domain, and no - or _ behind it.
func mailAddress(line []byte) int {
	if len(line) == 0 || util.IsPunct(line[0]) {
		return 0
	}
	n := util.FindEmailIndex(line)
	if n < 0 {
		return 0
	}
	n = len(bytes.TrimRight(line[:n], "."))
	domain := line[bytes.IndexByte(line, '@')+1 : n]
	if bytes.IndexByte(domain, '.') < 0 || n < len(line) && (line[n] == '-' || line[n] == '_') {
		return 0
	}
	return n
}
