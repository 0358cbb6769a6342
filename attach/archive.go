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

// pack puts a folder into a temporary file: its regular files in the order of their names. What else is in it is left out, and
// counted in a warning. Owners are not told.
func (o Opener) pack(ctx context.Context, folder string, p *Part) error {
	root, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return &FileError{Path: folder, Cause: err}
	}
	k := &packer{ctx: ctx, root: root, name: folderName(folder)}
	r, w := io.Pipe()
	var packing sync.WaitGroup
	packing.Go(func() { w.CloseWithError(k.write(w, o.Archive)) })
	err = o.keep(ctx, r, p)
	r.Close()
	packing.Wait()
	if err == nil {
		p.Warnings = k.warnings(folder)
	}
	return err
}

// folderName is the folder's own name, also where it was called "." or "..".
func folderName(folder string) string {
	if full, err := filepath.Abs(folder); err == nil {
		folder = full
	}
	return filepath.Base(folder)
}

// packer walks one folder.
type packer struct {
	ctx            context.Context
	root, name     string // where it is, and its name in the archive
	packed, others int    // files taken, and entries that are neither files nor folders
}

func (k *packer) warnings(folder string) []string {
	var w []string
	if k.others > 0 {
		w = append(w, fmt.Sprintf("%s: links and special files are left out of the archive: %d", folder, k.others))
	}
	if k.packed == 0 {
		w = append(w, folder+": there are no files to pack")
	}
	return w
}

func (k *packer) write(w io.Writer, a Archive) error {
	if a == Zip {
		z := zip.NewWriter(w)
		return errors.Join(k.walk(func(name string, info fs.FileInfo) (io.Writer, error) {
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
	return errors.Join(k.walk(func(name string, info fs.FileInfo) (io.Writer, error) {
		h := &tar.Header{Name: name, Mode: int64(info.Mode().Perm()), Size: info.Size(), ModTime: info.ModTime(), Typeflag: tar.TypeReg}
		return t, t.WriteHeader(h)
	}), t.Close(), g.Close())
}

// walk gives every regular file of the folder to begin, and copies its content into what begin returns.
func (k *packer) walk(begin func(name string, info fs.FileInfo) (io.Writer, error)) error {
	return filepath.WalkDir(k.root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = k.ctx.Err()
		}
		switch {
		case err != nil || entry.IsDir():
			return err
		case !entry.Type().IsRegular():
			k.others++
			return nil
		}
		k.packed++
		return k.file(path, begin)
	})
}

func (k *packer) file(path string, begin func(name string, info fs.FileInfo) (io.Writer, error)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	inside, err := filepath.Rel(k.root, path)
	if err != nil {
		return err
	}
	w, err := begin(k.name+"/"+filepath.ToSlash(inside), info)
	if err != nil {
		return err
	}
	n, err := io.Copy(w, f)
	if err == nil && n != info.Size() || errors.Is(err, tar.ErrWriteTooLong) {
		err = fmt.Errorf("%s: %w", path, ErrChanged)
	}
	return err
}
