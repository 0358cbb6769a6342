package command

import (
	"cmp"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"mxsend/compose/letter"
	"mxsend/transport"
	"mxsend/transport/smtp"
)

// readRelays reads --relay and --proxy.
func (s *settings) readRelays(c *cli.Context) error {
	var errs []error
	for _, given := range c.StringSlice("relay") {
		r, err := transport.ParseRelay(given)
		if err != nil {
			errs = append(errs, usage("--relay: %s", err))
		}
		s.carrier.Relays = append(s.carrier.Relays, r)
		s.route.allowLoopback = true // a relay is named by its user, not by a stranger's DNS
	}
	if err := s.readCredentials(c); err != nil {
		errs = append(errs, err)
	}
	if c.IsSet("proxy") && s.carrier.Dialer != nil {
		d, err := transport.ProxyDialer(c.String("proxy"), os.Getenv("MXSEND_PROXY_PASSWORD"), s.carrier.Dialer)
		if err != nil {
			errs = append(errs, usage("--proxy: %s", err))
		}
		s.carrier.Dialer = d
	}
	return errors.Join(errs...)
}

// account is who we are: to all relays if --user says so, else to those whose URLs name him.
func (s *settings) account(c *cli.Context) (string, error) {
	user := c.String("user")
	for i, r := range s.carrier.Relays {
		user = cmp.Or(user, r.User)
		if r.User != "" && r.User != user {
			return "", usage("--relay names %s and the account is %s: one password is for one of them", r.User, user)
		}
		if c.String("user") != "" {
			s.carrier.Relays[i].User = user
		}
	}
	return user, nil
}

// readCredentials reads who we are to the relays. Exchangers are never logged in to.
func (s *settings) readCredentials(c *cli.Context) error {
	user, err := s.account(c)
	if err != nil {
		return err
	}
	mechanism := strings.ToUpper(c.String("auth"))
	switch {
	case mechanism != "" && !slices.Contains(smtp.Mechanisms(), mechanism):
		return usage("--auth %q: there are %s", mechanism, strings.Join(smtp.Mechanisms(), ", "))
	case user == "" && (typed(c, "password-file") || typed(c, "password-command") || mechanism != ""):
		return usage("a password without a name: add --user")
	case user == "":
		return nil
	case len(s.carrier.Relays) == 0:
		return usage("--user needs --relay: nobody logs in to an exchanger")
	}
	password, err := readPassword(c)
	s.carrier.SMTP.Auth = &smtp.Auth{User: user, Password: password, Mechanism: mechanism}
	s.carrier.SMTP.ShowSecrets = c.Bool("show-secrets")
	return err
}

// notices are what the envelope asks of the servers. RFC 3461, RFC 8689
type notices struct {
	notify     []string
	ret, id    string
	requireTLS bool
}

func readNotices(c *cli.Context) (notices, error) {
	n := notices{ret: strings.ToUpper(c.String("ret")), id: c.String("envid"), requireTLS: c.Bool("require-tls")}
	var errs []error
	for word := range strings.SplitSeq(strings.ToUpper(c.String("notify")), ",") {
		if word = strings.TrimSpace(word); word != "" {
			n.notify = append(n.notify, word)
		}
	}
	known := []string{"NEVER", "SUCCESS", "FAILURE", "DELAY"}
	if slices.ContainsFunc(n.notify, func(w string) bool { return !slices.Contains(known, w) }) ||
		slices.Contains(n.notify, "NEVER") && len(n.notify) > 1 {
		errs = append(errs, usage("--notify %q: use never, or any of success,failure,delay", c.String("notify")))
	}
	if n.ret != "" && n.ret != "FULL" && n.ret != "HDRS" {
		errs = append(errs, usage("--ret %q: use full or hdrs", c.String("ret")))
	}
	if !isEnvelopeID(n.id) {
		errs = append(errs, &DataError{errors.New("--envid: an envelope identifier is at most 100 printable ASCII characters")}) // RFC 3461 §4.4
	}
	return n, errors.Join(errs...)
}

// apply puts the wishes on the envelope.
func (n notices) apply(l *letter.Letter) {
	l.Envelope.Ret, l.Envelope.ID, l.Envelope.RequireTLS = n.ret, n.id, n.requireTLS
	for i := range l.Envelope.Recipients {
		l.Envelope.Recipients[i].Notify = n.notify
	}
}

// isEnvelopeID: RFC 3461 §4.4, which counts the characters of xtext, where "+" and "=" take three (§4); empty is none.
func isEnvelopeID(id string) bool {
	return len(id)+2*strings.Count(id, "+")+2*strings.Count(id, "=") <= 100 && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
}
