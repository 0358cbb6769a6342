package command

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"mxsend/compose/address"
	"mxsend/transport/spool"
)

// retryQueued takes names of letters, and domains.
func retryQueued(c *cli.Context, s *spool.Spool, words []string) error {
	domains := map[address.Domain]bool{}
	var errs []error
	var done []string
	for _, word := range words {
		d, err := address.ParseDomain(word)
		_, unknown := s.Show(word)
		switch {
		case unknown == nil:
			done = append(done, word)
			errs = append(errs, queueError(word, onQueued(s, due(func(spool.Recipient) bool { return true }))(word)))
		case !errors.Is(unknown, spool.ErrGone):
			errs = append(errs, queueError(word, unknown))
		case err != nil || !strings.Contains(word, "."):
			errs = append(errs, queueError(word, spool.ErrGone))
		default:
			domains[d] = true
		}
	}
	found, err := retryDomains(c.Context, s, domains)
	return errors.Join(append(errs, err, touched(c, s, append(done, found...)))...)
}

func due(match func(spool.Recipient) bool) func(*spool.Claim) error {
	return func(claim *spool.Claim) error {
		_, err := claim.Retry(match)
		return err
	}
}

func retryDomains(ctx context.Context, s *spool.Spool, domains map[address.Domain]bool) (found []string, err error) {
	var errs []error
	err = s.List(func(e spool.Entry) error {
		to := func(r spool.Recipient) bool { return domains[r.Address.Domain] }
		if e.Item != nil && slices.ContainsFunc(e.Item.Recipients, to) {
			found = append(found, e.Name)
			errs = append(errs, queueError(e.Name, onQueued(s, due(to))(e.Name)))
		}
		return ctx.Err()
	})
	return found, errors.Join(append(errs, err)...)
}

func holdQueued(c *cli.Context, s *spool.Spool, ids []string) error {
	return onEach(c, s, ids, onQueued(s, (*spool.Claim).Hold))
}

func releaseQueued(c *cli.Context, s *spool.Spool, ids []string) error {
	return onEach(c, s, ids, onQueued(s, (*spool.Claim).Release))
}

func removeQueued(c *cli.Context, s *spool.Spool, ids []string) error {
	return onEach(c, s, ids, s.Remove)
}

func onEach(c *cli.Context, s *spool.Spool, ids []string, do func(id string) error) error {
	var errs []error
	var done []string
	for _, id := range ids {
		err := queueError(id, do(id))
		if err == nil {
			done = append(done, id)
		}
		errs = append(errs, err)
	}
	return errors.Join(append(errs, touched(c, s, done))...)
}

// touched tells machines how the letters are now; of one that was removed there is its name only.
func touched(c *cli.Context, s *spool.Spool, ids []string) error {
	if !c.Bool("json") {
		return nil
	}
	entries := []queueEntry{}
	for _, id := range ids {
		it, err := s.Show(id)
		entry := queueEntry{ID: id}
		if err == nil {
			entry = entryFor(spool.Entry{Name: id, Item: it})
		}
		entries = append(entries, entry)
	}
	return output(writeJSON(c.App.Writer, entries))
}

func onQueued(s *spool.Spool, do func(*spool.Claim) error) func(id string) error {
	return func(id string) error {
		claim, err := s.Claim(id)
		if err != nil {
			return err
		}
		defer claim.Close()
		return do(claim)
	}
}
