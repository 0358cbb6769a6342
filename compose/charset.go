package compose

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// DecodeText reads a text that came as bytes. A byte order mark says what it is; else charset does, by any of the names that
// the web knows; else it is UTF-8. What is not text in that charset, or holds a NUL, is refused with its place: nothing is
// guessed and nothing mended silently. Its error is an *Error; the caller says where the text came from.
func DecodeText(raw []byte, charset string) (string, error) {
	e, raw, err := encodingOf(raw, charset)
	if err != nil {
		return "", err
	}
	if e == nil {
		return string(raw), checkText(string(raw))
	}
	decoded, err := e.NewDecoder().Bytes(raw)
	if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
		return "", unfit("it holds bytes that are not %s", charsetName(e, charset))
	}
	return string(decoded), checkText(string(decoded))
}

// mark is a byte order mark and how to read what follows it; nil is UTF-8.
type mark struct {
	octets string
	reads  encoding.Encoding
}

// marks are tried in order: one begins like another.
func marks() []mark {
	return []mark{
		{"\xef\xbb\xbf", nil},
		{"\xff\xfe\x00\x00", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
		{"\x00\x00\xfe\xff", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
		{"\xff\xfe", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"\xfe\xff", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	}
}

// encodingOf says how to read raw, and takes the mark off.
func encodingOf(raw []byte, charset string) (encoding.Encoding, []byte, error) {
	for _, m := range marks() {
		if rest, ok := bytes.CutPrefix(raw, []byte(m.octets)); ok {
			return m.reads, rest, nil
		}
	}
	if charset == "" {
		return nil, raw, nil
	}
	e, err := htmlindex.Get(charset)
	if err != nil {
		return nil, raw, unfit("no charset is called %q; use a name such as utf-8, latin1, windows-1252 or shift_jis", charset)
	}
	if e == unicode.UTF8 {
		return nil, raw, nil
	}
	return e, raw, nil
}

func charsetName(e encoding.Encoding, charset string) string {
	if name, err := htmlindex.Name(e); err == nil {
		return name
	}
	if charset == "" {
		return fmt.Sprint(e)
	}
	return charset
}

// checkText refuses what no reader would show as meant.
func checkText(s string) error {
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd") {
			return unfit("the byte 0x%02X at %d is not UTF-8; say which charset it is (--charset latin1?), or attach it as a file", s[i], i)
		}
		if r == 0 {
			return unfit("a NUL byte at %d; attach what is not text as a file", i)
		}
	}
	return nil
}
