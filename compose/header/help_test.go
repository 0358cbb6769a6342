package header

import (
	"mime"
	"strings"
	"testing"

	"mxsend/compose/address"
)

// check looks at what every field must be, whatever is in it.
func check(t testing.TB, f Field) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(f.Raw(), "\r\n"), "\r\n")
	if !strings.HasSuffix(f.Raw(), "\r\n") || !strings.HasPrefix(lines[0], f.Name+":") {
		t.Fatalf("%q is no field", f.Raw())
	}
	for i, line := range lines {
		switch {
		case strings.ContainsAny(line, "\r\n\x00"), strings.Trim(line, " \t") == "", len(line) > 998:
			t.Fatalf("line %d of %q is no line", i, f.Raw())
		case i > 0 && line[0] != ' ' && line[0] != '\t':
			t.Fatalf("line %d of %q starts a field", i, f.Raw())
		case strings.Contains(line, "=?utf-8?") && len(line) > 76:
			t.Fatalf("line %d of %q is longer than 76", i, f.Raw())
		case len(line) > 78 && breakable(strings.TrimPrefix(line, f.Name+":")):
			t.Fatalf("line %d of %q is longer than 78 and could be broken", i, f.Raw())
		}
		for w := range strings.FieldsSeq(line) {
			if strings.HasPrefix(w, "=?utf-8?") && len(strings.TrimRight(w, ",:;\"")) > 75 {
				t.Fatalf("the encoded-word %q has %d octets", w, len(w))
			}
		}
	}
}

// breakable says whether a line has white space outside quotes at which it could be broken so that neither piece is empty.
func breakable(line string) bool {
	rest := strings.Trim(line, " \t")
	quoted := false
	for i := 0; i < len(rest); i++ {
		switch {
		case rest[i] == '\\':
			i++
		case rest[i] == '"':
			quoted = !quoted
		case (rest[i] == ' ' || rest[i] == '\t') && !quoted:
			return true
		}
	}
	return false
}

func decoded(t testing.TB, f Field) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(f.Body())
	if err != nil {
		t.Fatalf("%q: %v", f.Raw(), err)
	}
	return s
}

func mustParse(t testing.TB, s string) address.Address {
	t.Helper()
	a, err := address.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func mustList(t testing.TB, s string) address.List {
	t.Helper()
	l, err := address.ParseList(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
