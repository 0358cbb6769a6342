package resolve

import (
	"fmt"
	"strings"
	"time"
)

// Lines tells a person how the route was found, a sentence a line, without full stops and control characters. They are
// of use as well when Route ended with an error.
func (route Route) Lines() []string {
	var lines []string
	if a := route.Lookup; a.Type != 0 {
		lines = append(aliasLines(a.Chain), route.mxLines()...)
	}
	for _, h := range route.Hosts {
		lines = append(lines, h.lines()...)
	}
	for _, s := range route.Skipped {
		lines = append(lines, "left out "+s.String())
	}
	return lines
}

func (route Route) mxLines() []string {
	a := route.Lookup
	if len(route.MX) == 0 {
		text := join("no such domain", a.Detail)
		if route.Implicit {
			text = "no MX record, so it is its own exchanger"
		}
		return []string{fmt.Sprintf("%s: %s (%s)", a.Name, text, a.source())}
	}
	var lines []string
	for _, mx := range route.MX {
		lines = append(lines, fmt.Sprintf("%s: MX %d %s (ttl %s, %s)", a.Name, mx.Preference, mx.Host, ttl(mx.TTL), a.certainty()))
	}
	return append(lines, fmt.Sprintf("%s: answered by %s", a.Name, a.origin()))
}

func (h Host) lines() []string {
	var list []string
	for _, ip := range h.Addresses {
		list = append(list, ip.String())
	}
	text := strings.Join(list, ", ")
	if len(h.Lookups) == 0 {
		return []string{text + ": DNS is not asked"}
	}
	lines := append(aliasLines(h.Chain), fmt.Sprintf("%s: %s (ttl %s, %s)", h.Expanded(), text, ttl(h.TTL), h.certainty()))
	for _, ip := range h.Addresses {
		if meant(ip).IsPrivate() {
			lines = append(lines, fmt.Sprintf("%s: %s is private, so it means this host in its own network only", h.Expanded(), ip))
		}
	}
	return lines
}

func aliasLines(chain []Alias) []string {
	var lines []string
	for _, a := range chain {
		lines = append(lines, fmt.Sprintf("%s: alias of %s (ttl %s, %s)", a.Name, a.Target, ttl(a.TTL), certain(a.Authentic)))
	}
	return lines
}

func (a Answer) source() string {
	return a.certainty() + ", answered by " + a.origin()
}

func (a Answer) origin() string {
	if a.Took <= 0 {
		return a.Server
	}
	return fmt.Sprintf("%s in %s", a.Server, a.Took.Round(time.Millisecond/10))
}

// certainty says whether DNSSEC vouches for the answer, and when not, whether only our trust was missing.
func (a Answer) certainty() string {
	if a.AD && !a.Authentic {
		return "not authentic, since the resolver is not trusted to say so"
	}
	return certain(a.Authentic)
}

func (h Host) certainty() string {
	for _, a := range h.Lookups {
		if !a.Authentic {
			return a.certainty()
		}
	}
	return certain(h.Authentic)
}

func certain(authentic bool) string {
	if authentic {
		return "authentic"
	}
	return "not authentic"
}

func ttl(d time.Duration) string {
	return fmt.Sprint(int64(d / time.Second))
}
