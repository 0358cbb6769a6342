// Package bounce composes the letter that tells a sender what became of his letter: a delivery status notification.
//
// In comes a Notice: the letter, the recipients that were refused or are waited for, and who reports. Notice.Compose
//
//  1. asks who may be told (told.go): nobody, if the letter has the null sender or NOTIFY forbids it;
//  2. reads the header of the letter again (returned.go), to name it and to return it;
//  3. writes for the sender, in plain words, what each server said and what can be done (words.go);
//  4. writes the same for programs (status.go), field by field, each of them folded and bounded (field.go);
//  5. puts them together with the header of the letter, or with the whole letter (message.go).
//
// Out goes a letter from the null sender to the envelope sender, which streams the returned letter from the original and
// knows its own size beforehand. Where 8-bit text is returned it has a second form for servers that take none.
//
// RFC 3464 (the report) in multipart/report, RFC 6522; RFC 3461 §4 to §6 (what the sender asked for); RFC 6533 (UTF-8, used
// only when an address or the returned header needs it); RFC 8689 §5 (REQUIRETLS); RFC 3834 §5 (Auto-Submitted); RFC 3463
// (status codes). Not supported: reports of success (the actions delivered, relayed and expanded), and languages.
//
// Promised: a notice is never sent about a notice (RFC 5321 §4.5.5). Nothing that a server, an address or the letter holds
// starts a field, a line or a part: server text is escaped and bounded, and parts are divided by 192 random bits. The
// returned letter is passed through unchanged, and memory does not grow with it.
package bounce

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport/report"
)

// Kind is what is told. The words are those of the field Action. RFC 3464 §2.3.3
type Kind string

const (
	Failure Kind = "failed"  // refused for good, or given up
	Delay   Kind = "delayed" // not accepted yet; it is tried again without anybody's help
)

// Recipient is one for whom there is something to tell.
type Recipient struct {
	Recipient   letter.Recipient
	Outcome     report.Outcome // of the last attempt
	Expired     bool           // with Failure: not refused, but given up after too long a time
	LastAttempt time.Time      // zero: not known
	RetryUntil  time.Time      // with Delay: when it will be given up; zero: not known
}

// Notice is what is to be told about one letter.
type Notice struct {
	Kind       Kind
	Original   *letter.Letter // stays open until the notice is sent, which reads from it
	Arrived    time.Time      // when we became responsible for the letter; zero: not known
	Recipients []Recipient
	Reporter   string           // the name of this host; empty: localhost
	Now        func() time.Time // nil: time.Now
	Random     io.Reader        // nil: crypto/rand
}

// Compose makes the letter that tells the sender. The letter is nil, without an error, when nobody may be told. The error
// says that ctx is over, that there is no randomness, or that the sender or the reporter is no address to write from or to.
func (n Notice) Compose(ctx context.Context) (*letter.Letter, error) {
	told := n.told()
	if len(told) == 0 {
		return nil, nil
	}
	d := &draft{Notice: n, told: told, now: time.Now()}
	if n.Now != nil {
		d.now = n.Now()
	}
	if err := d.prepare(ctx); err != nil {
		return nil, fmt.Errorf("composing a delivery notice: %w", err)
	}
	return d.letter(), nil
}

// draft is a notice under work: what its forms have in common.
type draft struct {
	Notice
	told     []Recipient
	reporter string // wire form of the host that reports
	now      time.Time
	id       string // Message-ID
	boundary string
	header   []byte // of the original, without the empty line; nil: it could not be read
}

func (d *draft) prepare(ctx context.Context) error {
	sender := d.Original.Envelope.Sender.String()
	if sender != harmless(sender) {
		return fmt.Errorf("control characters in the address %q", sender)
	}
	var err error
	if d.reporter, err = hostName(d.Reporter); err != nil {
		return err
	}
	if err := d.throwDice(); err != nil {
		return err
	}
	d.header, err = headerOf(ctx, d.Original)
	return err
}

// throwDice makes the two names that nobody may guess.
func (d *draft) throwDice() error {
	source := d.Random
	if source == nil {
		source = rand.Reader
	}
	var dice [16 + 24]byte
	if _, err := io.ReadFull(source, dice[:]); err != nil {
		return fmt.Errorf("no randomness: %w", err)
	}
	d.id = "<" + hex.EncodeToString(dice[:16]) + "@" + d.reporter + ">"
	d.boundary = "=_" + hex.EncodeToString(dice[16:]) // RFC 2045 §6.7: no line of quoted-printable holds "=_"
	return nil
}

// hostName is the wire form of a host's own name.
func hostName(name string) (string, error) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	switch {
	case name == "":
		return "localhost", nil
	case len(name) > 253:
		return "", errors.New("a host name longer than 253 octets")
	case strings.Trim(name, letters) == "" && !strings.Contains("."+name+".", ".."):
		return name, nil // QUIRK: hosts call themselves what no domain may be called
	}
	d, err := address.ParseDomain(name)
	return d.String(), err
}
