package command

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"mxsend/compose/address"
	"mxsend/compose/dkim"
	"mxsend/compose/letter"
)

const categorySigning = "signing"

// signingFlags say who answers for a letter that is sent.
func signingFlags() []cli.Flag {
	return []cli.Flag{
		list("dkim-key", "sign with the private key in `FILE` (DKIM); may be repeated, each key with its own selector"),
		list("dkim-selector", "`NAME` under which the key is published; may be repeated, in the order of the keys"),
		text(categorySigning, "dkim-domain", "`DOMAIN` that signs (default: that of --from)"),
	}
}

func list(name, usage string, aliases ...string) *cli.StringSliceFlag {
	return &cli.StringSliceFlag{Name: name, Aliases: aliases, Category: categorySigning, Usage: usage, EnvVars: environment(name)}
}

// readSigner reads the flags of signing and their files; without them, the signer signs nothing.
func readSigner(c *cli.Context) (dkim.Signer, error) {
	files := c.StringSlice("dkim-key")
	if len(files) == 0 {
		return dkim.Signer{}, keyless(c)
	}
	domain, domainErr := readDomain(c)
	seals, err := readSeals(files, c.StringSlice("dkim-selector"))
	return dkim.Signer{Domain: domain, Seals: seals, Now: signingTime()}, errors.Join(domainErr, err)
}

// keyless: what the environment says of signing is for other letters.
func keyless(c *cli.Context) error {
	var errs []error
	for _, name := range []string{"dkim-selector", "dkim-domain"} {
		if typed(c, name) {
			errs = append(errs, usage("--%s needs --dkim-key FILE", name))
		}
	}
	return errors.Join(errs...)
}

// readDomain is zero when no domain is named.
func readDomain(c *cli.Context) (address.Domain, error) {
	if !c.IsSet("dkim-domain") {
		return address.Domain{}, nil
	}
	d, err := address.ParseDomain(c.String("dkim-domain"))
	if err != nil {
		return d, fmt.Errorf("--dkim-domain: %w", err)
	}
	if d.ASCII == "" {
		return d, usage("--dkim-domain: %s is no name that keys can be published under", d)
	}
	return d, nil
}

// readSeals reads every key and gives it its selector; all that is wrong comes back at once.
func readSeals(files, selectors []string) ([]dkim.Seal, error) {
	var errs []error
	if len(selectors) != len(files) {
		errs = append(errs, usage("%d keys and %d selectors: give each key its own --dkim-selector, in the same order", len(files), len(selectors)))
	}
	for _, s := range selectors {
		if _, err := dkim.ParseSelector(s); err != nil {
			errs = append(errs, fmt.Errorf("--dkim-selector: %w", err))
		}
	}
	var seals []dkim.Seal
	for i, file := range files {
		key, err := dkim.ReadKey(file)
		if err != nil {
			errs = append(errs, fmt.Errorf("--dkim-key: %w", err))
			continue
		}
		if i < len(selectors) {
			seals = append(seals, dkim.Seal{Selector: selectors[i], Key: key})
		}
	}
	return seals, errors.Join(errs...)
}

// signingTime is a fixed one where builds are to be repeated: reproducible-builds.org. A value that is no time is --date's to
// refuse.
func signingTime() func() time.Time {
	seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return nil
	}
	return func() time.Time { return time.Unix(seconds, 0) }
}

// sign puts the signatures in front; after an error the letter is still the caller's. What a server on the way would re-encode
// is signed in the form that all of them take. RFC 6376 §5.3
func (s *settings) sign(c *cli.Context, l *letter.Letter) (*letter.Letter, error) {
	if len(s.signer.Seals) > 0 && (l.Facts.Has8bit || l.Facts.Binary) && l.Recode != nil {
		form, err := l.Recode()
		if err != nil {
			return nil, err
		}
		l = letter.New(l.Envelope, form.Facts, form, l)
	}
	signed, warnings, err := s.signer.Sign(c.Context, l)
	if err != nil {
		return nil, err
	}
	if !c.Bool("quiet") {
		for _, w := range warnings {
			say(c, "warning: %s", w)
		}
	}
	return signed, nil
}
