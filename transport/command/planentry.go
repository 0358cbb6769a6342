package command

import (
	"errors"
	"net/netip"
	"time"

	"mxsend/compose/address"
	"mxsend/transport"
	"mxsend/transport/policy/dane"
	"mxsend/transport/policy/mtasts"
	"mxsend/transport/report"
	"mxsend/transport/resolve"
)

// planEntry is one domain of `route --json`; the names stay.
type planEntry struct {
	Domain    string      `json:"domain"`
	Implicit  bool        `json:"implicit"`
	Authentic bool        `json:"authentic"`
	STS       *stsEntry   `json:"mtaSts,omitempty"`
	Hosts     []hostEntry `json:"hosts"`
	Skipped   []skipEntry `json:"skipped,omitempty"`
	Error     string      `json:"error,omitempty"`
	Temporary bool        `json:"temporary,omitempty"`
}

type stsEntry struct {
	Mode    mtasts.Mode   `json:"mode,omitempty"`
	ID      string        `json:"id,omitempty"`
	Source  mtasts.Source `json:"source,omitempty"`
	Expires time.Time     `json:"expires,omitzero"`
	MX      []string      `json:"mx,omitempty"`
	Problem string        `json:"problem,omitempty"`
}

type hostEntry struct {
	Name       string       `json:"name"`
	Preference uint16       `json:"preference"`
	Addresses  []netip.Addr `json:"addresses"`
	Authentic  bool         `json:"authentic"`
	TLS        demandEntry  `json:"tls"`
}

// demandEntry is what a host must show.
type demandEntry struct {
	Level  string      `json:"level"`
	Proof  string      `json:"proof"`
	Policy string      `json:"policy"`
	Barred string      `json:"leftOut,omitempty"`
	DANE   dane.Status `json:"dane,omitempty"`
	TLSA   []string    `json:"tlsa,omitempty"`
	Why    string      `json:"daneReason,omitempty"`
}

type skipEntry struct {
	Host    string     `json:"host,omitempty"`
	Address netip.Addr `json:"address,omitzero"`
	Reason  string     `json:"reason"`
}

func entryOf(d address.Domain, plan transport.Plan, err error) planEntry {
	route := plan.Route
	e := planEntry{Domain: d.String(), Implicit: route.Implicit, Authentic: route.Authentic, Hosts: []hostEntry{}, STS: stsEntryOf(plan.STS)}
	for i, h := range route.Hosts {
		e.Hosts = append(e.Hosts, hostEntry{h.Name, h.Preference, h.Addresses, h.Authentic, demandEntryOf(plan.Hosts[i])})
	}
	for _, s := range route.Skipped {
		e.Skipped = append(e.Skipped, skipEntry{s.Host, s.Address, s.Reason})
	}
	var failed *resolve.Error
	if errors.As(err, &failed) {
		e.Temporary = failed.Temporary()
	}
	e.Error = report.Reason(err)
	return e
}

func stsEntryOf(f mtasts.Finding) *stsEntry {
	if f.ID == "" && f.Problem == nil {
		return nil
	}
	e := &stsEntry{Mode: f.Policy.Mode, ID: f.ID, Source: f.Source, Expires: f.Expires, MX: f.Policy.MX}
	if f.Problem != nil {
		e.Problem = f.Problem.Error()
	}
	return e
}

func demandEntryOf(d transport.Demand) demandEntry {
	e := demandEntry{Level: d.Decision.Level.String(), Proof: string(d.Decision.Proof), Policy: d.Decision.Policy, Barred: d.Decision.Barred,
		DANE: d.DANE.Status, Why: d.DANE.Why}
	for _, r := range d.DANE.Records {
		e.TLSA = append(e.TLSA, r.String())
	}
	return e
}
