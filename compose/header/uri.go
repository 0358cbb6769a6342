package header

import "strings"

// URIs writes a list field such as List-Unsubscribe: URIs in angle brackets, which are added where they are missing; never
// encoded, lines broken only between them. RFC 2369 §2. Its error is an *Error.
func URIs(name string, uris ...string) (Field, error) {
	if err := checkName(name); err != nil {
		return Field{}, err
	}
	if len(uris) == 0 {
		return Field{}, fail(name, "no URI")
	}
	f := Writer{}.folder(name)
	for i, uri := range uris {
		uri = strings.TrimSuffix(strings.TrimPrefix(strings.Trim(uri, " \t"), "<"), ">")
		if !isURI(uri) {
			return Field{}, fail(name, "%q is no URI; write it as https://example.org/ or mailto:name@example.org", printable(uri))
		}
		f.put(" ", "<"+uri+">"+comma(i < len(uris)-1))
	}
	return f.field()
}

// isURI: a scheme, and nothing that would have to be percent-encoded. RFC 3986 §2, §3.1
func isURI(s string) bool {
	scheme, rest, found := strings.Cut(s, ":")
	if !found || scheme == "" || rest == "" || !isAlphanumeric(scheme[0]) {
		return false
	}
	for i := 0; i < len(scheme); i++ {
		if !isAlphanumeric(scheme[i]) && strings.IndexByte("+-.", scheme[i]) < 0 {
			return false
		}
	}
	for i := 0; i < len(rest); i++ {
		if rest[i] <= ' ' || rest[i] >= 0x7f || strings.IndexByte("<>\"\\^`{|}", rest[i]) >= 0 {
			return false
		}
	}
	return true
}

// splitURIs cuts the value of a list field into its URIs, at commas outside their brackets.
func splitURIs(value string) []string {
	var uris []string
	for {
		value = strings.TrimLeft(value, " \t,")
		if value == "" {
			return uris
		}
		end := strings.IndexByte(value, ',')
		if value[0] == '<' {
			end = strings.IndexByte(value, '>') + 1
		}
		if end <= 0 {
			end = len(value)
		}
		uris = append(uris, value[:end])
		value = value[end:]
	}
}

// OneClick writes the two fields by which a mail program can unsubscribe without opening a page; exactly one of the URIs
// must be https, and none http. Both fields must be signed. RFC 8058 §3.1, §4
func OneClick(uris ...string) ([]Field, error) {
	const name = "List-Unsubscribe"
	list, err := URIs(name, uris...)
	if err != nil {
		return nil, err
	}
	body := strings.ToLower(list.Body())
	if n := strings.Count(body, "<https://"); n != 1 || strings.Contains(body, "<http://") {
		return nil, fail(name, "one click needs exactly one https URI, and no http beside it; here are %d", n)
	}
	post, err := Text(name+"-Post", "List-Unsubscribe=One-Click")
	if err != nil {
		return nil, err
	}
	return []Field{list, post}, nil
}
