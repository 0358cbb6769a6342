package resolve

import (
	"net/netip"
	"strings"
)

// root is the name of the root, which as an MX target means "takes no mail". RFC 7505 §3
const root = "."

// plain is the form in which this package shows names: lower case, without the final dot.
func plain(name string) string {
	name = strings.ToLower(name)
	if name == root || name == "" {
		return root
	}
	return strings.TrimSuffix(name, ".")
}

// hostlike says whether name can be an exchanger: labels of letters, digits and hyphens.
//
// QUIRK: RFC 5321 §2.3.5 knows no underscore in a host name, the world does, and those servers take mail.
func hostlike(name string) bool {
	if name == "" || len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

// isLiteral says whether an MX target is an address where a name belongs. RFC 5321 §5.1
func isLiteral(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}

// isLocalhost knows the names that mean this machine whatever DNS says. RFC 6761 §6.3
func isLocalhost(name string) bool {
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
