package transcript

import (
	"bytes"
	"encoding/json"
)

// line is one object of the JSON lines. Names once published stay.
type line struct {
	Time         string `json:"time"` // RFC 3339 with microseconds, in UTC
	Conversation int    `json:"conversation,omitempty"`
	Host         string `json:"host,omitempty"`
	Address      string `json:"address,omitempty"` // with its port
	Event        string `json:"event"`             // command, content, reply, connect, close; dns, tls and so on
	Text         string `json:"text"`              // escaped as in the text, so that it is always valid and can be undone
	Code         int    `json:"code,omitempty"`
	More         bool   `json:"more,omitempty"`       // further lines of this reply follow
	Latency      *int64 `json:"latency_us,omitempty"` // of a reply: since its command was sent; absent if it answers none
	Octets       int64  `json:"octets,omitempty"`     // of content that is not shown
	TLS          bool   `json:"tls,omitempty"`
}

const microseconds = "2006-01-02T15:04:05.000000Z07:00"

// jsonl writes a note as one JSON object on a line of its own.
func jsonl(dst []byte, n note) []byte {
	l := line{
		Time: n.time.UTC().Format(microseconds), Conversation: n.conversation, Host: n.host, Address: n.address,
		Event: n.event, Text: Escape(n.text), Code: n.code, More: n.more, Octets: n.octets, TLS: n.tls,
	}
	if n.answers {
		us := n.latency.Microseconds()
		l.Latency = &us
	}
	buf := bytes.NewBuffer(dst)
	e := json.NewEncoder(buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(l); err != nil { // a struct of strings and numbers
		panic("transcript: " + err.Error())
	}
	return buf.Bytes()
}
