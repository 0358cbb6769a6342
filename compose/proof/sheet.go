package proof

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const maxFindings = 200 // of each severity

// sheet collects the findings. The same words about the same part and field are one finding.
type sheet struct {
	found []Finding
	known map[Finding]int // without Line and Places: its index in found
	count map[Severity]int
	more  map[Severity]int // left out
}

func newSheet() *sheet {
	return &sheet{known: map[Finding]int{}, count: map[Severity]int{}, more: map[Severity]int{}}
}

func (s *sheet) add(f Finding) {
	key := f
	key.Line = 0
	if i, known := s.known[key]; known {
		s.found[i].Places = max(s.found[i].Places, 1) + 1
		return
	}
	if s.count[f.Severity] == maxFindings {
		s.more[f.Severity]++
		return
	}
	s.count[f.Severity]++
	s.known[key] = len(s.found)
	s.found = append(s.found, f)
}

// sorted is the list in the order of the letter, what has no line at its end.
func (s *sheet) sorted() []Finding {
	found := slices.Clone(s.found)
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(a.order(), b.order()) })
	for _, severity := range []Severity{Error, Warning, Hint} {
		if n := s.more[severity]; n > 0 {
			found = append(found, Finding{Severity: severity, Text: fmt.Sprintf("%d more of this severity are not listed", n)})
		}
	}
	return found
}

func (f Finding) order() int {
	if f.Line == 0 {
		return math.MaxInt
	}
	return f.Line
}

// place is where something is found.
type place struct {
	sheet  *sheet
	line   int
	part   string
	field  string
	about  string // what of several things there; empty: there is one
	within bool   // in a letter within the letter
}

// in is the place of a field there.
func (w place) in(field string) place {
	w.field = field
	return w
}

func (w place) err(rfc, format string, args ...any) { w.say(Error, rfc, fmt.Sprintf(format, args...)) }
func (w place) warn(rfc, format string, args ...any) {
	w.say(Warning, rfc, fmt.Sprintf(format, args...))
}
func (w place) hint(rfc, format string, args ...any) { w.say(Hint, rfc, fmt.Sprintf(format, args...)) }

// say adds a finding. Nobody may change a letter within the letter, so of it nothing is worse than a hint.
func (w place) say(s Severity, rfc, text string) {
	if w.within && s == Hint {
		return
	}
	if w.within {
		s, text = Hint, "in the letter within: "+text
	}
	if w.about != "" {
		text = w.about + ": " + text
	}
	w.sheet.add(Finding{Severity: s, Line: w.line, Part: w.part, Field: w.field, Text: text, RFC: rfc})
}

const maxQuoted = 60 // octets of the letter that a finding shows

// quote shows words of the letter, safe for a terminal.
func quote(s string) string {
	if len(s) > maxQuoted {
		return fmt.Sprintf("%q…", s[:maxQuoted])
	}
	return fmt.Sprintf("%q", s)
}

const maxClean = 200 // octets of an error that a finding shows

// clean shows words of the letter without quotes, or an error of another package that may hold some.
func clean(s string) string {
	if len(s) > maxClean {
		s = s[:maxClean] + "…"
	}
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, s)
}

func why(err error) string {
	return clean(strings.TrimPrefix(strings.TrimPrefix(err.Error(), "mime: "), "mail: "))
}
