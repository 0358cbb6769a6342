package proof

import "strings"

const (
	maxBoundary = 70   // octets. RFC 2046 §5.1.1
	maxKept     = 1000 // octets of a boundary that no line could hold
)

// checkBoundary looks at the boundary, and at those of the multiparts around it. RFC 2046 §5.1.1, §5.1.2
func (p *proof) checkBoundary(b string, where place) {
	odd := strings.ContainsFunc(b, func(r rune) bool { return !isBoundaryRune(r) })
	switch {
	case len(b) > maxBoundary:
		where.err("RFC 2046 §5.1.1", "the boundary has more than %d characters: shorten it", maxBoundary)
	case strings.HasSuffix(b, " "):
		where.err("RFC 2046 §5.1.1", "the boundary ends with a blank, which gets lost on the way: choose another")
	case odd:
		where.warn("RFC 2046 §5.1.1", "the boundary %s holds what a boundary must not: use letters and digits", quote(b))
	}
	for _, e := range p.stack {
		outer := e.boundary
		switch {
		case outer == "":
		case b == outer || b == outer+"--":
			where.err("RFC 2046 §5.1.2", "the boundary is that of the %s around it, so that the two can't be told apart: choose another", e.kind)
			return
		case strings.HasPrefix(b, outer) || strings.HasPrefix(outer, b):
			where.warn("RFC 2046 §5.1.2", "the boundary begins like that of the %s around it, and some readers mix them up: choose another", e.kind)
			return
		}
	}
}

// isBoundaryRune: bchars of RFC 2046 §5.1.1
func isBoundaryRune(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("'()+_,-./:=? ", r)
}
