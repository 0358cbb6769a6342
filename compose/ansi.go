package compose

import (
	"regexp"
	"sync"
)

// escapes are the control sequences of terminals: those with parameters, those that hold a string up to its end (titles,
// links), those of two characters, and what is left of broken ones. ECMA-48 §5.4, §5.5, §5.6
var escapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:\x1b\[|\x{9b})[0-?]*[ -/]*[@-~]` +
		`|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)` +
		`|\x1b[ -/]+[0-~]|\x1b[0-~]|\x1b|\x{9b}`)
})

// StripEscapes takes out of a text what would colour it on a terminal, so that the output of programs can be read as mail.
func StripEscapes(text string) string { return escapes().ReplaceAllString(text, "") }
