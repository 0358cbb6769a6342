package proof

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestHostileLettersEnd: what takes time in proportion to the square of its length would take minutes here.
func TestHostileLettersEnd(t *testing.T) {
	const n = 900_000
	fold := func(s string) string { // lines that no check stops at
		var b strings.Builder
		for i := 0; i < len(s); i += 900 {
			b.WriteString(s[i:min(i+900, len(s))] + "\n ")
		}
		return b.String() + "x"
	}
	deep := strings.Repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 50)
	for name, text := range map[string]string{
		"comments":        with("To: " + fold(strings.Repeat("(", n))),
		"groups":          with("To: " + fold(strings.Repeat("a:", n/2))),
		"quotes":          with("To: " + fold(strings.Repeat(`"`, n))),
		"addresses":       with("To: " + strings.Repeat("a@b.org,\n ", n/10) + "a@b.org"),
		"names":           with("To: " + strings.Repeat("\"a@b\" <c@d.org>,\n ", n/18) + "a@b.org"),
		"identifiers":     with("References: " + fold(strings.Repeat("<", n))),
		"begun words":     with("Subject: " + fold(strings.Repeat("=?", n/2))),
		"half words":      with("Subject: " + fold(strings.Repeat("=?a?q?", n/6))),
		"words":           with("To: " + fold(strings.Repeat("=?utf-8?q?=C3=AA?= ", n/19))),
		"one word":        with("Subject: =?" + fold(strings.Repeat("a", n))),
		"parameters":      with(version + "Content-Type: a/b" + fold(strings.Repeat("; a*0=b", n/7))),
		"few parameters":  with(version + "Content-Type: a/b" + fold(strings.Repeat(";a*0=b", 10_000))),
		"many parameters": with(version + "Content-Type: a/b" + manyParameters()),
		"tags":            with("DKIM-Signature: " + fold(strings.Repeat("a=b;", n/4))),
		"h":               with("DKIM-Signature: v=1; a=rsa-sha256; d=a.org; s=b; bh=AAAA; b=AAAA; h=from:" + fold(strings.Repeat("a:", n/2))),
		"fields":          with(strings.Repeat("X:\n", maxFields-10) + "X:"),
		"signatures":      with(strings.Repeat("DKIM-Signature: v=1\n", maxFields-10) + "X:"),
		"dashes":          with(version) + deep + strings.Repeat("\n--"+strings.Repeat("b", 900), 10_000),
		"page":            with(version+"Content-Type: text/html") + "\n" + strings.Repeat("=cid:"+strings.Repeat("c", 10)+" \n", n/10),
	} {
		start := time.Now()
		found := read(t, made(crlf(text+"\n"+body)), nil)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", name, took)
		} else {
			t.Logf("%s: %v, %d findings", name, took, len(found))
		}
	}
}

func manyParameters() string {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, ";\n a*%d=b", i)
	}
	return b.String()
}
