package command

import (
	"path/filepath"
	"slices"
	"strings"
)

// sendmailOptions are what callers of sendmail(8) say. Everything else they say means nothing here and is passed over.
type sendmailOptions struct {
	mode       string // the letter after -b; "m" unless given
	fields     bool   // -t
	ignoreDots bool   // -i, -oi
	from       string // -f, -r
	fullName   string // -F
	notify     string // -N
	ret, id    string // -R, -V
	verbose    bool   // -v
	later      bool   // -odq: queue only
	every      string // of -q30m, which asks for a server
	recipients []string
}

// Options by the form of their value: a word glued to the letter or the next one; glued only; none.
const (
	withValue = "BCDFLMNOQRSTVXfhpr"
	gluedOnly = "AEbdoq"
	bare      = "GUimnstvx"
)

// parseSendmail reads a command line of sendmail, mailq or newaliases. Options may stand after recipients, may be glued to
// their value and to each other, and "--" ends them.
func parseSendmail(args []string) (sendmailOptions, error) {
	o := sendmailOptions{mode: "m"}
	switch filepath.Base(args[0]) {
	case "mailq":
		o.mode = "p"
	case "newaliases":
		o.mode = "i"
	}
	args = args[1:]
	if len(args) > 0 && args[0] == "sendmail" {
		args = args[1:]
	}
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		switch {
		case word == "--":
			o.recipients = append(o.recipients, args...)
			return o, nil
		case len(word) < 2 || word[0] != '-':
			o.recipients = append(o.recipients, word)
		default:
			var err error
			if args, err = o.word(word[1:], args); err != nil {
				return o, err
			}
		}
	}
	return o, nil
}

// word takes the letters of one word, and its value from the words that follow where it has one.
func (o *sendmailOptions) word(letters string, rest []string) ([]string, error) {
	for i := 0; i < len(letters); i++ {
		letter, value := letters[i], letters[i+1:]
		switch {
		case strings.IndexByte(bare, letter) >= 0:
			o.set(letter, "")
			continue
		case strings.IndexByte(gluedOnly, letter) >= 0:
			o.set(letter, value)
		case strings.IndexByte(withValue, letter) < 0:
			return nil, usage("sendmail: unknown option -%c", letter)
		case value != "":
			o.set(letter, value)
		case len(rest) == 0:
			return nil, usage("sendmail: -%c needs a value", letter)
		default:
			o.set(letter, rest[0])
			rest = rest[1:]
		}
		break
	}
	return rest, nil
}

func (o *sendmailOptions) set(letter byte, value string) {
	switch letter {
	case 't':
		o.fields = true
	case 'i':
		o.ignoreDots = true
	case 'v':
		o.verbose = true
	case 'f', 'r':
		if o.from = value; value == "" {
			o.from = "<>" // an empty word is the null reverse-path, and not who runs us
		}
	case 'F':
		o.fullName = strings.Trim(value, `"`)
	case 'N':
		o.notify = value
	case 'R':
		o.ret = value
	case 'V':
		o.id = value
	case 'q':
		o.mode, o.every = "q", value
	case 'b':
		o.mode = value
	case 'o':
		o.later = value == "dq" || value == "dd" || o.later && !strings.HasPrefix(value, "d")
		o.ignoreDots = o.ignoreDots || value == "i" || slices.Contains([]string{"iTrue", "itrue", "i=True"}, value)
	case 'O':
		o.ignoreDots = o.ignoreDots || strings.EqualFold(value, "IgnoreDots") || strings.EqualFold(value, "IgnoreDots=True")
	}
}

// notices are the wishes of -N, -R and -V; words that RFC 3461 does not know mean nothing, nor do wishes that cannot be had: NEVER
// among others (§4.1), and a name that is too long (§4.4). Nobody could be told.
func (o sendmailOptions) notices() notices {
	var n notices
	if isEnvelopeID(o.id) {
		n.id = o.id
	}
	for word := range strings.SplitSeq(strings.ToUpper(o.notify), ",") {
		if slices.Contains([]string{"NEVER", "SUCCESS", "FAILURE", "DELAY"}, word) && !slices.Contains(n.notify, word) {
			n.notify = append(n.notify, word)
		}
	}
	if len(n.notify) > 1 {
		n.notify = slices.DeleteFunc(n.notify, func(word string) bool { return word == "NEVER" })
	}
	if ret := strings.ToUpper(o.ret); ret == "FULL" || ret == "HDRS" {
		n.ret = ret
	}
	return n
}
