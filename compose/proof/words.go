package proof

import (
	"io"
	"mime"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// RFC 2047 §2: =?charset?encoding?text?=, the charset perhaps with a language (RFC 2231 §5).
var (
	wordForm   = lazily(`^=\?([A-Za-z0-9!#$%&'+^_{}~*-]+)\?([BbQq])\?([!->@-~]*)\?=`)
	wordBegins = lazily(`^=\?[A-Za-z0-9_-]+\?[A-Za-z]\?`)
	wordAny    = lazily(`=\?[A-Za-z0-9!#$%&'+^_{}~*-]+\?[BbQq]\?[!->@-~]*\?=`)
)

// lazily makes an expression when it is first needed, so that a start without --check does not wait for it.
func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

const maxWord = 75 // octets. RFC 2047 §2

func holdsWord(s string) bool { return strings.Contains(s, "=?") && wordAny().MatchString(s) }

// wordless fields hold no text, and so no encoded-words. RFC 2047 §5
var wordless = []string{"message-id", "in-reply-to", "references", "date", "content-transfer-encoding", "content-id",
	"mime-version", "received", "return-path", "dkim-signature", "list-unsubscribe", "list-unsubscribe-post", "list-help",
	"list-subscribe", "list-owner", "list-post", "list-archive", "auto-submitted", "importance", "precedence",
	"resent-message-id", "resent-date"}

// parametric fields are looked at where their parameters are.
var parametric = []string{"content-type", "content-disposition"}

// checkWords looks at the encoded-words of every field.
func (p *proof) checkWords(head *block) {
	for _, f := range head.fields {
		name := strings.ToLower(f.name)
		switch {
		case !strings.Contains(f.value, "=?") || slices.Contains(parametric, name):
		case slices.Contains(wordless, name):
			if holdsWord(f.value) {
				f.place.warn("RFC 2047 §5", "an encoded-word in a field that holds no text, where nobody decodes it: write it as it is")
			}
		default:
			scanWords(f, isPeople(name) || name == "list-id")
		}
	}
}

// region is what surrounds a place in a structured value.
type region struct {
	quoted, angled bool
	comments       int
}

// scanWords goes through a value and looks at every encoded-word in it; structured: quotes and brackets mean something.
func scanWords(f field, structured bool) {
	var r region
	for i := 0; i < len(f.value); i++ {
		if structured && f.value[i] == '\\' {
			i++
			continue
		}
		if structured {
			r.pass(f.value[i])
		}
		if f.value[i] != '=' || !strings.HasPrefix(f.value[i:], "=?") {
			continue
		}
		parts := wordForm().FindStringSubmatch(f.value[i:])
		if parts == nil {
			if wordBegins().MatchString(f.value[i:]) {
				f.place.warn("RFC 2047 §2", "%s begins like an encoded-word and is none, so it is shown as it is: encode it again, blanks as _", quote(f.value[i:]))
			}
			continue
		}
		end := i + len(parts[0])
		r.check(f, parts)
		if !structured && (glued(f.value, i-1, "") || glued(f.value, end, "")) || structured && !r.quoted && (glued(f.value, i-1, "(:,;") || glued(f.value, end, "),;<")) {
			f.place.warn("RFC 2047 §5", "an encoded-word touches other text, so strict readers don't decode it: put a blank between them, or encode both")
		}
		i = end - 1
	}
}

func (r *region) pass(c byte) {
	switch {
	case c == '"' && r.comments == 0:
		r.quoted = !r.quoted
	case r.quoted:
	case c == '(':
		r.comments++
	case c == ')' && r.comments > 0:
		r.comments--
	case c == '<' && r.comments == 0:
		r.angled = true
	case c == '>' && r.comments == 0:
		r.angled = false
	}
}

// glued: what stands at i is neither blank nor one of the signs, nor the edge.
func glued(s string, i int, signs string) bool {
	return i >= 0 && i < len(s) && !strings.ContainsRune(blanks+signs, rune(s[i]))
}

func (r region) check(f field, parts []string) {
	switch {
	case r.quoted:
		f.place.warn("RFC 2047 §5", "an encoded-word within quotes, where strict readers don't decode it: leave the quotes out")
	case r.angled:
		f.place.err("RFC 2047 §5", "an encoded-word within an address: only names can be encoded")
	}
	if len(parts[0]) > maxWord {
		f.place.warn("RFC 2047 §2", "an encoded-word of more than %d octets, which strict readers don't decode: cut it in several", maxWord)
	}
	charset, _, _ := strings.Cut(parts[1], "*")
	text, err := wordOctets(parts[2], parts[3])
	switch {
	case err != nil:
		f.place.warn("RFC 2047 §4", "%s can't be decoded, so it is shown as it is: encode it again", quote(parts[0]))
	case strings.EqualFold(charset, "utf-8") && !utf8.ValidString(text), strings.EqualFold(charset, "us-ascii") && has8bit(text):
		f.place.warn("RFC 2047 §5", "%s is no whole %s: don't cut words within a character, and name the right charset", quote(parts[0]), charset)
	}
}

// wordOctets decodes the text of an encoded-word, whatever its charset.
func wordOctets(encoding, text string) (string, error) {
	var octets string
	decoder := mime.WordDecoder{CharsetReader: func(_ string, r io.Reader) (io.Reader, error) {
		raw, err := io.ReadAll(r)
		octets = string(raw)
		return strings.NewReader(""), err
	}}
	_, err := decoder.Decode("=?x-octets?" + encoding + "?" + text + "?=")
	return octets, err
}
