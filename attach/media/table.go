package media

import "sync"

// byName is what a file is by the last part of its name. Left out are endings that mean several things (.pub, .key, .ts, .mod,
// .com, .a, .dot, .pot, .sig, .m, .org) and digits; they are decided by content, or by both (together).
func byName(extension string) (Type, bool) {
	t, ok := table()[extension]
	return t, ok
}

// table is made when a file is first looked at, which most letters never need, and never written to.
var table = sync.OnceValue(func() map[string]Type {
	return map[string]Type{
		// text
		"txt": "text/plain", "text": "text/plain", "log": "text/plain", "conf": "text/plain", "cfg": "text/plain", "ini": "text/plain",
		"md": "text/markdown", "markdown": "text/markdown", "rst": "text/x-rst", "adoc": "text/plain",
		"csv": "text/csv", "tsv": "text/tab-separated-values", "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml",
		"css": "text/css", "js": "text/javascript", "mjs": "text/javascript", "ics": "text/calendar", "ifb": "text/calendar",
		"vcf": "text/vcard", "vcard": "text/vcard", "diff": "text/x-diff", "patch": "text/x-diff", "srt": "application/x-subrip", "vtt": "text/vtt", "ttml": "application/ttml+xml", "ical": "text/calendar", "vcs": "text/x-vcalendar",
		"rtf": "application/rtf", "tex": "application/x-tex", "bib": "text/plain", "gpx": "application/gpx+xml", "kml": "application/vnd.google-earth.kml+xml",
		"xml": "application/xml", "xht": "application/xhtml+xml", "rdf": "application/rdf+xml", "opml": "text/x-opml", "gml": "application/gml+xml", "mml": "application/mathml+xml", "opf": "application/oebps-package+xml", "ncx": "application/x-dtbncx+xml", "xspf": "application/xspf+xml", "rng": "application/xml",
		"dae": "model/vnd.collada+xml", "fb2": "application/x-fictionbook+xml", "osm": "application/vnd.openstreetmap.data+xml", "xsl": "application/xml", "xslt": "application/xslt+xml", "xsd": "application/xml", "dtd": "application/xml-dtd",
		"svg": "image/svg+xml", "rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/json", "map": "application/json", "har": "application/json", "geojson": "application/geo+json",
		"jsonl": "application/x-ndjson", "ndjson": "application/x-ndjson", "jsonc": "text/plain", "ipynb": "application/x-ipynb+json", "webmanifest": "application/manifest+json", "jsonld": "application/ld+json",
		"yaml": "application/yaml", "yml": "application/yaml", "toml": "application/toml", "sql": "application/sql", "m3u": "audio/x-mpegurl", "m3u8": "application/vnd.apple.mpegurl",
		"ps": "application/postscript", "eps": "application/postscript", "ai": "application/postscript",
		// programs
		"c": "text/x-c", "h": "text/x-c", "cc": "text/x-c", "cpp": "text/x-c", "hpp": "text/x-c", "go": "text/x-go", "rs": "text/x-rust", "py": "text/x-python",
		"rb": "text/x-ruby", "pl": "text/x-perl", "pm": "text/x-perl", "lua": "text/x-lua", "java": "text/x-java", "kt": "text/x-kotlin", "swift": "text/x-swift",
		"php": "text/x-php", "tsx": "text/plain", "jsx": "text/plain", "sh": "application/x-sh", "bash": "application/x-sh", "ps1": "text/plain",
		"bat": "text/plain", "cmd": "text/plain", "hs": "text/x-haskell", "el": "text/plain", "vim": "text/plain", "tcl": "application/x-tcl", "awk": "text/plain",
		// mail, keys
		"eml": "message/rfc822", "mht": "message/rfc822", "mhtml": "message/rfc822", "mbox": "application/mbox", "msg": "application/vnd.ms-outlook",
		"pem": "application/x-pem-file", "crt": "application/x-x509-ca-cert", "cer": "application/pkix-cert", "csr": "application/pkcs10", "p10": "application/pkcs10",
		"p12": "application/x-pkcs12", "pfx": "application/x-pkcs12", "p7c": "application/pkcs7-mime", "crl": "application/pkix-crl", "jks": "application/x-java-keystore", "tnef": "application/vnd.ms-tnef", "pkpass": "application/vnd.apple.pkpass", "p7b": "application/x-pkcs7-certificates", "p7m": "application/pkcs7-mime", "p7s": "application/pkcs7-signature",
		"asc": "application/pgp-keys", "pgp": "application/pgp-encrypted", "gpg": "application/pgp-encrypted", "der": "application/x-x509-ca-cert",
		// documents
		"pdf": "application/pdf", "doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint", "pps": "application/vnd.ms-powerpoint", "xlt": "application/vnd.ms-excel", "mpp": "application/vnd.ms-project", "one": "application/onenote",
		"docx": ooxml + "wordprocessingml.document", "dotx": ooxml + "wordprocessingml.template", "docm": "application/vnd.ms-word.document.macroenabled.12", "dotm": "application/vnd.ms-word.template.macroenabled.12",
		"xlsx": ooxml + "spreadsheetml.sheet", "xltx": ooxml + "spreadsheetml.template", "xlsm": "application/vnd.ms-excel.sheet.macroenabled.12", "xltm": "application/vnd.ms-excel.template.macroenabled.12", "xlsb": "application/vnd.ms-excel.sheet.binary.macroenabled.12", "xlam": "application/vnd.ms-excel.addin.macroenabled.12",
		"pptx": ooxml + "presentationml.presentation", "potx": ooxml + "presentationml.template", "ppsx": ooxml + "presentationml.slideshow", "pptm": "application/vnd.ms-powerpoint.presentation.macroenabled.12", "ppsm": "application/vnd.ms-powerpoint.slideshow.macroenabled.12", "potm": "application/vnd.ms-powerpoint.template.macroenabled.12",
		"odt": odf + "text", "ods": odf + "spreadsheet", "odp": odf + "presentation", "odg": odf + "graphics", "odf": odf + "formula", "ott": odf + "text-template", "ots": odf + "spreadsheet-template", "otp": odf + "presentation-template", "otg": odf + "graphics-template", "odb": odf + "base", "fodt": odf + "text-flat-xml", "fods": odf + "spreadsheet-flat-xml",
		"sxw": "application/vnd.sun.xml.writer", "sxc": "application/vnd.sun.xml.calc", "sxi": "application/vnd.sun.xml.impress", "sxd": "application/vnd.sun.xml.draw", "pages": "application/vnd.apple.pages", "numbers": "application/vnd.apple.numbers", "keynote": "application/vnd.apple.keynote",
		"epub": "application/epub+zip", "mobi": "application/x-mobipocket-ebook", "azw": "application/vnd.amazon.ebook", "azw3": "application/vnd.amazon.mobi8-ebook", "cbz": "application/vnd.comicbook+zip", "cbr": "application/vnd.comicbook-rar", "oxps": "application/oxps", "djvu": "image/vnd.djvu", "xps": "application/vnd.ms-xpsdocument", "vsd": "application/vnd.visio", "vsdx": "application/vnd.ms-visio.drawing",
		"wps": "application/vnd.ms-works", "mdb": "application/vnd.ms-access", "accdb": "application/vnd.ms-access", "pst": "application/vnd.ms-outlook-pst", "dvi": "application/x-dvi", "chm": "application/vnd.ms-htmlhelp",
		// pictures
		"gif": "image/gif", "png": "image/png", "apng": "image/apng", "jpg": "image/jpeg", "jpeg": "image/jpeg", "jpe": "image/jpeg", "jfif": "image/jpeg", "webp": "image/webp", "avif": "image/avif", "heic": "image/heic", "heif": "image/heif", "jxl": "image/jxl",
		"bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff", "ico": "image/vnd.microsoft.icon", "cur": "image/x-cursor", "psd": "image/vnd.adobe.photoshop", "xcf": "image/x-xcf", "ppm": "image/x-portable-pixmap", "pgm": "image/x-portable-graymap", "pbm": "image/x-portable-bitmap", "pnm": "image/x-portable-anymap",
		"nef": "image/x-nikon-nef", "dng": "image/x-adobe-dng", "cr2": "image/x-canon-cr2", "cr3": "image/x-canon-cr3", "arw": "image/x-sony-arw", "wmf": "image/wmf", "emf": "image/emf", "jp2": "image/jp2", "exr": "image/x-exr", "hdr": "image/vnd.radiance", "tga": "image/x-tga", "xpm": "image/x-xpixmap", "xbm": "image/x-xbitmap", "jxr": "image/jxr", "jpx": "image/jpx", "pcx": "image/vnd.zbrush.pcx", "orf": "image/x-olympus-orf", "raf": "image/x-fuji-raf", "rw2": "image/x-panasonic-rw2",
		"dwg": "image/vnd.dwg", "dxf": "image/vnd.dxf", "fits": "application/fits", "fit": "application/fits", "dcm": "application/dicom", "psb": "image/vnd.adobe.photoshop",
		// sound and film
		"mp3": "audio/mpeg", "wav": "audio/x-wav", "flac": "audio/flac", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/ogg", "m4a": "audio/mp4", "m4b": "audio/mp4", "aac": "audio/aac", "mid": "audio/midi", "midi": "audio/midi", "aiff": "audio/aiff", "aif": "audio/aiff", "amr": "audio/amr", "wma": "audio/x-ms-wma", "au": "audio/basic", "mka": "audio/matroska", "weba": "audio/webm", "spx": "audio/ogg", "caf": "audio/x-caf", "ape": "audio/x-ape", "dsf": "audio/x-dsf", "pls": "audio/x-scpls",
		"mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "avi": "video/x-msvideo", "mkv": "video/matroska", "webm": "video/webm", "mpg": "video/mpeg", "mpeg": "video/mpeg", "wmv": "video/x-ms-wmv", "flv": "video/x-flv", "ogv": "video/ogg", "3gp": "video/3gpp", "3g2": "video/3gpp2", "asf": "video/x-ms-asf", "f4v": "video/mp4", "vob": "video/mpeg", "m2ts": "video/mp2t", "mts": "video/mp2t",
		// archives and binaries
		"zip": "application/zip", "gz": "application/gzip", "tgz": "application/gzip", "bz2": "application/x-bzip2", "xz": "application/x-xz", "zst": "application/zstd", "lz4": "application/x-lz4", "lz": "application/lzip", "lzma": "application/x-lzma", "z": "application/x-compress", "tbz2": "application/x-bzip2", "txz": "application/x-xz", "tzst": "application/zstd", "arj": "application/x-arj", "lzh": "application/x-lzh-compressed", "lha": "application/x-lzh-compressed", "7z": "application/x-7z-compressed", "rar": "application/vnd.rar", "tar": "application/x-tar", "cpio": "application/x-cpio", "br": "application/x-brotli",
		"jar": "application/java-archive", "war": "application/java-archive", "ear": "application/java-archive", "apk": "application/vnd.android.package-archive", "ipa": "application/octet-stream", "deb": "application/vnd.debian.binary-package", "rpm": "application/x-rpm", "whl": "application/zip", "egg": "application/zip", "xpi": "application/x-xpinstall", "crx": "application/x-chrome-extension", "cab": "application/vnd.ms-cab-compressed", "iso": "application/x-iso9660-image", "dmg": "application/x-apple-diskimage", "img": "application/octet-stream",
		"exe": "application/vnd.microsoft.portable-executable", "dll": "application/vnd.microsoft.portable-executable", "msi": "application/x-msi", "so": "application/octet-stream", "o": "application/octet-stream", "class": "application/java-vm", "wasm": "application/wasm", "pyc": "application/x-python-code", "bin": "application/octet-stream", "dat": "application/octet-stream", "swf": "application/vnd.adobe.flash.movie", "torrent": "application/x-bittorrent",
		"ttf": "font/ttf", "otf": "font/otf", "ttc": "font/collection", "woff": "font/woff", "woff2": "font/woff2", "eot": "application/vnd.ms-fontobject", "pfb": "application/x-font-type1",
		"sqlite": "application/vnd.sqlite3", "db": "application/octet-stream", "sqlite3": "application/vnd.sqlite3", "parquet": "application/vnd.apache.parquet", "avro": "application/avro", "npy": "application/octet-stream", "mat": "application/octet-stream", "h5": "application/x-hdf5", "afm": "application/x-font-afm", "pfa": "application/x-font-type1", "nc": "application/x-netcdf", "pcap": "application/vnd.tcpdump.pcap", "shp": "application/vnd.shp", "dbf": "application/vnd.dbf", "shx": "application/vnd.shx", "gpkg": "application/geopackage+sqlite3", "hdf5": "application/x-hdf5", "mo": "application/x-gettext-translation", "pcapng": "application/x-pcapng", "sav": "application/x-spss-sav", "dta": "application/x-stata-dta", "sas7bdat": "application/x-sas-data", "glb": "model/gltf-binary", "gltf": "model/gltf+json", "stl": "model/stl", "3mf": "model/3mf", "step": "model/step", "stp": "model/step", "igs": "model/iges", "iges": "model/iges", "ply": "application/x-ply", "usdz": "model/vnd.usdz+zip", "wrl": "model/vrml", "obj": "model/obj",
	}
})

