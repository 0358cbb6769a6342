package command

import (
	"io"
	"math/rand/v2"
	"time"

	"mxsend/compose/intake"
	"mxsend/compose/letter"
)

// take takes in a letter, along with the form it has for servers that take no 8-bit text. Both forms are the same letter: the
// clock stands still and chance repeats itself between them.
func take(o intake.Order, source intake.Source) (*letter.Letter, []string, error) {
	var seed [32]byte
	if _, err := io.ReadFull(o.Random, seed[:]); err != nil {
		return nil, nil, err
	}
	now := o.Now()
	o.Now = func() time.Time { return now }
	o.Random = rand.NewChaCha8(seed)
	l, notes, err := o.Take(source)
	if err != nil || l.Facts.Signed || o.Downgrade {
		return l, notes, err
	}
	l.Recode = func() (*letter.Letter, error) {
		lighter := o
		lighter.Random, lighter.Downgrade = rand.NewChaCha8(seed), true
		form, _, err := lighter.Take(lent{source})
		return form, err
	}
	return l, notes, nil
}

// lent is a source that somebody else closes.
type lent struct{ intake.Source }

func (lent) Close() error { return nil }
