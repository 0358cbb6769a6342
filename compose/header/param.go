package header

import "strings"

// Param is a parameter of a structured field.
type Param struct {
	Name, Value string
	// Legacy writes a value that is not ASCII as encoded-words in quotes, which RFC 2047 §5 forbids.
	// QUIRK: Outlook and older Exchange importers read the name of an attachment only so, from the name parameter of
	// Content-Type; the parameter by the rules stands beside it, in Content-Disposition.
	Legacy bool
}

// Structured writes a value with parameters, such as Content-Type. A parameter that is not ASCII follows RFC 2231. Its error
// is an *Error.
func (w Writer) Structured(name, value string, params ...Param) (Field, error) {
	if err := checkName(name); err != nil {
		return Field{}, err
	}
	if err := checkValue(name, value); err != nil {
		return Field{}, err
	}
	f := w.folder(name)
	f.put(" ", value)
	for _, p := range params {
		if !isAttribute(p.Name) {
			return Field{}, fail(name, "%q is no name of a parameter", printable(p.Name))
		}
		if err := CheckShown(name, p.Value); err != nil {
			return Field{}, err
		}
		f.glue(";")
		f.param(p)
	}
	return f.field()
}

// Structured writes a value with parameters with the zero Writer.
func Structured(name, value string, params ...Param) (Field, error) {
	return Writer{}.Structured(name, value, params...)
}

// checkValue: one token, or two with a slash between them. RFC 2045 §5.1
func checkValue(name, value string) error {
	if err := CheckText(name, value); err != nil {
		return err
	}
	kind, sub, slash := strings.Cut(value, "/")
	if !isToken(kind) || slash && !isToken(sub) {
		return fail(name, "%q is no value; write it as type/subtype, without parameters", printable(value))
	}
	return nil
}

// maxWhole is how many octets of ASCII stay in one piece.
// QUIRK: RFC 2231 §3 would continue a long name on the next line; Outlook and Notes do not join the pieces and show the
// attachment without its name. Beyond this length no line holds them.
const maxWhole = 200

func (f *folder) param(p Param) {
	// What looks like an encoded-word is decoded by lax readers even here, so it is written in the form that none mistakes.
	plain := (isASCII(p.Value) || f.UTF8) && !strings.Contains(p.Value, "=?")
	switch {
	case plain && isToken(p.Value) && !mayConfuse(p.Value):
		f.put(" ", p.Name+"="+p.Value)
	case p.Legacy && f.mustEncode(p.Value):
		f.legacy(p)
	case plain && (len(p.Value) <= maxWhole || p.Legacy):
		f.put(" ", p.Name+"="+quote(p.Value))
	case plain:
		f.continued(p)
	default:
		f.extended(p)
	}
}

// legacy writes encoded-words between quotes, broken at the blanks between them.
func (f *folder) legacy(p Param) {
	open := p.Name + `="`
	c := codecFor(p.Value)
	for rest := p.Value; rest != ""; {
		var made string
		made, rest = c.word(rest, maxEncodedWord-len(open)-len(`";`))
		if rest == "" {
			made += `"`
		}
		f.put(" ", open+made)
		open = ""
	}
}

// isToken: RFC 2045 §5.1
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// isAttribute: a token without what RFC 2231 §7 takes for its own use.
func isAttribute(s string) bool { return isToken(s) && !strings.ContainsAny(s, "*'%") }

// mayConfuse: tokens that some readers take for something else unless they are quoted.
func mayConfuse(s string) bool { return s[0] == '-' || strings.ContainsAny(s, "*'%") }
