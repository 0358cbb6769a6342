package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// maildir is a folder of letters in D. J. Bernstein's form, one file each: written in tmp, moved to new when complete.
type maildir struct{ dir string }

// make makes what is not there of the folder.
func (m maildir) make() error {
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(m.dir, sub), 0o700); err != nil {
			return fmt.Errorf("sandbox: making the Maildir: %w", err)
		}
	}
	return nil
}

// deliver stores the fields and the letter under a name that nobody else uses, and says where and how many octets the
// letter had. When it returns without an error, the file is on the disk.
func (m maildir) deliver(name, fields string, letter io.Reader) (path string, size int64, err error) {
	temporary := filepath.Join(m.dir, "tmp", name)
	path = filepath.Join(m.dir, "new", name)
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", 0, err
	}
	size, err = write(f, fields, letter)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return "", 0, errors.Join(err, os.Remove(temporary))
	}
	return path, size, syncFolder(filepath.Dir(path))
}

func write(f *os.File, fields string, letter io.Reader) (int64, error) {
	_, err := f.WriteString(fields)
	var size int64
	if err == nil {
		size, err = io.Copy(f, letter)
	}
	if err == nil {
		err = f.Sync()
	}
	return size, errors.Join(err, f.Close())
}

// syncFolder makes a rename last. Windows has no such thing.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
