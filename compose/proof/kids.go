package proof

import "strings"

// checkKids looks at what a multipart held.
func (e *entity) checkKids(where place) {
	switch e.kind {
	case "multipart/alternative":
		e.checkOrder(where)
	case "multipart/related":
		e.checkRoot(where)
	}
}

// checkOrder: readers show the last alternative that they can. RFC 2046 §5.1.4
func (e *entity) checkOrder(where place) {
	for i, kind := range e.kinds {
		if kind == plain && i > 0 && e.kinds[i-1] == "text/html" {
			where.warn("RFC 2046 §5.1.4", "the plain text stands behind the page, so readers show it instead: put it first")
		}
	}
	if e.kids == 1 {
		where.hint("RFC 2046 §5.1.4", "there is one alternative only: leave the multipart/alternative out")
	}
}

// checkRoot: RFC 2387 §3.1 (type), §3.2 (start)
func (e *entity) checkRoot(where place) {
	where = where.in("Content-Type")
	kind := strings.ToLower(e.params["type"])
	switch {
	case kind == "":
		where.warn("RFC 2387 §3.1", "multipart/related without type=, by which readers know what to show: add type=\"text/html\"")
	case e.params["start"] == "" && len(e.kinds) > 0 && e.kinds[0] != kind:
		where.warn("RFC 2387 §3.1", "type= says %s, and the first part is %s: make them agree", quote(kind), quote(e.kinds[0]))
	}
	if e.params["start"] != "" && !e.started && e.kids > 0 {
		where.err("RFC 2387 §3.2", "start= names the Content-ID %s, which no part has: name that of the first part, or leave it out", quote(e.params["start"]))
	}
}

// checkEnd looks at a multipart that is over.
func (e *entity) checkEnd(where place) {
	switch {
	case e.kids == 0 && e.closed:
		where.err("RFC 2046 §5.1.1", "the %s holds no part: leave it out", e.kind)
	case e.kids == 0:
		where.err("RFC 2046 §5.1.1", "the boundary of the %s is nowhere, so nobody finds its parts: write --%s before each part", e.kind, clean(e.boundary))
	case !e.closed:
		where.err("RFC 2046 §5.1.1", "the %s is not closed, as if the letter had been cut: end it with --%s--", e.kind, clean(e.boundary))
	}
	e.checkKids(where)
}
