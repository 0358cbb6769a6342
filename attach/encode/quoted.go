package encode

import "bytes"

const upperHex = "0123456789ABCDEF"

// EncodeQuoted writes a canonical text in quoted-printable: lines of at most 76 columns, upper-case hex, blanks at line
// ends, "From " at a line's start and a line of one dot encoded, so that neither mailboxes nor careless servers change
// them. RFC 2045 §6.7
func EncodeQuoted(text []byte) []byte {
	out := make([]byte, 0, len(text)+len(text)/8+16)
	for len(text) > 0 {
		line, rest, ended := bytes.Cut(text, []byte("\r\n"))
		out = quoteLine(out, line)
		if ended {
			out = append(out, '\r', '\n')
		}
		text = rest
	}
	return out
}

// quoteLine appends one line, broken softly where it is too long.
func quoteLine(out, line []byte) []byte {
	column := 0
	for i, c := range line {
		last := i == len(line)-1
		width := 1
		if mustQuote(line, i, column == 0) {
			width = 3
		}
		limit := 75 // one column is kept for the soft line break
		if last {
			limit = 76
		}
		if column+width > limit {
			out = append(out, '=', '\r', '\n')
			column = 0
			if mustQuote(line, i, true) {
				width = 3
			}
		}
		if width == 3 {
			out = append(out, '=', upperHex[c>>4], upperHex[c&15])
		} else {
			out = append(out, c)
		}
		column += width
	}
	return out
}

// mustQuote says whether line[i] is written as =XX; first says that it stands at the start of an encoded line.
func mustQuote(line []byte, i int, first bool) bool {
	c := line[i]
	switch {
	case c == '=' || c >= 0x7f || c < ' ' && c != '\t':
		return true
	case c == ' ' || c == '\t':
		return i == len(line)-1
	case first && c == '.':
		return true
	case first && c == 'F':
		return bytes.HasPrefix(line[i:], []byte("From "))
	}
	return false
}
