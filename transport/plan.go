package transport

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"mxsend/compose/address"
	"mxsend/transport/policy"
	"mxsend/transport/policy/dane"
	"mxsend/transport/policy/mtasts"
	"mxsend/transport/report"
	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
)

// Policies are where it is asked what domains demand of whoever takes their mail. The zero value asks nobody.
type Policies struct {
	TLSA dane.Querier   // for DANE; nil: not asked
	STS  *mtasts.Finder // for MTA-STS; nil: not asked
}

// Plan is how a letter would travel to one domain: its route, and what every host of it must show.
type Plan struct {
	Route resolve.Route
	STS   mtasts.Finding
	Hosts []Demand // one for each of Route.Hosts
}

// Demand is what one host must show before it gets a letter, and why.
type Demand struct {
	DANE     dane.Finding
	Decision policy.Decision
}

// Plan finds out how a letter for d would travel, one that demands TLS all the way or not; nothing but DNS and the policy's host
// is connected to. Along with an error, which is that of the Router, the plan holds what was found before.
func (c *Carrier) Plan(ctx context.Context, d address.Domain, requireTLS bool) (Plan, error) {
	p, err := c.find(ctx, d)
	for _, host := range p.Route.Hosts {
		p.Hosts = append(p.Hosts, c.demand(ctx, p, host, requireTLS))
	}
	return p, err
}

// Barred is the error of a domain none of whose hosts may be used; nil when one may.
func (p Plan) Barred() error {
	var why error
	for _, demand := range p.Hosts {
		err := demand.barred()
		if err == nil {
			return nil
		}
		if why == nil || report.Judge(err).State == report.Deferred {
			why = err
		}
	}
	return why
}

// find asks for the exchangers and for the domain's policy side by side.
func (c *Carrier) find(ctx context.Context, d address.Domain) (Plan, error) {
	var p Plan
	var asking sync.WaitGroup
	if c.Policies.STS != nil {
		asking.Go(func() { p.STS = c.Policies.STS.Find(ctx, d) })
	}
	route, err := c.Router.Route(ctx, d)
	asking.Wait()
	p.Route = route
	return p, err
}

// demand is what an exchanger must show.
func (c *Carrier) demand(ctx context.Context, p Plan, host resolve.Host, requireTLS bool) Demand {
	at := dane.Place{Host: asNamed(p.Route, host), Port: c.port(), Authentic: p.Route.Authentic, NextHop: nextHop(p.Route)}
	demand := Demand{DANE: c.records(ctx, at)}
	demand.Decision = policy.Decide(policy.Facts{
		Asked: policy.Level(c.SMTP.Security.Level), RequireTLS: requireTLS, DANE: demand.DANE.Status,
		STS: p.STS.Policy.Mode, STSUnsure: p.STS.Problem != nil, Permitted: p.STS.Applies() && p.STS.Policy.Permits(host.Name), Authentic: p.Route.Authentic,
	})
	return demand
}

// asNamed is the host as whoever runs it names it: of a domain that is its own exchanger, the domain, with the aliases that led
// from there. RFC 7672 §2.2.2
func asNamed(r resolve.Route, h resolve.Host) resolve.Host {
	if r.Implicit {
		h.Name, h.Chain = r.Domain.ASCII, slices.Concat(r.Lookup.Chain, h.Chain)
	}
	return h
}

// records are those of DANE. Servers that are named by an address hold none.
func (c *Carrier) records(ctx context.Context, at dane.Place) dane.Finding {
	if c.Policies.TLSA == nil {
		return dane.Finding{}
	}
	return dane.Look(ctx, c.Policies.TLSA, at)
}

// nextHop is whom the letter is for, and what that is an alias of. RFC 7672 §3.2.2
func nextHop(r resolve.Route) []string {
	if r.Implicit || !r.Authentic || r.Domain.ASCII == "" {
		return nil
	}
	names := []string{r.Domain.ASCII}
	if len(r.Lookup.Chain) > 0 {
		names = append(names, r.Lookup.Name)
	}
	return names
}

// Lines tell a person what the domain and each host demand.
func (p Plan) Lines() []string {
	var lines []string
	if p.STS.ID != "" || p.STS.Problem != nil {
		lines = append(lines, p.STS.String())
	}
	for i, demand := range p.Hosts {
		lines = append(lines, p.Route.Hosts[i].Name+": policy "+demand.String())
	}
	return lines
}

// String tells a person what the host must show, and what was found of it.
func (d Demand) String() string {
	text := d.summary()
	if d.DANE.Status != "" {
		text += " (" + d.DANE.String() + ")"
	}
	if d.Decision.Remark != "" {
		text += "; " + d.Decision.Remark
	}
	return text
}

func (d Demand) summary() string {
	who := d.Decision.Policy
	switch {
	case d.Decision.Barred != "":
		return "left out, since " + d.Decision.Barred
	case d.Decision.Level == policy.Verify && d.Decision.Proof == policy.DANE:
		return who + ": TLS, with a certificate that DNS names"
	case d.Decision.Level == policy.Verify:
		return who + ": TLS, with a certificate that is verified for its name"
	case d.Decision.Level == policy.Encrypt:
		return who + ": TLS, with any certificate"
	case d.Decision.Level == policy.None:
		return who + ": no TLS, switched off"
	}
	return who + ": TLS where it is offered"
}

// secured puts the demand on the options of a conversation.
func (d Demand) secured(o smtp.Options, now func() time.Time) smtp.Options {
	o.Security.Level = smtp.Level(d.Decision.Level)
	o.Security.Policy = d.Decision.Policy
	if d.Decision.Proof == policy.DANE {
		o.Security.Name, o.Security.Verify = d.DANE.Base, d.DANE.Verify(now) // RFC 7672 §8.1
	}
	return o
}

// barred is the error of a host that is left out: it speaks of this host only. RFC 7672 §2.2, RFC 8461 §5
func (d Demand) barred() error {
	why := errors.New(d.Decision.Barred)
	switch {
	case d.Decision.Barred == "":
		return nil
	case d.Decision.Final:
		return &smtp.Error{Class: smtp.ClassMissingFeature, Stage: smtp.StageMail, Reply: smtp.Reply{Enhanced: "5.7.30"}, Cause: why}
	}
	return &smtp.Error{Class: smtp.ClassMissingFeature, Stage: smtp.StageStartTLS, Reply: smtp.Reply{Enhanced: "4.7.5"}, Cause: why}
}
