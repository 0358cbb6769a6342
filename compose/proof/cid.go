package proof

import (
	"html"
	"maps"
	"net/url"
	"slices"
)

const maxIDs = 10_000

// cids are the parts that can be referred to, and those who refer to them. RFC 2392 §2
type cids struct {
	offered map[string]offer
	wanted  map[string]place
	pages   bool // there is a page, which could refer
}

type offer struct {
	place    place
	embedded bool // it is there to be referred to
}

// offer notes the Content-ID of a part.
func (p *proof) offer(e, parent *entity, id string) {
	if id == "" || e.within {
		return
	}
	where := e.place(p, e.line).in("Content-ID")
	if _, twice := p.cids.offered[id]; twice {
		where.err("RFC 2045 §7", "another part has the Content-ID %s too, so readers may show the wrong one: give each its own", quote(id))
		return
	}
	if len(p.cids.offered) < maxIDs {
		embedded := parent != nil && parent.kind == "multipart/related" && parent.kids > 1
		p.cids.offered[id] = offer{where, embedded}
	}
}

// checkCIDs compares at the end: pages may stand before and behind what they show.
func (p *proof) checkCIDs() {
	if len(p.cids.wanted) == maxIDs || len(p.cids.offered) == maxIDs {
		return // not all were kept
	}
	for _, id := range slices.Sorted(maps.Keys(p.cids.wanted)) {
		if _, there := p.cids.offered[id]; !there {
			p.cids.wanted[id].warn("RFC 2392 §2", "the page shows cid:%s, and no part has this Content-ID, so readers see a hole: add the part", clean(id))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(p.cids.offered)) {
		o := p.cids.offered[id]
		if _, used := p.cids.wanted[id]; !used && o.embedded && p.cids.pages {
			o.place.hint("RFC 2392 §2", "no page shows the part %s, so some readers hide it: refer to it with cid:, or attach it", quote(id))
		}
	}
}

// pageScanner finds the cid: addresses of a page, in attributes and in styles.
type pageScanner struct {
	where   spot
	before  byte // the octet before the scheme
	last    byte
	matched int    // octets of "cid:"
	id      []byte // while matched is all of it
}

const scheme = "cid:"

func (s *pageScanner) write(b []byte) {
	for _, c := range b {
		s.see(c)
		s.last = c
	}
}

func (s *pageScanner) see(c byte) {
	switch {
	case s.matched == len(scheme):
		s.collect(c)
	case c|0x20 == scheme[s.matched] || c == ':' && scheme[s.matched] == ':':
		if s.matched == 0 {
			s.before = s.last
		}
		s.matched++
	case c|0x20 == scheme[0]:
		s.before, s.matched = s.last, 1
	default:
		s.matched = 0
	}
}

// collect takes the address up to the sign that ends it.
func (s *pageScanner) collect(c byte) {
	ends := c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == ')'
	if !ends && len(s.id) <= maxLine {
		s.id = append(s.id, c)
		return
	}
	if ends && (s.before == '"' || s.before == '\'' || s.before == '(' || s.before == '=') {
		s.want(string(s.id))
	}
	s.id, s.matched = s.id[:0], 0
}

func (s *pageScanner) want(raw string) {
	id, err := url.PathUnescape(html.UnescapeString(raw))
	if err != nil {
		id = raw
	}
	wanted := s.where.p.cids.wanted
	if _, known := wanted[id]; id != "" && !known && len(wanted) < maxIDs {
		wanted[id] = s.where.place()
	}
}

func (s *pageScanner) end() {}
