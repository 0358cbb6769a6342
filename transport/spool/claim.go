package spool

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"mxsend/compose/letter"
	"mxsend/transport/report"
)

// ErrTaken is a letter that another runner works on.
var ErrTaken = errors.New("another runner works on this letter")

// ErrGone is a letter that is not in the spool.
var ErrGone = errors.New("no such letter in the spool")

// Claim is a letter that is ours until Close. It is not safe for use by several goroutines at once.
type Claim struct {
	*Item
	spool *Spool
	file  File
}

// Claim takes a letter. Its error wraps ErrTaken, ErrGone or ErrDamaged where one of them is the reason.
func (s *Spool) Claim(id string) (*Claim, error) {
	c, err := s.claim(id)
	if err != nil {
		return nil, err
	}
	if err := c.read(); err != nil {
		c.Close()
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	return c, nil
}

// Remove takes a letter out of the spool, whatever its state, also one whose envelope is damaged.
func (s *Spool) Remove(id string) error {
	c, err := s.claim(id)
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Remove()
}

// claim takes a letter without reading what is known of it.
func (s *Spool) claim(id string) (*Claim, error) {
	if !isID(id) {
		return nil, fmt.Errorf("%.60q: %w", id, ErrGone)
	}
	path := s.path(id, envelopeFile)
	f, err := s.files().Open(path)
	if notExist(err) {
		return nil, fmt.Errorf("%s: %w", id, ErrGone)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	c := &Claim{Item: &Item{ID: id}, spool: s, file: f}
	if err := c.take(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	return c, nil
}

func (c *Claim) take() error {
	ok, err := c.file.Lock()
	switch {
	case err != nil:
		return err
	case !ok:
		return ErrTaken
	case !c.file.IsAt(c.path()): // its last owner was done with it
		return ErrGone
	}
	return nil
}

func (c *Claim) read() error {
	it, err := readItem(c.file)
	if err == nil && it.ID != c.ID {
		err = ErrDamaged // somebody renamed it
	}
	if err == nil {
		c.Item = it
	}
	return err
}

func (c *Claim) path() string { return c.spool.path(c.ID, envelopeFile) }

// write adds a record and makes it safe. A journal that ended in a torn line goes on with a new one.
func (c *Claim) write(r record) error {
	r.at = c.spool.now()
	text := r.String()
	if c.torn {
		text = "\n" + text
	}
	_, err := io.WriteString(c.file, text)
	c.torn = err != nil // what there is of the line is not known
	if err == nil {
		err = c.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("recording in the spool: %w", err)
	}
	c.apply(r)
	return nil
}

// Begin records that the recipients at places are about to be tried, before anybody is connected to: who dies now will not
// be back at once.
func (c *Claim) Begin(places []int, next time.Time) error {
	return c.write(record{verb: verbAttempt, places: places, next: next})
}

// Settle records what became of a recipient. What is lost of it means another try, never a letter that is forgotten; but who
// lives on knows it all the same, so that a full disk does not keep a letter that everybody has.
func (c *Claim) Settle(place int, o report.Outcome) error {
	r := record{verb: verbState, places: []int{place}, state: State(o.State), answer: answerOf(o)}
	defer c.apply(r)
	return c.write(r)
}

// Letter is the letter for the recipients at places. Its octets are held against their digest first: a torn or changed letter
// is ErrChanged.
func (c *Claim) Letter(places []int) (*letter.Letter, error) {
	f, err := c.spool.files().Open(c.spool.path(c.ID, letterFile))
	if notExist(err) {
		return nil, fmt.Errorf("%w: its file is gone", ErrChanged)
	}
	if err != nil {
		return nil, err
	}
	size, err := f.Size()
	if err == nil && size != c.Facts.Size {
		err = fmt.Errorf("%w: it has %d octets, not %d", ErrChanged, size, c.Facts.Size)
	}
	source := octets{f, c.Facts.Size}
	if err == nil {
		err = source.check(c.digest)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return letter.New(c.to(places), c.Facts, source, f), nil
}

// to is the envelope for the recipients at places.
func (c *Claim) to(places []int) letter.Envelope {
	e := c.Envelope
	e.Recipients = nil
	for _, place := range places {
		e.Recipients = append(e.Recipients, c.Envelope.Recipients[place])
	}
	return e
}

// original is the letter as its sender is told of it. Of one that was changed there is only what the envelope knows.
func (c *Claim) original() (*letter.Letter, error) {
	all := c.places(func(Recipient) bool { return true })
	l, err := c.Letter(all)
	if !errors.Is(err, ErrChanged) {
		return l, err
	}
	text := strings.NewReader("Message-ID: " + c.Facts.MessageID + "\r\n\r\n")
	return letter.New(c.to(all), letter.Facts{MessageID: c.Facts.MessageID, Size: text.Size()}, octets{text, text.Size()}), nil
}

// octets are those of a letter's file.
type octets struct {
	file io.ReaderAt
	size int64
}

const block = 64 << 10

func (o octets) WriteTo(w io.Writer) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{w}, io.NewSectionReader(o.file, 0, o.size), make([]byte, block))
}

// Reader makes the letter one that can be read (letter.Letter.Reader).
func (o octets) Reader() io.Reader { return io.NewSectionReader(o.file, 0, o.size) }

func (o octets) check(digest string) error {
	sum := sha256.New()
	if _, err := o.WriteTo(sum); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != digest {
		return ErrChanged
	}
	return nil
}

// Remove takes the letter out of the spool, whatever its state.
func (c *Claim) Remove() error {
	files := c.spool.files()
	err := files.Remove(c.path())
	if err == nil {
		err = files.SyncDir(c.spool.Dir) // the envelope first: a letter without one is nobody's
	}
	if err == nil {
		err = files.Remove(c.spool.path(c.ID, letterFile))
	}
	if notExist(err) { // somebody took it away already
		err = nil
	}
	if err != nil {
		return fmt.Errorf("removing %s from the spool: %w", c.ID, err)
	}
	return nil
}

// Hold keeps the letter from being tried until Release.
func (c *Claim) Hold() error    { return c.write(record{verb: verbHold}) }
func (c *Claim) Release() error { return c.write(record{verb: verbRelease}) }

// Retry makes the recipients due that match, and says how many that are.
func (c *Claim) Retry(match func(Recipient) bool) (int, error) {
	var places []int
	for i, r := range c.Recipients {
		if !r.State.Final() && match(r) {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return 0, nil
	}
	return len(places), c.write(record{verb: verbDue, places: places})
}

// Close gives the letter back.
func (c *Claim) Close() error { return c.file.Close() }
