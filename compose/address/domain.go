package address

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// Domain is where mail goes: a domain name in both its forms, or an address literal. Domains can be compared with ==.
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
	switch {
	case name == "":
		return Domain{}, &Error{Text: s, Problem: "no domain", Hint: "write it as example.org"}
	case len(name) > 4*maxDomain: // no U-label is so much longer than its A-label
		return Domain{}, &Error{Text: s, Problem: "a domain longer than 253 octets"}
	case isPlainName(name):
		name = strings.ToLower(name)
		return Domain{ASCII: name, Unicode: name}, checkLength(s, name)
	}
	if err := checkSigns(s, name); err != nil {
		return Domain{}, err
	}
	return parseIDN(s, name)
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

// profile is that of a lookup by IDNA2008, without the mapping of its first years that made one name of faß and fass.
// RFC 5891 §5, UTS #46 nontransitional
var profile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.CheckJoiners(true),
	idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// parseIDN brings a name to A-labels and looks whether they mean what they say: an A-label that decodes to something else
// than it came from is a disguise. RFC 5891 §5.4
func parseIDN(s, name string) (Domain, error) {
	ascii, err := profile.ToASCII(name)
	if err != nil || ascii == "" || strings.HasSuffix(ascii, ".") {
		return Domain{}, &Error{Text: s, Problem: "not a domain name"}
	}
	unicode, err := profile.ToUnicode(ascii)
	back, backErr := profile.ToASCII(unicode)
	if err != nil || backErr != nil || back != ascii || isASCII(unicode) && unicode != ascii {
		return Domain{}, &Error{Text: s, Problem: "not a valid internationalised domain name"}
	}
	if last := ascii[strings.LastIndexByte(ascii, '.')+1:]; strings.Trim(last, "0123456789") == "" {
		return Domain{}, numeric(s, ascii)
	}
	return Domain{ASCII: ascii, Unicode: unicode}, checkLength(s, ascii)
}

// numeric tells why a name that ends in a number is none. RFC 3696 §2
func numeric(s, name string) error {
	if _, err := netip.ParseAddr(name); err == nil {
		return &Error{Text: s, Problem: "a bare IP address is no domain", Hint: "write [" + name + "]"}
	}
	return &Error{Text: s, Problem: "no domain ends in a number"}
}

func checkLength(s, name string) error {
	if len(name) > maxDomain {
		return &Error{Text: s, Problem: "a domain longer than 253 octets"} // RFC 5321 §4.5.3.1.2
	}
	return nil
}
