package sandbox

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
)

// perform starts a sandbox that plays the script.
func perform(t *testing.T, script string) *Sandbox {
	t.Helper()
	parsed, err := ParseScript("script", strings.NewReader(script))
	if err != nil {
		t.Fatal(err)
	}
	return open(t, &Sandbox{Script: parsed})
}

// heard waits until the play is over, and returns what the n-th client said.
func heard(t *testing.T, s *Sandbox, n int) string {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	all := s.Heard()
	if len(all) <= n {
		t.Fatalf("%d connections", len(all))
	}
	return strings.Join(all[n], "|")
}

const hamburger = `S: 220 hamburger.edu
C: HELO crepes.fr
S: 250 Hello crepes.fr, pleased to meet you
C: MAIL FROM: <alice@crepes.fr>
S: 250 alice@crepes.fr ... Sender ok
C: RCPT TO: <bob@hamburger.edu>
S: 250 bob@hamburger.edu ... Recipient ok
C: DATA
S: 354 Enter mail, end with "." on a line by itself
C: Do you like ketchup?
C: How about pickles?
C: .
S: 250 Message accepted for delivery
C: QUIT
S: 221 hamburger.edu closing connection
`

func TestTheDialogueOfALecture(t *testing.T) {
	for _, name := range []string{"with the letter", "elided", "without the dot", "with notes"} {
		t.Run(name, func(t *testing.T) {
			body := "C: Do you like ketchup?\nC: How about pickles?\n"
			script := map[string]string{
				"with the letter": hamburger,
				"elided":          strings.Replace(hamburger, body, "C: (the letter, 42 octets)\n", 1),
				"without the dot": strings.Replace(hamburger, body+"C: .\n", "", 1),
				"with notes":      "# a lecture\n\n*  connected\n" + strings.ReplaceAll(hamburger, "C: DATA", "*  now\nC: data"),
			}[name]
			s := perform(t, script)
			c := dial(t, s)
			c.want("220 hamburger.edu")
			c.say("EHLO crepes.fr", "502")
			c.say("HELO crepes.fr", "250 Hello crepes.fr, pleased to meet you")
			c.say("MAIL FROM:<alice@crepes.fr>", "250 alice@crepes.fr ... Sender ok")
			c.say("RCPT TO:<bob@hamburger.edu>", "250 bob@hamburger.edu ... Recipient ok")
			c.say("DATA", "354 Enter mail")
			c.say("Subject: other\r\n\r\nRCPT TO:<not@a.command>\r\n..\r\n.", "250 Message accepted for delivery")
			c.say("QUIT", "221 hamburger.edu closing connection")
			c.gone()
			want := "EHLO crepes.fr|HELO crepes.fr|MAIL FROM:<alice@crepes.fr>|RCPT TO:<bob@hamburger.edu>|DATA|" +
				"Subject: other||RCPT TO:<not@a.command>|..|.|QUIT"
			if got := heard(t, s, 0); got != want {
				t.Errorf("heard %s", got)
			}
		})
	}
}

// A transcript of a pipelined, encrypted, chunked conversation is a script.
func TestATranscriptIsAScript(t *testing.T) {
	s := perform(t, `*  connected to mx.example [192.0.2.1]
S: 220 mx.example
C: EHLO x.example
S: 250-mx.example
S: 250-PIPELINING
S: 250-CHUNKING
S: 250 STARTTLS
C: STARTTLS
S: 220 go
*  tls: TLS 1.3
C: EHLO x.example
S: 250 mx.example \xff \u{202e}
C: AUTH PLAIN <12 octets struck out>
S: 334
C: <12 octets struck out>
S: 235 ok
C: MAIL FROM:<a@x.example>
C: RCPT TO:<b@y.example>
S: 250 sender
S: 250 recipient
C: BDAT 9
C: (part of the letter, 9 octets)
C: BDAT 4 LAST
C: (the rest of the letter, 4 octets)
S: 250 chunk
S: 250 queued
C: QUIT
S: 221 bye
`)
	c := dial(t, s)
	c.want("220")
	c.say("EHLO x.example", "250 STARTTLS")
	c.secure(s, "mx.example")
	c.say("EHLO x.example", "250 mx.example \xff \u202e")
	c.say("AUTH PLAIN abc", "334")
	c.say("c2VjcmV0", "235")
	c.say("MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>", "250 sender")
	c.want("250 recipient")
	c.W.WriteString("BDAT 9\r\nQUIT\r\nabc")
	c.W.Flush()
	c.say("BDAT 4 LAST\r\nde", "250 chunk")
	c.want("250 queued")
	c.say("QUIT", "221 bye")
	if got := heard(t, s, 0); !strings.HasSuffix(got, "|BDAT 9|QUIT|abc|BDAT 4 LAST|de|QUIT") {
		t.Errorf("heard %s", got)
	}
}

