package smtp

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// gathering is a connection that keeps what is written, until it is full.
type gathering struct {
	net.Conn
	bytes.Buffer
	room int // 0: no end
}

var errFull = errors.New("full")

func (g *gathering) Write(p []byte) (int, error) {
	if g.room > 0 && g.Len()+len(p) > g.room {
		return 0, errFull
	}
	return g.Buffer.Write(p)
}

func (g *gathering) Read(p []byte) (int, error) { return g.Conn.Read(p) }

func sinkInto(g *gathering) *sink {
	ours, theirs := net.Pipe()
	theirs.Close()
	g.Conn = ours
	return newSink(&Session{conn: g, tell: &telling{}, guard: &guard{conn: ours}})
}

// Whatever is written in whatever pieces comes out whole, in order, and once.
func TestTheSinkKeepsEveryOctet(t *testing.T) {
	sizes := []int{0, 1, sinkBig - 1, sinkBig, sinkBig + 1, sinkSize - 1, sinkSize, sinkSize + 1, sinkBlock, 2*sinkBlock + 1}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		g := &gathering{}
		k := sinkInto(g)
		var want bytes.Buffer
		for n := range r.IntN(12) {
			piece := bytes.Repeat([]byte{byte('a' + n)}, sizes[r.IntN(len(sizes))])
			var err error
			switch r.IntN(4) {
			case 0:
				err = k.hold(piece[:min(len(piece), sinkSize)])
				want.Write(piece[:min(len(piece), sinkSize)])
			case 1:
				err = k.command(fmt.Sprint("BDAT ", n))
				fmt.Fprintf(&want, "BDAT %d\r\n", n)
			default:
				_, err = k.Write(piece)
				want.Write(piece)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		want.WriteString("\r\n.\r\n")
		if err := k.close("\r\n.\r\n"); err != nil || !bytes.Equal(g.Bytes(), want.Bytes()) {
			t.Fatalf("seed %d: %v, %d octets of %d", seed, err, g.Len(), want.Len())
		}
	}
}

// gathers: what only gathers may not have heard of the error yet.
func gathers(name string) bool { return name == "gather" || name == "hold" }

// Once a write has failed nothing more is sent, and everybody is told why.
func TestTheSinkStopsAtTheFirstError(t *testing.T) {
	for name, write := range map[string]func(*sink) error{
		"write":   func(k *sink) error { _, err := k.Write(make([]byte, sinkBig)); return err },
		"gather":  func(k *sink) error { _, err := k.Write(make([]byte, sinkBig-1)); return err },
		"hold":    func(k *sink) error { return k.hold(make([]byte, sinkSize)) },
		"command": func(k *sink) error { return k.command("BDAT 1") },
		"flush":   (*sink).flush,
		"close":   func(k *sink) error { return k.close(".\r\n") },
	} {
		g := &gathering{room: 1}
		k := sinkInto(g)
		if err := k.hold(make([]byte, sinkSize)); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := write(k); !errors.Is(err, errFull) && !gathers(name) || g.Len() > 0 {
				t.Errorf("%s: %v, %d octets", name, err, g.Len())
			}
		}
		k.flush()
		g.room = 0 // a connection that comes back does not get the rest
		if err := k.close(".\r\n"); !errors.Is(err, errFull) || g.Len() > 0 {
			t.Errorf("%s, at last: %v, %d octets", name, err, g.Len())
		}
	}
}
