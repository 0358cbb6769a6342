package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/miekg/dns"
	"github.com/urfave/cli/v2"

	"mxsend/compose/address"
	"mxsend/compose/dkim"
	"mxsend/transport/report"
	"mxsend/transport/resolve"
)

// recordEntry is one key of `dkim show --json`; the names stay.
type recordEntry struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Value   string   `json:"value"`
	Strings []string `json:"strings"`
}

func showRecords(c *cli.Context, seals []dkim.Seal, d address.Domain) error {
	entries := []recordEntry{}
	zone := ""
	for _, s := range seals {
		record, err := s.Key.Record()
		if err != nil {
			return err
		}
		name := dkim.Name(s.Selector, d)
		entries = append(entries, recordEntry{name, "TXT", record.String(), record.Strings()})
		zone += record.Zone(name)
	}
	if c.Bool("json") {
		return written(writeJSON(c.App.Writer, entries))
	}
	_, err := fmt.Fprint(c.App.Writer, zone)
	return written(err)
}

func written(err error) error {
	if err != nil {
		return &OutputError{fmt.Errorf("printing the records: %w", err)}
	}
	return nil
}

// findingEntry is one key of `dkim check --json`; the names stay.
type findingEntry struct {
	Name  string     `json:"name"`
	State dkim.State `json:"state"`
	Text  string     `json:"text"`
}

// unanswered stands where DNS did not say what is published.
const unanswered dkim.State = "unknown"

func checkRecords(c *cli.Context, seals []dkim.Seal, d address.Domain) error {
	route, err := readRoute(c)
	if err != nil {
		return err
	}
	return checkWith(c, txtRecords{route.client}, dkim.Signer{Domain: d, Seals: seals})
}

// checkWith asks for every key, and ends with the gravest exit code: something else is published, nothing is, or DNS could
// not say.
func checkWith(c *cli.Context, q dkim.Querier, s dkim.Signer) error {
	entries := []findingEntry{}
	code := 0
	for _, seal := range s.Seals {
		f, err := dkim.Check(c.Context, q, seal, s.Domain)
		found := f.ExitCode()
		if err != nil {
			f = dkim.Finding{Name: dkim.Name(seal.Selector, s.Domain), State: unanswered, Text: "DNS gives no answer: " + err.Error()}
			found = exitCodeOf(err)
		}
		code = graver(code, found)
		entries = append(entries, findingEntry{f.Name, f.State, f.Text})
	}
	if c.Bool("json") {
		return errors.Join(written(writeJSON(c.App.Writer, entries)), told(code))
	}
	for _, e := range entries {
		if _, err := fmt.Fprintf(c.App.Writer, "%s: %s\n", e.Name, e.Text); err != nil {
			return written(err)
		}
	}
	return told(code)
}

// graver: permanent over temporary over good.
func graver(a, b int) int {
	if weight(b) > weight(a) {
		return b
	}
	return a
}

func weight(code int) int {
	if code == report.ExitTemporary {
		return 1
	}
	return code
}

func exitCodeOf(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return report.ExitTemporary
}

// txtRecords asks for the records of a key; that there are none is an answer.
type txtRecords struct{ dns resolve.Querier }

func (t txtRecords) TXT(ctx context.Context, name string) ([]string, error) {
	answer, err := t.dns.Query(ctx, name, dns.TypeTXT)
	if err != nil {
		return nil, err
	}
	return answer.TXT(), nil
}
