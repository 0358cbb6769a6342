package dkim

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// signature makes the field of one seal: first without its b=, which is what the key signs along with the other fields,
// then with it. RFC 6376 §3.7
func (f *findings) signature(s Seal, domain string, t time.Time) (string, error) {
	list := names(f.fields)
	var w folder
	w.tag("DKIM-Signature: v=1;")
	w.tag("a=" + string(s.Key.Algorithm()) + "-sha256;") // RFC 8301 §3.1, RFC 8463 §3
	w.tag("c=relaxed/relaxed;")
	w.tag("d=" + domain + ";")
	w.tag("s=" + s.Selector + ";")
	w.tag("t=" + strconv.FormatInt(t.Unix(), 10) + ";")
	w.list("h=", list)
	w.tag("bh=" + base64.StdEncoding.EncodeToString(f.bodyHash) + ";")
	w.tag("b=")
	b, err := s.Key.sign(f.digest(list, w.String()))
	if err != nil {
		return "", err
	}
	w.fill(base64.StdEncoding.EncodeToString(b))
	return w.String() + "\r\n", nil
}

// digest is what the key signs: the hash of the fields and, without a line end, of the signature's own field.
func (f *findings) digest(names []string, own string) []byte {
	h := sha256.New()
	writeSigned(h, f.fields, names)
	h.Write([]byte(field{"DKIM-Signature", own}.canonical()))
	return h.Sum(nil)
}

// folder writes the field, folded where RFC 6376 §3.2 and §3.5 allow it.
type folder struct {
	strings.Builder
	column int
}

const width = 78 // octets of a line. RFC 5322 §2.1.1

// put writes a word, on a new line if it does not fit; the blank before it becomes the fold.
func (f *folder) put(blank, word string) {
	if f.column > 0 && f.column+len(blank)+len(word) > width {
		blank = "\r\n "
		f.column = -2 // the line end does not count
	}
	f.WriteString(blank + word)
	f.column += len(blank) + len(word)
}

func (f *folder) tag(word string) {
	if f.column == 0 {
		f.put("", word)
		return
	}
	f.put(" ", word)
}

// list writes names with colons between them.
func (f *folder) list(tag string, names []string) {
	for i, name := range names {
		end := ":"
		if i == len(names)-1 {
			end = ";"
		}
		if i == 0 {
			f.put(" ", tag+name+end)
			continue
		}
		f.put("", name+end)
	}
}

// fill writes base64 up to the margin of every line.
func (f *folder) fill(base64 string) {
	for len(base64) > 0 {
		n := min(len(base64), width-f.column)
		if n > 0 {
			f.put("", base64[:n])
			base64 = base64[n:]
			continue
		}
		f.WriteString("\r\n ")
		f.column = 1
	}
}
