package letter

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// pieces is a source that writes its strings one by one.
type pieces []string

func (p pieces) WriteTo(w io.Writer) (int64, error) {
	var n int64
	for _, s := range p {
		m, err := io.WriteString(w, s)
		n += int64(m)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func TestWriteToGivesTheSameOctetsEachTime(t *testing.T) {
	l := New(Envelope{}, Facts{Size: 11}, pieces{"Subject: x\r", "", "\n"}[:1])
	for range 3 {
		var b bytes.Buffer
		n, err := l.WriteTo(&b)
		if n != 11 || err != nil || b.String() != "Subject: x\r" {
			t.Errorf("got %d, %v, %q", n, err, b.String())
		}
	}
}

func TestWriteToChecksTheSize(t *testing.T) {
	for _, c := range []struct {
		source    pieces
		announced int64
		written   int64
	}{
		{pieces{"abc", "def"}, 7, 6},
		{pieces{"abc", "def"}, 5, 3},
		{pieces{"abc", "def"}, 0, 0},
		{pieces{}, 1, 0},
	} {
		var b bytes.Buffer
		n, err := New(Envelope{}, Facts{Size: c.announced}, c.source).WriteTo(&b)
		if !errors.Is(err, ErrChanged) || n != c.written || int64(b.Len()) > c.announced {
			t.Errorf("%q announced as %d: wrote %d, %v, want %d", c.source, c.announced, n, err, c.written)
		}
		if code := exitCode(err); code != 74 {
			t.Errorf("%q: exit code %d, want 74", c.source, code)
		}
	}
}

func TestWriteToPassesTheErrorsOn(t *testing.T) {
	_, err := New(Envelope{}, Facts{Size: 3}, pieces{"abc"}).WriteTo(broken{})
	if !errors.Is(err, io.ErrClosedPipe) || errors.Is(err, ErrChanged) {
		t.Errorf("got %v, want the writer's own error", err)
	}
	_, err = New(Envelope{}, Facts{Size: 3}, failing{}).WriteTo(io.Discard)
	if !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, ErrChanged) {
		t.Errorf("got %v, want the source's own error", err)
	}
}

func exitCode(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return -1
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

type failing struct{}

func (failing) WriteTo(io.Writer) (int64, error) { return 0, io.ErrUnexpectedEOF }

type closer struct {
	closed *int
	err    error
}

func (c closer) Close() error {
	*c.closed++
	return c.err
}

func TestCloseClosesAllOnce(t *testing.T) {
	n := 0
	l := New(Envelope{}, Facts{}, pieces{}, closer{&n, errors.New("first")}, closer{&n, errors.New("second")})
	err := l.Close()
	if n != 2 || err == nil || !strings.Contains(err.Error(), "first") || !strings.Contains(err.Error(), "second") {
		t.Errorf("%d were closed, %v", n, err)
	}
	if err := l.Close(); err != nil || n != 2 {
		t.Errorf("closed again: %d, %v", n, err)
	}
}
