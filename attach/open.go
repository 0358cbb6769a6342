package attach

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"

	"mxsend/attach/encode"
	"mxsend/attach/media"
)

// Opener opens files. The zero value has no standard input and keeps temporary files where the system does.
type Opener struct {
	Stdin   io.Reader // what "-" stands for; nil: it stands for nothing
	TempDir string    // empty: os.TempDir
	Archive Archive   // how folders are packed; empty: they are refused
}

// OpenAll opens every source, and names all that cannot be opened at once; then nothing stays open.
func (o Opener) OpenAll(ctx context.Context, sources []Source) ([]*Part, error) {
	var parts []*Part
	var errs []error
	for _, s := range sources {
		p, err := o.Open(ctx, s)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		parts = append(parts, p)
	}
	if len(errs) == 0 {
		return parts, nil
	}
	for _, p := range parts {
		p.Close()
	}
	return nil, errors.Join(errs...)
}

// Open opens one source. Its error is a *FileError or a *NameError. What can be read only once is read to its end, unless
// ctx ends before.
func (o Opener) Open(ctx context.Context, s Source) (*Part, error) {
	if info, err := os.Stat(s.Path); err == nil && info.IsDir() && o.Archive != "" && s.Name == "" {
		s.Name = folderName(s.Path) + "." + string(o.Archive)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	p := &Part{path: s.Path}
	if err := o.openFile(ctx, s, p); err != nil {
		return nil, err
	}
	if err := p.identify(s); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (o Opener) openFile(ctx context.Context, s Source, p *Part) error {
	if s.Path == "-" {
		if o.Stdin == nil {
			return &FileError{Path: s.Path, Cause: errors.New("there is no standard input")}
		}
		return o.keep(ctx, o.Stdin, p)
	}
	before, err := os.Stat(s.Path)
	if err != nil {
		return missing(s.Path, err)
	}
	if before.IsDir() && o.Archive != "" {
		return o.pack(ctx, s.Path, p)
	}
	if err := refuse(s.Path, before); err != nil {
		return err
	}
	if !before.Mode().IsRegular() {
		late := &lateFile{path: s.Path}
		defer late.Close()
		return o.keep(ctx, late, p)
	}
	f, err := os.Open(s.Path)
	if err != nil {
		return &FileError{Path: s.Path, Cause: err}
	}
	info, err := f.Stat()
	if err == nil && info.Size() > 0 {
		p.file, p.Size = source{file: f, modified: info.ModTime()}, info.Size()
		return nil
	}
	defer f.Close()
	// A size of zero is not believed: files of /proc have content nevertheless.
	return o.keep(ctx, f, p)
}

func missing(path string, err error) error {
	e := &FileError{Path: path, Cause: err}
	if strings.Contains(path, "://") {
		e.Hint = "files are attached by their path, not fetched from elsewhere"
	}
	return e
}

// lateFile opens with the first read, since opening a FIFO waits for its writer.
type lateFile struct {
	path string
	mu   sync.Mutex
	file *os.File
}

func (l *lateFile) Read(b []byte) (int, error) {
	f, err := l.open()
	if err != nil {
		return 0, err
	}
	return f.Read(b)
}

func (l *lateFile) open() (*os.File, error) {
	l.mu.Lock()
	f := l.file
	l.mu.Unlock()
	if f != nil {
		return f, nil
	}
	f, err := os.Open(l.path)
	l.mu.Lock()
	l.file = f
	l.mu.Unlock()
	return f, err
}

// Close lets a read that waits for a writer go; an opening that waits for one ends with the program.
func (l *lateFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// refuse names the kinds of files that have no content to attach, or no end.
func refuse(path string, info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return &FileError{Path: path, Cause: errors.New("is a directory"), Hint: "use --archive zip or --archive tar.gz to send it packed"}
	case mode&fs.ModeSocket != 0:
		return &FileError{Path: path, Cause: errors.New("is a socket")}
	case mode&fs.ModeDevice != 0 && mode&fs.ModeCharDevice == 0, isEndless(path, mode):
		return &FileError{Path: path, Cause: errors.New("is a device")}
	}
	return nil
}

// isEndless: character devices other than a terminal, standard input and /dev/null never end or make no sense.
func isEndless(path string, mode fs.FileMode) bool {
	if mode&fs.ModeCharDevice == 0 {
		return false
	}
	return path != "/dev/null" && path != "/dev/stdin" && path != "/dev/tty" && !strings.HasPrefix(path, "/dev/fd/")
}

// keep copies what can be read only once into a temporary file that nobody else can open.
func (o Opener) keep(ctx context.Context, r io.Reader, p *Part) error {
	f, err := os.CreateTemp(o.TempDir, "mxsend-*")
	if err != nil {
		return &FileError{Path: p.path, Cause: fmt.Errorf("keeping it for a moment: %w", err), read: true}
	}
	kept := source{file: f}
	if os.Remove(f.Name()) != nil { // Windows does not let go of an open file
		kept.remove = f.Name()
	}
	n, err := copyUntil(ctx, f, r)
	if err != nil {
		kept.Close()
		return &FileError{Path: p.path, Cause: err, read: errors.Is(err, ErrChanged)}
	}
	p.file, p.Size = kept, n
	return nil
}

// copyUntil copies r to its end, or stops with ctx. The goroutine that reads is left behind only when its read can't be
// interrupted, which the end of the program does.
func copyUntil(ctx context.Context, w io.Writer, r io.Reader) (int64, error) {
	type outcome struct {
		n   int64
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		n, err := io.Copy(w, onlyReader{r})
		done <- outcome{n, err}
	}()
	select {
	case o := <-done:
		return o.n, o.err
	case <-ctx.Done():
		if c, ok := r.(io.Closer); ok {
			c.Close()
		}
		return 0, ctx.Err()
	}
}

// identify reads the head of the file and settles its name, kind, charset and encoding.
func (p *Part) identify(s Source) error {
	head, err := p.head()
	if err != nil {
		return err
	}
	p.Name = s.shownName(head)
	v := media.Merge(s.nameForType(), head)
	p.Type, p.Charset = v.Type, v.Charset
	if s.Type != "" {
		p.Type = media.Type(strings.ToLower(s.Type))
		p.Charset = media.Charset(p.Type, head)
	} else if v.Warning != "" {
		p.warn(v.Warning + ": sent as " + string(v.Type))
	}
	if int64(len(head)) < p.Size {
		p.Charset = "" // only the head was seen
	}
	if p.Size == 0 {
		p.warn("is empty")
	}
	for _, why := range []string{blocked(p.Name, v, head), awkward(p.Name)} {
		if why != "" {
			p.warn(why)
		}
	}
	return p.settleEncoding()
}

func (p *Part) warn(text string) { p.Warnings = append(p.Warnings, p.Name+" "+text) }

func (p *Part) head() ([]byte, error) {
	first := make([]byte, 8)
	n, err := io.ReadFull(p.Reader(), first)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	head := make([]byte, min(int64(media.HeadSize(first[:n])), p.Size))
	if _, err := io.ReadFull(p.Reader(), head); err != nil && len(head) > 0 {
		return nil, err
	}
	return head, nil
}

// settleEncoding: base64 for everything but letters, which may not be encoded.
func (p *Part) settleEncoding() error {
	p.Encoding, p.encoded = encode.Base64, encode.Base64Size(p.Size)
	if p.Type != media.RFC822 {
		return nil
	}
	e, size, ok, err := asLetter(p.Reader())
	if err != nil {
		return err
	}
	if !ok || p.Size == 0 {
		p.Type = media.OctetStream
		p.warn("can't travel as a letter inside a letter (a line over 998 octets, or a lone CR or NUL): sent as " + string(p.Type))
		return nil
	}
	p.Encoding, p.encoded = e, size
	return nil
}
