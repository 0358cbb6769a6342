// Limit does the least that any sender must do with a file: a SIMD encoder turns it into base64 without line ends, in large
// blocks, into a TCP connection, with or without TLS. With -plain as many octets are sent without being encoded; with -dialogue
// no file is sent but a small letter, in the fewest words of SMTP.
package main

import (
	"crypto/tls"
	"flag"
	"io"
	"log"
	"net"
	"os"

	"github.com/segmentio/asm/base64"
)

func main() {
	secure := flag.Bool("tls", false, "inside TLS")
	plain := flag.Bool("plain", false, "do not encode")
	talk := flag.Bool("dialogue", false, "send a small letter")
	flag.Parse()
	conn, err := net.Dial("tcp", "127.0.0.1:"+flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	if *talk {
		dialogue(conn)
		return
	}
	if *secure {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
	}
	f, err := os.Open(flag.Arg(1))
	if err != nil {
		log.Fatal(err)
	}
	in, out := make([]byte, 57<<10), make([]byte, 78<<10)
	for {
		n, err := io.ReadFull(f, in)
		if !*plain {
			base64.StdEncoding.Encode(out, in[:n])
		}
		if _, err := conn.Write(out[:(n+56)/57*78]); err != nil {
			log.Fatal(err)
		}
		if err != nil {
			break
		}
	}
	if c, ok := conn.(interface{ CloseWrite() error }); ok {
		c.CloseWrite()
	}
	io.Copy(io.Discard, conn)
}

// dialogue waits for one reply, or group of replies, after each group of words.
func dialogue(conn net.Conn) {
	replies := make([]byte, 4096)
	for _, words := range []string{"", "EHLO [127.0.0.1]\r\n", "MAIL FROM:<a@crepes.fr>\r\nRCPT TO:<b@[127.0.0.1]>\r\nDATA\r\n",
		"From: a@crepes.fr\r\nTo: b@[127.0.0.1]\r\n\r\nhello\r\n.\r\n", "QUIT\r\n"} {
		if _, err := io.WriteString(conn, words); err != nil {
			log.Fatal(err)
		}
		if _, err := conn.Read(replies); err != nil {
			log.Fatal(err)
		}
	}
}
