package intake

import (
	"bytes"
	"strings"
)

// field is one field with the octets it came with, line ends made CRLF.
type field struct {
	name string
	raw  string
	line int
}

func (f field) is(name string) bool { return strings.EqualFold(f.name, name) }

// unfolded is the value in one line. RFC 5322 §2.2.3
func (f field) unfolded() string {
	_, value, _ := strings.Cut(f.raw, ":")
	return strings.Trim(strings.ReplaceAll(value, "\r\n", ""), " \t")
}

// mend makes of a field what can be sent: raw UTF-8 becomes encoded-words, so that every server takes it, and a line that is
// too long is folded. It does so where it was ordered only; no field of a signed letter is encoded. The note says what was
// done.
func (o Order) mend(f field, signed bool) (mended field, note string, err error) {
	if (o.Repair || o.MIME || o.Downgrade) && !signed && isRaw(f.raw) && !strings.Contains(f.raw, "=?") {
		// What cannot be written anew stays: the letter travels with SMTPUTF8 then. RFC 6532
		if made, err := rewritten(f); err == nil {
			f.raw = made
			return f, "encoded the 8-bit field " + f.name, nil
		}
	}
	if !o.Repair {
		return f, "", nil
	}
	f.raw, err = folded(f)
	return f, "", err
}

func isRaw(s string) bool {
	return bytes.ContainsFunc([]byte(s), func(r rune) bool { return r >= 0x80 })
}

// folded breaks lines that are too long, at the last white space that leaves something on both sides. RFC 5322 §2.2.3
func folded(f field) (string, error) {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(f.raw, "\r\n"), "\r\n") {
		for len(line) > maxLine {
			at := strings.LastIndexAny(line[:maxLine+1], " \t")
			if at <= 0 || isEmpty(line[:at]) || isEmpty(line[at:]) {
				return "", &Error{f.line, "the field " + f.name + " has a line of more than 998 octets without a blank to fold it at"}
			}
			b.WriteString(line[:at] + "\r\n")
			line = line[at:]
		}
		b.WriteString(line + "\r\n")
	}
	return b.String(), nil
}

// isEmpty: nothing but white space, or the name of the field and white space. RFC 5322 §3.2.2
func isEmpty(line string) bool {
	line = strings.Trim(line, " \t")
	return line == "" || strings.IndexByte(line, ':') == len(line)-1
}
