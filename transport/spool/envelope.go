package spool

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// head is the part of an envelope that never changes.
type head struct {
	ID       string
	Arrived  time.Time
	Terms    Terms
	Envelope letter.Envelope
	Facts    letter.Facts
	Digest   string // of the letter: SHA-256
}

const (
	heading = "mxsend spool 1" // what it is, and the version of the format
	maxHead = 16 << 20         // octets of a head
)

func newHead(id string, l *letter.Letter, t Terms) head {
	if t.Kind == "" {
		t.Kind = Letter
	}
	if t.Expiry <= 0 {
		t.Expiry = defaultExpiry
	}
	return head{ID: id, Terms: t, Envelope: l.Envelope, Facts: l.Facts}
}

// text is the head as it stands in the file, with its digest at the end.
func (h head) text() (string, error) {
	var b strings.Builder
	fmt.Fprintln(&b, heading)
	for _, line := range h.lines() {
		if strings.ContainsAny(line[1], "\r\n\x00") {
			return "", fmt.Errorf("%s holds what ends a line", line[0])
		}
		fmt.Fprintf(&b, "%s: %s\n", line[0], line[1])
	}
	text := b.String() + "digest: " + digest(b.String()) + "\n"
	if len(text) > maxHead {
		return "", fmt.Errorf("its envelope is longer than %d MiB", maxHead>>20)
	}
	return text, nil
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// lines are names and values. What is zero is left out.
func (h head) lines() [][2]string {
	lines := [][2]string{
		{"id", h.ID}, {"kind", string(h.Terms.Kind)}, {"arrived", h.Arrived.UTC().Format(time.RFC3339)},
		{"expiry", h.Terms.Expiry.String()}, {"message-id", h.Facts.MessageID}, {"size", strconv.FormatInt(h.Facts.Size, 10)},
		{"sha256", h.Digest}, {"longest-line", strconv.Itoa(h.Facts.LongestLine)},
	}
	if h.Terms.DelayAfter > 0 {
		lines = append(lines, [2]string{"delay-after", h.Terms.DelayAfter.String()})
	}
	var facts []string
	for _, fact := range factWords {
		if *fact.of(&h) {
			facts = append(facts, fact.word)
		}
	}
	lines = append(lines, [2]string{"facts", strings.Join(facts, " ")}, [2]string{"sender", "<" + h.Envelope.Sender.String() + ">"},
		[2]string{"ret", h.Envelope.Ret}, [2]string{"envid", h.Envelope.ID})
	for _, name := range slices.Sorted(maps.Keys(h.Terms.Settings)) {
		lines = append(lines, [2]string{"setting", name + " " + h.Terms.Settings[name]})
	}
	for _, r := range h.Envelope.Recipients {
		lines = append(lines, [2]string{"recipient", "<" + r.Address.String() + ">"})
		lines = append(lines, [2]string{"notify", strings.Join(r.Notify, " ")}, [2]string{"original", r.Original})
	}
	return slices.DeleteFunc(lines, func(line [2]string) bool { return line[1] == "" })
}

// factWords are the words of the facts that are true or not.
var factWords = [...]struct {
	word string
	of   func(*head) *bool
}{
	{"8bit", func(h *head) *bool { return &h.Facts.Has8bit }},
	{"utf8", func(h *head) *bool { return &h.Facts.NeedsUTF8 }},
	{"signed", func(h *head) *bool { return &h.Facts.Signed }},
	{"binary", func(h *head) *bool { return &h.Facts.Binary }},
	{"require-tls", func(h *head) *bool { return &h.Envelope.RequireTLS }},
}

// ErrDamaged is an envelope that cannot be read: whose letter it is, and who has it, is not known.
var ErrDamaged = errors.New("not an envelope of this spool")

// readHead takes the head from the start of an envelope. One octet that differs from what was written makes it none.
func readHead(r *bufio.Reader) (head, error) {
	var body strings.Builder
	for {
		line, whole, err := readLine(r, maxHead-body.Len())
		sum, last := strings.CutPrefix(line, "digest: ")
		switch {
		case err != nil && err != io.EOF:
			return head{}, err
		case !whole:
			return head{}, fmt.Errorf("%w: it is torn", ErrDamaged)
		case body.Len() == 0 && line != heading+"\n":
			return head{}, ErrDamaged
		case last && strings.TrimSuffix(sum, "\n") != digest(body.String()):
			return head{}, fmt.Errorf("%w: it was changed", ErrDamaged)
		case last:
			return parseHead(body.String())
		}
		body.WriteString(line)
	}
}

func parseHead(body string) (h head, err error) {
	for line := range strings.Lines(body) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		if err := h.set(name, value); err != nil {
			return head{}, fmt.Errorf("%w: %s: %w", ErrDamaged, name, err)
		}
	}
	if !isID(h.ID) || len(h.Envelope.Recipients) == 0 {
		return head{}, ErrDamaged
	}
	return h, nil
}

// readLine gives a line with its end. It is not whole when it has none, or more octets than limit; then the rest is passed over.
func readLine(r *bufio.Reader, limit int) (line string, whole bool, err error) {
	var b strings.Builder
	for {
		piece, err := r.ReadSlice('\n')
		if b.Len() <= limit {
			b.Write(piece)
		}
		if err != bufio.ErrBufferFull {
			return b.String(), err == nil && b.Len() <= limit, err
		}
	}
}

// set takes one line. What is not known is left alone: the digest vouches for it.
func (h *head) set(name, value string) (err error) {
	switch name {
	case "id":
		h.ID = value
	case "kind":
		h.Terms.Kind = Kind(value)
	case "arrived":
		h.Arrived, err = time.Parse(time.RFC3339, value)
	case "expiry":
		h.Terms.Expiry, err = time.ParseDuration(value)
	case "delay-after":
		h.Terms.DelayAfter, err = time.ParseDuration(value)
	case "message-id":
		h.Facts.MessageID = value
	case "size":
		h.Facts.Size, err = strconv.ParseInt(value, 10, 64)
	case "sha256":
		h.Digest = value
	case "longest-line":
		h.Facts.LongestLine, err = strconv.Atoi(value)
	case "facts":
		h.setFacts(value)
	default:
		err = h.setEnvelope(name, value)
	}
	return err
}

func (h *head) setFacts(value string) {
	for _, fact := range factWords {
		*fact.of(h) = slices.Contains(strings.Fields(value), fact.word)
	}
}

func (h *head) setEnvelope(name, value string) (err error) {
	e := &h.Envelope
	switch name {
	case "sender":
		if value != "<>" {
			e.Sender, err = address.Parse(value)
		}
	case "ret":
		e.Ret = value
	case "envid":
		e.ID = value
	case "setting":
		if h.Terms.Settings == nil {
			h.Terms.Settings = map[string]string{}
		}
		setting, word, _ := strings.Cut(value, " ")
		h.Terms.Settings[setting] = word
	case "recipient":
		var a address.Address
		a, err = address.Parse(value)
		e.Recipients = append(e.Recipients, letter.Recipient{Address: a})
	case "notify", "original":
		err = h.setWish(name, value)
	}
	return err
}

// setWish is about the recipient that was named last.
func (h *head) setWish(name, value string) error {
	n := len(h.Envelope.Recipients)
	if n == 0 {
		return errors.New("it is about nobody")
	}
	last := &h.Envelope.Recipients[n-1]
	if name == "original" {
		last.Original = value
		return nil
	}
	last.Notify = strings.Fields(value)
	return nil
}
