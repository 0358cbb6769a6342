package proof

import (
	"errors"
	"mime"
	"strings"

	"golang.org/x/text/encoding/htmlindex"

	"mxsend/compose/header"
)

const maxValue = 64 << 10 // octets of a value that is taken apart

// readKind reads Content-Type. RFC 2045 §5.2: without it, a part is plain text; RFC 2046 §5.1.5: in a digest, a letter.
func (p *proof) readKind(e *entity, head *block) {
	e.kind = plain
	if parent := p.parent(); parent != nil && parent.kind == "multipart/digest" {
		e.kind = rfc822
	}
	f, given := head.first("Content-Type")
	if !given {
		return
	}
	kind, params, err := parameters(f.value)
	switch {
	case !isKind(kind):
		f.place.err("RFC 2045 §5.1", "%s names no type, so the part is shown as plain text or as a file: write type/subtype", quote(f.value))
		e.kind = octets
		return
	case err != nil:
		f.place.warn("RFC 2045 §5.1", "the parameters can't be read (%s): quote values that hold more than letters, digits and hyphens", why(err))
	}
	e.kind, e.params = kind, params
	checkCharset(e, f.place)
}

// isKind: two tokens with a slash between them. RFC 2045 §5.1
func isKind(s string) bool {
	kind, sub, found := strings.Cut(s, "/")
	odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?=`, r) }
	return found && kind != "" && sub != "" && len(s) <= maxLine && !strings.ContainsFunc(kind+sub, odd)
}

// parameters takes a value with parameters apart; what could be read comes back with the error.
func parameters(value string) (word string, params map[string]string, err error) {
	if len(value) > maxValue {
		return "", nil, errors.New("it is too long")
	}
	value = strings.TrimRight(header.WithoutComments(value), blanks+";") // a semicolon at the end is common and harmless
	word, params, err = mime.ParseMediaType(value)
	if word == "" {
		word, _, _ = strings.Cut(value, ";")
		word = strings.ToLower(trim(word))
	}
	return word, params, err
}

// checkCharset: a name that no reader knows. RFC 2046 §4.1.2
func checkCharset(e *entity, where place) {
	charset := e.params["charset"]
	if charset == "" || !strings.HasPrefix(e.kind, "text/") {
		return
	}
	if _, err := htmlindex.Get(charset); err != nil {
		where.warn("RFC 2046 §4.1.2", "the charset %s is not one that readers know: use utf-8", quote(charset))
	}
}

// readEncoding reads Content-Transfer-Encoding. RFC 2045 §6
func (p *proof) readEncoding(e *entity, head *block) {
	f, given := head.first("Content-Transfer-Encoding")
	if !given {
		return
	}
	e.encoding = strings.ToLower(header.WithoutComments(f.value))
	switch e.encoding {
	case "7bit", "8bit", "base64", "quoted-printable":
	case "binary":
		f.place.warn("RFC 3030 §3", "binary travels with BINARYMIME only, which few servers offer: use base64")
	default:
		f.place.err("RFC 2045 §6.1", "%s is no encoding that readers know: use 7bit, 8bit, quoted-printable or base64", quote(f.value))
	}
}

// mimeFields stand once in the header of every part. RFC 2045 §3
var mimeFields = []string{"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID", "Content-Description"}

// checkMIMEVersion: the version stands in the header of a letter, and without it the other fields mean nothing. RFC 2045 §4
func (p *proof) checkMIMEVersion(e *entity, head *block) {
	for _, name := range mimeFields {
		if all := head.all(name); len(all) > 1 {
			all[1].place.err("RFC 2045 §3", "%s stands %d times, and readers differ in which they take: leave one", name, len(all))
		}
	}
	version, given := head.first("MIME-Version")
	if given && strings.ReplaceAll(header.WithoutComments(version.value), " ", "") != "1.0" {
		version.place.warn("RFC 2045 §4", "the version is %s: there is no other than 1.0", quote(version.value))
	}
	if given || !e.letter {
		return
	}
	for _, f := range head.fields {
		if len(f.name) > 8 && strings.EqualFold(f.name[:8], "Content-") {
			f.place.warn("RFC 2045 §4", "a MIME field in a letter without MIME-Version: add MIME-Version: 1.0")
			return
		}
	}
}
