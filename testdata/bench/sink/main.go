// Sink is a receiving server that does nothing but receive, as fast as one can: it answers commands, and throws the letter
// away. It offers PIPELINING, 8BITMIME, SIZE and, with a certificate made at its start, STARTTLS. It stands on loopback and
// prints its port on the first line.
package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"strings"
	"time"
)

func main() {
	offer := flag.Bool("starttls", false, "offer STARTTLS")
	raw := flag.Bool("raw", false, "speak no SMTP: read to the end, say ok")
	rawTLS := flag.Bool("rawtls", false, "the same inside TLS")
	delay := flag.Duration("delay", 0, "answer each group of commands this much later")
	flag.Parse()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Addr().(*net.TCPAddr).Port)
	config := certificate()
	for {
		conn, err := l.Accept()
		if err != nil {
			log.Fatal(err)
		}
		switch {
		case *raw:
			go swallow(conn)
		case *rawTLS:
			go swallow(tls.Server(conn, config))
		default:
			go serve(conn, *offer, config, *delay)
		}
	}
}

func swallow(conn net.Conn) {
	defer conn.Close()
	io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{conn}, make([]byte, 256<<10))
}

func certificate() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour), DNSNames: []string{"sink.test"}}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		log.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func serve(conn net.Conn, offer bool, config *tls.Config, delay time.Duration) {
	defer func() { conn.Close() }()
	r, w := bufio.NewReaderSize(conn, 256<<10), bufio.NewWriter(conn)
	fmt.Fprint(w, "220 sink.test\r\n")
	for {
		if r.Buffered() == 0 {
			time.Sleep(delay)
			w.Flush()
		}
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " "); verb {
		case "EHLO":
			fmt.Fprint(w, "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n")
			if offer {
				fmt.Fprint(w, "250-STARTTLS\r\n")
			}
			fmt.Fprint(w, "250 SIZE 0\r\n")
		case "STARTTLS":
			fmt.Fprint(w, "220 go\r\n")
			w.Flush()
			conn = tls.Server(conn, config)
			r, w, offer = bufio.NewReaderSize(conn, 256<<10), bufio.NewWriter(conn), false
		case "DATA":
			fmt.Fprint(w, "354 go\r\n")
			time.Sleep(delay)
			w.Flush()
			if !skipLetter(r) {
				return
			}
			fmt.Fprint(w, "250 ok\r\n")
		case "QUIT":
			fmt.Fprint(w, "221 bye\r\n")
			w.Flush()
			return
		default:
			fmt.Fprint(w, "250 ok\r\n")
		}
	}
}

// skipLetter looks for the final dot at the ends of what arrives only, which is where it is when the sender waits for the reply.
func skipLetter(r *bufio.Reader) bool {
	end := []byte("\r\n.\r\n")
	var tail []byte
	for {
		if _, err := r.Peek(1); err != nil {
			return false
		}
		block, _ := r.Peek(r.Buffered())
		tail = append(tail, block[max(0, len(block)-5):]...)
		tail = tail[max(0, len(tail)-5):]
		r.Discard(len(block))
		if bytes.Equal(tail, end) {
			return true
		}
	}
}
