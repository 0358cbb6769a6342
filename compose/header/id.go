package header

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"time"

	"mxsend/compose/address"
)

// Date writes a date in the zone of t. RFC 5322 §3.3
func Date(name string, t time.Time) (Field, error) {
	if y := t.Year(); y < 1900 || y > 9999 {
		return Field{}, fail(name, "the year %d", y)
	}
	return Text(name, t.Format("Mon, 2 Jan 2006 15:04:05 -0700"))
}

// IDs writes Message-ID, In-Reply-To or References. Angle brackets are added where they are missing; the identifiers are
// never encoded, and lines are broken only between them. RFC 5322 §3.6.4
func IDs(name string, ids ...string) (Field, error) {
	if err := checkName(name); err != nil {
		return Field{}, err
	}
	f := newFolder(name)
	for _, id := range ids {
		id, err := NormalID(name, id)
		if err != nil {
			return Field{}, err
		}
		f.put(" ", id)
	}
	if len(ids) == 0 {
		return Field{}, fail(name, "no message identifier")
	}
	return f.field()
}

// NormalID checks one message identifier and puts it into angle brackets.
func NormalID(name, id string) (string, error) {
	inner := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(id), "<"), ">")
	left, right, found := strings.Cut(inner, "@")
	if !found || left == "" || right == "" || strings.Contains(right, "@") {
		return "", fail(name, "%q is no message identifier; write <left@right>", printable(id))
	}
	for i := 0; i < len(inner); i++ {
		if c := inner[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`<>()\",;`, c) >= 0 {
			return "", fail(name, "%q is no message identifier: it holds %q", printable(id), c)
		}
	}
	if len(inner) > maxLine-maxName {
		return "", fail(name, "a message identifier of more than %d octets", maxLine-maxName)
	}
	return "<" + inner + ">", nil
}

// SplitIDs cuts the value of References or In-Reply-To into its identifiers.
func SplitIDs(value string) []string { return strings.Fields(strings.ReplaceAll(value, ",", " ")) }

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
	var bits [10]byte
	if _, err := io.ReadFull(random, bits[:]); err != nil {
		return "", fmt.Errorf("making a message identifier: %w", err)
	}
	unique := base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(bits[:])
	return fmt.Sprintf("<%s.%s@%s>", now.UTC().Format("20060102150405"), strings.ToLower(unique), d), nil
}

// URIs writes a list field such as List-Unsubscribe: URIs in angle brackets, never encoded, lines broken between them.
// RFC 2369 §2
func URIs(name string, uris ...string) (Field, error) {
	if err := checkName(name); err != nil {
		return Field{}, err
	}
	f := newFolder(name)
	for i, uri := range uris {
		uri = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(uri), "<"), ">")
		if !strings.Contains(uri, ":") || strings.ContainsAny(uri, "<> \t\r\n,\"") || !isASCII(uri) || CheckText(name, uri) != nil {
			return Field{}, fail(name, "%q is no URI", printable(uri))
		}
		f.put(" ", "<"+uri+">"+comma(i < len(uris)-1))
	}
	if len(uris) == 0 {
		return Field{}, fail(name, "no URI")
	}
	return f.field()
}
