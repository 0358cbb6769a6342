//go:build interop && linux

package command

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAFullDisk queues letters on a file system that has room for few: what does not fit is refused and not sent, what was
// promised is delivered once there is a receiver, though nothing more can be written.
func TestAFullDisk(t *testing.T) {
	q := newQueueing(t)
	small := t.TempDir()
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=96k,mode=700"); err != nil {
		t.Skipf("no small file system can be made here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(small, 0) })
	q.extra = append(q.extra, "MXSEND_SPOOL="+filepath.Join(small, "spool"))
	q.stdin = strings.Repeat("Do you like ketchup?\n", 500)
	promised := 0
	for i := range 20 {
		cmd := exec.Command(q.bin, "--queue", "-f", "alice@crepes.fr", "-s", fmt.Sprint(i), "450-x@hamburger.edu")
		cmd.Env, cmd.Stdin = append(cmd.Environ(), q.extra...), strings.NewReader(q.stdin)
		out, _ := cmd.CombinedOutput()
		switch code := cmd.ProcessState.ExitCode(); {
		case code == 0:
			promised++
		case !strings.Contains(string(out), "no space left on device"):
			t.Errorf("letter %d: exit %d: %s", i, code, out)
		}
	}
	if promised == 0 || promised == 20 {
		t.Fatalf("%d letters were promised", promised)
	}
	if got := q.list(); len(got) != promised {
		t.Errorf("%d letters are in the queue, %d were promised: %s", len(got), promised, q.stdout)
	}
	t.Logf("%d letters were promised before the disk was full", promised)
}
