package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"mxsend/attach"
	"mxsend/compose"
)

const maxBody = 64 << 20 // octets of a body, which is held in memory

var errTooLong = errors.New("more than 64 MiB of text; attach it with --attach")

// words reads the body from where it was said to be; standard input is read only when nothing else was said, or for "-".
func (r *reader) words() {
	inline, file := r.c.IsSet("body"), r.c.IsSet("body-file")
	path := r.c.String("body-file")
	switch {
	case inline && file:
		r.usage("--body can't be used with --body-file: leave one of them out")
	case inline:
		r.text("--body", []byte(r.c.String("body")), nil)
	case file && !isStandardInput(path):
		raw, err := r.readFile(path)
		r.text("--body-file", raw, err)
	case !file && r.c.String("html") != "":
		// A text is made of the page.
	default:
		r.standardInput()
	}
	if r.c.Bool("edit") {
		r.write()
	}
	if r.c.Bool("strip-ansi") {
		r.draft.Text = compose.StripEscapes(r.draft.Text)
	}
	r.draft.Flowed, r.draft.Binary = r.c.Bool("flowed"), r.c.Bool("binary")
	r.calendar()
}

// write lets the author go on in his editor, unless the letter would be refused anyway.
func (r *reader) write() {
	if len(r.errs) > 0 {
		return
	}
	text, err := r.edit(r.draft.Text)
	if err == nil {
		text, err = compose.DecodeText([]byte(text), "")
	}
	r.refuse("--edit", err)
	r.draft.Text = text
}

// calendar reads an iCalendar object, which is UTF-8 always. RFC 5545 §3.1.4
func (r *reader) calendar() {
	path := r.c.String("calendar")
	if path == "" || isStandardInput(path) && !r.take("--calendar "+path) {
		return
	}
	raw, err := r.readSource(path)
	if err == nil {
		r.draft.Calendar, err = compose.DecodeText(raw, "")
	}
	if err == nil && r.draft.Calendar == "" {
		err = &ValueError{path, "it is empty"}
	}
	r.refuse("--calendar", err)
}

// readSource reads a file, or standard input where path stands for it and nobody else has taken it.
func (r *reader) readSource(path string) ([]byte, error) {
	if !isStandardInput(path) {
		return r.readFile(path)
	}
	if r.opener.Stdin == nil {
		return nil, &InputError{errors.New("there is no standard input")}
	}
	return readAll(r.c.Context, r.opener.Stdin)
}

func (r *reader) text(given string, raw []byte, err error) {
	if err == nil {
		r.draft.Text, err = compose.DecodeText(raw, r.c.String("charset"))
	}
	r.refuse(given, err)
}

func (r *reader) readFile(path string) ([]byte, error) {
	p, err := r.opener.Open(r.c.Context, attach.Source{Path: path, Name: "body"})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if p.Size > maxBody {
		return nil, &ValueError{path, errTooLong.Error()}
	}
	return io.ReadAll(p.Reader())
}

// standardInput reads the body from there, unless an attachment has taken it. A person at a terminal writes in an editor,
// or types until the end is typed; nobody is asked to write a letter that will be refused.
func (r *reader) standardInput() {
	in := r.opener.Stdin
	switch {
	case in == nil || r.taken != "" || isTerminal(in) && (len(r.errs) > 0 || r.c.Bool("edit")):
		return
	case isTerminal(in) && r.editor() != "":
		r.write()
		return
	case isTerminal(in):
		fmt.Fprintln(r.c.App.ErrWriter, "mxsend: write the letter; end it with "+endKey()+" on a line of its own")
	}
	raw, err := readAll(r.c.Context, in)
	r.text("standard input", raw, err)
}

func endKey() string {
	if runtime.GOOS == "windows" {
		return "Ctrl-Z and Enter"
	}
	return "Ctrl-D"
}

// readAll reads to the end, or until ctx ends: a read from a terminal or a pipe cannot be interrupted otherwise, so its
// goroutine is left to the end of the program.
func readAll(ctx context.Context, in io.Reader) ([]byte, error) {
	type outcome struct {
		raw []byte
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		raw, err := io.ReadAll(io.LimitReader(in, maxBody+1))
		done <- outcome{raw, err}
	}()
	select {
	case <-ctx.Done():
		return nil, &InterruptError{ctx.Err()}
	case o := <-done:
		if o.err == nil && len(o.raw) > maxBody {
			return nil, &ValueError{"the body", errTooLong.Error()}
		}
		if o.err != nil {
			return nil, &InputError{o.err}
		}
		return o.raw, nil
	}
}
