package command

import "io"

// dotReader ends where a line holds a single dot, as a letter typed at a terminal does.
type dotReader struct {
	r     io.Reader
	state int // octets of "\n.\r\n" seen; a line has just begun at 1
	begun bool
	done  bool
	held  []byte
}

func (d *dotReader) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for {
		if n := copy(b, d.held); n > 0 {
			d.held = d.held[n:]
			return n, nil
		}
		if d.done {
			return 0, io.EOF
		}
		if err := d.fill(); err != nil {
			return 0, err
		}
	}
}

// fill reads a piece and keeps back a line that may turn out to be the dot.
func (d *dotReader) fill() error {
	if !d.begun {
		d.begun, d.state = true, 1
	}
	piece := make([]byte, 32<<10)
	n, err := d.r.Read(piece)
	for _, c := range piece[:n] {
		if d.step(c) {
			d.done = true
			return nil
		}
	}
	if err != nil {
		d.held = append(d.held, dotLine[:max(d.state-1, 0)]...)
		d.state = 0
	}
	if err == io.EOF {
		d.done = true
		return nil
	}
	return err
}

const dotLine = ".\r" // what may stand at the start of a line before it is known to end the letter

// step takes one octet and says whether the letter has ended.
func (d *dotReader) step(c byte) bool {
	switch {
	case d.state == 1 && c == '.', d.state == 2 && c == '\r':
		d.state++
		return false
	case d.state >= 2 && c == '\n':
		return true
	}
	if d.state > 1 {
		d.held = append(d.held, dotLine[:d.state-1]...)
	}
	d.held = append(d.held, c)
	d.state = 0
	if c == '\n' {
		d.state = 1
	}
	return false
}
