package attach

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"time"

	"mxsend/attach/encode"
)

// source is an open file, ours until it is closed.
type source struct {
	file     *os.File
	modified time.Time // zero for a temporary file, which nobody else can change
	remove   string    // a temporary file that could not be unlinked while open
}

func (s source) Close() error {
	err := s.file.Close()
	if s.remove != "" {
		os.Remove(s.remove)
	}
	return err
}

// checked reads a part from its start, at its own place in the file, and looks at the end whether the file is still the
// one that was opened.
type checked struct {
	part *Part
	at   int64
	left int64
}

func (c *checked) Read(b []byte) (int, error) {
	if c.left == 0 {
		if err := c.unchanged(); err != nil {
			return 0, err
		}
		return 0, io.EOF
	}
	n, err := c.part.file.file.ReadAt(b[:min(int64(len(b)), c.left)], c.at)
	c.at += int64(n)
	c.left -= int64(n)
	switch {
	case n > 0 || err == nil:
		return n, nil
	case err == io.EOF:
		return 0, c.part.changed() // it shrank
	}
	return 0, &FileError{Path: c.part.path, Cause: err, read: true}
}

func (c *checked) unchanged() error {
	f := c.part.file
	if f.modified.IsZero() {
		return nil
	}
	info, err := f.file.Stat()
	if err != nil {
		return &FileError{Path: c.part.path, Cause: err, read: true}
	}
	if info.Size() != c.part.Size || !info.ModTime().Equal(f.modified) {
		return c.part.changed()
	}
	return nil
}

// copyLines writes a letter with CRLF line ends, the last line ended too.
func copyLines(w io.Writer, r io.Reader) error {
	lines := pastPostmark(r)
	out := bufio.NewWriterSize(w, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			out.Write(bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")))
			out.WriteString("\r\n")
		}
		if err == io.EOF {
			return out.Flush()
		}
		if err != nil {
			return err
		}
	}
}

// pastPostmark reads past the line that an mbox has before a letter, which is none of its fields. RFC 4155
func pastPostmark(r io.Reader) *bufio.Reader {
	lines := bufio.NewReaderSize(r, 64<<10)
	if mark, err := lines.Peek(5); err == nil && string(mark) == "From " {
		lines.ReadSlice('\n')
	}
	return lines
}

// asLetter says how a letter travels inside another, and in how many octets: as it is. ok is false when it cannot: a line
// is too long, or a lone CR or NUL stands in it. RFC 2046 §5.2.1
func asLetter(r io.Reader) (e encode.Encoding, size int64, ok bool, err error) {
	lines := pastPostmark(r)
	e = encode.SevenBit
	for {
		line, err := lines.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			return "", 0, false, nil
		}
		if err != nil && err != io.EOF {
			return "", 0, false, err
		}
		if len(line) > 0 {
			line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
			if len(line) > 998 || bytes.ContainsAny(line, "\r\x00") {
				return "", 0, false, nil
			}
			if bytes.IndexFunc(line, func(r rune) bool { return r >= 0x80 }) >= 0 {
				e = encode.EightBit
			}
			size += int64(len(line)) + 2
		}
		if err == io.EOF {
			return e, size, true, nil
		}
	}
}
