package attach

import (
	"os"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"mxsend/attach/media"
)

// Source is a file as it was named on the command line.
type Source struct {
	Path string // "-" is standard input
	Type string // replaces what name and content say; empty: decide
	Name string // replaces the file's own name; empty: keep
}

// ParseSource reads FILE[;type=TYPE][;name=NAME]. A file that has the whole text as its name is taken as it is, so that
// every name can be given. Its error is a *NameError.
func ParseSource(s string) (Source, error) {
	if _, err := os.Lstat(s); err == nil || !strings.Contains(s, ";") {
		return checkedSource(Source{Path: s})
	}
	pieces := strings.Split(s, ";")
	source := Source{Path: pieces[0]}
	for _, piece := range pieces[1:] {
		key, value, found := strings.Cut(piece, "=")
		switch key = strings.ToLower(strings.TrimSpace(key)); {
		case !found || value == "":
			return Source{}, &NameError{s, "write it as FILE;type=TYPE;name=NAME"}
		case key == "type":
			source.Type = strings.TrimSpace(value)
		case key == "name":
			source.Name = value
		default:
			return Source{}, &NameError{s, "unknown parameter " + key + "; there are type and name"}
		}
	}
	return checkedSource(source)
}

func checkedSource(s Source) (Source, error) { return s, s.check() }

func (s Source) check() error {
	if s.Path == "" {
		return &NameError{s.Path, "no file is named"}
	}
	if problem := unsafeText(s.Name); problem != "" {
		return &NameError{s.Name, problem}
	}
	if problem := unsafeText(s.Path); problem != "" && s.Name == "" {
		return &NameError{s.Path, problem + "; give another with ;name="}
	}
	if s.Type != "" && !isType(s.Type) {
		return &NameError{s.Type, "not a media type such as image/gif"}
	}
	if strings.EqualFold(s.Type, "message/rfc822") || !strings.HasPrefix(strings.ToLower(s.Type), "multipart/") && !strings.HasPrefix(strings.ToLower(s.Type), "message/") {
		return nil
	}
	return &NameError{s.Type, "a file can't be sent as this type, which is not encoded"} // RFC 2045 §6.4
}

// unsafeText says what keeps a name from being shown: control characters, direction controls, broken UTF-8.
func unsafeText(s string) string {
	for _, r := range strings.ToValidUTF8(s, "\ufffe") {
		switch {
		case r == '\ufffe':
			return "the name is not UTF-8"
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029:
			return "the name holds a control character"
		case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return "the name holds a direction control, which disguises what it is"
		}
	}
	return ""
}

// isType: two tokens with a slash between them. RFC 2045 §5.1
func isType(s string) bool {
	major, minor, found := strings.Cut(s, "/")
	return found && isToken(major) && isToken(minor)
}

func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?=`, s[i]) >= 0 {
			return false
		}
	}
	return s != ""
}

// nameForType is the name whose ending counts.
func (s Source) nameForType() string {
	if s.Name != "" {
		return s.Name
	}
	if s.isStream() {
		return ""
	}
	return s.Path
}

// isStream: names that say where the bytes come from, not what they are.
func (s Source) isStream() bool {
	return s.Path == "-" || strings.HasPrefix(s.Path, "/dev/") || strings.HasPrefix(s.Path, "/proc/self/fd/")
}

const maxShown = 200 // octets of a shown name; longer ones break readers

// shownName is the base name for the reader: no folders, no drive, never empty, not too long. RFC 2183 §2.3
func (s Source) shownName(head []byte) string {
	name := s.nameForType()
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if len(name) > 1 && name[1] == ':' && unicode.IsLetter(rune(name[0])) {
		name = name[2:] // a drive
	}
	name = strings.Trim(name, " ")
	switch name {
	case "", ".", "..", "/":
		stem := "attachment"
		if s.Path == "-" || s.Path == "/dev/stdin" {
			stem = "stdin"
		}
		return stem + media.Ending(media.Merge("", head).Type)
	}
	return shorten(name)
}

// shorten keeps the ending.
func shorten(name string) string {
	if len(name) <= maxShown {
		return name
	}
	ending := path.Ext(name)
	if len(ending) > 20 {
		ending = ""
	}
	stem := name[:maxShown-len(ending)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return stem + ending
}
