package command

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/segmentio/asm/base64"

	"mxsend/attach"
	"mxsend/compose"
	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport"
)

const large = 64 << 20

// sink receives and throws away; it answers what a letter needs.
func sink(b *testing.B, serve func(net.Conn)) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func swallow(conn net.Conn) {
	defer conn.Close()
	io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{conn}, make([]byte, 256<<10))
}

func answer(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReaderSize(conn, 256<<10)
	say := func(text string) { io.WriteString(conn, text+"\r\n") }
	say("220 sink.test")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch strings.ToUpper(strings.TrimSpace(line)) {
		case "DATA":
			say("354 go")
			if !skipLetter(r) {
				return
			}
			say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// skipLetter looks for the final dot at the ends of what arrives, where it is when the sender waits for the reply.
func skipLetter(r *bufio.Reader) bool {
	var tail string
	for {
		if _, err := r.Peek(1); err != nil {
			return false
		}
		block, _ := r.Peek(r.Buffered())
		tail += string(block[max(0, len(block)-5):])
		tail = tail[max(0, len(tail)-5):]
		r.Discard(len(block))
		if tail == "\r\n.\r\n" {
			return true
		}
	}
}

func largeFile(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "large.bin")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(large); err != nil {
		b.Fatal(err)
	}
	return path
}

func largeLetter(b *testing.B) *letter.Letter {
	b.Helper()
	p, err := attach.Opener{}.Open(b.Context(), attach.Source{Path: largeFile(b)})
	if err != nil {
		b.Fatal(err)
	}
	boxes, err := address.ParseList("alice@crepes.fr, bob@[127.0.0.1]")
	if err != nil {
		b.Fatal(err)
	}
	l, err := compose.Desk{}.Compose(compose.Draft{From: boxes.Mailboxes()[:1], To: boxes[1:], Text: "hello", Attachments: []*attach.Part{p}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	return l
}

// BenchmarkComposing writes a large letter to nowhere.
func BenchmarkComposing(b *testing.B) {
	l := largeLetter(b)
	b.SetBytes(large)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDelivery carries it over loopback; BenchmarkDeliveryLimit is the least that can be done: a SIMD encoder into TCP.
func BenchmarkDelivery(b *testing.B) {
	port, err := strconv.Atoi(sink(b, answer))
	if err != nil {
		b.Fatal(err)
	}
	l := largeLetter(b)
	c := &transport.Carrier{Router: routeSettings{allowLoopback: true}.router(), Port: uint16(port)}
	b.SetBytes(large)
	b.ReportAllocs()
	for b.Loop() {
		if r := c.Carry(b.Context(), l); !r.Delivered() {
			b.Fatal(r.Lines(true))
		}
	}
}

func BenchmarkDeliveryLimit(b *testing.B) {
	port := sink(b, swallow)
	path := largeFile(b)
	in, out := make([]byte, 57<<10), make([]byte, 78<<10)
	b.SetBytes(large)
	b.ReportAllocs()
	for b.Loop() {
		limit(b, port, path, in, out)
	}
}

func limit(b *testing.B, port, path string, in, out []byte) {
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for {
		n, err := io.ReadFull(f, in)
		base64.StdEncoding.Encode(out, in[:n])
		if _, err := conn.Write(out[:(n+56)/57*78]); err != nil {
			b.Fatal(err)
		}
		if err != nil {
			break
		}
	}
	conn.(*net.TCPConn).CloseWrite()
	io.Copy(io.Discard, conn)
}

// BenchmarkStart is the whole program with a small letter; BenchmarkStartLimit is the program that does nothing.
func BenchmarkStart(b *testing.B) {
	port := sink(b, answer)
	start(b, "--allow-loopback", "--port", port, "-f", "alice@crepes.fr", "--body", "hello", "bob@[127.0.0.1]")
}

func BenchmarkStartLimit(b *testing.B) { start(b, "--version") }

func start(b *testing.B, args ...string) {
	bin := filepath.Join(program(b), "mxsend")
	for b.Loop() {
		if out, err := exec.Command(bin, args...).CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}
