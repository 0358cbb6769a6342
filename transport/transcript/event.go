package transcript

import "time"

// The events that this package itself makes; the others come with their names from whoever notes them.
const (
	eventConnect = "connect"
	eventCommand = "command"
	eventContent = "content"
	eventReply   = "reply"
	eventClose   = "close"
)

// note is one thing that happened: a line that was said, by one side or by nobody.
type note struct {
	time  time.Time
	event string
	text  string // without the line end, not yet escaped

	conversation  int // 0: none
	host, address string
	tls           bool // it was said inside TLS

	octets  int64         // content that is told by its length only
	code    int           // of a reply; 0: it has none
	first   bool          // the first line of a reply
	more    bool          // more lines of this reply follow
	answers bool          // it is the reply to something
	latency time.Duration // since that was said
}

// writer writes one note in the way of a format.
type writer func(dst []byte, n note) []byte

// writerFor is the hand of a sink; nil for Raw, which takes octets and no notes.
func writerFor(s Sink) writer {
	switch s.Format {
	case JSONL:
		return jsonl
	case Raw:
		return nil
	}
	if s.Colour {
		return coloured
	}
	return plain
}
