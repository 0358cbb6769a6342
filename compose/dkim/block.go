package dkim

import (
	"io"
	"strings"
)

// field is one field of the header as it stands in the letter, its last CRLF left out.
type field struct {
	name string
	raw  string
}

// cut takes a header apart. What is no field and no fold of one gets no name, so that nobody signs it.
func cut(header []byte) []field {
	var fields []field
	for line := range strings.SplitSeq(strings.TrimSuffix(string(header), crlf), crlf) {
		if n := len(fields); n > 0 && len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
			fields[n-1].raw += crlf + line
			continue
		}
		name, _, found := strings.Cut(line, ":")
		if !found {
			name = ""
		}
		fields = append(fields, field{strings.TrimRight(name, " \t"), line})
	}
	return fields
}

// body is the value with its folds undone. RFC 5322 §2.2.3
func (f field) body() string {
	_, value, _ := strings.Cut(f.raw, ":")
	return strings.Trim(strings.ReplaceAll(value, "\r\n", ""), " \t")
}

// canonical is the relaxed form, without its CRLF: the name in lower case, folds undone, runs of blanks made one space, and
// none at either end of the value. RFC 6376 §3.4.2
func (f field) canonical() string {
	_, value, _ := strings.Cut(f.raw, ":")
	words := strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' })
	return strings.ToLower(f.name) + ":" + strings.Join(words, " ")
}

// Fields that make what a reader sees are signed once more than they stand there, so that none can be added on the way:
// RFC 6376 §8.15. The others are signed where they stand. Not signed is what servers write or change (Received,
// Return-Path), and what others signed.
const (
	sealed = "From To Cc Subject Date Message-ID Reply-To MIME-Version Content-Type"
	known  = "Sender In-Reply-To References Content-Transfer-Encoding Content-ID Content-Description Content-Disposition " +
		"Content-Language Auto-Submitted Feedback-ID List-ID List-Unsubscribe List-Unsubscribe-Post List-Help List-Subscribe " +
		"List-Owner List-Post List-Archive"
)

// names lists what is signed: h=. A name stands there as often as the field is signed. RFC 6376 §5.4.2, RFC 8058 §4
func names(fields []field) []string {
	var list []string
	add := func(name string, more int) {
		for range count(fields, name) + more {
			list = append(list, name)
		}
	}
	for name := range strings.FieldsSeq(sealed) {
		add(name, 1)
	}
	for name := range strings.FieldsSeq(known) {
		add(name, 0)
	}
	return list
}

func count(fields []field, name string) int {
	n := 0
	for _, f := range fields {
		if strings.EqualFold(f.name, name) {
			n++
		}
	}
	return n
}

// writeSigned writes the canonical form of the fields that the names choose: of several with one name, the last that is
// left; of none, nothing. w is a hash, which never fails. RFC 6376 §5.4.2, §3.7
func writeSigned(w io.Writer, fields []field, names []string) {
	taken := make([]bool, len(fields))
	for _, name := range names {
		for i := len(fields) - 1; i >= 0; i-- {
			if taken[i] || !strings.EqualFold(fields[i].name, name) {
				continue
			}
			taken[i] = true
			io.WriteString(w, fields[i].canonical()+crlf)
			break
		}
	}
}
