package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/term"

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

// standardInput reads the body from there, unless an attachment has taken it.
func (r *reader) standardInput() {
	in := r.opener.Stdin
	if in == nil || r.taken != "" {
		return
	}
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if len(r.errs) > 0 {
			return // nobody is asked to write a letter that will be refused
		}
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
