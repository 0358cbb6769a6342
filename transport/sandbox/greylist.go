package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"mxsend/compose/address"
)

// greylist remembers which sender has written to whom, in a file beside the letters, so that the next run of an embedded
// sandbox knows it too. Without a file it remembers for as long as it lives. The zero value knows nobody.
type greylist struct {
	mu   sync.Mutex
	file string
	met  map[string]bool
}

// open reads the file in dir, if it is there.
func (g *greylist) open(dir string) error {
	g.file = filepath.Join(dir, "greylist")
	g.met = map[string]bool{}
	f, err := os.Open(g.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("sandbox: reading the greylist: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		g.met[lines.Text()] = true
	}
	return lines.Err()
}

// meet says whether the pair is seen for the first time, and remembers it.
func (g *greylist) meet(sender, recipient address.Address) (first bool, err error) {
	pair := fmt.Sprintf("<%s> <%s>", sender, recipient)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.met[pair] {
		return false, nil
	}
	if g.met == nil {
		g.met = map[string]bool{}
	}
	g.met[pair] = true
	return true, g.write(pair)
}

// write adds a line in one go, which needs no lock between processes.
func (g *greylist) write(pair string) error {
	if g.file == "" {
		return nil
	}
	f, err := os.OpenFile(g.file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(pair + "\n")
	return errors.Join(err, f.Close())
}
