package intake

import (
	"cmp"
	"maps"
	"mime"
	"slices"
	"strings"

	"mxsend/compose/header"
)

// part is what the header of a part says of its content.
type part struct {
	kind    string // lower case, without parameters
	encoded bool   // in quoted-printable or base64 already
	sealed  bool
}

func (s *sevenBit) beginHead(message bool) {
	s.place, s.message = inHead, message
	s.head = &scanner{findings: newFindings()}
}

// headLine takes a line of a header; an empty one ends it.
func (s *sevenBit) headLine(line string) {
	if line == "" {
		s.endHead()
		s.put(nil)
		return
	}
	s.refuseIf(!s.head.take(line), "the header of a part cannot be read")
}

// endHead begins what the header announces, and writes the header so that it says how the content travels now.
func (s *sevenBit) endHead() {
	s.head.finish()
	fields, message := s.head.fields, s.message
	s.begin(fields, message)
	for _, f := range s.relabelled(fields, message) {
		if isRaw(f.raw) {
			made, err := rewritten(f)
			s.refuseIf(err != nil, "a part has an 8-bit "+f.name+" field")
			f.raw = made
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(f.raw, "\r\n"), "\r\n") {
			s.put([]byte(line))
		}
	}
}

// begin goes into what a header announces: a multipart, a letter, or content.
func (s *sevenBit) begin(fields []field, message bool) {
	outer := level{}
	if n := len(s.levels); n > 0 {
		outer = s.levels[n-1]
	}
	kind, params := kindOf(fields, outer.digest && !message)
	s.part = part{kind: kind, sealed: outer.sealed}
	switch encodingOf(fields) {
	case "quoted-printable", "base64":
		s.part.encoded = true
	}
	s.number++
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		s.refuseIf(params["boundary"] == "", "a multipart has no boundary")
		sealed := outer.sealed || kind == "multipart/signed" || kind == "multipart/encrypted"
		s.levels = append(s.levels, level{params["boundary"], kind == "multipart/digest", sealed})
		s.place = between
	case kind == "message/rfc822" && !s.part.encoded:
		s.beginHead(true)
	default:
		s.place = inPart
	}
}

// relabelled are the fields of a header with the encoding that its content has now; what needs none is not labelled.
// RFC 2045 §6.1
func (s *sevenBit) relabelled(fields []field, message bool) []field {
	heavy := s.heavy[s.number]
	if label := encodingOf(fields); !heavy && label != "8bit" && label != "binary" {
		return fields
	}
	kept := slices.DeleteFunc(slices.Clone(fields), func(f field) bool { return f.is("content-transfer-encoding") })
	if heavy && message && !holds(fields, "mime-version") {
		kept = append(kept, field{name: "MIME-Version", raw: "MIME-Version: 1.0\r\n"})
	}
	if heavy {
		kept = append(kept, field{name: "Content-Transfer-Encoding", raw: "Content-Transfer-Encoding: quoted-printable\r\n"})
	}
	return kept
}

// kindOf is the type that a header announces. What cannot be read is taken for text, as readers do. RFC 2045 §5.2
func kindOf(fields []field, digest bool) (string, map[string]string) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.is("content-type") })
	if i < 0 && digest {
		return "message/rfc822", nil
	}
	if i >= 0 {
		value := header.WithoutComments(fields[i].unfolded())
		kind, params, err := mime.ParseMediaType(value)
		if err == nil || kind != "" {
			return kind, params
		}
		if kind, _, _ = strings.Cut(strings.ToLower(value), "/"); kind == "multipart" || kind == "message" {
			return kind + "/unreadable", nil // what is within has labels of its own
		}
	}
	return "text/plain", nil
}

func encodingOf(fields []field) string {
	i := slices.IndexFunc(fields, func(f field) bool { return f.is("content-transfer-encoding") })
	if i < 0 {
		return ""
	}
	first, _, _ := strings.Cut(strings.ToLower(header.WithoutComments(fields[i].unfolded())), " ")
	return first
}

// rewritten writes a field that holds raw UTF-8 as every server takes it.
func rewritten(f field) (string, error) {
	if !f.is("content-type") && !f.is("content-disposition") {
		made, err := header.Custom(f.name + ": " + f.unfolded())
		return cmp.Or(made.Raw(), f.raw), err
	}
	value, given, err := mime.ParseMediaType(f.unfolded())
	if err != nil {
		return f.raw, err
	}
	var params []header.Param
	for _, name := range slices.Sorted(maps.Keys(given)) {
		params = append(params, header.Param{Name: name, Value: given[name], Legacy: name == "name"})
	}
	made, err := header.Structured(f.name, value, params...)
	return cmp.Or(made.Raw(), f.raw), err
}
