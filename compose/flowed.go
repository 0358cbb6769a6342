package compose

import (
	"strings"
	"unicode/utf8"
)

const (
	flowedWidth = 72 // columns of a line that can be continued; RFC 3676 §4.2 wants fewer than 79
	flowedLeast = 12 // columns beside the marks of a quotation; with fewer, the marks would outgrow the words many times
)

// flowed makes format=flowed of a text: long lines are broken softly, so that a reader may lay them out anew, and every
// other line stays fixed. Lines that begin with > are quotations, and so are their continuations. RFC 3676 §4
func flowed(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n") {
		flowLine(&b, line)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// flowLine writes one line of the author's as as many as it takes.
func flowLine(b *strings.Builder, line string) {
	content := strings.TrimLeft(line, ">")
	quote := line[:len(line)-len(content)]
	if quote != "" {
		content = strings.TrimPrefix(content, " ")
	}
	if content != signature {
		content = strings.TrimRight(content, " ") // a blank at the end would say that the next line belongs to this one
	}
	width := flowedWidth - len(quote)
	if width < flowedLeast {
		width = len(content)
	}
	for {
		piece, rest := softBreak(content, width)
		b.WriteString(quote + stuffed(quote, piece) + "\n")
		if rest == "" {
			return
		}
		content = rest
	}
}

// signature is the one line whose blank at the end means nothing. RFC 3676 §4.3
const signature = "-- "

// stuffed puts a blank before what would be taken for something else, and between a quotation and its marks. RFC 3676 §4.4
func stuffed(quote, piece string) string {
	if quote != "" && piece != "" || strings.HasPrefix(piece, " ") || strings.HasPrefix(piece, ">") || strings.HasPrefix(piece, "From ") {
		return " " + piece
	}
	return piece
}

// softBreak cuts a line after the last blank within width, or else after the first one; the blank stays at the end, which
// says that the line goes on.
func softBreak(s string, width int) (piece, rest string) {
	if fits(s, width) || s == signature {
		return s, ""
	}
	at, columns := 0, 0
	for i, r := range s {
		columns++
		if columns > width && at > 0 {
			break
		}
		if r == ' ' && s[:i+1] != signature {
			at = i + 1
		}
	}
	if at == 0 || at == len(s) {
		return s, ""
	}
	return s[:at], s[at:]
}

// fits looks at no more of a line than is needed: the rest of a long one is asked about again and again.
func fits(s string, width int) bool {
	return len(s) <= width || len(s) <= width*utf8.UTFMax && utf8.RuneCountInString(s) <= width
}
