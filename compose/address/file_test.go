package address

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// files is a Parser whose list files are given.
func files(domain string, texts map[string]string) Parser {
	return Parser{DefaultDomain: domain, Open: func(name string) (io.ReadCloser, error) {
		text, ok := texts[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

func TestListFile(t *testing.T) {
	p := files("", map[string]string{
		"friends": "\ufeff# friends\r\n\r\nBob <bob@x.org>, c@x.org\r\n  # indented\n\tDoe, Jane <j@x.org>\r\na@x.org\tb@x.org\n\"Q\" <q@x.org>\t;\nteam: t@x.org;",
	})
	l, err := p.List(" @friends ")
	want := []string{"Bob|bob@x.org", "|c@x.org", "Doe, Jane|j@x.org", "|a@x.org", "|b@x.org", "Q|q@x.org", "|t@x.org"}
	if err != nil || !slices.Equal(flat(l), want) {
		t.Errorf("got %q, %v, want %q", flat(l), err, want)
	}
}

func TestListFileTellsAllBadLines(t *testing.T) {
	p := files("", map[string]string{
		"bad": "a@x.org\nnobody\nb@x.org c@x.org\n", "empty": "# nothing\n", "nested": "@bad\n", "many": strings.Repeat("nobody\n", 1000),
		"control": "a@x.org\rb@x.org\n", "utf16": "a\x00@\x00x\x00", "wide": strings.Repeat("a", 2<<20),
	})
	_, err := p.List("@bad")
	if s := fmt.Sprint(err); !strings.Contains(s, "bad line 2: address «nobody»: no domain") || !strings.Contains(s, "bad line 3: ") {
		t.Errorf("got %v", err)
	}
	for _, in := range []string{"@bad", "@empty", "@nested", "@many", "@control", "@utf16"} {
		var e *Error
		if l, err := p.List(in); !errors.As(err, &e) || l != nil || strings.Count(err.Error(), "\n") > maxBadLines {
			t.Errorf("%s: got %q, %v", in, flat(l), err)
		}
	}
	for _, in := range []string{"@missing", "@wide"} {
		var e *FileError
		if l, err := p.List(in); !errors.As(err, &e) || e.ExitCode() != 66 || l != nil {
			t.Errorf("%s: got %q, %v", in, flat(l), err)
		}
	}
	if _, err := p.List("@missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the cause is lost: %v", err)
	}
	broken := Parser{Open: func(string) (io.ReadCloser, error) { return io.NopCloser(iotest.ErrReader(io.ErrClosedPipe)), nil }}
	if l, err := broken.List("@x"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %q, %v", flat(l), err)
	}
}

func TestSizesAreBounded(t *testing.T) {
	line := strings.Repeat("a@x.org,", 20_000) + "a@x.org\n"
	p := files("", map[string]string{"list": strings.Repeat(line, 6), "large": strings.Repeat("# comment\n", 2<<20)})
	for _, in := range []string{"@list", "@large", strings.Repeat("a@x.org,", maxBoxes+1) + "a@x.org", strings.Repeat(" ", maxText+1)} {
		if l, err := p.List(in); err == nil {
			t.Errorf("%.20q: got %d entries", in, len(l))
		}
	}
}

func TestDefaultDomain(t *testing.T) {
	p := files("Host.example", map[string]string{"list": "root\nwww-data, news\n"})
	for in, want := range map[string][]string{
		"root":                                 {"|root@host.example"},
		"root (the admin)":                     {"the admin|root@host.example"},
		"root, <postmaster>, Jane <j@x.org>":   {"|root@host.example", "|postmaster@host.example", "Jane|j@x.org"},
		"Admin <root>; k@x.org":                {"Admin|root@host.example", "|k@x.org"},
		`"two words"`:                          {`|"two words"@host.example`},
		"a: root, bob;":                        {"|root@host.example", "|bob@host.example"},
		"@list":                                {"|root@host.example", "|www-data@host.example", "|news@host.example"},
		"Doe, Jane <j@x.org>":                  {"|Doe@host.example", "Jane|j@x.org"},
		"root, SomeName, joe@x.org, j@[::1]  ": {"|root@host.example", "|SomeName@host.example", "|joe@x.org", "|j@[IPv6:::1]"},
	} {
		if l, err := p.List(in); err != nil || !slices.Equal(flat(l), want) {
			t.Errorf("%q: got %q, %v, want %q", in, flat(l), err, want)
		}
	}
	for _, in := range []string{"two words", "root@", ".root", "ro..ot", "<>", "root>"} {
		if l, err := p.List(in); err == nil {
			t.Errorf("%q: got %q, want an error", in, flat(l))
		}
	}
	if l, err := files("no domain", nil).List("root"); err == nil {
		t.Errorf("got %q", flat(l))
	}
}
