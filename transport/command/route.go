package command

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/urfave/cli/v2"

	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport"
	"mxsend/transport/report"
	"mxsend/transport/resolve"
)

func routeCommand() *cli.Command {
	return &cli.Command{
		Name:      "route",
		Usage:     "show how mail would travel: exchangers and addresses; nothing is connected",
		ArgsUsage: "ADDRESS|DOMAIN…",
		Flags: append(routeFlags(), toggle(categoryOutput, "json", "print the plan as JSON"),
			toggle(categoryRehearsal, "sandbox", "ask the sandbox's DNS")),
		Action: showPlan,
	}
}

func showPlan(c *cli.Context) error {
	s, err := readRoute(c)
	domains, domainErr := readDomains(c.Args().Slice())
	if err := errors.Join(err, domainErr); err != nil {
		return err
	}
	plan := settings{route: s, sandbox: c.Bool("sandbox")}
	rehearsal, err := plan.rehearse(c.Context)
	if err != nil {
		return err
	}
	defer rehearsal.Close()
	return showRoutes(c, plan.route.router(), domains, c.Bool("json"))
}

// readDomains takes addresses and bare domains alike.
func readDomains(words []string) ([]address.Domain, error) {
	if len(words) == 0 {
		return nil, usage("nothing to show a route for: give an address or a domain")
	}
	var domains []address.Domain
	var errs []error
	for _, word := range words {
		d, err := address.ParseDomain(word)
		if strings.Contains(word, "@") {
			var a address.Address
			a, err = address.Parse(word)
			d = a.Domain
		}
		if err != nil {
			errs = append(errs, err)
		}
		domains = append(domains, d)
	}
	return domains, errors.Join(errs...)
}

func domainsOf(l *letter.Letter) []address.Domain {
	var domains []address.Domain
	seen := map[address.Domain]bool{}
	for _, r := range l.Envelope.Recipients {
		if !seen[r.Address.Domain] {
			seen[r.Address.Domain] = true
			domains = append(domains, r.Address.Domain)
		}
	}
	return domains
}

// routeEntry is one domain of `route --json`; the names stay.
type routeEntry struct {
	Domain    string      `json:"domain"`
	Implicit  bool        `json:"implicit"`
	Authentic bool        `json:"authentic"`
	Hosts     []hostEntry `json:"hosts"`
	Skipped   []skipEntry `json:"skipped,omitempty"`
	Error     string      `json:"error,omitempty"`
	Temporary bool        `json:"temporary,omitempty"`
}

type hostEntry struct {
	Name       string       `json:"name"`
	Preference uint16       `json:"preference"`
	Addresses  []netip.Addr `json:"addresses"`
	Authentic  bool         `json:"authentic"`
}

type skipEntry struct {
	Host    string     `json:"host,omitempty"`
	Address netip.Addr `json:"address,omitzero"`
	Reason  string     `json:"reason"`
}

// showRoutes prints the plan of every domain and ends with the gravest exit code: 68, 75 or 0.
func showRoutes(c *cli.Context, router transport.Router, domains []address.Domain, asJSON bool) error {
	entries := []routeEntry{}
	var all report.Report
	for _, d := range domains {
		route, err := router.Route(c.Context, d)
		entries = append(entries, entryOf(d, route, err))
		o := report.Outcome{Stage: report.StageResolve, State: report.Judge(err).State, Cause: err}
		all.Outcomes = append(all.Outcomes, o)
		if !asJSON {
			showRoute(c, d, route, err)
		}
	}
	if asJSON {
		if err := writeJSON(c.App.Writer, entries); err != nil {
			return &OutputError{fmt.Errorf("writing the plan: %w", err)}
		}
	}
	return told(all.ExitCode())
}

func showRoute(c *cli.Context, d address.Domain, route resolve.Route, err error) {
	for _, line := range route.Lines() {
		fmt.Fprintln(c.App.Writer, line)
	}
	if err != nil {
		say(c, "%s: %s", d, report.Reason(err))
	}
}

func entryOf(d address.Domain, route resolve.Route, err error) routeEntry {
	e := routeEntry{Domain: d.String(), Implicit: route.Implicit, Authentic: route.Authentic, Hosts: []hostEntry{}}
	for _, h := range route.Hosts {
		e.Hosts = append(e.Hosts, hostEntry{h.Name, h.Preference, h.Addresses, h.Authentic})
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
