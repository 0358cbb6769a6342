package proof

import (
	"strings"

	"golang.org/x/net/publicsuffix"

	"mxsend/compose/address"
)

const (
	manyShown = 50  // receivers that everybody sees
	manyCarry = 500 // recipients of one letter that large providers take in a day from one sender
)

// checkEnvelope compares the header with those who get the letter.
func (p *proof) checkEnvelope() {
	if n := len(p.people.receivers); n > manyShown {
		p.at(0).in("To").hint("RFC 5322 §3.6.3", "%d addresses in To and Cc, which everybody can read: put them into blind copies", n)
	}
	if n := len(p.envelope.Recipients); n > manyCarry {
		p.at(0).hint("", "%d recipients, and large providers take no more than some hundreds in a day from a sender they don't know: send in portions", n)
	}
	p.checkLeftOut()
	p.checkList()
}

// checkLeftOut: who stands in To or Cc and gets no copy. Of a letter that is sent again, or for nobody yet, nothing is said.
func (p *proof) checkLeftOut() {
	if p.people.resent || len(p.envelope.Recipients) == 0 {
		return
	}
	carried := map[address.Address]bool{}
	for _, r := range p.envelope.Recipients {
		carried[r.Address] = true
	}
	left := 0
	for a := range p.people.receivers {
		if !carried[a] {
			left++
		}
	}
	if left > 0 {
		p.at(0).in("To").hint("RFC 5321 §2.3.1", "%d of those in To and Cc get no copy, since the letter is not addressed to them", left)
	}
}

// checkList: leaving a list with one click. RFC 8058 §3.1, §4
func (p *proof) checkList() {
	post, given := p.head.first("List-Unsubscribe-Post")
	if !given {
		return
	}
	if !strings.EqualFold(post.value, "List-Unsubscribe=One-Click") {
		post.place.warn("RFC 8058 §3.1", "%s is not what readers look for: write List-Unsubscribe=One-Click", quote(post.value))
	}
	if !strings.Contains(strings.ToLower(p.head.valueOf("List-Unsubscribe")), "<https://") {
		post.place.err("RFC 8058 §3.1", "one click needs an https address to go to: put one into List-Unsubscribe, or leave this field out")
	}
	for _, s := range p.seals.all {
		if s.covers("List-Unsubscribe") > 0 && s.covers("List-Unsubscribe-Post") > 0 {
			return
		}
	}
	post.place.warn("RFC 8058 §4", "no signature covers List-Unsubscribe and this field, so readers don't offer the click: sign the letter")
}

// organization is the domain that somebody registered. RFC 7489 §3.2
func organization(domain string) string {
	registered, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil { // it is a public suffix itself, or none at all
		return domain
	}
	return registered
}
