//go:build !windows

package resolve

import (
	"errors"
	"io/fs"
)

// fromSystem reads the system's file. Where there is none, the resolver is this machine: resolv.conf(5).
func fromSystem() (Client, error) {
	c, err := fromFile("/etc/resolv.conf")
	if errors.Is(err, fs.ErrNotExist) {
		return Client{}, nil
	}
	return c, err
}
