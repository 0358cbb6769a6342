package smtp

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// player is the scripted server.
type player struct {
	script *script
	conn   net.Conn // the one that is spoken through
	raw    net.Conn
	in     *bufio.Reader
	out    strings.Builder // said but not yet written
	ends   string          // line end of what the server says
	single bool            // one octet a write
	letter string          // what must arrive
	cancel context.CancelFunc
	done   <-chan struct{} // the client has closed
}

// errGone ends a script at a line after which nothing is expected of either side.
var errGone = errors.New("the server has gone")

// play holds the server's side and returns what went wrong with the client's.
func (p *player) play() error {
	p.in, p.ends = bufio.NewReader(p.conn), "\r\n"
	defer p.raw.Close()
	for _, s := range p.script.steps {
		err := p.take(s)
		if errors.Is(err, errGone) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("line %d: %s %s: %w", s.line, s.who, s.what, err)
		}
	}
	if p.flush() != nil {
		return nil
	}
	return p.farewell()
}

func (p *player) take(s step) error {
	word, arg, _ := strings.Cut(s.what, " ")
	if s.who != "S:" && !(s.who == "S!" && gathered[word]) {
		if err := p.flush(); err != nil {
			return err
		}
	}
	switch s.who {
	case "S:":
		p.out.WriteString(s.what + p.ends)
		return nil
	case "C:":
		return p.hear(s.what)
	case "C!":
		return p.client(word, arg)
	}
	return p.server(word, arg)
}

// gathered: these actions add to what is said in the same write.
var gathered = map[string]bool{"say": true, "repeat": true, "lf": true, "inject": true}

// flush writes what was said. A client that has hung up is no mistake of the script: the outcome will tell.
func (p *player) flush() error {
	text := p.out.String()
	p.out.Reset()
	n := len(text)
	if p.single {
		n = 1
	}
	for len(text) > 0 {
		if _, err := io.WriteString(p.conn, text[:min(n, len(text))]); err != nil {
			return errGone
		}
		text = text[min(n, len(text)):]
	}
	return nil
}

func (p *player) hear(prefix string) error {
	line, err := p.in.ReadString('\n')
	if err != nil {
		return fmt.Errorf("the client said %q and then: %w", line, err)
	}
	if !strings.HasSuffix(line, "\r\n") || !strings.HasPrefix(strings.TrimSuffix(line, "\r\n"), prefix) {
		return fmt.Errorf("the client said %q", line)
	}
	return nil
}

// farewell answers QUIT; nothing else may come any more.
func (p *player) farewell() error {
	line, err := p.in.ReadString('\n')
	if err != nil && line == "" {
		return nil
	}
	if line != "QUIT\r\n" {
		return fmt.Errorf("the client said %q after the end", line)
	}
	io.WriteString(p.conn, "221 bye\r\n")
	io.Copy(io.Discard, p.in)
	return nil
}

// client is what the client must do besides saying a line.
func (p *player) client(word, arg string) error {
	switch word {
	case "letter": // sends the whole letter and the dot
		return p.hearLetter()
	case "octets": // sends that many octets
		n, _ := strconv.Atoi(arg)
		_, err := io.CopyN(io.Discard, p.in, int64(n))
		return err
	case "record": // sends a TLS record
		head := make([]byte, 5)
		if _, err := io.ReadFull(p.in, head); err != nil {
			return err
		}
		_, err := io.CopyN(io.Discard, p.in, int64(head[3])<<8|int64(head[4]))
		return err
	case "gone": // says nothing more and closes
		if rest, err := io.ReadAll(p.in); len(rest) > 0 {
			return fmt.Errorf("the client said %q, %v", clip(string(rest), 200), err)
		}
		return errGone
	case "undotted": // closes, and has not sent a dot alone on a line
		rest, _ := io.ReadAll(p.in)
		if strings.Contains("\r\n"+string(rest), "\r\n.\r\n") {
			return fmt.Errorf("the client ended the letter: %q", clip(string(rest), 200))
		}
		return errGone
	case "gone-short": // closes before it has sent so many octets
		n, _ := strconv.Atoi(arg)
		if rest, _ := io.ReadAll(p.in); len(rest) >= n {
			return fmt.Errorf("the client said %q", clip(string(rest), 200))
		}
		return errGone
	case "cancelled": // is interrupted
		p.cancel()
		return nil
	}
	return errors.New("unknown word")
}

func (p *player) hearLetter() error {
	var got strings.Builder
	for {
		line, err := p.in.ReadString('\n')
		if err != nil {
			return err
		}
		if line == ".\r\n" {
			break
		}
		got.WriteString(strings.TrimPrefix(line, "."))
	}
	if got.String() != p.letter {
		return fmt.Errorf("got the letter %q, want %q", clip(got.String(), 200), clip(p.letter, 200))
	}
	return nil
}

// server is what the server does besides saying a line.
func (p *player) server(word, arg string) error {
	switch word {
	case "say": // a quoted Go string, without line end
		text, err := strconv.Unquote(arg)
		p.out.WriteString(text)
		return err
	case "inject": // a line in the same write as the line before it
		p.out.WriteString(arg + p.ends)
	case "repeat": // N TEXT: the line N times
		count, text, _ := strings.Cut(arg, " ")
		n, err := strconv.Atoi(count)
		p.out.WriteString(strings.Repeat(text+p.ends, n))
		return err
	case "bytes": // from now on one octet a write
		p.single = true
	case "lf": // from now on lines end in LF
		p.ends = "\n"
	case "wait": // lets time pass
		d, err := time.ParseDuration(arg)
		time.Sleep(d)
		return err
	case "tls":
		return p.tls(arg)
	default:
		return p.leave(word)
	}
	return nil
}

// leave is how a server ends a conversation.
func (p *player) leave(word string) error {
	switch word {
	case "close":
	case "rst":
		p.raw.(*net.TCPConn).SetLinger(0)
	case "silence": // reads, but says nothing more
		io.Copy(io.Discard, p.in)
	case "deaf": // neither reads nor says anything more
		<-p.done
	default:
		return errors.New("unknown word")
	}
	p.raw.Close()
	return errGone
}

func (p *player) tls(which string) error {
	config := &tls.Config{Certificates: []tls.Certificate{testCertificate(which)}}
	switch which {
	case "old":
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS10
	case "rsa-exchange": // the best of a server from before 2008
		config.MaxVersion, config.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
	case "3des":
		config.MaxVersion, config.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}
	case "rc4":
		config.MaxVersion, config.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}
	case "1.3":
		config.MinVersion = tls.VersionTLS13
	case "demanding":
		config.ClientAuth = tls.RequireAnyClientCert
	}
	conn := tls.Server(p.raw, config)
	if err := conn.Handshake(); err != nil {
		return errGone // the outcome will tell
	}
	p.conn, p.in = conn, bufio.NewReader(conn)
	return nil
}
