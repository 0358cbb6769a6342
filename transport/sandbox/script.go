package sandbox

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"mxsend/transport/transcript"
)

// Script is what a server says, line by line, and what it waits for in between: a way to rehearse a server that speaks
// as it should, as one of long ago, or as none should. It is written like a conversation in RFC 5321 or in a transcript
// of mxsend, which is a script itself:
//
//	S: 220 hamburger.edu
//	C: HELO crepes.fr
//	S: 250 Hello crepes.fr, pleased to meet you
//
// "S: " lines are sent as they stand, with \xNN and \u{…} undone (transcript.Unescape). A "C: " line waits for a command
// with the same first word; "C: *" for any line. After a 354 the script waits for the whole letter, whatever "C: " lines
// stand for it. After the 220 to a STARTTLS follows the handshake. "S! " lines do what a server should not; ScriptHelp
// lists them. "---" begins the script of the next connection; the last one serves all that follow. Empty lines and those
// that begin with "*" or "#" mean nothing.
//
// A client that says something else is answered as follows and the script goes on waiting: 502 to EHLO where HELO is
// waited for, 250 to RSET and NOOP, 221 to QUIT, 503 to the rest; and 250 to EHLO and HELO where the script has neither.
type Script struct {
	scenes []scene
}

// scene is the script of one connection.
type scene []step

// step is one line of a script.
type step struct {
	line  int
	kind  stepKind
	text  string // what is waited for, or said; for an act its word
	bytes string // what "S! send" and "S! repeat" send
	delay time.Duration
}

type stepKind int

const (
	hear stepKind = iota
	say
	act
)

// The acts of "S! " lines.
const (
	actClose  = "close"
	actReset  = "reset"
	actWait   = "wait"
	actTLS    = "tls"
	actSend   = "send"
	actRepeat = "repeat"
)

// ScriptHelp lists the "S! " lines, for a help text.
func ScriptHelp() string {
	return `  S! close        end the connection
  S! reset        end it as a crash does
  S! wait 3s      say nothing for a while
  S! tls          begin TLS (after the 220 to STARTTLS this happens by itself)
  S! send TEXT    send TEXT without a line end
  S! repeat TEXT  send the line TEXT again and again until the client leaves
`
}

// longestScriptLine is more than any reply a client should take.
const longestScriptLine = 1 << 20

// ParseScript reads a script. Its errors begin with name and the number of the line.
func ParseScript(name string, r io.Reader) (*Script, error) {
	p := scriptParser{script: &Script{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestScriptLine)
	for lines.Scan() {
		p.line++
		if err := p.read(lines.Text()); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, p.line, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, p.line+1, err)
	}
	p.endScene()
	if len(p.script.scenes) == 0 {
		return nil, fmt.Errorf("%s: an empty script: the server says nothing", name)
	}
	return p.script, nil
}

// scriptParser is where a script has come to.
type scriptParser struct {
	script   *Script
	scene    scene
	line     int
	inLetter bool // "C: " lines are the letter, up to the dot
	inChunk  bool // "C: " lines are a chunk, up to the next command or reply
}

func (p *scriptParser) read(line string) error {
	mark, text := line, ""
	if len(line) > 2 {
		mark, text = line[:2], strings.TrimPrefix(line[2:], " ")
	}
	switch {
	case strings.TrimSpace(line) == "", line[0] == '*', line[0] == '#':
		return nil
	case strings.HasPrefix(line, "---"):
		p.endScene()
		return nil
	case mark == "C:":
		return p.heard(strings.TrimSpace(text))
	case mark == "S:":
		return p.said(text)
	case mark == "S!":
		return p.act(text)
	}
	return fmt.Errorf("%q: a line of a script begins with C:, S:, S! or *", transcript.Escape(line))
}

func (p *scriptParser) endScene() {
	if len(p.scene) > 0 {
		p.script.scenes = append(p.script.scenes, p.scene.withTLS())
	}
	p.scene, p.inLetter, p.inChunk = nil, false, false
}

func (p *scriptParser) add(s step) {
	s.line = p.line
	p.scene = append(p.scene, s)
}

func (p *scriptParser) heard(text string) error {
	switch {
	case len(p.scene) == 0:
		return fmt.Errorf("the server speaks first: begin with S: 220 and its name") // RFC 5321 §3.1
	case p.inLetter && text != ".", p.inChunk && verb(text) != "BDAT":
		return nil
	}
	p.inLetter = false
	p.inChunk = verb(text) == "BDAT"
	p.add(step{kind: hear, text: text})
	return nil
}

func (p *scriptParser) said(text string) error {
	if p.inLetter { // a dialogue that was printed without the dot
		p.add(step{kind: hear, text: "."})
	}
	p.inChunk = false
	p.inLetter = strings.HasPrefix(text, "354") && !strings.HasPrefix(text, "354-")
	p.add(step{kind: say, text: transcript.Unescape(text)})
	return nil
}

func (p *scriptParser) act(text string) error {
	word, rest, _ := strings.Cut(text, " ")
	s := step{kind: act, text: word, bytes: transcript.Unescape(rest)}
	switch word {
	case actClose, actReset, actTLS, actSend, actRepeat:
	case actWait:
		var err error
		if s.delay, err = time.ParseDuration(rest); err != nil || s.delay < 0 {
			return fmt.Errorf("wait %q in a line with S!: give a time such as 3s or 2m", rest)
		}
	default:
		return fmt.Errorf("%s in a line with S!: use close, reset, wait, tls, send or repeat", transcript.Escape(word))
	}
	p.inLetter, p.inChunk = p.inLetter && word == actWait, false
	p.add(s)
	return nil
}

// withTLS puts the handshake behind each 220 to a STARTTLS, unless the script says itself what happens there.
func (s scene) withTLS() scene {
	asked := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i].kind == hear:
			asked = verb(s[i].text) == "STARTTLS"
		case s[i].kind == say && asked && strings.HasPrefix(s[i].text, "220") && !strings.HasPrefix(s[i].text, "220-"):
			if i+1 == len(s) || s[i+1].kind != act {
				s = slices.Insert(s, i+1, step{line: s[i].line, kind: act, text: actTLS})
			}
		}
	}
	return s
}

// knows says whether the scene waits for one of the verbs anywhere.
func (s scene) knows(verbs ...string) bool {
	return slices.ContainsFunc(s, func(st step) bool { return st.kind == hear && slices.Contains(verbs, verb(st.text)) })
}

// verb is the first word of a command, in upper case. In a script a colon ends it too: lectures write "MAIL FROM:".
func verb(command string) string {
	word, _, _ := strings.Cut(command, " ")
	return strings.ToUpper(word)
}
