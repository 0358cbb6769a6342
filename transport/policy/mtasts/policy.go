package mtasts

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mxsend/compose/address"
)

// Mode is what a policy asks of senders. RFC 8461 §5
type Mode string

const (
	None    Mode = "none"    // the domain has no policy any more
	Testing Mode = "testing" // failures are to be told, and the letter sent nevertheless
	Enforce Mode = "enforce" // no letter to a host that fails
)

// Policy is what a domain published. RFC 8461 §3.2
type Policy struct {
	Mode   Mode
	MaxAge time.Duration // how long senders keep it, at most a year
	MX     []string      // names of exchangers in A-labels, lower case; "*." at the beginning stands for one label
}

const (
	maxPolicy = 64 << 10               // octets. RFC 8461 §3.3 leaves the bound to us
	maxAge    = 31557600 * time.Second // RFC 8461 §3.2
	maxMX     = 1000
)

// ParsePolicy reads the document that a policy is published as. RFC 8461 §3.2
func ParsePolicy(text []byte) (Policy, error) {
	if len(text) > maxPolicy {
		return Policy{}, fmt.Errorf("the policy has more than %d octets", maxPolicy)
	}
	p := parser{seen: map[string]bool{}}
	for line := range strings.SplitSeq(string(text), "\n") {
		line = strings.Trim(strings.TrimSuffix(line, "\r"), " \t")
		if line == "" {
			continue
		}
		if err := p.field(line); err != nil {
			return Policy{}, err
		}
	}
	return p.policy, p.complete()
}

type parser struct {
	policy Policy
	seen   map[string]bool
}

// field reads one line. What is not known is left alone; of names that stand once, the first counts.
func (p *parser) field(line string) error {
	name, value, found := strings.Cut(line, ":")
	name, value = strings.TrimRight(name, " \t"), strings.Trim(value, " \t")
	if !found {
		return fmt.Errorf("the policy's line %.40q has no colon", line)
	}
	if !p.seen["version"] && name != "version" {
		return errors.New("the policy does not begin with its version")
	}
	if name != "mx" && p.seen[name] {
		return nil
	}
	p.seen[name] = true
	switch name {
	case "version":
		return p.version(value)
	case "mode":
		return p.mode(value)
	case "max_age":
		return p.age(value)
	case "mx":
		return p.mx(value)
	}
	return nil
}

func (p *parser) version(value string) error {
	if value != "STSv1" {
		return fmt.Errorf("the policy has version %.40q, not STSv1", value)
	}
	return nil
}

func (p *parser) mode(value string) error {
	p.policy.Mode = Mode(value)
	switch p.policy.Mode {
	case None, Testing, Enforce:
		return nil
	}
	return fmt.Errorf("the policy has mode %.40q", value)
}

func (p *parser) age(value string) error {
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil || len(value) > 10 || time.Duration(n)*time.Second > maxAge {
		return fmt.Errorf("the policy has max_age %.40q", value)
	}
	p.policy.MaxAge = time.Duration(n) * time.Second
	return nil
}

func (p *parser) mx(value string) error {
	name, wild := strings.CutPrefix(value, "*.")
	d, err := address.ParseDomain(strings.ReplaceAll(name, "_", "0"))
	if err != nil || d.ASCII == "" || len(p.policy.MX) == maxMX {
		return fmt.Errorf("the policy has mx %.80q", value)
	}
	pattern := d.ASCII
	if strings.Contains(name, "_") { // QUIRK: no host name has an underscore, and exchangers do
		pattern = strings.ToLower(strings.TrimSuffix(name, "."))
	}
	if wild {
		pattern = "*." + pattern
	}
	p.policy.MX = append(p.policy.MX, pattern)
	return nil
}

func (p *parser) complete() error {
	switch {
	case !p.seen["version"]:
		return errors.New("the policy is empty")
	case !p.seen["mode"]:
		return errors.New("the policy has no mode")
	case !p.seen["max_age"]:
		return errors.New("the policy has no max_age")
	case p.policy.Mode != None && len(p.policy.MX) == 0:
		return errors.New("the policy names no mx")
	}
	return nil
}

// Permits says whether host is one of the domain's own. RFC 8461 §4.1
func (p Policy) Permits(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, pattern := range p.MX {
		parent, wild := strings.CutPrefix(pattern, "*.")
		if !wild && host == pattern {
			return true
		}
		if first, rest, _ := strings.Cut(host, "."); wild && first != "" && rest == parent {
			return true
		}
	}
	return false
}

// String is the policy in one line: "enforce, mx mx1.example.org *.example.net".
func (p Policy) String() string {
	if len(p.MX) == 0 {
		return string(p.Mode)
	}
	return string(p.Mode) + ", mx " + strings.Join(p.MX[:min(len(p.MX), 10)], " ")
}

// document is the policy as it is published.
func (p Policy) document() string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: STSv1\nmode: %s\nmax_age: %d\n", p.Mode, p.MaxAge/time.Second)
	for _, mx := range p.MX {
		fmt.Fprintf(&b, "mx: %s\n", mx)
	}
	return b.String()
}
