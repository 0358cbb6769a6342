package dkim

import "strings"

// ParseTags reads a list of tags, of a record or of a signature. A name that stands twice makes the whole list void.
// RFC 6376 §3.2
func ParseTags(s string) (map[string]string, error) {
	tags := map[string]string{}
	specs := strings.Split(s, ";")
	for i, spec := range specs {
		if i > 0 && i == len(specs)-1 && trim(spec) == "" {
			break // a semicolon may end the list
		}
		name, value, found := strings.Cut(spec, "=")
		name = trim(name)
		if !found || !isTagName(name) {
			return nil, bad("it is no list of tags: %q is none", trim(spec))
		}
		if _, twice := tags[name]; twice {
			return nil, bad("it has %s= twice", name)
		}
		tags[name] = trim(value)
	}
	return tags, nil
}

// isTagName: a letter, then letters, digits and underscores.
func isTagName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r != '_' && (r < '0' || r > '9')) {
			return false
		}
	}
	return s != ""
}

const blanks = " \t\r\n" // FWS. RFC 6376 §2.8

func trim(s string) string { return strings.Trim(s, blanks) }

func withoutBlanks(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(blanks, r) {
			return -1
		}
		return r
	}, s)
}
