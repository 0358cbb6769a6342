package smtp

// The writes of a letter: what is small is gathered, what is big goes to the connection as it is.
const (
	sinkSize  = 64 << 10
	sinkBig   = 16 << 10
	sinkBlock = 128 << 10 // one write at most: three minutes (RFC 5321 §4.5.3.2.5) for this much is a very slow line
)

// sink writes a letter's content to the connection, each block within its time.
type sink struct {
	s    *Session
	buf  []byte
	told int   // so much of buf the witness knows already
	err  error // what the connection said; never what the letter said
}

func newSink(s *Session) *sink { return &sink{s: s, buf: make([]byte, 0, sinkSize)} }

func (k *sink) Write(p []byte) (int, error) {
	if len(p) < sinkBig && len(k.buf)+len(p) <= sinkSize {
		k.buf = append(k.buf, p...)
		return len(p), nil
	}
	if err := k.flush(); err != nil {
		return 0, err
	}
	if len(p) < sinkBig {
		k.buf = append(k.buf, p...)
		return len(p), nil
	}
	for rest := p; len(rest) > 0; {
		n := min(len(rest), sinkBlock)
		k.s.tell.sent(Content, rest[:n])
		if err := k.write(rest[:n]); err != nil {
			return 0, err
		}
		rest = rest[n:]
	}
	return len(p), nil
}

// hold gathers p however full the buffer is.
func (k *sink) hold(p []byte) error {
	if len(k.buf)+len(p) > sinkSize {
		if err := k.flush(); err != nil {
			return err
		}
	}
	k.buf = append(k.buf, p...)
	return nil
}

// command puts a command line between pieces of content.
func (k *sink) command(line string) error {
	if err := k.flush(); err != nil {
		return err
	}
	k.s.tell.sent(Command, []byte(line+"\r\n"))
	k.buf = append(k.buf, line+"\r\n"...)
	k.told = len(k.buf)
	return nil
}

func (k *sink) flush() error {
	k.s.tell.sent(Content, k.buf[k.told:])
	err := k.write(k.buf)
	k.buf, k.told = k.buf[:0], 0
	return err
}

// close sends what is gathered and the line that ends the letter in one write. Where the write fails the server has not
// seen the whole of it, so the outcome is known: not delivered.
func (k *sink) close(end string) error {
	if err := k.s.guard.enterFinal(); err != nil {
		k.err = err
		return err
	}
	k.s.tell.sent(Content, k.buf[k.told:])
	k.s.tell.sent(Command, []byte(end))
	return k.write(append(k.buf, end...))
}

func (k *sink) write(p []byte) error {
	if k.err != nil || len(p) == 0 {
		return k.err
	}
	limit := k.s.options.Timeouts.of(stageBlock)
	k.s.guard.writeWithin(limit)
	if _, err := k.s.conn.Write(p); err != nil {
		k.err = plainIO(err, "the server took nothing", limit)
	}
	return k.err
}
