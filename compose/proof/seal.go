package proof

import (
	"strconv"
	"strings"
	"time"

	"mxsend/compose/dkim"
)

// seal is one DKIM-Signature. RFC 6376 §3.5
type seal struct {
	field  field
	tags   map[string]string
	signed []string // names, as often as they stand in h=
}

// readSeal reads the tags; ok is false for a field that has none to read.
func readSeal(f field) (s *seal, ok bool) {
	s = &seal{field: f, tags: map[string]string{}}
	tags, err := dkim.ParseTags(f.value)
	if err != nil {
		return s, false
	}
	for name, value := range tags {
		s.tags[name] = strings.Join(strings.Fields(value), "")
	}
	if s.tags["s"] != "" && s.tags["d"] != "" {
		s.field.place.about = clean(s.tags["s"] + " of " + s.tags["d"])
	}
	for name := range strings.SplitSeq(s.tags["h"], ":") {
		s.signed = append(s.signed, name)
	}
	return s, true
}

// covers is how often the field stands in h=.
func (s *seal) covers(name string) int {
	n := 0
	for _, signed := range s.signed {
		if strings.EqualFold(signed, name) {
			n++
		}
	}
	return n
}

// keyName is where DNS holds the key. RFC 6376 §3.6.2.1
func (s *seal) keyName() string {
	return strings.ToLower(s.tags["s"] + "._domainkey." + s.tags["d"])
}

// check looks at what needs no key.
func (s *seal) check(head *block, now time.Time) {
	where := s.field.place
	for _, tag := range []string{"v", "a", "b", "bh", "d", "h", "s"} {
		if s.tags[tag] == "" {
			where.err("RFC 6376 §3.5", "the signature has no %s=, so it counts for nothing: sign again", tag)
		}
	}
	if s.tags["h"] != "" && s.covers("From") == 0 {
		where.err("RFC 6376 §5.4", "the signature does not cover From, so it counts for nothing: sign again")
	}
	if s.tags["a"] == "rsa-sha1" {
		where.err("RFC 8301 §3.1", "a signature with SHA-1 counts for nothing: sign with rsa-sha256")
	}
	if l, limited := s.tags["l"]; limited {
		where.warn("RFC 6376 §8.2", "l=%s leaves the end of the letter unsigned, so others can add to it, and many receivers take it for no signature: sign without l=", clean(l))
	}
	if s.expired(now) {
		where.warn("RFC 6376 §3.5", "the signature has expired: sign again")
	}
	s.checkCovered(head)
}

// expired: x= in seconds since 1970. RFC 6376 §3.5
func (s *seal) expired(now time.Time) bool {
	seconds, err := strconv.ParseInt(s.tags["x"], 10, 64)
	return err == nil && now.After(time.Unix(seconds, 0))
}

// core are the fields that make what a reader sees. RFC 6376 §5.4.1, §8.15
var core = []string{"From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type"}

// checkCovered: what can be changed, and what can be added, without breaking the signature.
func (s *seal) checkCovered(head *block) {
	var open, addable []string
	for _, name := range core {
		switch there, signed := len(head.all(name)), s.covers(name); {
		case signed < there:
			open = append(open, name)
		case signed == there:
			addable = append(addable, name)
		}
	}
	if len(open) > 0 {
		s.field.place.hint("RFC 6376 §5.4.1", "the signature does not cover %s, which anybody can change on the way: sign them too", strings.Join(open, ", "))
	}
	if len(addable) > 0 {
		s.field.place.hint("RFC 6376 §8.15", "a second %s could be added on the way: name them once more in h= than they stand in the letter", strings.Join(addable, ", "))
	}
}
