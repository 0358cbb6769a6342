package header

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// extended writes a parameter in the form of RFC 2231: in one piece where it fits on a line, else continued (§3), every
// piece cut between characters, the charset in the first one only, a star on those that hold an escape (§4.1).
func (f *folder) extended(p Param) {
	const charset = "utf-8''"
	if whole := p.Name + "*=" + charset + percent(p.Value); len(" "+whole+";") <= preferredLine {
		f.put(" ", whole)
		return
	}
	prefix := charset
	for n, rest := 0, p.Value; rest != ""; n++ {
		room := encodedLine - len(fmt.Sprintf(" %s*%d*=;", p.Name, n)) - len(prefix)
		cut := fitting(rest, room, func(s string) int { return len(percent(s)) })
		piece := percent(rest[:cut])
		star := ""
		if n == 0 || strings.Contains(piece, "%") {
			star = "*"
		}
		rest = rest[cut:]
		f.put(" ", fmt.Sprintf("%s*%d%s=%s%s%s", p.Name, n, star, prefix, piece, semicolon(rest)))
		prefix = ""
	}
}

// continued writes a long ASCII parameter in quoted pieces. RFC 2231 §3
func (f *folder) continued(p Param) {
	for n, rest := 0, p.Value; rest != ""; n++ {
		room := encodedLine - len(fmt.Sprintf(` %s*%d="";`, p.Name, n))
		cut := fitting(rest, room, func(s string) int { return len(quote(s)) - len(`""`) })
		piece := quote(rest[:cut])
		rest = rest[cut:]
		f.put(" ", fmt.Sprintf("%s*%d=%s%s", p.Name, n, piece, semicolon(rest)))
	}
}

func semicolon(rest string) string {
	if rest == "" {
		return ""
	}
	return ";"
}

// percent encodes all but attribute-char. RFC 2231 §7
func percent(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < utf8.RuneSelf && (isAlphanumeric(c) || strings.IndexByte("!#$&+-.^_`{|}~", c) >= 0) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
