package smtp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// eager is a server that answers every command before it reads the next, and takes every letter. On a pipe, which holds
// nothing, a client that does not read while it writes would wait for ever.
func eager(conn net.Conn, extensions string) {
	defer conn.Close()
	r := bufio.NewReaderSize(conn, 1<<20)
	answer := func(text string) { io.WriteString(conn, text+"\r\n") }
	answer("220 mx.example")
	for {
		line, err := r.ReadString('\n')
		switch {
		case err != nil:
			return
		case strings.HasPrefix(line, "EHLO"):
			answer("250-mx.example\r\n250 " + extensions)
		case line == "DATA\r\n":
			answer("354 go ahead")
			discardLetter(r)
			answer("250 ok")
		case line == "QUIT\r\n":
			answer("221 bye")
			return
		default:
			answer("250 ok")
		}
	}
}

// discardLetter reads up to the dot that stands alone.
func discardLetter(r *bufio.Reader) {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil || len(line) == 3 && line[0] == '.' {
			return
		}
	}
}

func numbered(n int) []letter.Recipient {
	list := make([]letter.Recipient, n)
	for i := range list {
		list[i].Address = address.Address{Local: fmt.Sprintf("u%d", i), Domain: address.Domain{ASCII: "hamburger.edu"}}
	}
	return list
}

// TestThousandsPipelined: no number of recipients makes both sides wait for each other, whether in one transaction or many.
func TestThousandsPipelined(t *testing.T) {
	for _, max := range []int{0, 5000} {
		synctest.Test(t, func(t *testing.T) {
			client, server := net.Pipe()
			go eager(server, "PIPELINING")
			s, err := Open(t.Context(), client, Options{Hello: "crepes.fr", MaxRecipients: max})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			l := letter.New(letter.Envelope{}, letter.Facts{Size: int64(len(hello))}, parcel{text: hello})
			result, err := s.Send(t.Context(), l, numbered(5000))
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range result.Verdicts {
				if v.Err != nil || v.Recipient.Address.Local != fmt.Sprintf("u%d", i) {
					t.Fatalf("recipient %d: %+v", i, v)
				}
			}
		})
	}
}

// TestNobody: a letter to nobody is no conversation.
func TestNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		go eager(server, "PIPELINING")
		s, err := Open(t.Context(), client, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		result, err := s.Send(t.Context(), letter.New(letter.Envelope{}, letter.Facts{}, parcel{}), nil)
		if err != nil || len(result.Verdicts) != 0 {
			t.Fatal(result, err)
		}
	})
}

// TestNoAddressIsASecondCommand: an address that no parser made stays here, and harms no other.
func TestNoAddressIsASecondCommand(t *testing.T) {
	for _, local := range []string{"x>\r\nRCPT TO:<y", "x\n", "x\r", "x\x00", "x\x7f"} {
		synctest.Test(t, func(t *testing.T) {
			client, server := net.Pipe()
			go eager(server, "PIPELINING")
			var heard transcript
			s, err := Open(t.Context(), client, Options{Witness: &heard})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			to := numbered(2)
			to[0].Address.Local = local
			l := letter.New(letter.Envelope{}, letter.Facts{Size: int64(len(hello))}, parcel{text: hello})
			result, _ := s.Send(t.Context(), l, to)
			if e := result.Verdicts[0].Err; e == nil || e.Class != ClassLocal || result.Verdicts[1].Err != nil {
				t.Errorf("%q: %+v", local, result.Verdicts)
			}
			if strings.Count(heard.String(), "RCPT TO") != 1 {
				t.Errorf("%q: %s", local, heard.String())
			}
		})
	}
}

// paper is a letter of n lines of base64, written in the blocks that an attachment's encoder writes.
type paper struct {
	block  []byte
	blocks int
}

func newPaper(size int64) (*letter.Letter, int64) {
	p := paper{block: []byte(strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", 840))}
	p.blocks = int(size / int64(len(p.block)))
	total := int64(p.blocks * len(p.block))
	return letter.New(letter.Envelope{}, letter.Facts{Size: total}, p), total
}

func (p paper) WriteTo(w io.Writer) (int64, error) {
	var n int64
	for range p.blocks {
		k, err := w.Write(p.block)
		n += int64(k)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// BenchmarkDelivery sends a large letter over loopback, and as a measure the same octets with nothing done to them. The
// server counts: it knows how much comes before the dot.
func BenchmarkDelivery(b *testing.B) {
	l, size := newPaper(256 << 20)
	b.Run("letter", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			conn := loopback(b, func(c net.Conn) { counting(c, size) })
			s, err := Open(b.Context(), conn, Options{Hello: "crepes.fr"})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Send(b.Context(), l, numbered(1)); err != nil {
				b.Fatal(err)
			}
			s.Close()
		}
	})
	b.Run("raw", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			conn := loopback(b, func(c net.Conn) { io.CopyN(io.Discard, bare{c}, size); c.Close() })
			if _, err := l.WriteTo(conn); err != nil {
				b.Fatal(err)
			}
			io.Copy(io.Discard, conn)
			conn.Close()
		}
	})
}

// bare hides what io.Copy could use to do better than a server that looks at what it reads.
type bare struct{ io.Reader }

// counting plays a server that throws the letter away.
func counting(conn net.Conn, size int64) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for _, answer := range []string{"220 mx", "250-mx\r\n250 PIPELINING", "250 ok", "250 ok", "354 go"} {
		io.WriteString(conn, answer+"\r\n")
		if answer != "354 go" {
			r.ReadString('\n')
		}
	}
	io.CopyN(io.Discard, r, size+3)
	io.WriteString(conn, "250 ok\r\n")
	r.ReadString('\n')
	io.WriteString(conn, "221 bye\r\n")
}

func loopback(b *testing.B, serve func(net.Conn)) net.Conn {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	server, err := listener.Accept()
	if err != nil {
		b.Fatal(err)
	}
	go serve(server)
	return conn
}

// An interruption counts before the last write, however late the one who watches for it is.
func TestTheEndIsNotBegunAfterAnInterruption(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	g := &guard{conn: ours, ctx: ctx}
	if err := g.enterFinal(); !errors.Is(err, context.Canceled) || g.inFinal() {
		t.Errorf("%v, in the end: %v", err, g.inFinal())
	}
}

// No deadline is later than the last one, once there is one.
func TestDeadlinesAfterAnInterruption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		last := now.Add(time.Minute)
		for _, c := range []struct {
			last time.Time
			d    time.Duration
			want time.Time
		}{{time.Time{}, 0, time.Time{}}, {time.Time{}, time.Hour, now.Add(time.Hour)}, {last, 0, last}, {last, time.Hour, last}, {last, time.Second, now.Add(time.Second)}} {
			if got := (&guard{last: c.last}).deadline(c.d); !got.Equal(c.want) {
				t.Errorf("%v after %v: %v", c.d, c.last, got)
			}
		}
	})
}
