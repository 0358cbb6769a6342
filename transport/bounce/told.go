package bounce

import (
	"slices"

	"mxsend/compose/letter"
)

// unasked is the size up to which a letter is returned whole when the sender did not say what he wants. RFC 3461 §4.3
// leaves it open; it is enough for words, and too little to carry a file around twice.
const unasked = 64 << 10

// maxLine is the longest line of a letter, without its end. RFC 5322 §2.1.1
const maxLine = 998

// told are the recipients of whom the sender may be told. Nobody is told of a letter from the null sender, which may be a
// notice itself. RFC 5321 §4.5.5, RFC 3461 §5.2
func (n Notice) told() []Recipient {
	if n.Original.Envelope.Sender.IsZero() {
		return nil
	}
	var told []Recipient
	for _, r := range n.Recipients {
		if n.Kind.wanted(r.Recipient.Notify) {
			told = append(told, r)
		}
	}
	return told
}

// wanted says whether NOTIFY lets this kind be told; where nothing was asked for, failures are told and delays may be.
// RFC 3461 §4.1
func (k Kind) wanted(notify []string) bool {
	switch {
	case len(notify) == 0:
		return true
	case k == Delay:
		return slices.Contains(notify, "DELAY")
	}
	return slices.Contains(notify, "FAILURE")
}

// whole says whether the letter is returned whole, and not only its header.
func (k Kind) whole(e letter.Envelope, f letter.Facts) bool {
	switch {
	case k != Failure: // RFC 3461 §4.3: without a failure the header is enough
		return false
	case e.RequireTLS, e.Ret == "HDRS": // RFC 8689 §5: RET=FULL is disregarded
		return false
	case f.Binary, f.LongestLine > maxLine: // the identity encodings of message/rfc822 can't hold it: RFC 2046 §5.2.1
		return false
	}
	return e.Ret == "FULL" || f.Size <= unasked
}