func TestWhatTheScriptDoesNotWaitFor(t *testing.T) {
	var log bytes.Buffer
	parsed, _ := ParseScript("script", strings.NewReader("S: 220 hi\nC: EHLO\nS: 250 hi\nC: MAIL\nS: 250 ok\n"))
	s := open(t, &Sandbox{Script: parsed, Log: func(line string) { log.WriteString(line + "\n") }})
	c := dial(t, s)
	c.want("220")
	c.say("HELO x.example", "503 the script waits for EHLO")
	c.say("EHLO x.example", "250 hi")
	c.say("NOOP", "250")
	c.say("RSET", "250")
	c.say("RCPT TO:<b@y.example>", "503 the script waits for MAIL")
	c.say("MAIL FROM:<>", "250 ok")
	c.say("RCPT TO:<\x1b@y.example>", "421 the script is over")
	c.gone()
	s.Close()
	for _, want := range []string{
		"1 S: 220 hi\n", "1 C: HELO x.example\n", "1 *  line 4 of the script waits for MAIL, the client said RCPT TO:<b@y.example>\n",
		`1 *  the script is over, but the client said RCPT TO:<\x1b@y.example>` + "\n",
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no %q in:\n%s", want, &log)
		}
	}
}

func TestScriptsWithoutAGreeting(t *testing.T) {
	s := perform(t, "S: 220 hi\nC: MAIL\nS: 550 no\n")
	c := dial(t, s)
	c.want("220")
	c.say("EHLO x.example", "250")
	c.say("MAIL FROM:<>", "550")
	c.say("QUIT", "221")
	c.gone()
	early := dial(t, s)
	early.want("220")
	early.say("QUIT", "221")
	early.gone()
}

func TestActs(t *testing.T) {
	t.Run("close", func(t *testing.T) {
		c := dial(t, perform(t, "S: 220 hi\nC: EHLO\nS: 421 no\nS! close\n"))
		c.want("220")
		c.say("EHLO x.example\r\nMAIL FROM:<>", "421 no")
		c.gone()
	})
	t.Run("close in the letter", func(t *testing.T) {
		c := dial(t, perform(t, "S: 220 hi\nC: DATA\nS: 354 go\nC: half\nS! close\n"))
		c.want("220")
		c.say("DATA", "354")
		c.gone()
	})
	t.Run("reset", func(t *testing.T) {
		c := dial(t, perform(t, "S: 220 hi\nC: EHLO\nS! reset\n"))
		c.want("220")
		c.PrintfLine("EHLO x.example")
		c.gone()
	})
	t.Run("close instead of a handshake", func(t *testing.T) {
		c := dial(t, perform(t, "S: 220 hi\nC: STARTTLS\nS: 220 go\nS! close\n"))
		c.want("220")
		c.say("STARTTLS", "220 go")
		c.gone()
	})
	t.Run("tls where nobody asked for it", func(t *testing.T) {
		c := dial(t, perform(t, "S: 220 hi\nC: STARTTLS\nS: 250 strange\nS! tls\nC: NOOP\nS: 250 inside\n"))
		c.want("220")
		c.say("STARTTLS", "250 strange")
		c.PrintfLine("no handshake")
		c.gone()
	})
	t.Run("send", func(t *testing.T) {
		c := dial(t, perform(t, `S! send 220 bare\x0a`+"\nS! send 220 no \nS: line end\nC: NOOP\nS: 250 ok\n"))
		if line, err := c.ReadLineBytes(); string(line) != "220 bare" || err != nil {
			t.Errorf("%q, %v", line, err)
		}
		c.want("220 no line end")
	})
	t.Run("repeat", func(t *testing.T) {
		s := perform(t, "S! repeat 220-and on\n")
		c := dial(t, s)
		for range 1000 {
			if line, err := c.ReadLine(); line != "220-and on" {
				t.Fatalf("%q, %v", line, err)
			}
		}
		s.Close()
	})
	t.Run("wait", func(t *testing.T) {
		parsed, _ := ParseScript("script", strings.NewReader("S! wait 2m\nS: 220 hi\nC: DATA\nS: 354 go\nS! wait 1s\nC: x\nC: .\nS: 250 ok\n"))
		var waited time.Duration
		s := open(t, &Sandbox{Script: parsed, Wait: func(_ context.Context, d time.Duration) error {
			waited += d
			return nil
		}})
		c := dial(t, s)
		c.want("220")
		c.say("DATA", "354")
		c.say("x\r\n.", "250 ok")
		s.Close()
		if waited != 2*time.Minute+time.Second {
			t.Errorf("waited %v", waited)
		}
	})
	t.Run("wait until the end", func(t *testing.T) {
		s := perform(t, "S! wait 1h\nS: 220 hi\n")
		c := dial(t, s)
		s.Close()
		c.gone()
	})
}

