package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport"
	"mxsend/transport/report"
	"mxsend/transport/smtp"
	"mxsend/transport/transcript"
)

func routeCommand() *cli.Command {
	return &cli.Command{
		Name:      "route",
		Usage:     "show how mail would travel: exchangers, addresses and TLS policy; no exchanger is connected to",
		ArgsUsage: "ADDRESS|DOMAIN…",
		Flags: append(append(routeFlags(), securityFlags()...), portFlag(), toggle(categoryOutput, "json", "print the plan as JSON"),
			toggle(categoryRehearsal, "sandbox", "ask the sandbox's DNS")),
		Action: planRoutes,
	}
}

func planRoutes(c *cli.Context) error {
	s := settings{sandbox: c.Bool("sandbox")}
	domains, domainErr := readDomains(c.Args().Slice())
	var err error
	s.route, err = readRoute(c)
	if err := errors.Join(err, domainErr, s.readSecurity(c), s.readPort(c)); err != nil {
		return err
	}
	rehearsal, err := s.rehearse(c.Context)
	if err != nil {
		return err
	}
	defer rehearsal.Close()
	s.travel()
	return s.showRoutes(c, domains, c.Bool("json"))
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

// showRoutes prints the plan of every domain and ends with the gravest exit code: 68, 75 or 0.
func (s *settings) showRoutes(c *cli.Context, domains []address.Domain, asJSON bool) error {
	entries := []planEntry{}
	var all report.Report
	for _, d := range domains {
		plan, err := s.carrier.Plan(c.Context, d, s.notices.requireTLS)
		entries = append(entries, entryOf(d, plan, err))
		all.Outcomes = append(all.Outcomes, planned(plan, err))
		if !asJSON {
			showPlan(c, d, plan, err)
		}
	}
	if asJSON {
		if err := writeJSON(c.App.Writer, entries); err != nil {
			return &OutputError{fmt.Errorf("writing the plan: %w", err)}
		}
	}
	return told(all.ExitCode())
}

// planned is what would become of a letter as far as can be told without connecting.
func planned(plan transport.Plan, err error) report.Outcome {
	if err != nil {
		return report.Outcome{Stage: report.StageResolve, State: report.Judge(err).State, Cause: err}
	}
	barred := plan.Barred()
	return report.Outcome{Stage: smtp.StageMail, State: report.Judge(barred).State, Cause: barred}
}

func showPlan(c *cli.Context, d address.Domain, plan transport.Plan, err error) {
	for _, line := range append(plan.Route.Lines(), plan.Lines()...) {
		fmt.Fprintln(c.App.Writer, transcript.Escape(line))
	}
	if err != nil {
		say(c, "%s: %s", d, report.Reason(err))
	}
}
