package header

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Param is a parameter of a structured field.
type Param struct {
	Name, Value string
	// Legacy writes a value that is not ASCII as encoded-words in quotes, which RFC 2047 §5 forbids.
	// QUIRK: Outlook and older Exchange importers read the name of an attachment only so, from the name parameter of
	// Content-Type; the parameter by the rules stands beside it, in Content-Disposition.
	Legacy bool
}

// Structured writes a value with parameters, such as Content-Type. A parameter that is not ASCII follows RFC 2231.
func (w Writer) Structured(name, value string, params ...Param) (Field, error) {
	if err := checkName(name); err != nil {
		return Field{}, err
	}
	if err := CheckText(name, value); err != nil || !isASCII(value) || strings.ContainsAny(value, ";") {
		return Field{}, fail(name, "%q is no value", printable(value))
	}
	f := newFolder(name)
	f.put(" ", value)
	for _, p := range params {
		if err := checkShown(name, p.Value); err != nil {
			return Field{}, err
		}
		f.b.WriteByte(';')
		f.column++
		w.param(f, p)
	}
	return f.field()
}

// Structured writes a value with parameters with the zero Writer.
func Structured(name, value string, params ...Param) (Field, error) {
	return Writer{}.Structured(name, value, params...)
}

func (w Writer) param(f *folder, p Param) {
	switch {
	case isToken(p.Value):
		f.put(" ", p.Name+"="+p.Value)
	case isASCII(p.Value) && !p.Legacy, w.UTF8, p.Legacy && !w.mustEncode(p.Value):
		// QUIRK: RFC 2231 §3 would continue a long name on the next line; Outlook and Notes do not join the pieces.
		f.put(" ", p.Name+"="+quote(p.Value))
	case p.Legacy:
		legacy(f, p)
	default:
		extended(f, p)
	}
}

// legacy writes encoded-words between quotes, broken at the blanks between them.
func legacy(f *folder, p Param) {
	open := p.Name + `="`
	for rest := p.Value; rest != ""; {
		var made string
		made, rest = encodeWord(rest, maxEncodedWord-len(open)-2)
		if rest == "" {
			made += `"`
		}
		f.put(" ", open+made)
		open = ""
	}
}

// isToken: RFC 2045 §5.1, less what some readers stumble over at the beginning.
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return s != "" && s[0] != '-' && s[0] != '\'' && !strings.ContainsAny(s, "*%'")
}

// extended writes a parameter in the form of RFC 2231: in one piece where it fits on a line, else continued (§3), every
// piece cut between characters, the charset in the first one only (§4.1).
func extended(f *folder, p Param) {
	encoded := percent(p.Value)
	if whole := p.Name + "*=utf-8''" + encoded; len(whole)+2 <= preferredLine {
		f.put(" ", whole)
		return
	}
	rest := p.Value
	for n := 0; rest != ""; n++ {
		charset := ""
		if n == 0 {
			charset = "utf-8''"
		}
		room := encodedLine - len(p.Name) - len("*00*=;") - len(charset)
		cut := fitting(rest, room, func(s string) int { return len(percent(s)) })
		piece := percent(rest[:cut])
		rest = rest[cut:]
		star := ""
		if n == 0 || strings.Contains(piece, "%") {
			star = "*"
		}
		end := ";"
		if rest == "" {
			end = ""
		}
		f.put(" ", fmt.Sprintf("%s*%d%s=%s%s%s", p.Name, n, star, charset, piece, end))
	}
}

// percent encodes all but attribute-char. RFC 2231 §7
func percent(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < utf8.RuneSelf && (isQ(c) && c != '*' && c != '/' || strings.IndexByte(".#$&^_`{|}~", c) >= 0) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
