package media

import (
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// weigh puts name and content together. Each line is a question; the first that has an answer decides.
func weigh(name Type, c found, content []byte) Type {
	switch {
	case len(content) == 0:
		return emptyFile(name)
	case isTextual(name) && isClean(content) && c.kind != "application/pdf":
		return textByName(name, content)
	case c.is(PlainText):
		return textByContent(name, c)
	case name == "":
		return byContent(c, content)
	case c.kind == OctetStream:
		return name
	case officeFamily(name) != "" && officeFamily(name) == officeFamily(c.kind):
		return name
	case c.kind == "application/x-ole-storage":
		return name // an old or an encrypted Office file: only the name knows which
	case refines(name, c.kind) || isContainer(c.kind) && !isKnown(name):
		return name
	case c.kind == "application/java-archive" && refines(name, "application/zip"):
		return name // books and documents have a folder META-INF too
	case isWeak(c.kind) && !isTextual(name) && !isProgram(content):
		return name
	}
	return c.kind
}

func emptyFile(name Type) Type {
	switch {
	case name == "":
		return PlainText
	case isTextual(name):
		return name
	}
	return OctetStream
}

// textByName: a text name on a text stays. The endings of OpenPGP are shared by keys, messages and signatures; the first
// line tells them apart.
func textByName(name Type, content []byte) Type {
	if !isOpenPGP(name) {
		return name
	}
	if kind := sniffArmor(content); kind != "" {
		return kind
	}
	if !strings.Contains(string(content[:min(len(content), 4096)]), "-----BEGIN PGP ") {
		return PlainText
	}
	return name
}

// textByContent: content that reads as some text. Only kinds whose marks are unmistakable are believed; a letter that
// happens to hold commas is not a table.
func textByContent(name Type, c found) Type {
	believed := []Type{"text/html", "text/calendar", "text/vcard", "application/json", "image/svg+xml", "text/xml", "application/xml",
		"text/rtf", "application/rtf", "application/rss+xml", "application/atom+xml", "application/vnd.google-earth.kml+xml", "application/rdf+xml",
		"application/gpx+xml", "text/vtt", "application/postscript", "application/pgp-signature", "application/pgp-encrypted", "application/pgp-keys", RFC822}
	switch {
	case isTextual(name):
		return name
	case slices.Contains(believed, c.kind):
		return c.kind
	case isEither(name):
		return name
	}
	return PlainText
}

// isEither: formats that are text in one of their forms and binary in another.
func isEither(t Type) bool {
	return slices.Contains([]Type{"model/stl", "model/obj", "model/step", "model/iges", "model/vrml", "image/vnd.dxf", "application/fits", "application/dicom",
		"application/x-font-type1", "image/x-portable-anymap", "image/x-portable-pixmap", "image/x-portable-graymap", "image/x-portable-bitmap",
		"image/x-xbitmap", "image/x-xpixmap", "application/x-font-afm"}, t)
}

func byContent(c found, content []byte) Type {
	if c.kind == OctetStream && isClean(content) {
		return PlainText
	}
	return c.kind
}

// isTextual: kinds that are text, whatever their first half says.
func isTextual(t Type) bool {
	s := string(t)
	return strings.HasPrefix(s, "text/") || strings.HasPrefix(s, "message/") || strings.HasSuffix(s, "+xml") || strings.HasSuffix(s, "+json") || strings.HasSuffix(s, "-flat-xml") ||
		slices.Contains([]Type{
			"application/json", "application/xml", "application/yaml", "application/toml", "application/sql", "application/x-sh",
			"application/x-tex", "application/rtf", "application/postscript", "application/pgp-keys", "application/pgp-encrypted",
			"application/x-pem-file", "application/x-x509-ca-cert", "application/pkix-cert", "application/pkcs10", "application/mbox",
			"application/x-ndjson", "application/x-subrip", "audio/x-mpegurl", "application/vnd.apple.mpegurl", "application/x-tcl", "application/xml-dtd",
		}, t)
}

// officeFamily: the word, sheet or show family of the zipped Office formats, macros and templates included.
func officeFamily(t Type) string {
	for family, marks := range map[string][]string{
		"word":  {"wordprocessingml", "ms-word."},
		"sheet": {"spreadsheetml", "ms-excel.sheet", "ms-excel.template"},
		"show":  {"presentationml", "ms-powerpoint.presentation", "ms-powerpoint.slideshow"},
	} {
		for _, mark := range marks {
			if strings.Contains(string(t), mark) {
				return family
			}
		}
	}
	return ""
}

// refines says whether name is a kind of content, as far as the library knows both.
func refines(name, content Type) bool {
	for m := mimetype.Lookup(string(name)); m != nil; m = m.Parent() {
		if m.Is(string(content)) && content != OctetStream {
			return true
		}
	}
	return false
}

func isKnown(t Type) bool { return mimetype.Lookup(string(t)) != nil && !isContainer(t) }

// isContainer: formats that hold other formats, so that the name may know more.
func isContainer(t Type) bool {
	return slices.Contains([]Type{"application/zip", "application/gzip", "application/x-ole-storage", "image/tiff", "video/mp4", "application/ogg",
		"application/vnd.ms-asf", "video/x-ms-asf", "application/zlib", "application/x-archive", "application/x-unix-archive", "application/java-archive",
		"application/jar", "application/pkcs7-signature", "application/x-hdf5", "application/vnd.sqlite3", "application/x-sqlite3"}, t)
}

// isWeak: kinds that are recognised by two or three bytes, which any binary may begin with.
func isWeak(t Type) bool {
	return slices.Contains([]Type{"application/vnd.microsoft.portable-executable", "application/x-msdownload", "image/bmp", "application/zlib", "application/tzif",
		"application/x-dbf", "application/vnd.dbf", "audio/aac", "audio/basic", "application/vnd.lotus-1-2-3", "image/x-icon", "application/pkcs7-signature"}, t)
}

// contradict: the content was believed against the name. Keys, messages and signatures of OpenPGP share their endings.
func contradict(v Verdict) bool {
	if v.ByName == OctetStream || isOpenPGP(v.ByName) && (isOpenPGP(v.ByContent) || v.ByContent == PlainText) {
		return false
	}
	return v.ByName != "" && v.Type != alias(v.ByName) && v.Type == v.ByContent && v.ByContent != OctetStream &&
		!refines(v.ByName, v.ByContent) && !refines(v.ByContent, v.ByName)
}

func isOpenPGP(t Type) bool { return strings.HasPrefix(string(t), "application/pgp-") }
