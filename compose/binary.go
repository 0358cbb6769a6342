package compose

import (
	"io"

	"mxsend/attach"
	"mxsend/attach/encode"
	"mxsend/compose/letter"
)

// composeBinary makes the letter in two forms: files as they are, for servers that take that (RFC 3030 §3), and encoded, for
// all others. Both are one letter, with the same identifier and date.
func (d Desk) composeBinary(draft Draft) (*letter.Letter, error) {
	draft.Binary = false
	if draft.Date.IsZero() {
		draft.Date = d.now()
	}
	encoded, err := d.Compose(draft)
	if err != nil {
		return nil, err
	}
	draft.MessageID = encoded.Facts.MessageID
	l, err := d.form(draft, true)
	if err == nil && l.Facts.Binary {
		l.Recode = func() (*letter.Letter, error) { return encoded, nil }
	}
	return l, err
}

// unencoded is a file as it is.
type unencoded struct{ *attach.Part }

func (u unencoded) EncodedSize() int64 { return u.Size }

const pieceSize = 256 << 10

func (u unencoded) WriteTo(w io.Writer) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{w}, u.Reader(), make([]byte, pieceSize))
}

// heaviest is the label of what holds all of the parts. RFC 2045 §6.4
func heaviest(parts []*part) encode.Encoding {
	label := encode.SevenBit
	for _, p := range parts {
		switch p.encoding {
		case encode.Binary:
			return encode.Binary
		case encode.EightBit:
			label = encode.EightBit
		}
	}
	return label
}
