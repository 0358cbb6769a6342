// Package letter is what crosses the threshold between composing and carrying: an envelope, the facts about the message,
// and the message itself as a stream.
//
// In comes a source that writes the message and the facts that were worked out about it (New). Out goes, any number of
// times, the same sequence of octets (Letter.WriteTo), whose number is known beforehand (Facts.Size).
//
// The envelope is that of RFC 5321 §2.3.1; it is not part of the message and the message is not read for it. The
// parameters of RFC 3461 (delivery status notifications) and RFC 8689 (REQUIRETLS) stand with the envelope.
//
// Promised: WriteTo either writes exactly Facts.Size octets or returns an error; it never turns a letter that changed
// underneath into one that looks whole. Several goroutines may call WriteTo at once.
package letter

import (
	"errors"
	"fmt"
	"io"

	"mxsend/compose/address"
)

// ErrChanged is wrapped by the error of WriteTo when the octets are not those that were announced.
var ErrChanged error = changed{}

type changed struct{}

func (changed) Error() string { return "the letter changed while it was sent" }

// ExitCode is EX_IOERR of sysexits(3).
func (changed) ExitCode() int { return 74 }

// Recipient is one forward-path of the envelope, with what RFC 3461 lets a sender ask for it.
type Recipient struct {
	Address  address.Address
	Notify   []string // NEVER, or any of SUCCESS, FAILURE, DELAY; empty: not asked. RFC 3461 §4.1
	Original string   // ORCPT with its type, "rfc822;bob@example.org"; empty: none. RFC 3461 §4.2
}

// Envelope is the reverse-path and the forward-paths of RFC 5321 §2.3.1.
type Envelope struct {
	Sender     address.Address // the zero value is the null reverse-path <>
	Recipients []Recipient
	Ret        string // FULL, HDRS or empty. RFC 3461 §4.3
	ID         string // ENVID, not yet in xtext; empty: none. RFC 3461 §4.4
	RequireTLS bool   // only over verified TLS, here and at every hop after. RFC 8689 §2
}

// Facts are what a conversation needs to know of a message before it is read.
type Facts struct {
	MessageID   string // with its angle brackets
	Size        int64  // octets with CRLF line ends, without dot-stuffing: what SIZE= announces. RFC 1870 §5
	LongestLine int    // octets of the longest line without its CRLF
	Has8bit     bool   // an octet above 127 stands in the body: BODY=8BITMIME. RFC 6152
	NeedsUTF8   bool   // raw UTF-8 stands in the header, so the letter can only travel with SMTPUTF8. RFC 6531
	Signed      bool   // re-encoding would break a signature
	Binary      bool   // lines are not what RFC 5322 allows: only BINARYMIME takes it. RFC 3030 §3
}

// Letter is a finished message with its envelope.
type Letter struct {
	Envelope Envelope
	Facts    Facts
	// Recode gives the same letter in a form for servers that take no 8-bit text; nil: there is none, or a signature forbids
	// it. The form reads from this letter, which is not closed before. RFC 6152 §3
	Recode  func() (*Letter, error)
	source  io.WriterTo
	closers []io.Closer
}

// New makes a letter of a source that writes the same octets each time; the closers are closed with the letter.
func New(e Envelope, f Facts, source io.WriterTo, closers ...io.Closer) *Letter {
	return &Letter{Envelope: e, Facts: f, source: source, closers: closers}
}

// WriteTo writes the message with CRLF line ends. Its error wraps ErrChanged when more or fewer octets than Facts.Size
// came out of the source, and the source's or w's own error otherwise.
func (l *Letter) WriteTo(w io.Writer) (int64, error) {
	g := &guard{w: w, left: l.Facts.Size}
	if _, err := l.source.WriteTo(g); err != nil {
		return l.Facts.Size - g.left, err
	}
	if g.left != 0 {
		return l.Facts.Size - g.left, fmt.Errorf("%w: %d octets are missing", ErrChanged, g.left)
	}
	return l.Facts.Size, nil
}

// Reader reads the octets that WriteTo writes, where the letter lies in a file; nil: it is made as it is written.
func (l *Letter) Reader() io.Reader {
	if file, ok := l.source.(interface{ Reader() io.Reader }); ok {
		return file.Reader()
	}
	return nil
}

// Close gives back the files behind the letter. The letter cannot be written afterwards.
func (l *Letter) Close() error {
	var errs []error
	for _, c := range l.closers {
		errs = append(errs, c.Close())
	}
	l.closers = nil
	return errors.Join(errs...)
}

// guard lets no more octets through than were announced.
type guard struct {
	w    io.Writer
	left int64
}

func (g *guard) Write(p []byte) (int, error) {
	if int64(len(p)) > g.left {
		return 0, fmt.Errorf("%w: it grew", ErrChanged)
	}
	n, err := g.w.Write(p)
	g.left -= int64(n)
	return n, err
}
