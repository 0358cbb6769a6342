package compose

import (
	"bytes"
	"strings"

	"github.com/emersion/go-message/textproto"

	"mxsend/compose/header"
)

const maxLine = 998 // octets without CRLF. RFC 5322 §2.1.1

// check looks at every header block of the letter as it will stand in it. What it finds is a mistake of this program, not
// of its user, whose words were checked before; but a letter that holds one must not leave.
func (m *message) check() error {
	if err := checkFields(m.fields); err != nil {
		return err
	}
	return m.body.checkChildren()
}

func (p *part) checkChildren() error {
	for _, child := range p.children {
		if err := checkFields(child.fields); err != nil {
			return err
		}
		if err := child.checkChildren(); err != nil {
			return err
		}
	}
	return nil
}

func checkFields(fields []header.Field) error {
	var b bytes.Buffer
	if err := textproto.WriteHeader(&b, raw(fields)); err != nil {
		return mistake("%v", err)
	}
	return checkBlock(b.String())
}

// checkBlock: every line is a field or the fold of one, none is empty or of white space only before the empty line that
// ends the block, and none is too long. RFC 5322 §2.2, §2.2.3, §3.2.2
func checkBlock(block string) error {
	lines, ended := strings.CutSuffix(block, "\r\n\r\n")
	if !ended {
		return mistake("a header block without its end")
	}
	for i, line := range strings.Split(lines, "\r\n") {
		switch {
		case strings.ContainsAny(line, "\r\n\x00"):
			return mistake("the header line %q holds a line end", line)
		case strings.Trim(line, " \t") == "":
			return mistake("an empty line %d in the header", i+1)
		case len(line) > maxLine:
			return mistake("the header line %q is too long", line[:20])
		case line[0] == ' ' || line[0] == '\t':
			if i == 0 {
				return mistake("the header begins with the fold %q", line)
			}
		case !isField(line):
			return mistake("the header line %q is no field", line)
		}
	}
	return nil
}

// isField: a name of printable ASCII, then a colon. RFC 5322 §2.2
func isField(line string) bool {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == ':':
			return i > 0
		case c <= ' ' || c > '~':
			return false
		}
	}
	return false
}
