// Package command holds the flags of attaching and the command identify.
//
// In come the flags of a command line; Parts opens what --attach names. identify prints, for each file it is given, the kind,
// encoding and size that a letter would use.
package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"mxsend/attach"
)

// Flags are the flags of attaching.
func Flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{
			Name: "attach", Aliases: []string{"a"}, Category: "attachments", EnvVars: []string{"MXSEND_ATTACH"},
			Usage: "attach `FILE[;type=TYPE][;name=NAME]`; may be repeated; - is standard input",
		},
		archiveFlag(),
	}
}

func archiveFlag() cli.Flag {
	return &cli.StringFlag{
		Name: "archive", Category: "attachments", EnvVars: []string{"MXSEND_ARCHIVE"}, Usage: "attach folders too, packed as `FORMAT`: zip or tar.gz",
	}
}

// Opener opens files as the flags say, with what the app has for standard input.
func Opener(c *cli.Context) (attach.Opener, error) {
	a, err := attach.ParseArchive(c.String("archive"))
	if err != nil {
		err = &UsageError{"--archive: " + err.Error()}
	}
	return attach.Opener{Stdin: c.App.Reader, Archive: a}, err
}

// Sources reads the --attach flags without opening anything; all that is wrong comes back at once.
func Sources(c *cli.Context) ([]attach.Source, error) {
	var sources []attach.Source
	var errs []error
	for _, given := range c.StringSlice("attach") {
		s, err := attach.ParseSource(given)
		if err != nil {
			errs = append(errs, fmt.Errorf("--attach: %w", err))
			continue
		}
		sources = append(sources, s)
	}
	return sources, errors.Join(errs...)
}

// Parts opens every file of the --attach flags, or names all that cannot be.
func Parts(c *cli.Context, o attach.Opener) ([]*attach.Part, error) {
	sources, err := Sources(c)
	if err != nil {
		return nil, err
	}
	return o.OpenAll(c.Context, sources)
}

// Identify is the command that shows how files would be attached.
func Identify() *cli.Command {
	return &cli.Command{
		Name:      "identify",
		Usage:     "show the type, name, encoding and encoded size that files would get",
		ArgsUsage: "FILE[;type=TYPE][;name=NAME]…",
		Flags:     []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"}, archiveFlag()},
		Action:    identify,
	}
}

// UsageError is a command line with nothing to do. Exit code 64.
type UsageError struct{ Text string }

func (e *UsageError) Error() string { return e.Text }

// ExitCode is EX_USAGE of sysexits(3).
func (e *UsageError) ExitCode() int { return 64 }

func identify(c *cli.Context) error {
	if !c.Args().Present() {
		return &UsageError{"nothing to identify: name a file"}
	}
	opener, err := Opener(c)
	if err != nil {
		return err
	}
	facts, errs := inspect(c.Context, opener, c.Args().Slice())
	for _, f := range facts {
		for _, w := range f.Warnings {
			fmt.Fprintln(c.App.ErrWriter, "mxsend: warning: "+w)
		}
	}
	if err := show(c.App.Writer, facts, c.Bool("json")); err != nil {
		errs = errors.Join(errs, err)
	}
	return errs
}

// fact is what identify says of one file; the names stay.
type fact struct {
	File     string   `json:"file"`
	Type     string   `json:"type"`
	Charset  string   `json:"charset,omitempty"`
	Name     string   `json:"name"`
	Encoding string   `json:"encoding"`
	Size     int64    `json:"size"`
	Encoded  int64    `json:"encodedSize"`
	Warnings []string `json:"warnings,omitempty"`
}

func inspect(ctx context.Context, o attach.Opener, files []string) ([]fact, error) {
	facts := []fact{}
	var errs []error
	for _, file := range files {
		f, err := inspectOne(ctx, o, file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		facts = append(facts, f)
	}
	return facts, errors.Join(errs...)
}

func inspectOne(ctx context.Context, o attach.Opener, file string) (fact, error) {
	s, err := attach.ParseSource(file)
	if err != nil {
		return fact{}, err
	}
	p, err := o.Open(ctx, s)
	if err != nil {
		return fact{}, err
	}
	defer p.Close()
	return fact{file, string(p.Type), p.Charset, p.Name, string(p.Encoding), p.Size, p.EncodedSize(), p.Warnings}, nil
}

func show(w io.Writer, facts []fact, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(facts)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range facts {
		fmt.Fprintf(t, "%s\t%s\t%s\t%d octets\n", f.Type, f.Name, f.Encoding, f.Encoded)
	}
	return t.Flush()
}
