package header

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"time"

	"mxsend/compose/address"
)

// IDs writes Message-ID, In-Reply-To or References. Angle brackets are added where they are missing; the identifiers are
// never encoded, and lines are broken only between them (RFC 5322 §3.6.4, RFC 2047 §5). Its error is an *Error.
func IDs(name string, ids ...string) (Field, error) {
	if err := checkName(name); err != nil {
		return Field{}, err
	}
	if len(ids) == 0 {
		return Field{}, fail(name, "no message identifier")
	}
	f := Writer{}.folder(name)
	for _, id := range ids {
		id, err := NormalID(name, id)
		if err != nil {
			return Field{}, err
		}
		f.put(" ", id)
	}
	return f.field()
}

const maxID = maxLine - maxName - len(": <>")

// NormalID checks a message identifier for the field or flag name and puts it into angle brackets. Its error is an *Error.
// QUIRK: RFC 5322 §3.6.4 wants atoms on both sides of an @. Where a field refers to a letter that is already in the world,
// its identifier is taken as that letter has it, in its brackets, so that readers find the thread.
func NormalID(name, id string) (string, error) {
	id = strings.Trim(id, " \t")
	inner, bracketed := strings.CutPrefix(id, "<")
	if bracketed {
		if inner, bracketed = strings.CutSuffix(inner, ">"); !bracketed {
			return "", fail(name, "%q is no message identifier: it has no >", printable(id))
		}
	}
	for i := 0; i < len(inner); i++ {
		if c := inner[i]; c <= ' ' || c >= 0x7f || c == '<' || c == '>' {
			return "", fail(name, "%q is no message identifier: it holds %q", printable(id), printable(string(rune(c))))
		}
	}
	left, right, _ := strings.Cut(inner, "@")
	switch {
	case len(inner) > maxID:
		return "", fail(name, "a message identifier of more than %d octets", maxID)
	case isDotAtom(left) && (isDotAtom(right) || isLiteral(right)):
		return "<" + inner + ">", nil
	case bracketed && inner != "" && refers(name):
		return "<" + inner + ">", nil
	}
	return "", fail(name, "%q is no message identifier; write <left@right>", printable(id))
}

// refers says whether a field or flag of this name holds identifiers of other letters.
func refers(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "in-reply-to") || strings.HasSuffix(name, "references")
}

// isLiteral: RFC 5322 §3.6.4 no-fold-literal
func isLiteral(s string) bool {
	return len(s) > 2 && s[0] == '[' && s[len(s)-1] == ']' && !strings.ContainsAny(s[1:len(s)-1], `[]\`)
}

// SplitIDs cuts the value of References or In-Reply-To into its identifiers: at white space, at commas outside brackets,
// and between brackets that touch.
func SplitIDs(value string) []string {
	var ids []string
	for {
		value = strings.TrimLeft(value, " \t,")
		if value == "" {
			return ids
		}
		end := strings.IndexAny(value, " \t,")
		if value[0] == '<' {
			end = strings.IndexAny(value, " \t>")
			if end >= 0 && value[end] == '>' {
				end++
			}
		}
		if end < 0 {
			end = len(value)
		}
		ids = append(ids, value[:end])
		value = value[end:]
	}
}

const keptReferences = 20

// References are the identifiers of a thread: the old ones, then the one that is answered; the first is kept and the
// middle left out when there are more than twenty. RFC 5322 §3.6.4
func References(old []string, parent string) []string {
	all := append([]string{}, old...)
	if parent != "" && (len(all) == 0 || all[len(all)-1] != parent) {
		all = append(all, parent)
	}
	if len(all) > keptReferences {
		all = append(all[:1], all[len(all)-keptReferences+1:]...)
	}
	return all
}

// NewID makes a message identifier: the time and 80 random bits to the left, the domain of the sender to the right, so that
// it is unique and tells nothing of this host. RFC 5322 §3.6.4
func NewID(d address.Domain, now time.Time, random io.Reader) (string, error) {
	if d.IsZero() {
		return "", fmt.Errorf("making a message identifier: no domain")
	}
	var bits [10]byte
	if _, err := io.ReadFull(random, bits[:]); err != nil {
		return "", fmt.Errorf("making a message identifier: %w", err)
	}
	unique := base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(bits[:])
	return fmt.Sprintf("<%s.%s@%s>", now.UTC().Format("20060102150405"), strings.ToLower(unique), d), nil
}
