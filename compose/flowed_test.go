package compose

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFlowed(t *testing.T) {
	long := strings.Repeat("word ", 16) + "end" // 83 columns
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"short lines", "a\nb\r\nc\rd\n", "a\nb\nc\nd\n"},
		{"a long line", long, strings.Repeat("word ", 14) + "\n" + "word word end"},
		{"blanks at the end", "a  \nb\t\n  \n", "a\nb\t\n\n"},
		{"stuffing", " a\nFrom b\nFromage\n", "  a\n From b\nFromage\n"},
		{"a signature", "a\n-- \nAlice\n", "a\n-- \nAlice\n"},
		{"quotations", "> a\n>b\n>> c\n>\n> -- \n", "> a\n> b\n>> c\n>\n> -- \n"},
		{"a long quotation", ">> " + long, ">> " + strings.Repeat("word ", 14) + "\n>> word word end"},
		{"a continuation that looks like a quotation", strings.Repeat("a", 70) + " > b", strings.Repeat("a", 70) + " \n > b"},
		{"a word too long", strings.Repeat("a", 100) + " b", strings.Repeat("a", 100) + " \nb"},
		{"no word at all", strings.Repeat("長", 100), strings.Repeat("長", 100)},
	} {
		if got := flowed(c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// unflow reads format=flowed as RFC 3676 §4 says a reader does.
func unflow(text string) string {
	var lines []string
	open, depth := false, 0
	for line := range strings.SplitSeq(text, "\n") {
		content := strings.TrimLeft(line, ">")
		quote := len(line) - len(content)
		content = strings.TrimPrefix(content, " ")
		flows := strings.HasSuffix(content, " ") && content != signature
		if open && quote == depth && content != signature {
			lines[len(lines)-1] += content
		} else {
			marks := strings.Repeat(">", quote)
			if quote > 0 && content != "" {
				marks += " "
			}
			lines = append(lines, marks+content)
		}
		open, depth = flows, quote
	}
	return strings.Join(lines, "\n")
}

// fixed is what of a text survives: not the blanks at line ends, and one blank after the marks of a quotation.
func fixed(text string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n") {
		content := strings.TrimLeft(line, ">")
		marks := line[:len(line)-len(content)]
		if marks != "" {
			content = strings.TrimPrefix(content, " ")
		}
		if content != signature {
			content = strings.TrimRight(content, " ")
		}
		if marks != "" && content != "" {
			marks += " "
		}
		lines = append(lines, marks+content)
	}
	return strings.Join(lines, "\n")
}

// FuzzFlowed: a reader that flows the text gets the author's lines back, and one that does not sees no wide ones.
func FuzzFlowed(f *testing.F) {
	f.Add(strings.Repeat("word ", 30) + "\n>> " + strings.Repeat("quoted > ", 20) + "\n-- \nFrom x\n > y")
	f.Add(strings.Repeat("-- ", 40))
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		made := flowed(text)
		if got := unflow(made); got != fixed(text) {
			t.Fatalf("%q became %q and reads %q, want %q", text, made, got, fixed(text))
		}
	})
}
