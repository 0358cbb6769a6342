package transcript

import (
	"bytes"
	"errors"
	"os"
)

// spoolLimit is what a conversation may keep in memory while it waits to be written; the rest waits in a file.
const spoolLimit = 1 << 20

// spool keeps octets until they are taken, first in, first out. The zero value is empty.
type spool struct {
	memory      bytes.Buffer // older than anything in the file
	file        *os.File
	read, wrote int64 // offsets in the file; equal: the file holds nothing
}

// put adds p at the end; dir is where the file is made, should it be needed.
func (s *spool) put(p []byte, dir string) error {
	if s.read == s.wrote && s.memory.Len()+len(p) <= spoolLimit {
		s.memory.Write(p)
		return nil
	}
	if s.file == nil {
		f, err := os.CreateTemp(dir, "mxsend-transcript-")
		if err != nil {
			return err
		}
		s.file = f
	}
	n, err := s.file.WriteAt(p, s.wrote)
	s.wrote += int64(n)
	return err
}

// take moves up to len(p) octets from the front to p; 0 means that nothing is there.
func (s *spool) take(p []byte) (int, error) {
	if s.memory.Len() > 0 {
		return s.memory.Read(p)
	}
	if s.read == s.wrote {
		return 0, nil
	}
	n, err := s.file.ReadAt(p[:min(int64(len(p)), s.wrote-s.read)], s.read)
	s.read += int64(n)
	if err == nil && s.read == s.wrote {
		s.read, s.wrote = 0, 0
		err = s.file.Truncate(0)
	}
	return n, err
}

// drop forgets what is kept and removes the file.
func (s *spool) drop() error {
	s.memory = bytes.Buffer{}
	s.read, s.wrote = 0, 0
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
