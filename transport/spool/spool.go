// Package spool keeps letters until every recipient has an answer.
//
// In comes a letter with its Terms: where it is to go through, and for how long it is tried.
//
//  1. Spool.Add writes its octets and its envelope aside, syncs both, gives them their names and syncs the folder. Then, and
//     only then, the letter is promised. With Terms.Aside its first try is left to whoever added it.
//  2. Spool.Claim takes a letter for one runner; the lock is the kernel's and goes away with its owner.
//  3. Runner.Run goes through what is due, Runner.Watch does so again and again; Runner.Attempt records the attempt, carries
//     the letter to the recipients that are due, and records what becomes of each as soon as it is certain (Claim.Settle),
//     before the server is said goodbye to.
//  4. Who was refused, or could not be reached in time, is told about: the notice is in the spool itself before that is
//     recorded (tell.go).
//  5. A letter whose recipients all have an answer that was told is removed: the envelope first.
//
// Out go the letters, through Runner.Carry, and notices, made by Runner.Notice.
//
// A letter is two files. ID.letter has its octets. ID.envelope is text (envelope.go): a head that never changes, with a digest
// of itself and of the letter; then the journal (journal.go), a line for everything that happened, each with a checksum. A
// line that is torn is as if it had never been written.
//
//	half-made ──Add──► open ──attempt──► delivered ─────────────────┐
//	 (no envelope)      ▲ └──────────────► failed ───┐               ├──► removed
//	                    │                  expired ──┴──told────────┘
//	                    └── deferred, unknown, put off
//
// Guaranteed: a letter for which Add returned is sent to each recipient at least once, or somebody is told, or its files are
// still there; never torn, always with the same octets. After kill -9, a full disk or an error of the disk the next run goes
// on from the last record. A recipient gets a second copy only if the process ends between the server's reply and the record of
// it, or if the reply was lost. The guarantee ends where the file system's does: where fsync lies, and where somebody else
// changes the files.
//
// RFC 5321 §4.5.4.1 (retries), RFC 3461 (who is told). Not supported: a spool that several users share, and one on a file
// system of the network without locks. A relay's password is never kept, the account's name is.
package spool

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"mxsend/compose/letter"
)

// Spool is a folder of letters. Dir is needed; the zero value of every other field serves.
type Spool struct {
	Dir    string
	FS     FS               // nil: the system's files
	Now    func() time.Time // nil: time.Now
	Random io.Reader        // for names; nil: crypto/rand
}

// Kind is what a letter in the spool is.
type Kind string

const (
	Letter Kind = "letter"
	Notice Kind = "notice" // to a sender, about a letter
	Kept   Kind = "kept"   // a notice that nobody can be sent: it waits to be read
)

// Terms are how a letter is to be carried.
type Terms struct {
	Kind       Kind              // empty: Letter
	Settings   map[string]string // how it travels, in words of the owner's choice: names of accounts, never a secret
	Expiry     time.Duration     // from its arrival; 0: five days. RFC 5321 §4.5.4.1
	DelayAfter time.Duration     // when its sender is told that it is late; 0: never
	Aside      bool              // whoever adds it tries it at once himself (Mode.All); others let it be for the first pause
}

const defaultExpiry = 5 * 24 * time.Hour

const (
	letterFile   = ".letter"
	envelopeFile = ".envelope"
	halfMade     = ".new"
)

// Add makes a letter safe and gives its name in the spool. Without an error, the promise holds; with one, nothing
// is kept, unless the disk does not even let go of it.
func (s *Spool) Add(ctx context.Context, l *letter.Letter, t Terms) (id string, err error) {
	if err := s.open(); err != nil {
		return "", err
	}
	id, err = s.newID()
	if err != nil {
		return "", err
	}
	if err := s.add(ctx, id, l, t); err != nil {
		s.takeBack(id)
		return "", unkept(err)
	}
	return id, nil
}

// unkept is the error of a letter that could not be made safe.
func unkept(err error) error {
	var coded interface{ ExitCode() int }
	e := &Error{fmt.Errorf("keeping the letter in the spool: %w", err), exitIO}
	switch {
	case errors.Is(err, context.Canceled):
		e.Code = 75
	case errors.As(err, &coded): // the letter's own trouble: a file that changed
		e.Code = coded.ExitCode()
	}
	return e
}

