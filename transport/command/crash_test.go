//go:build unix

package command

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// counting is a server that takes every letter and remembers which ones, whole or torn, and how each conversation ended.
type counting struct {
	net.Listener
	mu     sync.Mutex
	taken  map[string]int // whole letters by their subject
	torn   []string
	again  []string        // letters that came once more after a conversation that had ended with QUIT
	parted map[string]bool // letters whose conversation ended with QUIT
	gone   sync.WaitGroup
}

func counts(t *testing.T) *counting {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &counting{Listener: l, taken: map[string]int{}, parted: map[string]bool{}}
	c.gone.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.gone.Go(func() { c.talk(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); c.gone.Wait() })
	return c
}

func (c *counting) talk(conn net.Conn) {
	defer conn.Close()
	io.WriteString(conn, "220 hi\r\n")
	var subjects []string
	for lines := bufio.NewReader(conn); ; {
		line, err := lines.ReadString('\n')
		switch {
		case err != nil:
			return
		case strings.HasPrefix(line, "EHLO"):
			io.WriteString(conn, "250-hi\r\n250 PIPELINING\r\n")
		case strings.HasPrefix(line, "DATA"):
			io.WriteString(conn, "354 go\r\n")
			subject, whole := c.letter(lines)
			c.take(subject, whole)
			if !whole {
				return
			}
			subjects = append(subjects, subject)
			io.WriteString(conn, "250 taken\r\n")
		case strings.HasPrefix(line, "QUIT"):
			c.mu.Lock()
			for _, s := range subjects {
				c.parted[s] = true
			}
			c.mu.Unlock()
			io.WriteString(conn, "221 bye\r\n")
			return
		default:
			io.WriteString(conn, "250 ok\r\n")
		}
	}
}

// letter reads to the final dot. A letter is whole when its last line is the one that was written last.
func (c *counting) letter(lines *bufio.Reader) (subject string, whole bool) {
	last := ""
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return "", false
		}
		line = strings.TrimSuffix(line, "\r\n")
		if rest, is := strings.CutPrefix(line, "Subject: "); is {
			subject = rest
		}
		if line == "." {
			return subject, last == "the end of "+subject
		}
		last = line
	}
}

func (c *counting) take(subject string, whole bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case subject == "" && !whole: // the sender was gone before the final dot: nothing was taken
	case !whole:
		c.torn = append(c.torn, subject)
	case c.parted[subject]:
		c.again = append(c.again, subject)
		fallthrough
	default:
		c.taken[subject]++
	}
}

// TestKilledAtAnyMoment kills senders and runners of the queue at random moments. No letter that was promised is lost, none is
// sent torn, and none comes again once its conversation had ended in peace. MXSEND_CRASH_ROUNDS sets how many rounds there are.
func TestKilledAtAnyMoment(t *testing.T) {
	rounds := 30
	if n, err := strconv.Atoi(os.Getenv("MXSEND_CRASH_ROUNDS")); err == nil {
		rounds = n
	}
	bin, server := filepath.Join(program(t), "mxsend"), counts(t)
	spool := filepath.Join(t.TempDir(), "spool")
	run := func(after time.Duration, stdin string, words ...string) (finished bool) {
		cmd := exec.Command(bin, words...)
		cmd.Stdin = strings.NewReader(stdin)
		cmd.Env = append(os.Environ(), "MXSEND_SPOOL="+spool)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if after > 0 {
			killer := time.AfterFunc(after, func() { cmd.Process.Signal(syscall.SIGKILL) })
			defer killer.Stop()
		}
		cmd.Wait()
		return cmd.ProcessState.ExitCode() == 0
	}
	promised := map[string]bool{}
	relay := server.Addr().String()
	begun := time.Now()
	if !run(0, "words\nthe end of measure\n", "--queue", "--relay", relay, "--resolver", "127.0.0.1:1", "-f", "alice@crepes.fr", "-s", "measure", "bob@hamburger.edu") {
		t.Fatal("a letter that nobody interrupts is not sent")
	}
	window := int64(2 * time.Since(begun)) // about half of them come to their end
	for i := range rounds {
		subject := fmt.Sprintf("letter-%d", i)
		body := strings.Repeat("Do you like ketchup?\n", 1000) + "the end of " + subject + "\n"
		pause := time.Duration(rand.Int64N(window))
		if run(pause+1, body, "--queue", "--relay", relay, "--resolver", "127.0.0.1:1", "-f", "alice@crepes.fr", "-s", subject, "bob@hamburger.edu") {
			promised[subject] = true
		}
		if i%3 == 2 {
			run(time.Duration(rand.Int64N(window))+1, "", "queue", "run", "--all")
		}
	}
	for range 3 {
		run(0, "", "queue", "run", "--all")
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	if len(promised) < rounds/10 || len(server.taken) < rounds/10 {
		t.Errorf("%d rounds, but only %d letters were promised and %d arrived: this shows nothing", rounds, len(promised), len(server.taken))
	}
	doubled := 0
	for subject := range promised {
		if server.taken[subject] == 0 {
			t.Errorf("%s was promised and is lost", subject)
		}
	}
	for _, n := range server.taken {
		doubled += n - 1
	}
	if len(server.torn) > 0 || len(server.again) > 0 {
		t.Errorf("torn: %v, sent again after a peaceful end: %v", server.torn, server.again)
	}
	t.Logf("%d rounds: %d promised, %d arrived, %d doubled in the window between reply and record", rounds, len(promised), len(server.taken), doubled)
}
