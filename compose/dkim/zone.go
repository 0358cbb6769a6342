package dkim

import (
	"fmt"
	"strings"

	"mxsend/compose/address"
)

// Name is where the record of a selector stands. RFC 6376 §3.6.2.1
func Name(selector string, d address.Domain) string { return selector + "._domainkey." + d.ASCII }

// Strings are the value of a TXT record cut into the strings that it holds: at most 255 octets each. RFC 1035 §3.3,
// RFC 6376 §3.6.2.2
func (r Record) Strings() []string {
	var parts []string
	rest := r.String()
	for len(rest) > maxString {
		parts = append(parts, rest[:maxString])
		rest = rest[maxString:]
	}
	return append(parts, rest)
}

const maxString = 255

// Zone is the record under a name as a zone file has it; the comment above is for those who fill in a form instead.
// RFC 1035 §5.1
func (r Record) Zone(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "; name:  %s\n; type:  TXT\n; value: %s\n", name, r)
	parts := r.Strings()
	if len(parts) == 1 {
		fmt.Fprintf(&b, "%s. IN TXT %s\n", name, quoted(parts[0]))
		return b.String()
	}
	fmt.Fprintf(&b, "%s. IN TXT (\n", name)
	for _, part := range parts {
		fmt.Fprintf(&b, "\t%s\n", quoted(part))
	}
	b.WriteString(")\n")
	return b.String()
}

// quoted: what stands in quotes needs no escape but for these two. RFC 1035 §5.1
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
