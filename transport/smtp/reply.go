package smtp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The limits of what we read. RFC 5321 §4.5.3.1.5 gives a reply line 512 octets; the world is longer, and a stranger may
// be endless.
const (
	maxLine      = 4096     // octets kept of one line
	maxDropped   = 64 << 10 // octets read of one line before the server is given up
	maxLines     = 128      // lines of one reply
	maxReplySize = 64 << 10 // octets of one reply
	maxHeard     = 16 << 20 // octets of all replies on one connection: every recipient may cost us a whole reply in memory
)

// Reply is what the server said to one command. RFC 5321 §4.2
type Reply struct {
	Code     int
	Enhanced string   // RFC 2034, "5.1.1"; only when its class is that of the code, empty otherwise
	Lines    []string // the text of each line, without code and line end, any bytes
}

// String is the reply in one line as people quote it: "550 5.1.1 no such user". Empty when there was no reply. It holds
// the server's bytes: escape them before showing them.
func (r Reply) String() string {
	if r.Code == 0 {
		return ""
	}
	text := strings.TrimSpace(strings.Join(r.texts(), " "))
	return strings.TrimSpace(strconv.Itoa(r.Code) + " " + text)
}

// texts are the lines without the enhanced code that many servers repeat on every line.
func (r Reply) texts() []string {
	var texts []string
	for i, line := range r.Lines {
		if i > 0 && r.Enhanced != "" {
			line = strings.TrimPrefix(strings.TrimPrefix(line, r.Enhanced), " ")
		}
		texts = append(texts, strings.TrimSpace(line))
	}
	return texts
}

// class is the first digit, which alone decides. RFC 5321 §4.2.1
func (r Reply) class() int { return r.Code / 100 }

func (r Reply) refusal() bool { return r.class() == 4 || r.class() == 5 }

// replyReader reads replies from a stranger within the limits above.
type replyReader struct {
	lines *bufio.Reader
	heard int                      // octets so far
	hear  func(line []byte) []byte // told of every line; gives back what may be kept of it
	note  func(event, text string)
}

func newReplyReader(src io.Reader, tell *telling) *replyReader {
	hear := func(line []byte) []byte {
		struck := tell.strike(line)
		tell.received(struck)
		if tell.login && bytes.HasPrefix(line, []byte("334")) {
			return line // which is answered and not reported
		}
		return struck
	}
	return &replyReader{lines: bufio.NewReaderSize(src, maxLine), hear: hear, note: tell.noted}
}

// read returns the next reply. The error is a violation, or what the connection said.
func (rr *replyReader) read() (Reply, error) {
	var r Reply
	for size := 0; ; {
		line, n, err := rr.line()
		if err != nil {
			return Reply{}, err
		}
		code, last, text, err := splitReplyLine(line)
		if err != nil {
			return Reply{}, err
		}
		rr.heard += n
		if size += n; size > maxReplySize || len(r.Lines) == maxLines || rr.heard > maxHeard {
			return Reply{}, violation("endless reply")
		}
		if len(r.Lines) > 0 && code != r.Code {
			return Reply{}, violation(fmt.Sprintf("one reply with two codes, %d and %d", r.Code, code)) // RFC 5321 §4.2.1
		}
		r.Code = code
		r.Lines = append(r.Lines, text)
		if last {
			r.Enhanced = enhancedCode(r.Code, r.Lines[0])
			return r, nil
		}
	}
}

// line returns one line without its end, cut to maxLine octets, and how many octets it had.
func (rr *replyReader) line() (string, int, error) {
	line, err := rr.lines.ReadSlice('\n')
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		return "", 0, err
	}
	kept := rr.hear(line)
	// QUIRK: replies end in CRLF (RFC 5321 §2.3.8); bare LF and CR CR LF occur and are taken.
	text := strings.TrimRight(string(kept), "\r\n")
	n := len(line)
	for more := 0; err != nil; n += more {
		if n > maxDropped {
			return "", 0, violation("endless line")
		}
		if more, err = rr.drop(); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return "", 0, err
		}
	}
	if n > len(line) {
		rr.note("protocol", fmt.Sprintf("a line of %d octets was cut", n))
	}
	return text, n, nil
}

func (rr *replyReader) drop() (int, error) {
	more, err := rr.lines.ReadSlice('\n')
	return len(more), err
}

// splitReplyLine takes "250-text", "250 text" and the bare "250" apart. RFC 5321 §4.2: a client must be prepared for the
// code alone.
func splitReplyLine(line string) (code int, last bool, text string, err error) {
	if len(line) < 3 || line[0] < '2' || line[0] > '5' || !digit(line[1]) || !digit(line[2]) {
		return 0, false, "", violation("not a reply: " + strconv.Quote(clip(line, 80)))
	}
	code, _ = strconv.Atoi(line[:3])
	if len(line) == 3 {
		return code, true, "", nil
	}
	switch line[3] {
	case ' ':
		return code, true, line[4:], nil
	case '-':
		return code, false, line[4:], nil
	}
	return 0, false, "", violation("not a reply: " + strconv.Quote(clip(line, 80)))
}

// enhancedCode is the RFC 3463 code that begins text, if its class agrees with the reply's. RFC 2034 §4
func enhancedCode(code int, text string) string {
	word, _, _ := strings.Cut(text, " ")
	parts := strings.Split(word, ".")
	if len(parts) != 3 || parts[0] != strconv.Itoa(code/100) || code/100 == 3 {
		return ""
	}
	for _, p := range parts {
		if len(p) < 1 || len(p) > 3 || strings.TrimLeft(p, "0123456789") != "" {
			return ""
		}
	}
	return word
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}
