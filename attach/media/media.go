// Package media decides what kind of thing a file is, from its name and its first bytes together.
//
// In come a name and the head of a file (HeadSize says how much of it is worth reading). Merge then weighs
//
//  1. what the ending of the name says (table.go),
//  2. what the content says (sniff.go for what the mimetype library does not know or mistakes, then the library),
//  3. whether the content is clean text,
//
// and out goes a Verdict: one type by its registered name, a charset where it is beyond doubt, and a warning where name and
// content contradict each other.
//
// Types are those of RFC 6838, charsets those of RFC 2046 §4.1.2. The tables are our own and do not depend on the machine.
// Not decided here: the language of a program, the charset of 8-bit text that is not UTF-8.
//
// Promised: the same name and bytes give the same verdict everywhere; a text that begins like a picture stays a text when
// its name says so; no content is ever called message/rfc822 by its looks alone.
package media

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
)

// Type is a media type in lower case without parameters, such as "image/gif".
type Type string

// OctetStream and PlainText are what remains when nothing else is known.
const (
	OctetStream Type = "application/octet-stream"
	PlainText   Type = "text/plain"
	RFC822      Type = "message/rfc822"
)

// Verdict is what Merge found.
type Verdict struct {
	Type      Type
	ByName    Type   // empty when the name says nothing
	ByContent Type   // OctetStream when the content says nothing
	Charset   string // of a text, when it is certain: us-ascii, utf-8, utf-16, utf-32; empty otherwise
	Warning   string // name and content disagree; empty otherwise
}

const (
	head    = 64 << 10
	oleHead = 1 << 20
)

// HeadSize is how many bytes Merge wants to see of a file that begins with first: old Office files keep their kind deep inside.
func HeadSize(first []byte) int {
	if bytes.HasPrefix(first, []byte("\xd0\xcf\x11\xe0")) {
		return oleHead
	}
	return head
}

// Merge decides what a file is. whole says that content is all of the file.
func Merge(name string, content []byte) Verdict {
	v := Verdict{ByName: ofName(name)}
	found := detect(content)
	v.ByContent = alias(found.kind)
	v.Type = alias(weigh(v.ByName, found, content))
	if t, ok := together[ending{extension(name), v.Type}]; ok {
		v.Type = t
	}
	if v.Type == RFC822 && v.ByName != RFC822 {
		v.Type = PlainText // by its looks alone a letter is a text: as message/rfc822 it could not be sent byte for byte
	}
	v.Charset = Charset(v.Type, content)
	if contradict(v) {
		v.Warning = "named ." + extension(name) + ", contains " + string(v.ByContent)
	}
	return v
}

// ofName looks up the last ending of a name; endings that programs add to what they set aside are looked through.
func ofName(name string) Type {
	t, _ := byName(extension(name))
	return t
}

func extension(name string) string {
	name = strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
	for _, set := range []string{".part", ".bak", ".old", ".orig", ".tmp", ".crdownload"} {
		name = strings.TrimSuffix(name, set)
	}
	return strings.TrimPrefix(path.Ext(name), ".")
}

// found is what the content says.
type found struct {
	kind   Type
	family []Type // kind and what it is a kind of, the general ones last
}

func (f found) is(t Type) bool { return slices.Contains(f.family, t) }

func detect(content []byte) found {
	if f, ok := sniff(content); ok {
		return f
	}
	mimetype.SetLimit(0) // the head is cut by us; the library's own limit is one for the whole process
	m := mimetype.Detect(content)
	f := found{kind: bare(m.String())}
	for ; m != nil; m = m.Parent() {
		f.family = append(f.family, bare(m.String()))
	}
	return f
}

func bare(t string) Type {
	t, _, _ = strings.Cut(t, ";")
	return Type(strings.ToLower(strings.TrimSpace(t)))
}

// isClean: no control characters but those of texts, or UTF-16 with its mark.
func isClean(content []byte) bool {
	if bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return true
	}
	for _, c := range content {
		if c < ' ' && (c < '\a' || c > '\r') && c != 0x1b {
			return false
		}
	}
	return true
}

// Charset is the charset of a text where it is beyond doubt: of marked UTF-16 and UTF-32, of plain ASCII, and of what reads
// as UTF-8 from end to end. It is empty for everything else, and where ASCII may hide another charset behind escapes.
func Charset(t Type, content []byte) string {
	switch {
	case !isText(t):
		return ""
	case bytes.HasPrefix(content, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(content, []byte("\x00\x00\xfe\xff")):
		return "utf-32"
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("\xfe\xff")):
		return "utf-16"
	case !isClean(content):
		return "" // without its mark, UTF-16 reads as ASCII with NULs
	case bytes.IndexFunc(content, func(r rune) bool { return r >= 0x80 }) < 0:
		return sevenBit(content)
	case utf8.Valid(content):
		return "utf-8"
	}
	return ""
}

// sevenBit: ISO-2022-JP and its like shift with ESC (RFC 1468), HZ with ~{ (RFC 1843).
func sevenBit(content []byte) string {
	if bytes.IndexByte(content, 0x1b) >= 0 || bytes.Contains(content, []byte("~{")) {
		return ""
	}
	return "us-ascii"
}

func isText(t Type) bool { return strings.HasPrefix(string(t), "text/") }

// Ending is the usual ending of a kind's names, with its dot, for what has no name of its own; .bin where there is none.
func Ending(t Type) string {
	if t == PlainText {
		return ".txt"
	}
	if m := mimetype.Lookup(string(t)); m != nil && m.Extension() != "" && t != OctetStream {
		return m.Extension()
	}
	return ".bin"
}
