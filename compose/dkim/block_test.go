package dkim

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
)

func TestCanonicalField(t *testing.T) {
	for _, c := range []struct{ raw, want string }{
		{"A: X", "a:X"},                                // RFC 6376 §3.4.5
		{"B : Y\t\r\n\tZ  ", "b:Y Z"},                  // RFC 6376 §3.4.5
		{"SubJect:", "subject:"},                       //
		{"Subject: \t a \r\n  b\tc ", "subject:a b c"}, //
		{"X:a:b", "x:a:b"},
		{"From: \xc3\xa4", "from:\xc3\xa4"},
	} {
		if got := cut([]byte(c.raw + "\r\n"))[0].canonical(); got != c.want {
			t.Errorf("%q: %q, want %q", c.raw, got, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	fields := cut([]byte("From: a\r\n b\r\n\tc\r\nno field\r\nTo : d\r\n"))
	var got []string
	for _, f := range fields {
		got = append(got, f.name+"|"+f.body())
	}
	if want := []string{"From|a b\tc", "|", "To|d"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNames(t *testing.T) {
	header := "Received: x\r\nFrom: a\r\nFROM: b\r\nTo: c\r\nSubject: s\r\nSender: a\r\nlist-id: <x.y>\r\nX-Own: o\r\nResent-To: r\r\n" +
		"DKIM-Signature: v=1\r\nBcc: z\r\nReturn-Path: <a>\r\nList-Unsubscribe: <https://x.y>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
	got := strings.Join(names(cut([]byte(header))), ":")
	want := "From:From:From:To:To:Cc:Subject:Subject:Date:Message-ID:Reply-To:MIME-Version:Content-Type:Sender:List-ID:List-Unsubscribe:List-Unsubscribe-Post"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestWriteSigned: of several fields of one name the last is signed first. RFC 6376 §5.4.2
func TestWriteSigned(t *testing.T) {
	fields := cut([]byte("A: 1\r\nB: 2\r\na: 3\r\nC: 4\r\n"))
	var b strings.Builder
	writeSigned(&b, fields, []string{"A", "c", "A", "A", "D"})
	if want := "a:3\r\nc:4\r\na:1\r\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

// TestReader: wherever the blocks are cut, the header ends where it ends.
func TestReader(t *testing.T) {
	for _, c := range []struct{ text, header, body string }{
		{"From: a\r\nTo: b\r\n\r\nwords\r\n", "From: a\r\nTo: b\r\n", "words\r\n"},
		{"From: a\r\n\r\n", "From: a\r\n", ""},
		{"From: a\r\n", "From: a\r\n", ""},
		{"From: a", "From: a", ""},
		{"\r\nwords\r\n", "", "words\r\n"},
		{"From: a\r\n\r\n\r\n\r\nwords", "From: a\r\n", "\r\n\r\nwords\r\n"},
	} {
		for n := 1; n <= len(c.text); n++ {
			found, err := read(t.Context(), letterIn(c.text, n))
			if err != nil {
				t.Fatal(err)
			}
			want := sha256.Sum256([]byte(c.body))
			var header strings.Builder
			for _, f := range found.fields {
				header.WriteString(f.raw + "\r\n")
			}
			if strings.TrimSuffix(header.String(), "\r\n") != strings.TrimSuffix(c.header, "\r\n") || !slices.Equal(found.bodyHash, want[:]) {
				t.Errorf("%q in blocks of %d: header %q, %x", c.text, n, header.String(), found.bodyHash)
			}
		}
	}
}