// takeBack removes what there is of a letter that is not promised: the envelope first, and where that cannot be done nothing,
// since an envelope without its letter would stay for ever.
func (s *Spool) takeBack(id string) {
	if err := s.files().Remove(s.path(id, envelopeFile)); err != nil && !notExist(err) {
		return
	}
	for _, leftover := range []string{letterFile, letterFile + halfMade, envelopeFile + halfMade} {
		s.files().Remove(s.path(id, leftover))
	}
}

func (s *Spool) add(ctx context.Context, id string, l *letter.Letter, t Terms) error {
	sum := sha256.New()
	err := s.write(id+letterFile, func(w io.Writer) error {
		_, err := l.WriteTo(io.MultiWriter(untilDone{ctx, w}, sum))
		return err
	})
	if err != nil {
		return err
	}
	head := newHead(id, l, t)
	head.Arrived, head.Digest = s.now(), hex.EncodeToString(sum.Sum(nil))
	text, err := head.text()
	if err == nil {
		_, err = readHead(bufio.NewReader(strings.NewReader(text))) // who cannot be read cannot be promised anything
	}
	if err != nil {
		return err
	}
	if t.Aside {
		text += head.aside().String()
	}
	return s.write(id+envelopeFile, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// aside puts the first try by others off.
func (h head) aside() record {
	r := record{at: h.Arrived, verb: verbPutOff, next: h.Arrived.Add(firstPause)}
	for place := range h.Envelope.Recipients {
		r.places = append(r.places, place)
	}
	return r
}

// write makes a file under another name and gives it its name when it is whole and safe.
func (s *Spool) write(name string, fill func(io.Writer) error) error {
	path := filepath.Join(s.Dir, name)
	f, err := s.files().Create(path + halfMade)
	if err != nil {
		return err
	}
	err = fill(f)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := s.files().Rename(path+halfMade, path); err != nil {
		return err
	}
	return s.files().SyncDir(s.Dir)
}

// untilDone stops writing when ctx ends.
type untilDone struct {
	ctx context.Context
	io.Writer
}

func (u untilDone) Write(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.Writer.Write(p)
}

// open makes the folder, and refuses one that somebody else can get at.
func (s *Spool) open() error {
	if err := s.files().Mkdir(s.Dir); err != nil {
		return &Error{fmt.Errorf("the spool: %w", err), 73}
	}
	if err := s.files().Owned(s.Dir); err != nil {
		return &Error{fmt.Errorf("the spool %s: %w", s.Dir, err), 78}
	}
	return nil
}

const exitIO = 74 // EX_IOERR of sysexits(3)

// Error is a spool that cannot be used.
type Error struct {
	Cause error
	Code  int
}

func (e *Error) Error() string { return e.Cause.Error() }
func (e *Error) Unwrap() error { return e.Cause }

// ExitCode is one of sysexits(3).
func (e *Error) ExitCode() int { return e.Code }

// newID sorts by time, and nobody can guess it.
func (s *Spool) newID() (string, error) {
	random := s.Random
	if random == nil {
		random = rand.Reader
	}
	var bits [10]byte
	if _, err := io.ReadFull(random, bits[:]); err != nil {
		return "", fmt.Errorf("naming the letter: %w", err)
	}
	return s.now().UTC().Format("20060102T150405") + "-" + strings.ToLower(base32.StdEncoding.EncodeToString(bits[:])), nil
}

// isID says whether name is one of ours: nothing else is ever made a path of.
func isID(name string) bool {
	moment, random, found := strings.Cut(name, "-")
	if _, err := time.Parse("20060102T150405", moment); err != nil || !found || len(random) != 16 {
		return false
	}
	return strings.Trim(random, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

func (s *Spool) path(id, kind string) string { return filepath.Join(s.Dir, id+kind) }

func (s *Spool) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Spool) files() FS {
	if s.FS == nil {
		return system{}
	}
	return s.FS
}
