package resolve

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// MX is one MX record as it was published.
type MX struct {
	Host       string // lower case, without final dot; "." is kept
	Preference uint16 // lower is better
	TTL        time.Duration
}

// MX lists the MX records in the order of the answer.
func (a Answer) MX() []MX {
	var list []MX
	for _, rr := range a.Records {
		if mx, ok := rr.(*dns.MX); ok {
			list = append(list, MX{plain(mx.Mx), mx.Preference, seconds(mx.Hdr.Ttl)})
		}
	}
	return list
}

// Addresses lists the addresses of A and AAAA records in the order of the answer, each once; an IPv4 address within an
// IPv6 one is taken out, so that it cannot hide what it is.
func (a Answer) Addresses() []netip.Addr {
	var list []netip.Addr
	seen := map[netip.Addr]bool{}
	for _, rr := range a.Records {
		ip := addressOf(rr)
		if ip.IsValid() && !seen[ip] {
			seen[ip] = true
			list = append(list, ip)
		}
	}
	return list
}

func addressOf(rr dns.RR) netip.Addr {
	var ip netip.Addr
	switch rr := rr.(type) {
	case *dns.A:
		ip, _ = netip.AddrFromSlice(rr.A)
	case *dns.AAAA:
		ip, _ = netip.AddrFromSlice(rr.AAAA)
	}
	return ip.Unmap()
}

// TXT lists the TXT records as bytes, the strings of each put together without anything between them, as DKIM, SPF and
// MTA-STS want it (RFC 7208 §3.3).
func (a Answer) TXT() []string {
	var list []string
	for _, rr := range a.Records {
		if txt, ok := rr.(*dns.TXT); ok {
			list = append(list, unescape(strings.Join(txt.Txt, "")))
		}
	}
	return list
}

// TLSA is one TLSA record. RFC 6698 §2.1
type TLSA struct {
	Usage, Selector, Matching uint8
	Data                      []byte
}

// TLSA lists the TLSA records in the order of the answer, usable or not.
func (a Answer) TLSA() []TLSA {
	var list []TLSA
	for _, rr := range a.Records {
		tlsa, ok := rr.(*dns.TLSA)
		if !ok {
			continue
		}
		if data, err := hex.DecodeString(tlsa.Certificate); err == nil {
			list = append(list, TLSA{tlsa.Usage, tlsa.Selector, tlsa.MatchingType, data})
		}
	}
	return list
}

// unescape undoes the escapes of the master file format, in which the library gives character strings. RFC 1035 §5.1
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\' || i+1 == len(s):
			out.WriteByte(s[i])
		case i+3 < len(s) && digits(s[i+1:i+4]):
			out.WriteByte((s[i+1]-'0')*100 + (s[i+2]-'0')*10 + s[i+3] - '0')
			i += 3
		default:
			i++
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

func digits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}
