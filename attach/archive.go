package attach

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Archive is how a folder is packed; the word is the ending of its name.
type Archive string

const (
	Zip   Archive = "zip"
	TarGz Archive = "tar.gz"
)

// ParseArchive reads the word for an archive; the empty word packs nothing.
func ParseArchive(s string) (Archive, error) {
	switch a := Archive(s); a {
	case "", Zip, TarGz:
		return a, nil
	}
	return "", fmt.Errorf("%q is no archive that mxsend makes: use zip or tar.gz", s)
}

// pack puts a folder into a temporary file: its regular files in the order of their names, nothing else. Owners are not told.
func (o Opener) pack(ctx context.Context, folder string, p *Part) error {
	r, w := io.Pipe()
	var packing sync.WaitGroup
	packing.Go(func() { w.CloseWithError(o.Archive.write(ctx, w, folder)) })
	defer packing.Wait()
	defer r.Close()
	return o.keep(ctx, r, p)
}

// archivedName is the folder's own name, with the ending of the archive.
func archivedName(folder string, a Archive) string {
	if full, err := filepath.Abs(folder); err == nil {
		folder = full
	}
	return filepath.Base(folder) + "." + string(a)
}

func (a Archive) write(ctx context.Context, w io.Writer, folder string) error {
	if a == Zip {
		z := zip.NewWriter(w)
		return errors.Join(walk(ctx, folder, func(name string, info fs.FileInfo) (io.Writer, error) {
			h, err := zip.FileInfoHeader(info)
			if err != nil {
				return nil, err
			}
			h.Name, h.Method = name, zip.Deflate
			return z.CreateHeader(h)
		}), z.Close())
	}
	g := gzip.NewWriter(w)
	t := tar.NewWriter(g)
	return errors.Join(walk(ctx, folder, func(name string, info fs.FileInfo) (io.Writer, error) {
		h := &tar.Header{Name: name, Mode: int64(info.Mode().Perm()), Size: info.Size(), ModTime: info.ModTime(), Typeflag: tar.TypeReg}
		return t, t.WriteHeader(h)
	}), t.Close(), g.Close())
}

// walk gives every regular file of the folder to begin, and copies its content into what begin returns.
func walk(ctx context.Context, folder string, begin func(name string, info fs.FileInfo) (io.Writer, error)) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		return packFile(folder, path, begin)
	})
}

func packFile(folder, path string, begin func(name string, info fs.FileInfo) (io.Writer, error)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	name, err := filepath.Rel(filepath.Dir(filepath.Clean(folder)), path)
	if err != nil {
		return err
	}
	w, err := begin(filepath.ToSlash(name), info)
	if err != nil {
		return err
	}
	n, err := io.Copy(w, f)
	if err == nil && n != info.Size() {
		err = fmt.Errorf("%s: %w", path, ErrChanged)
	}
	return err
}
