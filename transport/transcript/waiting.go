package transcript

import (
	"strconv"
	"time"
)

// waiting holds the commands that no reply has answered yet, oldest first, since replies come in the order of their
// commands. RFC 2920 §3.1
type waiting struct {
	commands []sentCommand
	inReply  bool // some lines of the current reply have come
	greeted  bool
}

type sentCommand struct {
	text string
	at   time.Time
}

func (w *waiting) sent(command string, at time.Time) {
	w.commands = append(w.commands, sentCommand{command, at})
}

// resume counts the time of the youngest command from now on: a chunk belongs to its BDAT. RFC 3030 §2
func (w *waiting) resume(at time.Time) {
	if n := len(w.commands); n > 0 {
		w.commands[n-1].at = at
	}
}

// received puts on a reply line what it owes to its command: whether it is the first and how long it took. It gives back
// the command. The greeting answers the connection, which began at began.
func (w *waiting) received(n *note, now, began time.Time) (command string) {
	n.first = !w.inReply
	w.inReply = n.more
	switch {
	case len(w.commands) > 0:
		command = w.commands[0].text
		n.answers, n.latency = true, now.Sub(w.commands[0].at)
	case !w.greeted:
		n.answers, n.latency = true, now.Sub(began)
	}
	if !n.more {
		w.greeted = true
		w.commands = w.commands[min(1, len(w.commands)):]
	}
	return command
}

// replyCode reads the code of a reply line and whether more lines follow; 0 if there is none. RFC 5321 §4.2
func replyCode(line string) (code int, more bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false
	}
	code, err := strconv.Atoi(line[:3])
	if err != nil || code < 100 {
		return 0, false
	}
	return code, len(line) > 3 && line[3] == '-'
}
