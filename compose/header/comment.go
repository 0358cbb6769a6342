package header

import "strings"

// WithoutComments takes the comments out of a structured value, nested ones too; what stands in a quoted string is none. RFC 5322 §3.2.2
func WithoutComments(s string) string {
	if !strings.Contains(s, "(") {
		return s
	}
	var kept strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			if depth == 0 {
				kept.WriteString(s[i : i+2])
			}
			i++
			continue
		case c == '"' && depth == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			depth++
			continue
		case c == ')' && !quoted && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			kept.WriteByte(c)
		}
	}
	return strings.Trim(kept.String(), " \t\r\n")
}
