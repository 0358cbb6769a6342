package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func notExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// Entry is something in the folder: a letter, or what is none and why.
type Entry struct {
	Name    string // of the letter, else of the file
	Item    *Item  // nil when it cannot be read
	Problem error  // why not
}

// halfMadeFor is how long a file that nobody finished is left alone, since somebody may be writing it.
const halfMadeFor = 36 * time.Hour

// names are the letters in the spool, the oldest first, and the files that are no part of one. A spool that is not there is
// empty.
func (s *Spool) names() (ids, strangers []string, err error) {
	if err := s.files().Owned(s.Dir); err != nil {
		if notExist(err) {
			return nil, nil, nil
		}
		return nil, nil, &Error{err, 78}
	}
	err = s.files().List(s.Dir, func(name string, _ time.Time) {
		id, isEnvelope := strings.CutSuffix(name, envelopeFile)
		switch {
		case isEnvelope && isID(id):
			ids = append(ids, id)
		case !ours(name):
			strangers = append(strangers, name)
		}
	})
	slices.Sort(ids)
	slices.Sort(strangers)
	return ids, strangers, err
}

// ours says whether the name is one that Add gives, half-made or not.
func ours(name string) bool {
	name = strings.TrimSuffix(name, halfMade)
	id, letter := strings.CutSuffix(name, letterFile)
	if !letter {
		id = strings.TrimSuffix(name, envelopeFile)
	}
	return id != name && isID(id)
}

// List shows every letter, the oldest first, and then what does not belong here. It holds one of them at a time.
func (s *Spool) List(each func(Entry) error) error {
	ids, strangers, err := s.names()
	if err != nil {
		return err
	}
	for _, id := range ids {
		item, err := s.Show(id)
		if errors.Is(err, ErrGone) {
			continue
		}
		if err := each(Entry{id, item, err}); err != nil {
			return err
		}
	}
	for _, name := range strangers {
		if err := each(Entry{name, nil, errors.New("it does not belong in the spool")}); err != nil {
			return err
		}
	}
	return nil
}

// Show reads an envelope, also of a letter that somebody works on.
func (s *Spool) Show(id string) (*Item, error) {
	if !isID(id) {
		return nil, ErrGone
	}
	f, err := s.files().Open(s.path(id, envelopeFile))
	if notExist(err) {
		return nil, ErrGone
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	it, err := readItem(f)
	if err == nil && it.ID != id {
		err = ErrDamaged
	}
	if err != nil {
		return nil, err
	}
	return it, nil
}

// Clean removes what nobody finished: files that are half-made, and letters without an envelope, all older than a day and a
// half. Nothing else is ever removed. Its error is no reason not to send what is there.
func (s *Spool) Clean() error {
	if err := s.files().Owned(s.Dir); err != nil {
		return nil
	}
	there, old := map[string]bool{}, []string{}
	err := s.files().List(s.Dir, func(name string, changed time.Time) {
		if ours(name) {
			there[name] = true
			if age := s.now().Sub(changed); age > halfMadeFor {
				old = append(old, name)
			}
		}
	})
	errs := []error{err}
	for _, name := range old {
		id, isLetter := strings.CutSuffix(name, letterFile)
		if strings.HasSuffix(name, halfMade) || isLetter && err == nil && !there[id+envelopeFile] {
			errs = append(errs, s.clear(name))
		}
	}
	return errors.Join(errs...)
}

func (s *Spool) clear(name string) error {
	if err := s.files().Remove(filepath.Join(s.Dir, name)); err != nil && !notExist(err) { // another runner was quicker
		return &Error{fmt.Errorf("cleaning the spool: %w", err), exitIO}
	}
	return nil
}
