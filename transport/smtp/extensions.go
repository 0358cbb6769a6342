package smtp

import (
	"slices"
	"strconv"
	"strings"
)

// Extensions is what a server offered in its last EHLO reply, less what was told to be ignored. The zero value offers
// nothing. RFC 5321 §4.1.1.1
type Extensions struct {
	Server   string // the name the server gave itself
	keywords map[string][]string
}

// parseExtensions reads the lines of an EHLO reply; the first is a name and a greeting, the others one extension each.
func parseExtensions(lines []string, ignore []string) Extensions {
	e := Extensions{keywords: map[string][]string{}}
	if len(lines) == 0 {
		return e
	}
	e.Server, _, _ = strings.Cut(strings.TrimSpace(lines[0]), " ")
	for _, line := range lines[1:] {
		e.add(line)
	}
	for _, k := range ignore {
		delete(e.keywords, strings.ToUpper(k))
	}
	return e
}

func (e *Extensions) add(line string) {
	// QUIRK: "AUTH=LOGIN" comes from before RFC 2554; servers still say it, some say only that.
	if len(line) > 5 && strings.EqualFold(line[:5], "AUTH=") {
		line = "AUTH " + line[5:]
	}
	words := strings.Fields(line)
	if len(words) == 0 {
		return
	}
	keyword := strings.ToUpper(words[0]) // RFC 5321 §2.4: not case-sensitive
	e.keywords[keyword] = append(e.keywords[keyword], words[1:]...)
}

// Has says whether the extension is offered; keywords are not case-sensitive.
func (e Extensions) Has(keyword string) bool {
	_, ok := e.keywords[strings.ToUpper(keyword)]
	return ok
}

// Params are the words after the keyword.
func (e Extensions) Params(keyword string) []string { return e.keywords[strings.ToUpper(keyword)] }

// Keywords lists what is offered, in upper case and in order.
func (e Extensions) Keywords() []string {
	var list []string
	for k := range e.keywords {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// Size is the most octets the server takes in one letter; 0 is unknown. RFC 1870 §3: no number, and 0, tell nothing.
func (e Extensions) Size() int64 {
	params := e.Params("SIZE")
	if len(params) != 1 || strings.TrimLeft(params[0], "0123456789") != "" {
		return 0
	}
	n, err := strconv.ParseInt(params[0], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// eightBit: QUIRK: RFC 6531 §3.1 makes 8BITMIME a part of SMTPUTF8, but some servers name only the latter.
func (e Extensions) eightBit() bool { return e.Has("8BITMIME") || e.Has("SMTPUTF8") }

// limit is one value of the LIMITS extension, 0 when it is not given. RFC 9422 §3: one value that cannot be read is
// ignored, a list that cannot be read is ignored whole.
func (e Extensions) limit(name string) int {
	limit := 0
	for _, p := range e.Params("LIMITS") {
		key, value, given := strings.Cut(p, "=")
		if strings.Trim(strings.ToUpper(key), limitName) != "" || key == "" || given && (value == "" || strings.Contains(value, ";")) {
			return 0
		}
		if strings.EqualFold(key, name) {
			limit = limitValue(value)
		}
	}
	return limit
}

const limitName = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// limitValue: at most six digits, the first of which is not 0.
func limitValue(s string) int {
	if len(s) > 6 || strings.HasPrefix(s, "0") || strings.TrimLeft(s, "0123456789") != "" {
		return 0
	}
	n, _ := strconv.Atoi(s)
	return n
}
