package main

import (
	"os"
	"syscall"
)

// peak is the most memory a process held, in KiB. QUIRK: macOS counts octets where Linux counts KiB.
func peak(s *os.ProcessState) int64 {
	if usage, ok := s.SysUsage().(*syscall.Rusage); ok {
		return int64(usage.Maxrss)
	}
	return 0
}
