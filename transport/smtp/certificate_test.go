package smtp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
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
	return tls.Certificate{Certificate: [][]byte{sign(t, parent, key, parentKey).Raw}, PrivateKey: key}
}

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
