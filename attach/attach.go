// Package attach turns a file into a part of a letter: opened, named, typed, and ready to be written in its encoding.
//
// In comes what was typed, "FILE[;type=…][;name=…]" (ParseSource), or several of them.
//
//  1. Opener.Open opens the file; what can be read only once (a pipe, standard input, /proc) goes into a temporary file, and
//     so does a folder that is to be packed (Opener.pack).
//  2. shownName makes the base name that the reader will see, whatever the path was.
//  3. media.Merge decides the kind from the name and the first bytes.
//  4. encode says how it travels: base64 for everything, but never for a letter (message/rfc822).
//
// Out goes a Part; its size is known by arithmetic (EncodedSize) and its content can be written any number of times (WriteTo).
//
// RFC 2045 and 2046 §5.2.1 (message/rfc822 is not encoded), RFC 2183 §2.3 (names without paths). Not supported: files by URL.
//
// Promised: all files are open before anything is sent, and all that cannot be opened are named at once; a file arrives byte
// for byte; one that changes while it is read is noticed and never arrives torn; memory does not grow with the file.
package attach

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"mxsend/attach/encode"
	"mxsend/attach/media"
)

// ErrChanged is wrapped by the error for a file that is not what it was when it was opened.
var ErrChanged = errors.New("the file changed while it was read")

// FileError is a file that cannot be attached. Exit code 66, or 74 when reading failed after it had been opened.
type FileError struct {
	Path  string
	Cause error
	Hint  string
	read  bool
}

func (e *FileError) Error() string {
	cause := e.Cause
	var path *fs.PathError
	if errors.As(cause, &path) {
		cause = path.Err // the path is said already
	}
	text := fmt.Sprintf("file %q: %v", e.Path, cause)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

func (e *FileError) Unwrap() error { return e.Cause }

// ExitCode is EX_NOINPUT or EX_IOERR of sysexits(3), or EX_TEMPFAIL where the run was interrupted.
func (e *FileError) ExitCode() int {
	switch {
	case errors.Is(e.Cause, context.Canceled):
		return 75
	case e.read:
		return 74
	}
	return 66
}

// NameError is a file name, type or parameter that cannot be put into a letter. Exit code 65.
type NameError struct{ Given, Problem string }

func (e *NameError) Error() string { return fmt.Sprintf("attachment %q: %s", e.Given, e.Problem) }

// ExitCode is EX_DATAERR of sysexits(3).
func (e *NameError) ExitCode() int { return 65 }

// Part is a file ready to travel. Its methods may be called by several goroutines at once, any number of times.
type Part struct {
	Name     string // the base name shown to the reader, never empty
	Type     media.Type
	Charset  string // of a text, when it is certain; empty otherwise
	Encoding encode.Encoding
	Warnings []string // what a person should know before sending
	Size     int64    // bytes of the file

	path    string
	file    source
	encoded int64
}

// EncodedSize is the number of octets that WriteTo writes.
func (p *Part) EncodedSize() int64 { return p.encoded }

// Reader gives the bytes of the file from the start. Reading past a change gives an error that wraps ErrChanged.
func (p *Part) Reader() io.Reader { return &checked{part: p, left: p.Size} }

// WriteTo writes the content as it stands in the letter, with its last line end. Its error is a *FileError, or that of w.
func (p *Part) WriteTo(w io.Writer) (int64, error) {
	counted := &counter{w: w}
	var err error
	if p.Encoding == encode.Base64 {
		err = p.writeBase64(counted)
	} else {
		err = copyLines(counted, p.Reader())
	}
	if err == nil && counted.n != p.encoded {
		err = p.changed()
	}
	return counted.n, err
}

const readSize = 57 * 1024 // what the encoder takes at once

func (p *Part) writeBase64(w io.Writer) error {
	e := encode.NewBase64(w)
	if _, err := io.CopyBuffer(e, onlyReader{p.Reader()}, make([]byte, readSize)); err != nil {
		return err
	}
	return e.Close()
}

// Close gives the file back, and removes the temporary one.
func (p *Part) Close() error { return p.file.Close() }

func (p *Part) changed() error { return &FileError{Path: p.path, Cause: ErrChanged, read: true} }

// onlyReader hides other methods, so that the buffer of io.CopyBuffer is used.
type onlyReader struct{ io.Reader }

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
