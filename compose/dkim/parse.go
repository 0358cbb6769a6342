package dkim

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
)

func unusable(format string, args ...any) error { return fault(exitNoInput, format, args...) }

// ParseKey reads the first private key of a PEM file: PKCS #8, or PKCS #1 for RSA. Its error says what is there instead,
// but nothing of what was read. RSA keys that no receiver takes are refused.
func ParseKey(data []byte) (Key, error) {
	others := ""
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Headers["DEK-Info"] != "" || block.Type == "ENCRYPTED PRIVATE KEY" {
			return Key{}, unusable("the key is locked by a passphrase: unlock it with openssl pkey")
		}
		if block.Type == "PRIVATE KEY" || block.Type == "RSA PRIVATE KEY" {
			return decode(block)
		}
		others = block.Type
	}
	switch {
	case strings.HasSuffix(others, "PRIVATE KEY"):
		return Key{}, unusable("a key of the kind %s can't sign letters: use RSA or Ed25519 in PKCS #8 form", others)
	case others != "":
		return Key{}, unusable("it holds a %s, no private key", strings.ToLower(others))
	}
	return Key{}, unusable("it holds no key in PEM form")
}

func decode(block *pem.Block) (Key, error) {
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if block.Type == "RSA PRIVATE KEY" {
		private, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	if err != nil {
		return Key{}, unusable("the key is damaged: %v", err)
	}
	switch private := private.(type) {
	case *rsa.PrivateKey:
		return keep(private), keep(private).check()
	case ed25519.PrivateKey:
		return keep(private), nil
	}
	return Key{}, unusable("it is a key of another kind: use RSA or Ed25519")
}
