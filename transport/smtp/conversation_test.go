package smtp

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// parrot is a server that says the next of its replies to every command, whatever that is, and then hangs up.
type parrot struct {
	replies []string
	dots    int      // ends of a letter that it has heard
	finals  []string // what it said to them
	broken  string   // a command that is none
}

func (p *parrot) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	reply, letter := p.next(), false
	for reply != "" {
		if _, err := conn.Write([]byte(reply)); err != nil {
			return
		}
		line, err := p.hear(in, letter)
		if err != nil {
			return
		}
		final := letter
		if size, last := bdat(line); size >= 0 {
			if _, err := io.CopyN(io.Discard, in, size); err != nil {
				return
			}
			final = last
		}
		reply = p.next()
		if final {
			p.dots++
			p.finals = append(p.finals, reply)
		}
		letter = line == "DATA\r\n" && strings.HasPrefix(reply, "3")
	}
}

// bdat is the size of a chunk, below 0 if line begins none, and whether it is the last.
func bdat(line string) (size int64, last bool) {
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != "BDAT" {
		return -1, false
	}
	size, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return -1, false
	}
	return size, len(words) == 3
}

// hear reads a command, or a letter to its end.
func (p *parrot) hear(in *bufio.Reader, letter bool) (string, error) {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return "", err
		}
		if !letter && (!strings.HasSuffix(line, "\r\n") || len(line) < 5 && line != ".\r\n" || strings.ContainsAny(line[:len(line)-2], "\r\n\x00")) {
			p.broken = line
		}
		if !letter || line == ".\r\n" {
			return line, nil
		}
	}
}

func (p *parrot) next() string {
	if len(p.replies) == 0 {
		return ""
	}
	r := p.replies[0]
	p.replies = p.replies[1:]
	return r
}

// said says whether a reply to the end of a letter begins as a yes does.
func (p *parrot) said(first string) bool {
	for _, f := range p.finals {
		if strings.HasPrefix(f, first) {
			return true
		}
	}
	return false
}

// FuzzConversation: whatever a server says, the conversation ends; everyone has a verdict; nobody is accepted without a yes to
// the end of a letter, nobody's fate is unknown before one was sent; and only commands are sent.
func FuzzConversation(f *testing.F) {
	for _, s := range []string{
		"220 hi\r\n|250 hi\r\n|250 ok\r\n|250 ok\r\n|250 ok\r\n|354 go\r\n|250 ok\r\n|221 bye\r\n",
		"220 hi\r\n|500 what\r\n|250 hi\r\n|250 ok\r\n|550 no\r\n|452 full\r\n|354 go\r\n|421 bye\r\n",
		"220-a\r\n220 b\r\n|250-hi\r\n250-SIZE 1\r\n250 LIMITS MAILMAX=1 RCPTMAX=1\r\n|250 ok\r\n",
		"220 hi\r\n|250-hi\r\n250 CHUNKING\r\n|250\r\n|251 elsewhere\n|259\n|354 go\n|250-a\n251 b\n|",
		"220 hi\r\n|250-hi\r\n250 PIPELINING\r\n|250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n||||250 ok\r\n|250 ok\r\n",
		"220 hi\r\n|250 hi\r\n|250 ok\r\n|250 ok\r\n|250 ok\r\n|354 go\r\n250 early\r\n|", "554 no|", "220", "220 hi\r\n|250 hi\r\n|250 ok\r\n|421 x\r\n",
	} {
		f.Add(s)
	}
	to := []letter.Recipient{{Address: address.Address{Local: "bob", Domain: address.Domain{ASCII: "hamburger.edu"}}}, {Address: address.Address{Local: "carol", Domain: address.Domain{ASCII: "hamburger.edu"}}}}
	f.Fuzz(func(t *testing.T, text string) {
		synctest.Test(t, func(t *testing.T) { talkTo(t, &parrot{replies: strings.Split(text, "|")}, to) })
	})
}

func talkTo(t *testing.T, p *parrot, to []letter.Recipient) {
	client, server := net.Pipe()
	ended := make(chan struct{})
	go func() { p.serve(server); close(ended) }()
	var result Result
	l := letter.New(letter.Envelope{Recipients: to}, letter.Facts{Size: int64(len(hello))}, parcel{text: hello})
	s, err := Open(t.Context(), client, Options{Hello: "crepes.fr", Chunking: ChunkingOn})
	if err == nil {
		result, _ = s.Send(t.Context(), l, to)
		s.Close()
	} else if _, ours := err.(*Error); !ours {
		t.Fatalf("%T %v", err, err)
	}
	<-ended
	if p.broken != "" {
		t.Fatalf("not a command: %q", p.broken)
	}
	p.judge(t, result)
}

// judge compares the verdicts with what was said.
func (p *parrot) judge(t *testing.T, result Result) {
	for _, v := range result.Verdicts {
		switch {
		case v.Err == nil && (v.Reply.class() != 2 || !p.said("2")):
			t.Fatalf("%s accepted by %v, said %q", v.Recipient.Address, v.Reply, p.finals)
		case v.Err != nil && v.Err.Unknown && p.dots == 0:
			t.Fatalf("%s unknown, and no letter was ended: %v", v.Recipient.Address, v.Err)
		case v.Err != nil && v.Err.MayReconnect() && len(result.Verdicts) > 1 && result.Verdicts[0].Err == v.Err && result.Verdicts[1].Err == v.Err:
			t.Fatalf("nobody was settled: %v", v.Err)
		}
	}
}
