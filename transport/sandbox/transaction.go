package sandbox

import (
	"fmt"
	"io"
	"net"
	"strings"

	"mxsend/compose/address"
	"mxsend/transport/transcript"
)

// transaction is what is known of one letter before it comes. RFC 5321 §3.3
type transaction struct {
	box    *Sandbox
	conn   net.Conn // of TLS, where it is used
	tls    bool
	hello  string // what the client calls itself
	utf8   bool
	sender address.Address
	to     []address.Address
	ending destiny // what happens to the letter itself
}

// parse reads a path as go-smtp hands it over: without angle brackets, the local part without its quotes.
func (t transaction) parse(path string) (address.Address, error) {
	at := strings.LastIndexByte(path, '@')
	if at < 1 || strings.ContainsFunc(path, isControl) {
		return address.Address{}, badAddress().err()
	}
	domain, err := address.ParseDomain(path[at+1:])
	if err != nil {
		return address.Address{}, badAddress().err()
	}
	a := address.Address{Local: path[:at], Domain: domain}
	if a.NeedsUTF8() && !t.utf8 {
		return address.Address{}, needsUTF8().err() // RFC 6531 §3.4
	}
	return a, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// receive reads the letter, stores it or does to it what a recipient wants, and makes the reply.
func (t transaction) receive(r io.Reader) error {
	switch t.ending.kind {
	case droppedInLetter:
		io.ReadFull(r, make([]byte, 1))
		t.log("dropped in the letter")
		guestOf(t.conn).reset()
		return io.ErrUnexpectedEOF
	case refusedLetter:
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
		return t.refuse(t.ending.reply, t.to...)
	}
	stored, err := t.store(r)
	if err != nil {
		t.log("not stored: " + err.Error())
		return replyFor(err).err()
	}
	t.box.record(stored)
	t.log(stored.line())
	if t.ending.kind == droppedAfterDot {
		return t.hangUp(t.to...)
	}
	return queuedAs(stored.ID).err()
}

// refuse says no, and after a 421 hangs up. RFC 5321 §3.8
func (t transaction) refuse(r reply, about ...address.Address) error {
	t.log(fmt.Sprintf("refused%s: %d %s", list(about), r.code, r.text))
	if r.code == 421 {
		fmt.Fprintf(t.conn, "421 %d.%d.%d %s\r\n", r.enhanced[0], r.enhanced[1], r.enhanced[2], r.text)
		guestOf(t.conn).hangUp()
	}
	return r.err()
}

// hangUp ends the connection where a reply is due.
func (t transaction) hangUp(about ...address.Address) error {
	t.log("dropped the connection" + list(about))
	guestOf(t.conn).hangUp()
	return io.ErrUnexpectedEOF
}

func (t transaction) log(line string) {
	t.box.log(transcript.Escape("from <" + t.sender.String() + ">: " + line))
}

// line is the record of a letter for people.
func (l Stored) line() string {
	where := "dropped"
	if l.Path != "" {
		where = "stored in " + l.Path
	}
	secure := ""
	if l.TLS {
		secure = " over TLS"
	}
	return fmt.Sprintf("%s to <%s>, %d octets%s, %s", l.ID, strings.Join(l.Recipients, "> <"), l.Size, secure, where)
}

func list(addresses []address.Address) string {
	var b strings.Builder
	for _, a := range addresses {
		b.WriteString(" <" + a.String() + ">")
	}
	return b.String()
}
