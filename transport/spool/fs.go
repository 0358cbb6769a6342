package spool

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"
)

// FS is what the spool asks of a file system; tests put one in that fails.
type FS interface {
	Mkdir(path string) error                                           // with its parents, for its owner only; one that is there is no error
	Owned(path string) error                                           // not ours, or open to others
	Create(path string) (File, error)                                  // for its owner only; must not be there
	Open(path string) (File, error)                                    // for reading and appending; links are not followed
	Rename(from, to string) error                                      //
	Remove(path string) error                                          //
	SyncDir(path string) error                                         //
	List(path string, each func(name string, changed time.Time)) error // in no order
}

// File is an open file.
type File interface {
	io.ReaderAt
	io.WriteCloser // at its end
	Sync() error
	Lock() (ok bool, err error) // ok is false when another process has it; it ends with the file's closing
	Size() (int64, error)
	IsAt(path string) bool // it is still the file of that name
}

// system is the system's files.
type system struct{}

// Mkdir makes the names of new folders safe too: a letter in a folder that is gone after a power cut would be lost.
func (f system) Mkdir(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(path)
	if err := f.Mkdir(parent); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := f.SyncDir(parent); err != nil && !errors.Is(err, os.ErrPermission) {
		return err
	}
	return nil
}

func (system) Owned(path string) error {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("it is no folder")
	}
	return owned(info)
}

func (system) Create(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|noFollow, 0o600)
	return file{f}, err
}

func (system) Open(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|noFollow, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New(path + " is no file")
	}
	if err == nil {
		err = owned(info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return file{f}, nil
}

func (system) Rename(from, to string) error { return os.Rename(from, to) }
func (system) Remove(path string) error     { return os.Remove(path) }

func (system) List(path string, each func(string, time.Time)) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(1000)
		for _, e := range entries {
			if info, err := e.Info(); err == nil {
				each(e.Name(), info.ModTime())
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

type file struct{ *os.File }

func (f file) Lock() (bool, error) { return lock(f.File) }

func (f file) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f file) IsAt(path string) bool {
	ours, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(ours, there)
}
