// Package compose turns a draft into a letter.
//
// In comes a Draft: who writes to whom, the words, the files that go with them, all of it parsed already. What the author
// wrote becomes UTF-8 first (DecodeText in charset.go), and Markdown a page (Markdown). Desk.Compose
//
//  1. gathers the envelope: recipients once each, the reverse-path (envelope.go);
//  2. writes the header block in its fixed order (block.go, wishes.go);
//  3. gives every text its charset and transfer encoding (text.go, flowed.go) and every file its fields (file.go);
//  4. makes a text of a page that has none (plain.go), ties a page to its pictures (page.go), reads invitations (calendar.go);
//  5. builds the MIME tree and leaves out the levels that hold one part only (tree.go);
//  6. walks the tree once without reading a file, and so learns the size and the other facts, and that no part holds what
//     parts it from the next (measure.go);
//  7. looks at every header block once more, whatever built it (check.go).
//
// Out goes a letter.Letter whose WriteTo walks the same tree again and streams the files (message.go). With Draft.Binary it has two
// forms, one with the files as they are and one with them encoded (binary.go).
//
// RFC 5322 (the message), RFC 2045 and 2046 (MIME), RFC 2183 (Content-Disposition), RFC 2387 and 2392 (pages with
// pictures), RFC 3676 (format=flowed), RFC 6047 (calendar objects), RFC 2369 and 8058 (leaving a list), RFC 5321 §3.3 (the
// envelope), RFC 6532 (raw UTF-8 in the header, only where an address leaves no choice). Not supported: Resent fields and
// signatures, which are other rooms'; S/MIME and PGP; bodies in raw 8-bit, since the encodings used here pass every server
// and break no signature; other charsets than UTF-8; guessing what charset words are in, be it from the locale. Names and
// subjects are kept as they are typed, composed or decomposed.
//
// Promised: the same draft at the same time with the same randomness gives the same octets; only CRLF ends a line; no line
// is longer than 998 octets; Bcc is in the envelope only; memory does not grow with the attachments.
package compose

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"time"

	"mxsend/compose/header"
	"mxsend/compose/letter"
)

// Desk is where letters are written. The zero value uses the system's clock and randomness; tests fix both.
type Desk struct {
	Now    func() time.Time // the date of letters that bring none, in the zone of the result; nil: time.Now
	Random io.Reader        // for identifiers and boundaries; nil: crypto/rand
}

// Compose makes a letter of a draft. All that is wrong with the draft comes back at once, in errors that know their exit
// code. The letter takes over the draft's attachments: closing it closes them. After an error they are still the draft's.
func (d Desk) Compose(draft Draft) (*letter.Letter, error) {
	if draft.Binary {
		return d.composeBinary(draft)
	}
	return d.form(draft, false)
}

// form makes the letter in one of its forms.
func (d Desk) form(draft Draft, binary bool) (*letter.Letter, error) {
	envelope, envelopeErr := draft.envelope()
	c := composer{Desk: d, draft: draft, writer: header.Writer{UTF8: draft.needsUTF8()}, dice: d.dice(draft.Seed), binary: binary}
	fields, fieldsErr := c.block()
	tree, treeErr := c.tree()
	if err := errors.Join(envelopeErr, fieldsErr, treeErr); err != nil {
		return nil, err
	}
	m := newMessage(fields, tree)
	facts, err := m.facts()
	if err != nil {
		return nil, err
	}
	facts.MessageID = c.messageID
	return letter.New(envelope, facts, m, draft.closers()...), nil
}

// composer is a desk with one draft on it.
type composer struct {
	Desk
	draft     Draft
	writer    header.Writer
	messageID string
	dice      io.Reader // for boundaries and Content-IDs
	binary    bool      // files travel as they are
}

func (d Desk) now() time.Time {
	if d.Now == nil {
		return time.Now()
	}
	return d.Now()
}

func (d Desk) random() io.Reader {
	if d.Random == nil {
		return rand.Reader
	}
	return d.Random
}

// dice are those of the desk, or made of a seed. What no other letter may have is never made of a seed: the Message-ID.
func (d Desk) dice(seed string) io.Reader {
	if seed == "" {
		return d.random()
	}
	return mathrand.NewChaCha8(sha256.Sum256([]byte(seed)))
}

// moment is the time that a Content-ID tells: that of the letter where its octets shall come again.
func (c *composer) moment() time.Time {
	if c.draft.Seed != "" && !c.draft.Date.IsZero() {
		return c.draft.Date
	}
	return c.now()
}

// boundary makes a delimiter of 128 random bits. It holds "=_", which neither quoted-printable nor base64 ever does, so
// only plain parts could hold it by chance, or by somebody who knows the seed. RFC 2045 §6.7, RFC 2046 §5.1.1
func (c *composer) boundary() (string, error) {
	var bits [16]byte
	if _, err := io.ReadFull(c.dice, bits[:]); err != nil {
		return "", fmt.Errorf("making a boundary: %w", err)
	}
	return "=_" + hex.EncodeToString(bits[:]), nil
}
