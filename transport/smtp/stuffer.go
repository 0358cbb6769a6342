package smtp

import (
	"bytes"
	"errors"
	"io"
)

// maxText is the longest line that may be sent, without its CRLF. RFC 5321 §4.5.3.1.6
const maxText = 998

// What must never leave: another server might take it for an end of line and read commands out of a letter.
// RFC 5321 §2.3.8, §4.1.1.4
var (
	errBareCR   = errors.New("the letter has a CR that ends no line")
	errBareLF   = errors.New("the letter has a LF without CR")
	errNUL      = errors.New("the letter has a NUL octet")
	errLongLine = errors.New("the letter has a line of more than 998 octets")
)

// stuffer lets lines pass that end in CRLF, doubles the dot that begins one (RFC 5321 §4.5.2), and refuses everything
// else. What needs no dot passes as it came, without a copy.
//
// Lines of one width, which is what base64 is made of, are checked by the block: the line ends must stand where the width
// says, and there must be no others.
type stuffer struct {
	out  io.Writer
	dots bool

	column int  // octets of the present line so far
	cr     bool // the last octet was a CR
	width  int  // of the last whole line, with its CRLF
	mixed  bool // in the present block lines of another width stand between those of one width
}

func (st *stuffer) Write(p []byte) (int, error) {
	if bytes.IndexByte(p, 0) >= 0 {
		return 0, errNUL
	}
	st.mixed = false
	from := 0 // what is before it is out
	for i := 0; i < len(p); {
		if st.column == 0 && !st.cr {
			i += st.stride(p[i:])
			if i == len(p) {
				break
			}
			if p[i] == '.' && st.dots {
				if err := st.double(p[from:i]); err != nil {
					return 0, err
				}
				from = i
			}
		}
		n, err := st.line(p[i:])
		if err != nil {
			return 0, err
		}
		i += n
	}
	_, err := st.out.Write(p[from:])
	return len(p), err
}

// double sends what stands before a dot, and the dot that the receiver will take away.
func (st *stuffer) double(before []byte) error {
	if _, err := st.out.Write(before); err != nil {
		return err
	}
	_, err := st.out.Write([]byte{'.'})
	return err
}

// line takes one line, or what there is of it, and returns its length.
func (st *stuffer) line(p []byte) (int, error) {
	if st.cr {
		return st.lineFeed(p)
	}
	n := bytes.IndexByte(p, '\r')
	if n < 0 {
		n = len(p)
	}
	st.column += n
	if bytes.IndexByte(p[:n], '\n') >= 0 {
		return 0, errBareLF
	}
	if st.column > maxText {
		return 0, errLongLine
	}
	if n == len(p) {
		return n, nil
	}
	st.cr = true
	rest, err := st.lineFeed(p[n+1:])
	return n + 1 + rest, err
}

// lineFeed takes the LF that must follow a CR.
func (st *stuffer) lineFeed(p []byte) (int, error) {
	switch {
	case len(p) == 0:
		return 0, nil
	case p[0] != '\n':
		return 0, errBareCR
	}
	st.width = st.column + 2
	st.column, st.cr = 0, false
	return 1, nil
}

// stride returns how many octets of p are whole lines as wide as the last one that need no dot.
func (st *stuffer) stride(p []byte) int {
	w, n := st.width, 0
	if st.mixed || w < 3 || len(p) < 8*w {
		return 0
	}
	for n+w <= len(p) && p[n+w-1] == '\n' && p[n+w-2] == '\r' && (p[n] != '.' || !st.dots) {
		n += w
	}
	ends := n / w
	if ends < 8 {
		return 0
	}
	if bytes.Count(p[:n], []byte{'\n'}) != ends || bytes.Count(p[:n], []byte{'\r'}) != ends {
		st.mixed = true
		return 0
	}
	return n
}

// close ends the last line if the letter did not.
func (st *stuffer) close() error {
	switch {
	case st.cr:
		return errBareCR
	case st.column == 0:
		return nil
	}
	_, err := st.out.Write([]byte("\r\n"))
	st.column = 0
	return err
}
