package command

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"mxsend/attach"
	"mxsend/compose/address"
	"mxsend/compose/intake"
	"mxsend/compose/letter"
)

const categoryReady = "ready letters"

// openList opens a list of recipients, "@FILE".
func openList(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, &InputError{err}
	}
	return f, nil
}

func readyFlags() []cli.Flag {
	return []cli.Flag{
		text(categoryReady, "eml", "send the finished letter in `FILE`; - is standard input"),
		toggle(categoryReady, "read-recipients", "recipients stand in the letter's To, Cc and Bcc too, as with sendmail", "t"),
		toggle(categoryReady, "resend", "put a Resent block with the recipients on top (needs --from)"),
		toggle(categoryReady, "repair", "mend what can't be sent: lone CR, NUL, lines of more than 998 octets, raw UTF-8 and odd octets in fields"),
	}
}

// isReady says whether a finished letter is to be sent, rather than a new one written.
func isReady(c *cli.Context) bool { return c.IsSet("eml") || c.Bool("read-recipients") }

// readyLetter takes in the letter of --eml, or of standard input with -t.
func readyLetter(c *cli.Context) (*letter.Letter, error) {
	o, err := readOrder(c)
	if err := errors.Join(err, notReady(c)); err != nil {
		return nil, err
	}
	path := c.String("eml")
	if path == "" {
		path = "-"
	}
	part, err := attach.Opener{Stdin: c.App.Reader}.Open(c.Context, attach.Source{Path: path, Type: "application/octet-stream", Name: "letter"})
	if err != nil {
		return nil, fmt.Errorf("--eml: %w", err)
	}
	l, notes, err := take(o, part)
	if err != nil {
		return nil, errors.Join(err, part.Close())
	}
	if !c.Bool("quiet") && (isTerminal(c.App.ErrWriter) || c.Bool("repair")) || c.Bool("verbose") {
		for _, note := range notes {
			say(c, "the letter: %s", note)
		}
	}
	return l, nil
}

// notReady names the flags of writing that mean nothing for a letter that is written.
func notReady(c *cli.Context) error {
	var errs []error
	for _, name := range []string{"subject", "to", "cc", "bcc", "reply-to", "sender", "header", "in-reply-to", "references", "date", "message-id",
		"importance", "body", "body-file", "attach", "html", "markdown", "flowed", "calendar", "charset", "edit", "inline", "embed", "binary",
		"list-unsubscribe", "one-click", "auto-submitted", "bulk", "no-text", "strip-ansi", "strict-names", "boundary-seed"} {
		if c.IsSet(name) && os.Getenv(environment(name)[0]) == "" { // what the environment sets is for other letters
			errs = append(errs, usage("--%s can't be used with a finished letter (--eml, -t): its fields and parts stay as they are", name))
		}
	}
	return errors.Join(errs...)
}

// readOrder reads who sends the letter to whom.
func readOrder(c *cli.Context) (intake.Order, error) {
	o := newOrder()
	o.ReadFields, o.Repair, o.DefaultDomain = c.Bool("read-recipients"), c.Bool("repair"), c.String("default-domain")
	o.Lax = c.Bool("lax")
	p := address.Parser{DefaultDomain: o.DefaultDomain, Open: openList, Lax: o.Lax}
	var errs []error
	var boxes []address.Mailbox
	for _, word := range c.Args().Slice() {
		l, err := p.List(word)
		if err != nil {
			errs = append(errs, fmt.Errorf("recipient: %w", err))
		}
		boxes = append(boxes, l.Mailboxes()...)
	}
	for _, m := range boxes {
		o.Recipients = append(o.Recipients, m.Address)
	}
	if c.Bool("resend") {
		o.Resend = boxes
	}
	from, err := oneMailbox(p, "--from", c.String("from"))
	o.From = from
	sender, senderErr := reversePath(c)
	o.Sender = sender
	return o, errors.Join(append(errs, err, senderErr)...)
}

// newOrder is an order with the system's clock and randomness.
func newOrder() intake.Order { return intake.Order{Now: time.Now, Random: rand.Reader} }

func oneMailbox(p address.Parser, flag, value string) (address.Mailbox, error) {
	if value == "" {
		return address.Mailbox{}, nil
	}
	l, err := p.List(value)
	if err != nil {
		return address.Mailbox{}, fmt.Errorf("%s: %w", flag, err)
	}
	if len(l.Mailboxes()) != 1 {
		return address.Mailbox{}, usage("%s: one mailbox is needed", flag)
	}
	return l.Mailboxes()[0], nil
}

// reversePath is that of --envelope-from; nil when it is left to the letter.
func reversePath(c *cli.Context) (*address.Address, error) {
	switch value := c.String("envelope-from"); {
	case value == "<>":
		return &address.Address{}, nil
	case value != "":
		a, err := address.Parser{Lax: c.Bool("lax")}.Address(value)
		if err != nil {
			return nil, fmt.Errorf("--envelope-from: %w", err)
		}
		return &a, nil
	}
	return nil, nil
}
