package proof

import (
	"io"
	"mime"
	"path"
	"slices"
	"strings"

	"mxsend/compose/header"
)

// readNames reads what the part is called, and whether it is an attachment. RFC 2183 §2, RFC 2231
func (p *proof) readNames(e *entity, head *block) {
	f, given := head.first("Content-Disposition")
	if given {
		_, params, err := parameters(f.value)
		if err != nil {
			f.place.warn("RFC 2183 §2", "the parameters can't be read (%s): quote values that hold more than letters, digits and hyphens", why(err))
		}
		if name := params["filename"]; name != "" {
			checkFileName(f, name)
			return
		}
	}
	if name := e.params["name"]; name != "" { // readers look at it where there is no other
		f, _ = head.first("Content-Type")
		checkFileName(f, name)
	}
}

// checkFileName looks for what a reader must not be shown, or must not write to. RFC 2183 §2.3
func checkFileName(f field, name string) {
	if holdsWord(f.value) {
		f.place.warn("RFC 2047 §5", "an encoded-word within a parameter, where strict readers don't decode it: write it as RFC 2231 says")
		name = decodeWords(name)
	}
	if err := header.CheckShown("the file name", name); err != nil {
		f.place.warn("RFC 2183 §2.3", "the file name %s holds characters that hide what it is: rename the file", quote(name))
	}
	switch base := strings.ReplaceAll(name, `\`, "/"); {
	case base == "." || base == "..":
		f.place.warn("RFC 2183 §2.3", "the file name %s is that of a folder: give it a name", quote(name))
	case strings.Contains(base, "/"):
		f.place.warn("RFC 2183 §2.3", "the file name %s is a path, which gives away folders and is refused by some readers: give the last part only", quote(name))
	}
	checkKindOfFile(name, f.place)
}

// blocked are the kinds of files that large providers refuse, also within archives; their lists change, and have these in common.
var blocked = strings.Fields("ade adp apk appx appxbundle bat cab chm cmd com cpl dll dmg docm dotm ex ex_ exe hta img ins " +
	"iso isp jar js jse lib lnk mde msc msi msix msixbundle msp mst nsh pif potm ppam ppsm pptm ps1 scr sct shb sys vb vbe vbs vhd " +
	"vxd wsc wsf wsh xlam xll xlsm xltm")

// checkKindOfFile tells of files that won't get through.
func checkKindOfFile(name string, where place) {
	extension := strings.ToLower(strings.TrimPrefix(path.Ext(strings.TrimRight(name, " .")), "."))
	if slices.Contains(blocked, extension) {
		where.hint("", "large providers refuse files of the kind .%s: put it where it can be downloaded, and send the address", extension)
	}
}

// words decodes encoded-words of any charset; where it does not know one, what is not ASCII becomes question marks.
func words() *mime.WordDecoder {
	return &mime.WordDecoder{CharsetReader: func(_ string, r io.Reader) (io.Reader, error) {
		raw, err := io.ReadAll(r)
		return strings.NewReader(strings.Map(asciiOnly, string(raw))), err
	}}
}

func asciiOnly(r rune) rune {
	if r >= 0x80 {
		return '?'
	}
	return r
}

// decodeWords is s where it cannot be decoded.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	decoded, err := words().DecodeHeader(s)
	if err != nil {
		return s
	}
	return decoded
}

func trimBrackets(s string) string {
	s = trim(header.WithoutComments(s))
	return strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">")
}
