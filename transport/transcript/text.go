package transcript

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// longWait is how long a reply takes before the text says so.
const longWait = time.Second

// plain writes a note as RFC 5321 Appendix D prints a conversation.
func plain(dst []byte, n note) []byte {
	if n.event == eventReply && n.first && n.latency >= longWait {
		dst = fmt.Appendf(dst, "*  %s for this answer\n", seconds(n.latency))
	}
	return append(appendLine(dst, n), '\n')
}

// coloured is plain for a terminal: refusals are red, deferrals yellow, commands cyan, and what nobody says is faint.
func coloured(dst []byte, n note) []byte {
	const red, yellow, cyan, faint, reset = "\x1b[31m", "\x1b[33m", "\x1b[36m", "\x1b[2m", "\x1b[0m"
	colour := faint
	switch {
	case n.event == eventCommand || n.event == eventContent:
		colour = cyan
	case n.event == eventReply && n.code >= 500:
		colour = red
	case n.event == eventReply && n.code >= 400:
		colour = yellow
	case n.event == eventReply:
		return plain(dst, n)
	}
	dst = append(dst, colour...)
	dst = plain(dst, n)
	return append(append(dst[:len(dst)-1], reset...), '\n')
}

func appendLine(dst []byte, n note) []byte {
	switch n.event {
	case eventCommand, eventContent:
		return appendEscaped(append(dst, "C: "...), n.text, true)
	case eventReply:
		return appendEscaped(append(dst, "S: "...), n.text, false)
	case eventConnect, eventClose: // their texts say it already
		return appendEscaped(append(dst, "*  "...), n.text, false)
	}
	return appendEscaped(append(dst, "*  "...), n.event+": "+n.text, false)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// octets groups a number in threes: "1,402,112 octets".
func octets(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	if n == 1 {
		return "1 octet"
	}
	return b.String() + " octets"
}

// peer names the other side: "mx.example [192.0.2.1]", with the port when it is not that of mail.
func peer(host string, address netip.AddrPort) string {
	if !address.IsValid() {
		return host
	}
	where := address.String()
	if address.Port() == 25 {
		where = address.Addr().String()
	}
	return strings.TrimSpace(host + " [" + where + "]")
}
