package media

import (
	"strings"
	"testing"
)

const (
	png  = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
	pdf  = "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
	ole  = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "\x00\x00\x00\x00"
	elf  = "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3e\x00"
	gif  = "GIF89a\x0f\x00\x0f\x00\xa2\xff\x00"
	zip  = "PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x21\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00a.txt"
	docx = "PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00\x21\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x13\x00\x00\x00[Content_Types].xml" +
		"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00\x21\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0b\x00\x00\x00_rels/.rels" +
		"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00\x21\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x11\x00\x00\x00word/document.xml"
)

func TestMerge(t *testing.T) {
	for _, c := range []struct {
		name, content string
		want          Type
		warned        bool
	}{
		{"ketchup.gif", gif, "image/gif", false},
		{"", gif, "image/gif", false},
		{"photo.jpg", png, "image/png", true},
		{"PHOTO.PNG", png, "image/png", false},
		{"photo.png.part", png, "image/png", false},
		{"letter.txt", "Dear Ann, hello\nyours, Bob\n", "text/plain", false},
		{"letter.txt", "From: me\nTo: you\n\nhi\n", "text/plain", false},
		{"note.txt", `{"a":1}`, "text/plain", false},
		{"note.txt", "GIF89a is a format\n", "text/plain", false},
		{"", "Dear Ann, hello\nyours, Bob\n", "text/plain", false},
		{"", "From: me@x.org\nTo: you@y.org\nSubject: hi\n\nhi\n", "text/plain", false},
		{"mail.eml", "From: me@x.org\nTo: you@y.org\n\nhi\n", "message/rfc822", false},
		{"table.csv", "a,b\n1,2\n", "text/csv", false},
		{"table.csv", "single\ncolumn\n", "text/csv", false},
		{"README.md", "<h1>Title</h1>\n", "text/markdown", false},
		{"pom.xml", "<project><a/></project>\n", "application/xml", false},
		{"drawing.svg", "<!-- Created with Inkscape -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>", "image/svg+xml", false},
		{"", "<?xml version=\"1.0\"?>\n<!-- x -->\n<svg></svg>", "image/svg+xml", false},
		{"config.yaml", "a: 1\n", "application/yaml", false},
		{"style.css", "a { b: c }\n", "text/css", false},
		{"main.go", "package main\n", "text/x-go", false},
		{"app.ts", "let a: number = 1\n", "text/plain", false},
		{"script", "#!/bin/sh\necho hi\n", "text/plain", false},
		{"page.pdf", "<!DOCTYPE html><html><body></body></html>", "text/html", true},
		{"doc.pdf", pdf, "application/pdf", false},
		{"doc.txt", pdf, "application/pdf", true},
		{"doc.doc", pdf, "application/pdf", true},
		{"old.doc", ole, "application/msword", false},
		{"old.xls", ole, "application/vnd.ms-excel", false},
		{"secret.xlsx", ole, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false},
		{"a.docx", docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", false},
		{"a.docm", docx, "application/vnd.ms-word.document.macroenabled.12", false},
		{"a.pages", zip, "application/vnd.apple.pages", false},
		{"a.whl", zip, "application/zip", false},
		{"prog", elf, "application/octet-stream", false},
		{"lib.so", elf, "application/octet-stream", false},
		{"data.bin", "\x00\x01\x02\x03", "application/octet-stream", false},
		{"font.ttf", "\x00\x01\x00\x00\x00\x13\x01\x00\x00\x04\x00\x30", "font/ttf", false},
		{"disk.dmg", "\x78\x01\x00\x00\x00", "application/x-apple-diskimage", false},
		{"unknown.qqq", "plain words\n", "text/plain", false},
		{"unknown.qqq", "\x00\x01\x02\x03", "application/octet-stream", false},
		{"key.asc", "-----BEGIN PGP SIGNATURE-----\n", "application/pgp-signature", false},
		{"key.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "application/pgp-keys", false},
		{"invite.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar", false},
		{"empty.txt", "", "text/plain", false},
		{"empty.png", "", "application/octet-stream", false},
		{"", "", "text/plain", false},
		{"favicon.ico", "\x00\x00\x01\x00\x01\x00", "image/vnd.microsoft.icon", false},
		{`C:\temp\a.gif`, gif, "image/gif", false},
	} {
		v := Merge(c.name, []byte(c.content))
		if v.Type != c.want || (v.Warning != "") != c.warned {
			t.Errorf("%s %.20q: got %s, warning %q (name %s, content %s), want %s", c.name, c.content, v.Type, v.Warning, v.ByName, v.ByContent, c.want)
		}
	}
}

// pe is the head of a Windows program, dos that of something that only begins with the same two letters.
var (
	pe  = "MZ" + strings.Repeat("\x00", 58) + "\x40\x00\x00\x00" + "PE\x00\x00L\x01"
	dos = "MZ" + strings.Repeat("\x01", 100)
	ts  = strings.Repeat("G\x40\x00\x10"+strings.Repeat("\xff", 184), 4)
	jar = "PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x21\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09\x00\x00\x00META-INF/" +
		"PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x21\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x14\x00\x00\x00META-INF/MANIFEST.MF"
	dicom = "II*\x00" + strings.Repeat("\x00", 124) + "DICM\x02\x00"
)

// What real files have taught: each case stands for some that were typed wrongly once.
func TestMergeLearnt(t *testing.T) {
	for _, c := range []struct {
		name, content string
		want          Type
		warned        bool
	}{
		{"invoice.pdf", pe, "application/vnd.microsoft.portable-executable", true},
		{"music.xm", dos, "application/vnd.microsoft.portable-executable", false},
		{"photo.cr2", dos, "image/x-canon-cr2", false},
		{"winmail.dat", "\x78\x9f\x3e\x22\x37\x02\x01\x06\x90", "application/vnd.ms-tnef", false},
		{"body.tnef", "\x78\x9f\x3e\x22\x37\x02\x01\x06\x90", "application/vnd.ms-tnef", false},
		{"scan.dcm", dicom, "application/dicom", false},
		{"", dicom, "application/dicom", false},
		{"DICOMDIR", dicom, "application/dicom", false},
		{"sky.fits", "SIMPLE  =                    T\n", "application/fits", false},
		{"table.h5", "\x89HDF\r\n\x1a\n\x00\x00", "application/x-hdf5", false},
		{"sea.nc", "\x89HDF\r\n\x1a\n\x00\x00", "application/x-netcdf", false},
		{"", "\x00\x01\x00\x00\x00\x13\x01\x00\x00\x04\x00\x30FFTM", "font/ttf", false},
		{"", "\x00\x01\x00\x00\x00\x13\x01\x00\x00\x04\x00\x30\x00\x00\x00\x00", "application/octet-stream", false},
		{"", strings.Repeat("\x01", 34) + "LP\x00\x00\x00\x00\x00\x00", "application/vnd.ms-fontobject", false},
		{"clip.ts", ts, "video/mp2t", false},
		{"app.ts", "let a = 1\n", "text/plain", false},
		{"book.epub", jar, "application/epub+zip", false},
		{"tool.jar", jar, "application/java-archive", false},
		{"talk.key", zip, "application/vnd.apple.keynote", false},
		{"host.key", "-----BEGIN RSA PRIVATE KEY-----\n", "text/plain", false},
		{"old.sxi", zip, "application/vnd.sun.xml.impress", false},
		{"map.gpkg", "SQLite format 3\x00\x10\x00", "application/geopackage+sqlite3", false},
		{"places.sqlite", "SQLite format 3\x00\x10\x00", "application/vnd.sqlite3", false},
		{"part.stl", "solid part\n facet normal 0 0 1\n", "model/stl", false},
		{"plan.dxf", "  0\nSECTION\n", "image/vnd.dxf", false},
		{"movie.ttml", "<tt xmlns=\"http://www.w3.org/ns/ttml\"></tt>", "application/ttml+xml", false},
		{"letter.sig", "-----BEGIN PGP SIGNATURE-----\n\n", "application/pgp-signature", false},
		{"letter.gpg", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "application/pgp-keys", false},
		{"signed.asc", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nhello\n", "text/plain", false},
		{"readme.txt", "-----BEGIN PGP SIGNATURE-----\n", "text/plain", false},
		{"", "<!--\nDescription: a feed\n-->\n<rss version=\"2.0\"></rss>", "application/rss+xml", false},
		{"", "<!DOCTYPE svg PUBLIC \"x\" \"y\" [ <!ENTITY a \"b>c\"> ]>\n<svg:svg></svg:svg>", "image/svg+xml", false},
		{"", "<!-- news --><feed xmlns=\"http://www.w3.org/2005/Atom\"></feed>", "application/atom+xml", false},
		{"film.mkv", "\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x88matroska", "video/matroska", false},
		{"flat.fodt", "<?xml version=\"1.0\"?><office:document></office:document>", "application/vnd.oasis.opendocument.text-flat-xml", false},
		{"", "<!-- page --><p>hello</p>", "text/html", false},
		{"template.potx", docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", true},
		{"template.dotx", docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.template", false},
		{"lib.so", png, "image/png", false},
	} {
		v := Merge(c.name, []byte(c.content))
		if v.Type != c.want || (v.Warning != "") != c.warned {
			t.Errorf("%s %.20q: got %s, warning %q (name %s, content %s), want %s", c.name, c.content, v.Type, v.Warning, v.ByName, v.ByContent, c.want)
		}
	}
}

func TestCharsetOnlyWhenCertain(t *testing.T) {
	for content, want := range map[string]string{
		"hello": "us-ascii", "Grüße": "utf-8", "Gr\xfc\xdfe": "", "\xff\xfeh\x00i\x00": "utf-16", "\xff\xfe\x00\x00h\x00\x00\x00": "utf-32",
		"h\x00i\x00": "", "\x1b$B%F%9%H\x1b(B": "", "~{<:Ky~}": "", "~ {": "us-ascii",
	} {
		if v := Merge("a.txt", []byte(content)); v.Charset != want {
			t.Errorf("%q: got %q, want %q", content, v.Charset, want)
		}
	}
	if v := Merge("a.png", []byte(png)); v.Charset != "" {
		t.Errorf("a picture has the charset %q", v.Charset)
	}
}

func TestTableIsLowerCaseAndRegistered(t *testing.T) {
	for ending, kind := range table() {
		if ending != strings.ToLower(ending) || strings.Count(string(kind), "/") != 1 || string(kind) != strings.ToLower(string(kind)) {
			t.Errorf("%s: %s", ending, kind)
		}
		if better := alias(kind); better != kind && !strings.HasPrefix(string(kind), "text/") {
			t.Errorf("%s is listed as %s, which is an alias of %s", ending, kind, better)
		}
	}
}

func FuzzMerge(f *testing.F) {
	f.Add("a.gif", []byte(gif))
	f.Add("x.docm", []byte(docx))
	f.Add("", []byte("<!--"))
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		v := Merge(name, content)
		if major, minor, ok := strings.Cut(string(v.Type), "/"); !ok || major == "" || minor == "" || strings.ContainsAny(string(v.Type), " ;\r\n\"") {
			t.Fatalf("%q is no type", v.Type)
		}
		if v.Type == RFC822 && v.ByName != RFC822 {
			t.Fatalf("called message/rfc822 by its looks")
		}
	})
}
