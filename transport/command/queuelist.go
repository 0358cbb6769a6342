package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"mxsend/transport/spool"
	"mxsend/transport/transcript"
)

// queueEntry is one letter of `queue list --json` and `queue show --json`; the names stay.
type queueEntry struct {
	ID         string            `json:"id"`
	Kind       spool.Kind        `json:"kind,omitempty"`
	Problem    string            `json:"problem,omitempty"`
	Arrived    time.Time         `json:"arrived,omitzero"`
	Expires    time.Time         `json:"expires,omitzero"`
	Size       int64             `json:"size,omitempty"`
	MessageID  string            `json:"messageId,omitempty"`
	Sender     string            `json:"sender"`
	Held       bool              `json:"held,omitempty"`
	Settings   map[string]string `json:"settings,omitempty"`
	Open       int               `json:"open"`
	Next       time.Time         `json:"next,omitzero"`
	Answer     string            `json:"lastAnswer,omitempty"`
	Recipients []queuedRecipient `json:"recipients,omitempty"`
}

type queuedRecipient struct {
	Recipient string      `json:"recipient"`
	State     spool.State `json:"state"`
	Attempts  int         `json:"attempts"`
	Last      time.Time   `json:"last,omitzero"`
	Next      time.Time   `json:"next,omitzero"`
	Host      string      `json:"host,omitempty"`
	Answer    string      `json:"answer,omitempty"`
}

func entryFor(e spool.Entry) queueEntry {
	if e.Item == nil {
		return queueEntry{ID: e.Name, Problem: e.Problem.Error()}
	}
	it := e.Item
	q := queueEntry{ID: it.ID, Kind: it.Terms.Kind, Arrived: it.Arrived, Expires: it.Expires(time.Now()), Size: it.Facts.Size,
		MessageID: it.Facts.MessageID, Sender: it.Envelope.Sender.String(), Held: it.Held, Settings: it.Terms.Settings}
	for _, r := range it.Recipients {
		q.add(r)
	}
	return q
}

func (q *queueEntry) add(r spool.Recipient) {
	one := queuedRecipient{Recipient: r.Address.String(), State: r.State, Attempts: r.Attempts, Last: r.Last, Host: r.Answer.Host, Answer: r.Answer.String()}
	if !r.State.Final() {
		one.Next = r.Next
		if q.Open == 0 || r.Next.Before(q.Next) {
			q.Next = r.Next
		}
		q.Open++
		q.Answer = one.Answer
	}
	q.Recipients = append(q.Recipients, one)
}

// listQueue shows a line a letter, and what does not belong there.
func listQueue(c *cli.Context, s *spool.Spool, _ []string) error {
	return listOr(c, s, "the queue is empty")
}

// listOr says of an empty queue what the caller expects.
func listOr(c *cli.Context, s *spool.Spool, empty string) error {
	if c.Bool("json") {
		entries := []queueEntry{}
		if err := s.List(func(e spool.Entry) error { entries = append(entries, entryFor(e)); return nil }); err != nil {
			return err
		}
		return output(writeJSON(c.App.Writer, entries))
	}
	n := 0
	err := s.List(func(e spool.Entry) error {
		n++
		_, err := fmt.Fprintln(c.App.Writer, entryFor(e).line(time.Now()))
		return output(err)
	})
	if err == nil && n == 0 {
		_, err = fmt.Fprintln(c.App.Writer, empty)
		err = output(err)
	}
	return err
}

// line is one letter: its name, age, size, sender, how many are open, what was said last and what comes next.
func (q queueEntry) line(now time.Time) string {
	if q.Problem != "" {
		return transcript.Escape(q.ID + "  " + q.Problem)
	}
	text := fmt.Sprintf("%s  %s old  %d octets  <%s>  ", q.ID, age(now.Sub(q.Arrived)), q.Size, q.Sender)
	switch {
	case q.Kind == spool.Kept:
		return text + "a notice that nobody could be sent; read it with: mxsend queue show --print " + q.ID
	case q.Held:
		text += fmt.Sprintf("%d open, held", q.Open)
	default:
		text += fmt.Sprintf("%d open, next try %s", q.Open, in(q.Next, now))
	}
	if q.Answer != "" {
		text += ": " + q.Answer
	}
	return transcript.Escape(text)
}

func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

func in(next, now time.Time) string {
	if !next.After(now) {
		return "now"
	}
	return "in " + age(next.Sub(now))
}

// details are all that is known of a letter, for people.
func (q queueEntry) details() string {
	var b strings.Builder
	say := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, transcript.Escape(value))
		}
	}
	say("id", q.ID)
	say("kind", string(q.Kind))
	say("message-id", q.MessageID)
	say("sender", "<"+q.Sender+">")
	say("size", fmt.Sprintf("%d octets", q.Size))
	say("arrived", q.Arrived.Local().Format(time.DateTime))
	say("given up", q.Expires.Local().Format(time.DateTime))
	if q.Held {
		say("held", "until it is released")
	}
	for _, word := range given(q.Settings) {
		say("flag", word)
	}
	for _, r := range q.Recipients {
		text := fmt.Sprintf("<%s> %s, tried %d times", r.Recipient, r.State, r.Attempts)
		if !r.Next.IsZero() {
			text += ", next " + r.Next.Local().Format(time.DateTime)
		}
		if r.Answer != "" {
			text += ": " + strings.TrimSpace(r.Host+" "+r.Answer)
		}
		say("recipient", text)
	}
	return b.String()
}
