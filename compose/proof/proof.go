// Package proof proofreads a finished letter, our own or somebody else's, before it is sent: it tells what servers refuse,
// what readers show wrongly, and what costs trust.
//
// In comes a letter.Letter, written once (Reader.Read).
//
//  1. splitter cuts the octets into lines and proof.inspect looks at each: length, CR, LF, NUL (lines.go).
//  2. proof.line leads every line to where it belongs (tree.go): the header of a part (block.go), a delimiter
//     (delimiter.go), or the content of a part (leaf.go, base64.go, quoted.go, charset.go).
//  3. When the header of the letter is complete, proof.checkHead reads its fields (head.go, people.go); when that of a part
//     is, proof.open reads what the part is (open.go, kind.go, name.go, words.go, boundary.go).
//  4. seals hand the octets to a verifier of signatures as they pass (verify.go).
//  5. At the end, proof.finish compares what was far apart: parts and the multipart around them (kids.go), pictures and those
//     who refer to them (cid.go), fields and envelope (envelope.go), signatures and From (seal.go).
//
// Out goes a list of Findings in the order of the letter: errors are against a MUST or lose something on the way, warnings
// are what some receivers take wrongly, hints are advice.
//
// RFC 5322 (the letter), RFC 2045 to 2047, 2183, 2231, 2387 and 2392 (MIME), RFC 6532 (UTF-8), RFC 6376, 8301 and 8463
// (DKIM), RFC 8058 (one-click). Of a letter within the letter only the structure is looked at, and all that is found there
// is a hint, since it must not be changed. Not supported: looking into S/MIME and PGP, asking DNS.
//
// Promised: one pass, in memory that does not grow with the letter; Findings are bounded in number and safe to show on a
// terminal; no letter makes it panic.
package proof

import (
	"context"
	"fmt"
	"time"

	"mxsend/compose/dkim"
	"mxsend/compose/letter"
)

// Reader proofreads letters. The zero value goes by the clock of this machine and knows no keys.
type Reader struct {
	Now  func() time.Time  // nil: time.Now
	Keys map[string]string // DKIM keys at hand: name in DNS (selector._domainkey.example.org) to the value of its TXT record

	// Seals are the keys that signed the letter just now, if any: the first signatures, in this order, as a dkim.Signer puts
	// them there.
	Seals []dkim.Seal
}

// Read reads the letter once and tells what is wrong with it. Its error is the letter's own, or that of ctx; the findings
// up to there come with it.
func (r Reader) Read(ctx context.Context, l *letter.Letter) ([]Finding, error) {
	p := r.begin(l)
	defer p.seals.stop()
	s := &splitter{ctx: ctx, take: p.line}
	if _, err := l.WriteTo(s); err != nil {
		return p.sheet.sorted(), fmt.Errorf("proofreading the letter: %w", err)
	}
	s.end()
	p.finish()
	return p.sheet.sorted(), nil
}

// proof is one reading.
type proof struct {
	now      time.Time
	envelope letter.Envelope
	sheet    *sheet
	seals    seals
	number   int // of the line
	column   int // octets of the line so far
	ended    bool
	head     *block    // of the letter
	people   people    // whom it names
	stack    []*entity // the parts that are open, the letter first
	parts    int
	cids     cids
}

func (r Reader) begin(l *letter.Letter) *proof {
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	p := &proof{now: now(), envelope: l.Envelope, sheet: newSheet(), ended: true}
	p.cids = cids{offered: map[string]offer{}, wanted: map[string]place{}}
	p.seals.known, p.seals.own = r.Keys, r.Seals
	p.push(&entity{kind: plain})
	p.head = p.stack[0].head
	return p
}

// at is a place in the letter that belongs to no field and no part.
func (p *proof) at(line int) place { return place{sheet: p.sheet, line: line} }

// finish closes what is open at the end of the letter.
func (p *proof) finish() {
	if !p.ended {
		p.at(p.number).hint("RFC 5322 §2.3", "the last line has no line end: servers add one")
	}
	if p.top().inHead() {
		p.endHead(true)
	}
	for len(p.stack) > 0 {
		p.pop()
	}
	p.checkCIDs()
	p.checkEnvelope()
	p.checkSeals()
}
