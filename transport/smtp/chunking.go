package smtp

import "fmt"

// Chunking says when a letter is sent with BDAT instead of DATA. RFC 3030
type Chunking string

// The zero value is auto: DATA, since many servers handle chunks badly and none gains by them, unless the letter can travel
// in no other way.
const (
	ChunkingAuto Chunking = ""
	ChunkingOn   Chunking = "on"
	ChunkingOff  Chunking = "off"
)

// ParseChunking reads "auto", "on" or "off"; the empty word is auto.
func ParseChunking(s string) (Chunking, error) {
	switch c := Chunking(s); c {
	case "auto", ChunkingAuto:
		return ChunkingAuto, nil
	case ChunkingOn, ChunkingOff:
		return c, nil
	}
	return ChunkingAuto, fmt.Errorf("%q is none of auto, on, off", s)
}
