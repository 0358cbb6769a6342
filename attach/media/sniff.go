package media

import (
	"bytes"
	"strings"
)

// sniff knows the marks of kinds that the library does not know or takes for others; ok is false when there is none.
func sniff(content []byte) (f found, ok bool) {
	if kind := sniffXML(content); kind != "" {
		return found{kind, []Type{kind, "application/xml", PlainText}}, true
	}
	if kind := sniffArmor(content); kind != "" {
		return found{kind, []Type{kind, PlainText}}, true
	}
	if kind := sniffBinary(content); kind != "" {
		return found{kind, []Type{kind, OctetStream}}, true
	}
	return found{}, false
}

// marks are bytes at a place that make the kind certain.
var marks = []struct {
	at   int
	mark string
	kind Type
}{
	{128, "DICM", "application/dicom"}, // before it may stand what looks like a TIFF
	{0, "\x78\x9f\x3e\x22", "application/vnd.ms-tnef"},
	{0, "\x89HDF\r\n\x1a\n", "application/x-hdf5"},
	{34, "LP\x00\x00\x00\x00", "application/vnd.ms-fontobject"},
}

func sniffBinary(content []byte) Type {
	if isClean(content[:min(len(content), 1024)]) {
		return ""
	}
	for _, m := range marks {
		if len(content) > m.at && bytes.HasPrefix(content[m.at:], []byte(m.mark)) {
			return m.kind
		}
	}
	switch {
	case isTrueType(content):
		return "font/ttf"
	case isTransportStream(content):
		return "video/mp2t"
	}
	return ""
}

// isTrueType: version 1.0, a likely number of tables, and a first table with a printable name.
func isTrueType(content []byte) bool {
	if len(content) < 16 || !bytes.HasPrefix(content, []byte("\x00\x01\x00\x00\x00")) || content[5] == 0 || content[5] > 64 {
		return false
	}
	for _, c := range content[12:16] {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// isTransportStream: packets of 188 bytes, each beginning with G. ISO/IEC 13818-1 §2.4.3.2
func isTransportStream(content []byte) bool {
	const packet, enough = 188, 3
	for n := range enough {
		if len(content) <= n*packet || content[n*packet] != 'G' {
			return false
		}
	}
	return true
}

// sniffArmor reads the first line of what OpenPGP programs write as text. RFC 9580 §6.2.1
func sniffArmor(content []byte) Type {
	line, _, _ := bytes.Cut(bytes.TrimLeft(content, " \t\r\n"), []byte("\n"))
	switch strings.TrimRight(string(line), " \t\r") {
	case "-----BEGIN PGP SIGNATURE-----":
		return "application/pgp-signature"
	case "-----BEGIN PGP MESSAGE-----":
		return "application/pgp-encrypted"
	case "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----":
		return "application/pgp-keys"
	case "-----BEGIN PGP SIGNED MESSAGE-----":
		return PlainText // it is there to be read as it is
	}
	return ""
}

// sniffXML tells by the first element, past comments, which make the library think of HTML.
func sniffXML(content []byte) Type {
	switch rootElement(content) {
	case "svg":
		return "image/svg+xml"
	case "rss":
		return "application/rss+xml"
	case "gpx":
		return "application/gpx+xml"
	case "kml":
		return "application/vnd.google-earth.kml+xml"
	case "RDF":
		return "application/rdf+xml"
	case "feed":
		if bytes.Contains(content, []byte("http://www.w3.org/2005/Atom")) {
			return "application/atom+xml"
		}
	}
	return ""
}

// rootElement is the name of the first element, without its prefix; empty when something else comes before it.
func rootElement(content []byte) string {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	for {
		content = bytes.TrimLeft(content, " \t\r\n")
		end := ">"
		switch {
		case bytes.HasPrefix(content, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(content, []byte("<?")), bytes.HasPrefix(content, []byte("<!DOCTYPE ")):
			if subset := doctypeSubset(content); subset {
				end = "]>"
			}
		case bytes.HasPrefix(content, []byte("<")):
			return elementName(content[1:])
		default:
			return ""
		}
		at := bytes.Index(content, []byte(end))
		if at < 0 {
			return ""
		}
		content = content[at+len(end):]
	}
}

// doctypeSubset says whether declarations in square brackets stand in the document type, as drawing programs write them.
func doctypeSubset(content []byte) bool {
	open, shut := bytes.IndexByte(content, '['), bytes.IndexByte(content, '>')
	return bytes.HasPrefix(content, []byte("<!DOCTYPE ")) && open >= 0 && open < shut
}

func elementName(content []byte) string {
	end := bytes.IndexAny(content, " \t\r\n/>")
	if end < 0 {
		return ""
	}
	name := string(content[:end])
	if _, local, found := strings.Cut(name, ":"); found {
		return local
	}
	return name
}

// isProgram: the old mark of two letters leads to the new one, so that this is a Windows program whatever it is called.
func isProgram(content []byte) bool {
	if len(content) < 64 || !bytes.HasPrefix(content, []byte("MZ")) {
		return false
	}
	at := int(content[60]) | int(content[61])<<8 | int(content[62])<<16
	return content[63] == 0 && at+4 <= len(content) && bytes.HasPrefix(content[at:], []byte("PE\x00\x00"))
}
