package smtp

import (
	"crypto/sha1"
	"crypto/sha256"
	"hash"
	"strings"
	"testing"
)

// TestSCRAMExamples are the exchanges in RFC 5802 §5 and RFC 7677 §3.
func TestSCRAMExamples(t *testing.T) {
	for _, c := range []struct {
		hash                                func() hash.Hash
		nonce, first, challenge, final, end string
	}{
		{sha1.New, "fyko+d2lbbFgONRv9qkxdawL", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
			"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
			"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="},
		{sha256.New, "rOprNGfwEbeRWgbNEkqO", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
			"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
			"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
	} {
		m := &scramMechanism{hash: c.hash, user: "user", password: "pencil", header: "n,,", nonce: c.nonce}
		first, _, _ := m.start()
		final, err := m.next([]byte(c.challenge))
		if string(first) != c.first || string(final) != c.final || err != nil || m.done() == nil {
			t.Errorf("got %s and %s, %v", first, final, err)
		}
		if _, err := m.next([]byte(c.end)); err != nil || m.done() != nil {
			t.Errorf("the server is not believed: %v", err)
		}
	}
}

func TestSCRAMMistrustsServers(t *testing.T) {
	for _, challenge := range []string{
		"", "r=", "r=abcd,s=QQ==", "r=abc,s=QQ==,i=1", "r=xyzw,s=QQ==,i=1", "r=abcd,s=?,i=1", "r=abcd,s=QQ==,i=0", "r=abcd,s=QQ==,i=-1",
		"r=abcd,s=QQ==,i=1000001", "r=abcd,s=QQ==,i=99999999999999999999", "r=abcd,s=QQ==,i=x", "m=x,r=abcd,s=QQ==,i=1", "s=QQ==,r=abcd,i=1", "e=other-error", "v=QQ==",
	} {
		m := &scramMechanism{hash: sha256.New, user: "a", password: "b", header: "n,,", nonce: "abc"}
		if answer, err := m.next([]byte(challenge)); err == nil || m.done() == nil {
			t.Errorf("%q was answered with %s", challenge, answer)
		}
	}
	for _, end := range []string{"", "v=", "v=QQ==", "e=invalid-proof", "v=?", "x=y"} {
		m := &scramMechanism{hash: sha256.New, user: "a,b=c", password: "b", header: "n,,", nonce: "abc"}
		if _, err := m.next([]byte("r=abcd,s=QQ==,i=1,x=y")); err != nil {
			t.Fatal(err)
		}
		if _, err := m.next([]byte(end)); err == nil || m.done() == nil {
			t.Errorf("%q was believed", end)
		}
		if first, _, _ := m.start(); !strings.Contains(string(first), "n=a=2Cb=3Dc,") {
			t.Errorf("got %s", first)
		}
	}
}
