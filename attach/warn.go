package attach

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path"
	"strings"

	"mxsend/attach/media"
)

// blocked tells of what large providers refuse: by the name, by what the file is whatever its name, and inside a .zip as
// far as its head shows.
func blocked(name string, v media.Verdict, head []byte) string {
	if isBlocked(name) || v.Type == "application/vnd.microsoft.portable-executable" {
		return "is of a kind that large providers refuse"
	}
	if v.Type != "application/zip" {
		return "" // documents are archives too, and may hold scripts
	}
	for _, inside := range zipped(head) {
		if isBlocked(inside) {
			return fmt.Sprintf("holds %q, of a kind that large providers refuse in archives too", path.Base(inside))
		}
	}
	return ""
}

func isBlocked(name string) bool {
	switch strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) {
	case "ade", "adp", "apk", "appx", "appxbundle", "bat", "cab", "chm", "cmd", "com", "cpl", "diagcab", "diagcfg", "diagpkg", "dll", "dmg", "ex", "ex_", "exe",
		"hta", "img", "ins", "iso", "isp", "jar", "jnlp", "js", "jse", "lib", "lnk", "mde", "mjs", "msc", "msi", "msix", "msixbundle", "msp", "mst", "nsh", "pif",
		"ps1", "scr", "sct", "shb", "sys", "vb", "vbe", "vbs", "vhd", "vxd", "wsc", "wsf", "wsh", "xll":
		return true
	}
	return false
}

// zipped are the names of the files whose headers stand in the head of a .zip.
func zipped(head []byte) []string {
	const mark, nameLength, name = "PK\x03\x04", 26, 30 // APPNOTE.TXT §4.3.7
	var names []string
	for {
		at := bytes.Index(head, []byte(mark))
		if at < 0 || len(head) < at+name {
			return names
		}
		head = head[at:]
		end := name + int(binary.LittleEndian.Uint16(head[nameLength:]))
		if end <= len(head) {
			names = append(names, string(head[name:end]))
		}
		head = head[len(mark):]
	}
}

// awkward tells of names that a reader's Windows can't store as they are.
func awkward(name string) string {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	device := strings.TrimRight(stem, " ")
	if len(device) == 4 && (strings.HasPrefix(device, "COM") || strings.HasPrefix(device, "LPT")) && device[3] >= '1' && device[3] <= '9' {
		device = "CON"
	}
	switch device {
	case "CON", "PRN", "AUX", "NUL":
		return "has a name that Windows keeps for a device"
	}
	if strings.ContainsAny(name, `<>:"|?*`) || strings.HasSuffix(name, ".") {
		return "has a name that Windows can't store as it is"
	}
	return ""
}
