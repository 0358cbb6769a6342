package address

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

const maxBadLines = 20 // shown of a list file; more of them mean that it is no list

// file reads a list file: one entry or list a line; a tab parts addresses too. Empty lines and those that begin with # are
// left out. All lines that cannot be read are told at once.
func (p Parser) file(name string) (List, error) {
	f, err := p.Open(name)
	if err != nil {
		return nil, &FileError{Name: name, Err: err}
	}
	defer f.Close()
	l, err := p.lines(name, f)
	if err == nil && len(l) == 0 {
		err = &Error{Text: "@" + name, Problem: "a list without an address"}
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

func (p Parser) lines(name string, f io.Reader) (List, error) {
	var l List
	var bad []error
	whole := &io.LimitedReader{R: f, N: maxText + 1}
	lines := bufio.NewScanner(whole)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan() && len(bad) < maxBadLines; n++ {
		entries, err := p.line(lines.Text(), n == 1)
		if err != nil {
			bad = append(bad, fmt.Errorf("%s line %d: %w", printable(name), n, err))
		}
		if l = append(l, entries...); len(l) > maxBoxes {
			return nil, &FileError{Name: name, Err: fmt.Errorf("it holds more than %d addresses", maxBoxes)}
		}
	}
	if err := lines.Err(); err != nil {
		bad = append(bad, &FileError{Name: name, Err: err})
	}
	if whole.N == 0 {
		bad = append(bad, &FileError{Name: name, Err: fmt.Errorf("it is larger than %d MiB", maxText>>20)})
	}
	return l, errors.Join(bad...)
}

func (p Parser) line(text string, first bool) (List, error) {
	if first {
		text = strings.TrimPrefix(text, "\ufeff") // the mark that Windows puts at the beginning of a file
	}
	text = strings.TrimSpace(text)
	if text == "" || text[0] == '#' {
		return nil, nil
	}
	r, err := p.reader(text)
	if err != nil {
		return nil, err
	}
	r.lines = true
	return r.list()
}
