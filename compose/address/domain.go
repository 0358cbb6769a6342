package address

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// Domain is where mail goes: a domain name in both its forms, or an address literal. Domains can be compared.
type Domain struct {
	ASCII   string     // A-labels, lower case, without a final dot; empty for a literal
	Unicode string     // the same in U-labels
	Literal netip.Addr // valid for [192.0.2.1] and [IPv6:2001:db8::1] only
}

// String is the wire form: A-labels, or the literal in its brackets. RFC 5321 §4.1.3
func (d Domain) String() string {
	switch {
	case d.Literal.Is4():
		return "[" + d.Literal.String() + "]"
	case d.Literal.IsValid():
		return "[IPv6:" + d.Literal.String() + "]"
	}
	return d.ASCII
}

// IsZero says whether d is no domain at all.
func (d Domain) IsZero() bool { return d == Domain{} }

// ParseDomain reads a domain that mail is sent to: a name in either form, with or without a final dot, or an address
// literal in brackets. Its error is an *Error.
func ParseDomain(s string) (Domain, error) {
	if strings.HasPrefix(s, "[") {
		return parseLiteral(s)
	}
	name := strings.TrimSuffix(s, ".")
	if isPlainName(name) {
		name = strings.ToLower(name)
		return Domain{ASCII: name, Unicode: name}, checkLength(s, name)
	}
	return parseIDN(s, name)
}

// ParseHost reads the name of an exchanger as DNS gives it. It is laxer than ParseDomain: underscores are used in the
// wild. The result is lower case without a final dot.
func ParseHost(s string) (string, error) {
	name := strings.ToLower(strings.TrimSuffix(s, "."))
	if !isPlainName(strings.ReplaceAll(name, "_", "a")) && !strings.Contains(name, "xn--") {
		return "", &Error{Text: s, Problem: "not a host name"}
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return "", &Error{Text: s, Problem: "an IP address, not a host name"} // RFC 5321 §5.1
	}
	return name, checkLength(s, name)
}

// parseLiteral: RFC 5321 §4.1.3. An IPv6 address without its tag is accepted, since people type it so.
func parseLiteral(s string) (Domain, error) {
	inner, closed := strings.CutSuffix(s[1:], "]")
	tagged := len(inner) > 5 && strings.EqualFold(inner[:5], "IPv6:")
	if tagged {
		inner = inner[5:]
	}
	ip, err := netip.ParseAddr(inner)
	if !closed || err != nil || ip.Zone() != "" || tagged && ip.Is4() {
		return Domain{}, &Error{Text: s, Problem: "not an address literal", Hint: "write [192.0.2.1] or [IPv6:2001:db8::1]"}
	}
	return Domain{Literal: ip.Unmap()}, nil
}

func parseIDN(s, name string) (Domain, error) {
	profile := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.CheckJoiners(true),
		idna.StrictDomainName(true), idna.VerifyDNSLength(true))
	ascii, err := profile.ToASCII(name)
	if err != nil || name == "" || strings.HasSuffix(name, ".") {
		return Domain{}, &Error{Text: s, Problem: "not a domain name", Hint: domainHint(name)}
	}
	unicode, err := profile.ToUnicode(ascii)
	back, backErr := profile.ToASCII(unicode)
	// An A-label that decodes to something else than it came from is a disguise. RFC 5891 §5.4
	if err != nil || backErr != nil || back != ascii || isASCII(unicode) && unicode != ascii {
		return Domain{}, &Error{Text: s, Problem: "not a valid internationalised domain name"}
	}
	if _, err := netip.ParseAddr(ascii); err == nil {
		return Domain{}, &Error{Text: s, Problem: "a bare IP address is no domain", Hint: "write [" + ascii + "]"}
	}
	if isNumeric(ascii[strings.LastIndexByte(ascii, '.')+1:]) {
		return Domain{}, &Error{Text: s, Problem: "no domain ends in a number"} // RFC 3696 §2
	}
	return Domain{ASCII: ascii, Unicode: unicode}, checkLength(s, ascii)
}

func isNumeric(s string) bool { return strings.Trim(s, "0123456789") == "" }

func domainHint(name string) string {
	switch {
	case name == "":
		return "the part after @ is missing"
	case strings.ContainsAny(name, "。．｡"):
		return "use the plain dot ."
	case strings.Contains(name, "_"):
		return "a mail domain has no underscore"
	}
	return ""
}

func checkLength(s, name string) error {
	if len(name) > maxDomain-2 {
		return &Error{Text: s, Problem: "a domain name longer than 253 octets"} // RFC 5321 §4.5.3.1.2
	}
	return nil
}

// isPlainName: labels of letters, digits and inner hyphens, none of them an A-label, the last not a number. Such a name
// needs no IDNA and is the rule; it is read without allocating. RFC 5321 §4.1.2, RFC 1123 §2.1
func isPlainName(s string) bool {
	label, numeric := 0, true
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == '.' {
			if label == 0 || label > 63 || s[i-1] == '-' {
				return false
			}
			if i < len(s) {
				label, numeric = 0, true
			}
			continue
		}
		c := s[i] | 0x20
		letter := c >= 'a' && c <= 'z'
		digit := s[i] >= '0' && s[i] <= '9'
		if !letter && !digit && (s[i] != '-' || label == 0 || label == 3 && s[i-1] == '-') {
			return false
		}
		numeric = numeric && digit
		label++
	}
	return !numeric
}
