package address

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// file reads a list file: one entry or list a line, empty lines and those that begin with # left out.
func (p Parser) file(name string) (List, error) {
	f, err := p.Open(name)
	if err != nil {
		return nil, fmt.Errorf("reading the list %s: %w", name, err)
	}
	defer f.Close()
	inner := Parser{DefaultDomain: p.DefaultDomain, Warn: p.Warn}
	var l List
	lines := bufio.NewScanner(io.LimitReader(f, maxText))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		entries, err := inner.List(text)
		if err != nil {
			return nil, fmt.Errorf("%s line %d: %w", name, n, err)
		}
		l = append(l, entries...)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading the list %s: %w", name, err)
	}
	if len(l) == 0 {
		return nil, &Error{Text: "@" + name, Problem: "a list without an address"}
	}
	return l, nil
}
