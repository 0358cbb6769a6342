package command

import (
	"crypto/rand"
	"errors"

	"github.com/urfave/cli/v2"

	"mxsend/compose/address"
	"mxsend/compose/dkim"
)

// dkimCommand makes and publishes the keys that sign letters.
func dkimCommand() *cli.Command {
	return &cli.Command{
		Name:      "dkim",
		Usage:     "make a key that signs letters, show its DNS record, check it against DNS",
		ArgsUsage: "keygen|show|check FILE…",
		Description: "keygen FILE   makes a private key in a new file that only you can read\n" +
			"show FILE…    prints the TXT record to be published, as a zone file has it\n" +
			"check FILE…   asks DNS whether the key is published: exit code 0 if it is, 68 if there is no record,\n" +
			"              69 if there is another, 75 if DNS gives no answer",
		Flags: []cli.Flag{
			text(categorySigning, "algorithm", "`KIND` of key that keygen makes: rsa (default) or ed25519"),
			list("dkim-selector", "`NAME` under which the key is published; may be repeated, in the order of the keys", "selector"),
			text(categorySigning, "dkim-domain", "`DOMAIN` that signs", "domain"),
			text(categoryRoute, "resolver", "ask the DNS server at `HOST[:PORT]` instead of those of resolv.conf"),
			toggle(categoryOutput, "json", "print what show and check find as JSON"),
		},
		Action: dkimAction,
	}
}

func dkimAction(c *cli.Context) error {
	verb, files := c.Args().First(), c.Args().Tail()
	switch {
	case verb != "keygen" && verb != "show" && verb != "check":
		return usage("mxsend dkim does one of keygen, show and check; %q is none", verb)
	case len(files) == 0:
		return usage("mxsend dkim %s needs the FILE of a key", verb)
	case verb != "keygen" && typed(c, "algorithm"):
		return usage("--algorithm is for keygen: the key in %s has its own", files[0])
	case verb == "keygen":
		return keygen(c, files)
	}
	domain, err := readDomain(c)
	if domain.ASCII == "" && err == nil {
		err = usage("mxsend dkim %s needs --dkim-domain DOMAIN", verb)
	}
	seals, sealsErr := readSeals(files, c.StringSlice("dkim-selector"))
	if err := errors.Join(err, sealsErr); err != nil {
		return err
	}
	if verb == "show" {
		return showRecords(c, seals, domain)
	}
	return checkRecords(c, seals, domain)
}

// keygen keeps a new key, and prints its record if it is said under which name.
func keygen(c *cli.Context, files []string) error {
	domain, err := readDomain(c)
	if err := errors.Join(err, unmakeable(c, files, domain)); err != nil {
		return err
	}
	algorithm := dkim.RSA
	if c.IsSet("algorithm") {
		algorithm = dkim.Algorithm(c.String("algorithm"))
	}
	key, err := dkim.Generate(algorithm, rand.Reader)
	if err != nil {
		return err
	}
	if err := dkim.WriteKey(files[0], key); err != nil {
		return err
	}
	selectors := c.StringSlice("dkim-selector")
	if domain.ASCII == "" || len(selectors) == 0 {
		return nil
	}
	return showRecords(c, []dkim.Seal{{Selector: selectors[0], Key: key}}, domain)
}

// unmakeable finds what keeps a key from being made, or its record from having a name.
func unmakeable(c *cli.Context, files []string, d address.Domain) error {
	var errs []error
	selectors := c.StringSlice("dkim-selector")
	if len(files) != 1 || len(selectors) > 1 || files[0] == "-" {
		errs = append(errs, usage("mxsend dkim keygen makes one key: give one FILE and one --dkim-selector"))
	}
	if (len(selectors) == 0) != (d.ASCII == "") && (typed(c, "dkim-selector") || typed(c, "dkim-domain")) {
		errs = append(errs, usage("to print the record too, keygen needs both --dkim-selector and --dkim-domain"))
	}
	for _, s := range selectors {
		_, err := dkim.ParseSelector(s)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
