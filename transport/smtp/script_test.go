package smtp

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// script is one conversation of testdata/dialogue. A file holds, in this order:
//
//	# what the conversation shows
//	key: value              settings, see newRehearsal
//	C: text                 the client must say a line that begins so
//	C! word argument        something else that the client must do, see player.client
//	S: text                 the server says this line; lines that follow each other are one write
//	S! word argument        the server does something else, see player.server
//	= text                  what must come of it, one line each, in the order of rehearsal.outcome
//
// After the last line the server answers QUIT, and nothing else may be said.
type script struct {
	name     string
	settings map[string][]string
	steps    []step
	want     []string
}

type step struct {
	who, what string // who: "C:", "C!", "S:", "S!"
	line      int
}

func readScripts(t *testing.T) []*script {
	t.Helper()
	files, err := filepath.Glob("../../testdata/dialogue/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no conversations", err)
	}
	var scripts []*script
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		s, err := parseScript(string(data))
		if err != nil {
			t.Fatalf("%s:%v", f, err)
		}
		s.name = strings.TrimSuffix(filepath.Base(f), ".txt")
		scripts = append(scripts, s)
	}
	return scripts
}

func parseScript(data string) (*script, error) {
	s := &script{settings: map[string][]string{}}
	for i, line := range strings.Split(data, "\n") {
		head, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || head == "#":
		case head == "C:" || head == "S:" || head == "C!" || head == "S!":
			s.steps = append(s.steps, step{head, rest, i + 1})
		case head == "=":
			s.want = append(s.want, rest)
		case strings.HasSuffix(head, ":"):
			key := strings.TrimSuffix(head, ":")
			s.settings[key] = append(s.settings[key], rest)
		default:
			return nil, fmt.Errorf("%d: %q is no line of a conversation", i+1, line)
		}
	}
	return s, nil
}

func (s *script) setting(key, otherwise string) string {
	if v := s.settings[key]; len(v) > 0 {
		return v[0]
	}
	return otherwise
}
