package dkim

import (
	"errors"
	"io"
	"os"
	"runtime"
)

const maxKeyFile = 64 << 10 // octets: a key with the certificates that may stand beside it

// ReadKey reads the private key in a file. A file that everybody can read, or that others can write, is refused with exit
// code 77, as a password's is; a group may read it, since mail programs share keys so. What can't be read, or holds no
// key, has exit code 66. The error names the file and is an *Error.
func ReadKey(path string) (Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return Key{}, &Error{Problem: "the key can't be read", Code: exitNoInput, Cause: err}
	}
	defer f.Close()
	if err := guarded(f); err != nil {
		return Key{}, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return Key{}, &Error{Problem: "the key can't be read", Code: exitNoInput, Cause: err}
	}
	key, err := ParseKey(data)
	var failed *Error
	if errors.As(err, &failed) {
		return Key{}, fault(failed.Code, "%s: %s", path, failed.Problem)
	}
	return key, err
}

// guarded: what is no plain file, a pipe for one, has no mode that means anything; nor has a file on Windows.
func guarded(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return &Error{Problem: "the key can't be read", Code: exitNoInput, Cause: err}
	}
	if runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o027 != 0 {
		return fault(exitNoPerm, "others can get at the key %s: chmod 600 it", f.Name())
	}
	return nil
}

// WriteKey keeps a key in a new file, which only its owner can read. A file that is there already is never written over:
// exit code 73. The error is an *Error.
func WriteKey(path string, key Key) error {
	text, err := key.PEM()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fault(exitCantCreate, "%s is there already, and a key is never written over: choose another name", path)
	}
	if err != nil {
		return &Error{Problem: "the key can't be kept", Code: exitCantCreate, Cause: err}
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		os.Remove(path) // half a key is none
		return &Error{Problem: "the key can't be kept", Code: exitInputOutput, Cause: err}
	}
	return nil
}