func TestOneSceneAConnection(t *testing.T) {
	s := perform(t, "S: 421 busy\nS! close\n---\nS: 220 second\nC: QUIT\nS: 221 bye\n---\n")
	first := dial(t, s)
	first.want("421 busy")
	first.gone()
	for range 2 {
		c := dial(t, s)
		c.want("220 second")
		c.say("QUIT", "221 bye")
	}
	s.Close()
	if got := s.Heard(); len(got) != 3 || len(got[0]) != 0 || len(got[1]) != 1 {
		t.Errorf("heard %q", got)
	}
}

func TestWhatIsHeardIsBounded(t *testing.T) {
	s := perform(t, "S: 220 hi\nC: DATA\nS: 354 go\nC: .\nS: 250 ok\nC: BDAT\nS: 250 ok\n")
	c := dial(t, s)
	c.want("220")
	c.say("DATA", "354")
	block := []byte(strings.Repeat("x", 70_000) + "\r\n") // longer than any buffer: it is heard in pieces
	for range 50 {
		c.conn.Write(block)
	}
	c.say(".", "250 ok")
	c.PrintfLine("BDAT %d LAST", 2*keptOctets)
	for range 2 {
		c.conn.Write(make([]byte, keptOctets))
	}
	c.want("250 ok")
	if got := heard(t, s, 0); len(got) > keptOctets || len(got) < keptOctets/2 {
		t.Errorf("%d octets are kept", len(got))
	}
}

func TestScriptsThatCannotBePlayed(t *testing.T) {
	for script, want := range map[string]string{
		"":                                 "script: an empty script: the server says nothing",
		"*  nothing\n":                     "script: an empty script: the server says nothing",
		"C: HELO x\nS: 250 x\n":            "script:1: the server speaks first: begin with S: 220 and its name",
		"S: 220 x\n---\nC: HELO\n":         "script:3: the server speaks first: begin with S: 220 and its name",
		"S: 220 x\nR: 250 \x1b\n":          `script:2: "R: 250 \\x1b": a line of a script begins with C:, S:, S! or *`,
		"S: 220 x\nS! explode\n":           "script:2: explode in a line with S!: use close, reset, wait, tls, send or repeat",
		"S! wait\n":                        `script:1: wait "" in a line with S!: give a time such as 3s or 2m`,
		"S! wait -3s\n":                    `script:1: wait "-3s" in a line with S!: give a time such as 3s or 2m`,
		"S: " + strings.Repeat("x", 2<<20): "script:1: bufio.Scanner: token too long",
	} {
		if _, err := ParseScript("script", strings.NewReader(script)); err == nil || err.Error() != want {
			t.Errorf("%.40q: %v, want %s", script, err, want)
		}
	}
}

func TestEveryActIsInTheHelp(t *testing.T) {
	for _, word := range []string{actClose, actReset, actWait, actTLS, actSend, actRepeat} {
		if !strings.Contains(ScriptHelp(), "  S! "+word+" ") {
			t.Errorf("%s is not in the help", word)
		}
	}
}

// FuzzParseScript: a script is refused with its line, or can be played from the first step to the last.
func FuzzParseScript(f *testing.F) {
	f.Add(hamburger)
	f.Add("S: 354 x\nC: a\nS! tls\n---\nS! wait 3s\nC: BDAT 4\nC: x\nS: 220\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseScript("script", strings.NewReader(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "script:") {
				t.Errorf("%v", err)
			}
			return
		}
		for _, sc := range s.scenes {
			if len(sc) == 0 || sc[0].kind == hear {
				t.Errorf("a scene without a beginning: %v", sc)
			}
			for i := 1; i < len(sc); i++ {
				if sc[i].line < sc[i-1].line {
					t.Errorf("out of order: %v", sc)
				}
			}
		}
	})
}
