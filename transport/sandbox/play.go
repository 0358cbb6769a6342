package sandbox

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mxsend/transport/transcript"
)

// play is one connection that a script is played on.
type play struct {
	box    *Sandbox
	number int
	scene  scene
	conn   net.Conn
	guest  *guest
	in     *bufio.Reader
	out    *bufio.Writer

	verb  string // of the last line that was heard
	mu    sync.Mutex
	heard []string
	kept  int // octets in heard
}

const (
	keptOctets = 1 << 20 // of what one client said
	keptPlays  = 100     // the last ones
)

var (
	errOver = errors.New("the connection was ended by the script")
	errQuit = errors.New("the client has quit")
)

// playAll plays the script on every connection until the hall is closed, and returns when the last is over.
func (s *Sandbox) playAll() {
	var playing sync.WaitGroup
	defer playing.Wait()
	for number := 0; ; number++ {
		conn, err := s.hall.Accept()
		if err != nil {
			return
		}
		p := &play{box: s, number: number + 1, scene: s.Script.scenes[min(number, len(s.Script.scenes)-1)], guest: conn.(*guest)}
		p.talkOver(conn)
		s.mu.Lock()
		s.plays = append(s.plays[max(0, len(s.plays)-keptPlays+1):], p)
		s.mu.Unlock()
		playing.Go(p.run)
	}
}

// Heard tells what each client said to the script, line by line, in the order of their coming: the first MiB of each of
// the last hundred.
func (s *Sandbox) Heard() [][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all [][]string
	for _, p := range s.plays {
		p.mu.Lock()
		all = append(all, slices.Clone(p.heard))
		p.mu.Unlock()
	}
	return all
}

// talkOver makes c what is read and written, in place of what was before.
func (p *play) talkOver(c net.Conn) {
	p.conn, p.in, p.out = c, bufio.NewReaderSize(c, 64<<10), bufio.NewWriter(c)
}

// run plays the scene to its end and then says goodbye.
func (p *play) run() {
	defer p.guest.Close()
	for i, s := range p.scene {
		err := p.step(s)
		if err == nil && i+1 == len(p.scene) {
			err = p.goodbye()
		}
		if err != nil {
			p.note(err)
			return
		}
	}
}

func (p *play) step(s step) error {
	switch s.kind {
	case hear:
		return p.wait(s)
	case say:
		return p.say(s.text)
	}
	return p.act(s)
}

// goodbye answers until the client leaves.
func (p *play) goodbye() error {
	if p.verb == "QUIT" {
		return errors.Join(p.out.Flush(), errQuit)
	}
	line, err := p.hear()
	switch {
	case err != nil:
		return err
	case verb(line) == "QUIT":
		p.say("221 " + name + " closing connection")
		return errors.Join(p.out.Flush(), errQuit)
	}
	p.say("421 the script is over")
	return errors.Join(p.out.Flush(), fmt.Errorf("the script is over, but the client said %s", line))
}

// wait reads until the client says what the script waits for.
func (p *play) wait(s step) error {
	if s.text == "." {
		return p.letter()
	}
	for {
		line, err := p.hear()
		if err != nil {
			return err
		}
		if expects(s.text, line) {
			return p.chunk(line)
		}
		if err := p.unexpected(s, line); err != nil {
			return err
		}
	}
}

// expects says whether line is what text waits for. A secret that was struck out of a transcript stands for any line.
func expects(text, line string) bool {
	return text == "*" || strings.HasPrefix(text, "<") || verb(text) == verb(line)
}

// unexpected answers what the script did not wait for.
func (p *play) unexpected(s step, line string) error {
	greeted := p.scene.knows("EHLO", "HELO")
	switch v := verb(line); {
	case v == "QUIT":
		p.say("221 " + name + " closing connection")
		return errors.Join(p.out.Flush(), errQuit)
	case v == "RSET", v == "NOOP", (v == "EHLO" || v == "HELO") && !greeted:
		return p.say("250 OK")
	case v == "EHLO" && verb(s.text) == "HELO":
		return p.say("502 command not implemented") // RFC 5321 §4.2.4
	}
	p.note(fmt.Errorf("line %d of the script waits for %s, the client said %s", s.line, verb(s.text), line))
	return p.say("503 the script waits for " + verb(s.text))
}

// hear reads one line, after all that is to be said was sent.
func (p *play) hear() (string, error) {
	if err := p.out.Flush(); err != nil {
		return "", err
	}
	b, err := p.in.ReadSlice('\n')
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		return "", err
	}
	line := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	p.remember(line)
	p.verb = verb(line)
	return line, nil
}

// letter reads to the final dot. RFC 5321 §4.1.1.4
func (p *play) letter() error {
	for {
		line, err := p.hear()
		if err != nil || line == "." {
			return err
		}
	}
}

// chunk reads what belongs to a BDAT. RFC 3030 §2
func (p *play) chunk(line string) error {
	fields := strings.Fields(line)
	if len(fields) < 2 || verb(line) != "BDAT" {
		return nil
	}
	size, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil || size < 0 {
		return p.say("501 no size")
	}
	kept, err := io.ReadAll(io.LimitReader(p.in, min(size, keptOctets)))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(kept)) {
		p.remember(strings.TrimRight(line, "\r\n"))
	}
	_, err = io.CopyN(io.Discard, p.in, size-int64(len(kept)))
	return err
}

func (p *play) say(text string) error {
	p.box.log(fmt.Sprintf("%d S: %s", p.number, transcript.Escape(text)))
	_, err := p.out.WriteString(text + "\r\n")
	return err
}

func (p *play) act(s step) error {
	if err := p.out.Flush(); err != nil {
		return err
	}
	switch s.text {
	case actClose:
		p.guest.hangUp()
		return errOver
	case actReset:
		p.guest.reset()
		return errOver
	case actWait:
		return p.box.wait(s.delay)
	case actTLS:
		secure := tls.Server(p.conn, p.box.authority.config())
		p.talkOver(secure)
		return secure.Handshake()
	case actSend:
		_, err := p.out.WriteString(s.bytes)
		return err
	}
	return p.repeat(s.bytes)
}

// repeat says the same until the client leaves or the sandbox is closed.
func (p *play) repeat(text string) error {
	for {
		if _, err := p.conn.Write([]byte(text + "\r\n")); err != nil {
			return err
		}
	}
}

func (p *play) remember(line string) {
	p.box.log(fmt.Sprintf("%d C: %s", p.number, transcript.Escape(line)))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept += len(line) + 2; p.kept <= keptOctets {
		p.heard = append(p.heard, line)
	}
}

func (p *play) note(err error) {
	if !errors.Is(err, errQuit) && !errors.Is(err, io.EOF) {
		p.box.log(fmt.Sprintf("%d *  %s", p.number, transcript.Escape(err.Error())))
	}
}
