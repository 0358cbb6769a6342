package dkim

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const examples = "../../testdata/dkim"

// example is a letter that a standard prints with its signatures, in CRLF lines.
func example(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(examples, name, "letter.eml"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(data), "\n", "\r\n")
}

// records are what publishes its keys.
func records(t testing.TB, name string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(examples, name, "dns"))
	if err != nil {
		t.Fatal(err)
	}
	published := map[string]string{}
	for line := range strings.Lines(string(data)) {
		at, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		published[at] = value
	}
	return published
}

func tagsOf(t testing.TB, f field) map[string]string {
	t.Helper()
	tags, err := ParseTags(f.body())
	if err != nil {
		t.Fatal(err)
	}
	return tags
}

// TestExamples: the body hash of both standards is ours; the keys publish themselves as the standard does; and where a
// letter is signed relaxed/relaxed, our keys write the same signatures over the same fields.
func TestExamples(t *testing.T) {
	again := 0
	for _, name := range []string{"01-rfc6376", "02-rfc8463"} {
		found, err := read(t.Context(), letterOf(example(t, name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found.fields {
			if f.name != "DKIM-Signature" {
				continue
			}
			tags := tagsOf(t, f)
			if bh := base64.StdEncoding.EncodeToString(found.bodyHash); bh != tags["bh"] {
				t.Errorf("%s: the body hash is %s, want %s", name, bh, tags["bh"])
			}
			key := keyFrom(t, filepath.Join(examples, name, tags["s"]+".pem"))
			checkPublished(t, key, records(t, name)[tags["s"]+"._domainkey."+tags["d"]])
			if tags["c"] != "relaxed/relaxed" {
				continue
			}
			again++
			own := regexp.MustCompile(`(?s)(;\s+b=).*`).ReplaceAllString(f.raw, "$1")
			b, err := key.sign(found.digest(words(tags["h"]), own))
			if got := base64.StdEncoding.EncodeToString(b); err != nil || got != withoutBlanks(tags["b"]) {
				t.Errorf("%s under %s: signed as %s, %v, want %s", name, tags["s"], got, err, tags["b"])
			}
		}
	}
	if again != 2 {
		t.Errorf("%d signatures were made again, want 2", again)
	}
}

// checkPublished: the record is read, holds the key, and has the p= that the key would publish.
func checkPublished(t *testing.T, key Key, value string) {
	t.Helper()
	record, err := ParseRecord(value)
	if err != nil || !record.Holds(key) {
		t.Errorf("%q does not hold its key, %v", value, err)
	}
	made, err := key.Record()
	if err != nil || made.String() != strings.Replace(value, "DKIM1; p", "DKIM1; k=rsa; p", 1) {
		t.Errorf("the key publishes itself as %s, %v, want %s", made, err, value)
	}
}
