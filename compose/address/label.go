package address

import (
	"net/netip"
	"strings"
	"unicode/utf8"
)

// ParseHost reads the name of an exchanger as DNS gives it, and brings it to lower case without a final dot. It is laxer
// than ParseDomain: underscores are used in the wild, and A-labels need not decode. Its error is an *Error.
func ParseHost(s string) (string, error) {
	name := strings.ToLower(strings.TrimSuffix(s, "."))
	if _, err := netip.ParseAddr(name); err == nil {
		return "", &Error{Text: s, Problem: "an IP address, not a host name"} // RFC 5321 §5.1
	}
	for label := range strings.SplitSeq(name, ".") {
		if at := hostLength(label); at < len(label) || label == "" {
			return "", &Error{Text: s, Problem: "not a host name"}
		}
	}
	return name, checkLength(s, name)
}

// hostLength is how many octets of a label are those of a host name.
func hostLength(label string) int {
	for i := 0; i < len(label); i++ {
		if !isAlphanumeric(label[i]) && label[i] != '-' && label[i] != '_' || i == maxLabel {
			return i
		}
	}
	return len(label)
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// isPlainName: labels of letters, digits and inner hyphens, none of them an A-label, the last not a number. Such a name
// needs no IDNA and is the rule; it is read without allocating. RFC 5321 §4.1.2, RFC 1123 §2.1
func isPlainName(name string) bool {
	for {
		label, rest, more := strings.Cut(name, ".")
		if !isPlainLabel(label) {
			return false
		}
		if !more {
			return strings.Trim(label, "0123456789") != ""
		}
		name = rest
	}
}

// isPlainLabel: RFC 1123 §2.1, less the A-labels of RFC 5890 §2.3.2.1. Other labels with hyphens in the third and fourth
// place are reserved, and in use.
func isPlainLabel(label string) bool {
	if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := 0; i < len(label); i++ {
		if !isAlphanumeric(label[i]) && label[i] != '-' {
			return false
		}
	}
	return len(label) < 4 || !strings.EqualFold(label[:4], "xn--")
}

// checkSigns tells what a person most likely did wrong in a name that is not a plain one, and where.
func checkSigns(s, name string) error {
	for i, r := range name {
		switch {
		case r == utf8.RuneError:
			return &Error{Text: s, At: i, Problem: "not UTF-8", Hint: "give addresses in UTF-8"}
		case lookalike(r) != "":
			return &Error{Text: s, At: i, Problem: "a full-width " + string(r), Hint: "type " + lookalike(r) + " instead"}
		case r == '_':
			return &Error{Text: s, At: i, Problem: "an underscore in a domain", Hint: "mail domains have letters, digits and hyphens"}
		case r == '\'' || r == '"':
			return &Error{Text: s, At: i, Problem: "a quote in a domain", Hint: "leave out the quotes around the address"}
		case r < utf8.RuneSelf && !isAlphanumeric(byte(r)) && r != '-' && r != '.':
			return &Error{Text: s, At: i, Problem: "the character " + printable(string(r)) + " in a domain"}
		case r != '\u200c' && r != '\u200d' && isBlank(r): // the joiners are checked by their context. RFC 5892 §A.1, §A.2
			return &Error{Text: s, At: i, Problem: "an invisible character inside an address", Hint: "type the address anew"}
		}
	}
	if at := misplacedDot(name); at >= 0 {
		return &Error{Text: s, At: at, Problem: "a dot too many in a domain"}
	}
	return nil
}