// ending is the last part of a name together with what the content is.
type ending struct {
	name    string
	content Type
}

// together are endings that mean several things, where the content says which. It is never written to.
var together = map[ending]Type{
	{"key", "application/zip"}: "application/vnd.apple.keynote",
}

const (
	ooxml = "application/vnd.openxmlformats-officedocument."
	odf   = "application/vnd.oasis.opendocument."
)

// alias gives the registered name for one that is used in its stead.
func alias(t Type) Type {
	if better, ok := aliases()[t]; ok {
		return better
	}
	return t
}

// aliases is never written to.
var aliases = sync.OnceValue(func() map[Type]Type {
	return map[Type]Type{
		"image/x-icon": "image/vnd.microsoft.icon", "audio/x-m4a": "audio/mp4", "video/x-m4v": "video/mp4", "text/xml": "application/xml",
		"application/x-rar-compressed": "application/vnd.rar", "image/x-ms-bmp": "image/bmp", "audio/wav": "audio/x-wav", "image/heic-sequence": "image/heic",
		"application/x-javascript": "text/javascript", "application/javascript": "text/javascript", "text/rtf": "application/rtf", "application/x-gzip": "application/gzip",
		"audio/mp3": "audio/mpeg", "image/jpg": "image/jpeg", "application/x-zip-compressed": "application/zip", "application/vnd.sqlite3+db": "application/vnd.sqlite3",
		"application/x-elf": "application/octet-stream", "application/x-executable": "application/octet-stream", "application/x-sharedlib": "application/octet-stream",
		"application/x-object": "application/octet-stream", "application/x-coredump": "application/octet-stream", "application/x-ole-storage": "application/octet-stream",
		"image/vnd.mozilla.apng": "image/apng", "video/x-matroska": "video/matroska", "audio/x-matroska": "audio/matroska", "application/x-lzip": "application/lzip",
		"application/x-dbf": "application/vnd.dbf", "application/x-ms-installer": "application/x-msi", "application/x-shockwave-flash": "application/vnd.adobe.flash.movie",
		"image/x-targa": "image/x-tga", "application/x-hdf": "application/x-hdf5",
		"text/x-lua": "text/plain", "application/x-unix-archive": "application/octet-stream",
	}
})
