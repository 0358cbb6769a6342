package smtp

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"time"
)

// authority signs the certificates of the tests. The years suit the clock of a synctest bubble, which starts in 2000.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

var testAuthority = sync.OnceValue(func() authority {
	key := newKey()
	template := template("test authority")
	template.IsCA, template.BasicConstraintsValid = true, true
	return authority{sign(template, template, key, key), key}
})

func testRoots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(testAuthority().certificate)
	return pool
}

// testCertificate is what a server shows: good for mx.example, or with the named fault.
func testCertificate(fault string) tls.Certificate {
	key, t := newKey(), template("mx.example")
	t.DNSNames = []string{"mx.example"}
	a := testAuthority()
	parent, parentKey := a.certificate, a.key
	switch fault {
	case "expired":
		t.NotAfter = time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC)
	case "wrong-name":
		t.DNSNames = []string{"other.example"}
	case "self-signed":
		parent, parentKey = t, key
	}
	raw := sign(t, parent, key, parentKey).Raw
	switch fault {
	case "negative":
		raw = bytes.Replace(raw, []byte{2, 1, 1}, []byte{2, 1, 0xff}, 1) // the serial number, 1
	case "rsa-exchange", "3des", "rc4":
		return rsaCertificate()
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

// rsaCertificate is for exchanges that ECDSA keys have no part in.
var rsaCertificate = sync.OnceValue(func() tls.Certificate {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	t, a := template("mx.example"), testAuthority()
	t.DNSNames = []string{"mx.example"}
	der, err := x509.CreateCertificate(rand.Reader, t, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
})

func template(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2190, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func sign(template, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return c
}
