package intake

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"mxsend/compose/header"
	"mxsend/compose/letter"
)

// message writes the head and then the body, read again from the source.
type message struct {
	source Source
	head   []byte
	skip   int64
	repair bool
	seven  *sevenBit // what was learned of its parts; nil: they are not touched
}

// WriteTo implements io.WriterTo; the same octets come each time.
func (m *message) WriteTo(w io.Writer) (int64, error) {
	out := &meter{w: bufio.NewWriterSize(w, bufferFor)}
	out.Write(m.head)
	in := m.source.Reader()
	if _, err := io.CopyN(io.Discard, in, m.skip); err != nil {
		return out.n, err
	}
	if err := m.body(m.through(out), in); err != nil {
		return out.n, err
	}
	return out.n, out.w.Flush()
}

// facts are learned by writing the letter to nowhere.
func (m *message) facts(f *findings) (letter.Facts, error) {
	out := &meter{w: bufio.NewWriterSize(io.Discard, bufferFor)}
	out.Write(m.head)
	facts := letter.Facts{NeedsUTF8: out.eight, Has8bit: f.eight, Signed: f.signed()}
	in := m.source.Reader()
	if _, err := io.CopyN(io.Discard, in, m.skip); err != nil {
		return facts, err
	}
	err := m.body(m.through(out), in)
	if m.seven != nil {
		facts.Has8bit = false
	}
	facts.Size, facts.LongestLine = out.n, out.longest
	return facts, err
}

// through puts the re-encoding before out, if there is to be one.
func (m *message) through(out io.Writer) io.Writer {
	if m.seven == nil {
		return out
	}
	s := m.seven.again()
	s.out = out
	return s
}

// signed: touching the body would break what somebody vouches for.
func (f *findings) signed() bool {
	if len(f.named("dkim-signature")) > 0 {
		return true
	}
	for _, field := range f.named("content-type") {
		value := strings.ToLower(header.WithoutComments(field.unfolded()))
		for _, kind := range []string{"multipart/signed", "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"} {
			if strings.HasPrefix(value, kind) {
				return true
			}
		}
	}
	return false
}

// body copies line by line: every end becomes CRLF, a last line without one gets it. What is to be mended is mended here.
func (m *message) body(out io.Writer, r io.Reader) error {
	in := bufio.NewReaderSize(r, bufferFor)
	held := false // a CR at the end of a piece, whose LF may follow
	column := 0
	for {
		text, err := in.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull && err != io.EOF {
			return err
		}
		ended := bytes.HasSuffix(text, []byte("\n"))
		if held && !(ended && len(text) == 1) {
			column = m.text(out, []byte("\r"), column)
		}
		text = bytes.TrimSuffix(text, []byte("\n"))
		if held = bytes.HasSuffix(text, []byte("\r")) && !ended; held || ended {
			text = bytes.TrimSuffix(text, []byte("\r"))
		}
		column = m.text(out, text, column)
		if ended || err == io.EOF && (column > 0 || held) {
			out.Write([]byte("\r\n"))
			column, held = 0, false
		}
		if err == io.EOF {
			return nil
		}
	}
}

// text writes a piece of a line and returns the column after it.
func (m *message) text(out io.Writer, text []byte, column int) int {
	if !m.repair {
		out.Write(text)
		return column + len(text)
	}
	text = bytes.ReplaceAll(text, []byte{0}, nil)
	for {
		line, rest, cr := bytes.Cut(text, []byte("\r"))
		for column+len(line) > maxLine {
			n := maxLine - column
			for back := 0; back < utf8.UTFMax-1 && n > 0 && !utf8.RuneStart(line[n]); back++ {
				n-- // a character is not cut
			}
			out.Write(line[:n])
			out.Write([]byte("\r\n"))
			line, column = line[n:], 0
		}
		out.Write(line)
		column += len(line)
		if !cr {
			return column
		}
		out.Write([]byte("\r\n"))
		text, column = rest, 0
	}
}

// meter counts what it passes on; the error of the writer comes with the flush.
type meter struct {
	w       *bufio.Writer
	n       int64
	column  int
	longest int
	eight   bool
}

func (m *meter) Write(p []byte) (int, error) {
	m.n += int64(len(p))
	m.eight = m.eight || bytes.IndexFunc(p, func(r rune) bool { return r >= 0x80 }) >= 0
	for rest := p; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		m.column += len(line)
		if ended {
			m.longest = max(m.longest, m.column-1)
			m.column = 0
		}
		rest = after
	}
	return m.w.Write(p)
}
