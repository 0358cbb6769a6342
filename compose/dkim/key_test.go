package dkim

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func keyFrom(t testing.TB, path string) Key {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseKey(data)
	if err != nil {
		t.Fatal(path, err)
	}
	return key
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// short is an RSA key of 512 bits, which Go makes for nobody.
func short(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	p, _ := rand.Prime(rand.Reader, 256)
	q, _ := rand.Prime(rand.Reader, 256)
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	d := new(big.Int).ModInverse(big.NewInt(65537), phi)
	if d == nil {
		return short(t)
	}
	return &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, D: d, Primes: []*big.Int{p, q}}
}

func TestParseKey(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	otherDER, _ := x509.MarshalPKCS8PrivateKey(curve)
	ecDER, _ := x509.MarshalECPrivateKey(curve)
	shortDER := x509.MarshalPKCS1PrivateKey(short(t))
	public, _ := x509.MarshalPKIXPublicKey(rsaKey().Public())
	private := rsaKey().signer().(*rsa.PrivateKey)
	whole, err := rsaKey().PEM()
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(private))
	for _, c := range []struct{ name, text, says string }{
		{"PKCS #8", string(whole), ""},
		{"PKCS #1", pkcs1, ""},
		{"behind its public half", block("PUBLIC KEY", public) + "words\n" + pkcs1, ""},
		{"CRLF line ends", strings.ReplaceAll(pkcs1, "\n", "\r\n"), ""},
		{"nothing", "", "no key in PEM form"},
		{"words", "Do you like ketchup?", "no key in PEM form"},
		{"a public key", block("PUBLIC KEY", public), "public key, no private key"},
		{"a certificate", block("CERTIFICATE", []byte("x")), "certificate"},
		{"ECDSA", block("PRIVATE KEY", otherDER), "another kind"},
		{"ECDSA in its own form", block("EC PRIVATE KEY", ecDER), "EC PRIVATE KEY"},
		{"OpenSSH", block("OPENSSH PRIVATE KEY", []byte("x")), "OPENSSH"},
		{"locked", block("ENCRYPTED PRIVATE KEY", []byte("x")), "passphrase"},
		{"locked the old way", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n", "passphrase"},
		{"too short", block("RSA PRIVATE KEY", shortDER), "512 bits"},
		{"damaged", block("PRIVATE KEY", []byte("x")), "damaged"},
		{"cut off", string(whole[:len(whole)/2]), "no key in PEM form"},
	} {
		key, err := ParseKey([]byte(c.text))
		if c.says == "" {
			if err != nil || !private.PublicKey.Equal(key.Public()) {
				t.Errorf("%s: %v, %v", c.name, key, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.says) || codeOf(err) != 66 {
			t.Errorf("%s: %v with code %d, want %q", c.name, err, codeOf(err), c.says)
		}
	}
}

func TestGenerate(t *testing.T) {
	for _, a := range []Algorithm{RSA, Ed25519} {
		key, err := Generate(a, rand.Reader)
		if err != nil || key.Algorithm() != a || key.Warnings() != nil {
			t.Errorf("%s: %v, %v, %v", a, key, key.Warnings(), err)
		}
	}
	if key, err := Generate("dsa", rand.Reader); err == nil || codeOf(err) != 64 || key.Algorithm() != "" {
		t.Errorf("a key of an unknown kind: %v, %v", key, err)
	}
}

func TestWriteKeyAndReadKey(t *testing.T) {
	for _, key := range []Key{rsaKey(), edKey(t)} {
		path := filepath.Join(t.TempDir(), "key.pem")
		if err := WriteKey(path, key); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("the file has mode %v, %v", info.Mode(), err)
		}
		got, err := ReadKey(path)
		if err != nil || !reflect.DeepEqual(got.Public(), key.Public()) {
			t.Errorf("%v was read back as %v, %v", key, got, err)
		}
		before, _ := os.ReadFile(path)
		if err := WriteKey(path, edKey(t)); codeOf(err) != 73 || !strings.Contains(err.Error(), path) {
			t.Errorf("a key was written over: %v", err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(after, before) {
			t.Error("the first key is gone")
		}
	}
}

func TestWriteKeyWhereNothingCanBe(t *testing.T) {
	err := WriteKey(filepath.Join(t.TempDir(), "missing", "key.pem"), edKey(t))
	if codeOf(err) != 73 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestReadKeyRefuses(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.pem")
	if _, err := ReadKey(missing); codeOf(err) != 66 || !strings.Contains(err.Error(), missing) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := ReadKey(dir); codeOf(err) != 66 {
		t.Errorf("a folder: %v", err)
	}
	words := filepath.Join(dir, "words")
	os.WriteFile(words, []byte("ketchup"), 0o600)
	if _, err := ReadKey(words); codeOf(err) != 66 || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "ketchup") {
		t.Errorf("a file of words: %v", err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	path := filepath.Join(dir, "key.pem")
	if err := WriteKey(path, edKey(t)); err != nil {
		t.Fatal(err)
	}
	for mode, code := range map[os.FileMode]int{0o600: 0, 0o400: 0, 0o640: 0, 0o440: 0, 0o644: 77, 0o604: 77, 0o660: 77, 0o602: 77, 0o601: 77} {
		os.Chmod(path, mode)
		if _, err := ReadKey(path); codeOf(err) != code || code != 0 && !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %o: %v with code %d, want %d", mode, err, codeOf(err), code)
		}
	}
}

// TestKeysAreNeverShown prints keys in every way that fmt knows, alone and within other things.
func TestKeysAreNeverShown(t *testing.T) {
	for _, key := range []Key{rsaKey(), edKey(t)} {
		text, _ := key.PEM()
		der, _ := pem.Decode(text)
		secrets := []string{fmt.Sprint(der.Bytes[20:28]), fmt.Sprintf("%x", der.Bytes[20:28])}
		if private, ok := key.signer().(*rsa.PrivateKey); ok {
			secrets = append(secrets, private.D.String(), fmt.Sprintf("%x", private.D))
		} else {
			secrets = append(secrets, fmt.Sprintf("%x", der.Bytes[len(der.Bytes)-32:]), strings.Trim(fmt.Sprint(der.Bytes[len(der.Bytes)-32:]), "[]"))
		}
		inner := struct{ seal Seal }{Seal{"s1", key}}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
			for _, what := range []any{key, &key, Signer{Seals: []Seal{{"s1", key}}}, inner, &inner} {
				shown := fmt.Sprintf(verb, what)
				for _, secret := range secrets {
					if strings.Contains(shown, secret) {
						t.Errorf("%s of a %T shows %s", verb, what, shown)
					}
				}
			}
		}
	}
}
