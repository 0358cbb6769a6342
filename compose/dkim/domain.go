package dkim

import (
	"fmt"
	"mime"
	"strings"

	"golang.org/x/net/publicsuffix"

	"mxsend/compose/address"
)

// ParseSelector checks a selector: words of letters, digits and hyphens with dots between them. RFC 6376 §3.1. QUIRK:
// underscores are in use, though RFC 6376 knows none.
func ParseSelector(s string) (string, error) {
	for word := range strings.SplitSeq(s, ".") {
		odd := strings.ContainsFunc(word, func(r rune) bool { return !isSelectorRune(r) })
		if word == "" || len(word) > 63 || len(s) > 128 || odd || word[0] == '-' || word[len(word)-1] == '-' {
			return "", usage("%q is no selector: use letters, digits and hyphens, as in 2026-key", s)
		}
	}
	return s, nil
}

func isSelectorRune(r rune) bool {
	return r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// domain is the one that answers for the letter, and a warning if that is not the author's. RFC 6376 §3.5 (d=)
func (s Signer) domain(fields []field) (address.Domain, []string, error) {
	authors, err := authors(fields)
	switch {
	case len(fields) == 0 || count(fields, "From") == 0:
		return address.Domain{}, nil, unfit("the letter has no From field, without which it can't be signed") // RFC 6376 §5.4
	case s.Domain.ASCII != "" && err != nil:
		return s.Domain, nil, nil
	case s.Domain.ASCII != "":
		return s.Domain, misaligned(s.Domain, authors), nil
	case err != nil:
		return address.Domain{}, nil, fmt.Errorf("the letter's From says not whose domain signs; name it with --dkim-domain: %w", err)
	}
	return only(authors)
}

// only is the one domain of all authors.
func only(authors []address.Domain) (address.Domain, []string, error) {
	for _, d := range authors {
		if d != authors[0] {
			return address.Domain{}, nil, usage("the letter's From names several domains: choose who signs with --dkim-domain")
		}
	}
	if len(authors) == 0 || authors[0].ASCII == "" {
		return address.Domain{}, nil, usage("the letter's From names no domain that could sign: name one with --dkim-domain")
	}
	return authors[0], nil, nil
}

// authors are the domains of From.
func authors(fields []field) ([]address.Domain, error) {
	var domains []address.Domain
	for _, f := range fields {
		if !strings.EqualFold(f.name, "From") {
			continue
		}
		list, err := address.Parser{Words: new(mime.WordDecoder)}.List(f.body())
		if err != nil {
			return nil, err
		}
		for _, m := range list.Mailboxes() {
			domains = append(domains, m.Address.Domain)
		}
	}
	return domains, nil
}

// misaligned warns of a signature that does not speak for the author. RFC 7489 §3.1.1
func misaligned(d address.Domain, authors []address.Domain) []string {
	for _, author := range authors {
		if organization(author) != organization(d) {
			return []string{fmt.Sprintf("the signature is %s's, and the letter is from %s: receivers that go by DMARC don't count it", d, author)}
		}
	}
	return nil
}

// organization is the domain that somebody registered. RFC 7489 §3.2
func organization(d address.Domain) string {
	registered, err := publicsuffix.EffectiveTLDPlusOne(d.ASCII)
	if err != nil { // it is a public suffix itself, or none at all
		return d.String()
	}
	return registered
}
