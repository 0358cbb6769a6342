package command

import (
	"errors"

	"mxsend/attach"
	attachcommand "mxsend/attach/command"
)

// files opens what is attached. A second claim on standard input is refused before anything is read from it.
func (r *reader) files() {
	sources, err := attachcommand.Sources(r.c)
	var open []attach.Source
	for _, s := range sources {
		if isStandardInput(s.Path) && !r.take("--attach "+s.Path) {
			continue
		}
		open = append(open, s)
	}
	parts, openErr := r.opener.OpenAll(r.c.Context, open)
	if err := errors.Join(err, openErr); err != nil {
		r.errs = append(r.errs, err)
	}
	r.draft.Attachments, r.draft.StrictNames = parts, r.c.Bool("strict-names")
	for _, p := range parts {
		for _, w := range p.Warnings {
			r.warn(w)
		}
	}
}

// take gives standard input to one reader only.
func (r *reader) take(given string) bool {
	switch {
	case r.taken != "":
		r.usage("%s and %s can't both read standard input: leave one of them out", r.taken, given)
		return false
	case r.bodyFromInput():
		r.taken = given
		r.usage("the body and %s can't both come from standard input: give the body with --body TEXT (--body '' for none) or --body-file FILE", given)
		return false
	}
	r.taken = given
	return true
}

// bodyFromInput: nothing was said about where the body comes from, or that it comes from there.
func (r *reader) bodyFromInput() bool {
	if r.c.IsSet("body-file") {
		return isStandardInput(r.c.String("body-file"))
	}
	return !r.c.IsSet("body") && r.c.String("html") == ""
}

func isStandardInput(path string) bool {
	switch path {
	case "-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0":
		return true
	}
	return false
}
