package dane

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"mxsend/transport/resolve"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// issued is a certificate with its key.
type issued struct {
	*x509.Certificate
	key crypto.Signer
}

// issue makes a certificate for the names, signed by the parent, or by itself.
func issue(t *testing.T, parent *issued, isCA bool, change func(*x509.Certificate), names ...string) *issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test " + strings.Join(names, " ")}, DNSNames: names,
		NotBefore: noon.Add(-time.Hour), NotAfter: noon.Add(time.Hour), IsCA: isCA, BasicConstraintsValid: true}
	if change != nil {
		change(c)
	}
	signer, above := crypto.Signer(key), c
	if parent != nil {
		signer, above = parent.key, parent.Certificate
	}
	der, err := x509.CreateCertificate(rand.Reader, c, above, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{made, key}
}

func tlsa(usage, selector, matching uint8, c *issued) resolve.TLSA {
	data := c.Raw
	if selector == publicKey {
		data = c.RawSubjectPublicKeyInfo
	}
	switch matching {
	case sha256Digest:
		sum := sha256.Sum256(data)
		data = sum[:]
	case sha512Digest:
		sum := sha512.Sum512(data)
		data = sum[:]
	}
	return resolve.TLSA{Usage: usage, Selector: selector, Matching: matching, Data: data}
}

func TestVerify(t *testing.T) {
	expire := func(c *x509.Certificate) { c.NotAfter = noon.Add(-time.Minute) }
	root := issue(t, nil, true, nil)
	between := issue(t, root, true, nil)
	good := issue(t, between, false, nil, "mx.crepes.fr")
	old := issue(t, between, false, expire, "mx.crepes.fr")
	other := issue(t, between, false, nil, "mx.other.example")
	nextHop := issue(t, between, false, nil, "crepes.fr")
	wildcard := issue(t, between, false, nil, "*.crepes.fr")
	nameless := issue(t, between, false, func(c *x509.Certificate) { c.Subject.CommonName = "mx.crepes.fr" })
	own := issue(t, nil, false, nil, "mx.crepes.fr")
	oldOwn := issue(t, nil, false, expire, "somebody.else")
	direct := issue(t, root, false, nil, "mx.crepes.fr")
	directOld := issue(t, root, false, expire, "mx.crepes.fr")
	foreign := issue(t, issue(t, nil, true, nil), false, nil, "mx.crepes.fr")
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	edRoot := edIssuer(t, edKey)
	edLeaf := issue(t, edRoot, false, nil, "mx.crepes.fr")

	for _, c := range []struct {
		name    string
		records []resolve.TLSA
		shown   []*issued
		fault   string // "": accepted
	}{
		{"3 0 0", []resolve.TLSA{tlsa(3, 0, 0, own)}, []*issued{own}, ""},
		{"3 0 1", []resolve.TLSA{tlsa(3, 0, 1, own)}, []*issued{own}, ""},
		{"3 0 2", []resolve.TLSA{tlsa(3, 0, 2, own)}, []*issued{own}, ""},
		{"3 1 0", []resolve.TLSA{tlsa(3, 1, 0, own)}, []*issued{own}, ""},
		{"3 1 1", []resolve.TLSA{tlsa(3, 1, 1, own)}, []*issued{own}, ""},
		{"3 1 2", []resolve.TLSA{tlsa(3, 1, 2, own)}, []*issued{own}, ""},
		{"3 1 1, expired and wrongly named", []resolve.TLSA{tlsa(3, 1, 1, oldOwn)}, []*issued{oldOwn}, ""},
		{"3 1 1 of another", []resolve.TLSA{tlsa(3, 1, 1, good)}, []*issued{own}, "no TLSA record names"},
		{"3 1 1 of the authority only", []resolve.TLSA{tlsa(3, 1, 1, between)}, []*issued{good, between}, "no TLSA record names"},
		{"one of several", []resolve.TLSA{tlsa(3, 1, 1, good), tlsa(3, 1, 1, own)}, []*issued{own}, ""},
		{"the weaker digest does not count", []resolve.TLSA{tlsa(3, 1, 1, own), tlsa(3, 1, 2, good)}, []*issued{own}, "no TLSA record names"},
		{"another selector's digest does", []resolve.TLSA{tlsa(3, 0, 1, own), tlsa(3, 1, 2, good)}, []*issued{own}, ""},

		{"2 0 1", []resolve.TLSA{tlsa(2, 0, 1, root)}, []*issued{good, between, root}, ""},
		{"2 1 1 of an authority between", []resolve.TLSA{tlsa(2, 1, 1, between)}, []*issued{good, between}, ""},
		{"2 1 2", []resolve.TLSA{tlsa(2, 1, 2, root)}, []*issued{good, between, root}, ""},
		{"2 0 0, not shown", []resolve.TLSA{tlsa(2, 0, 0, root)}, []*issued{good, between}, ""},
		{"2 1 0, not shown", []resolve.TLSA{tlsa(2, 1, 0, root)}, []*issued{good, between}, ""},
		{"2 1 0, signing the certificate itself", []resolve.TLSA{tlsa(2, 1, 0, root)}, []*issued{direct}, ""},
		{"2 1 0, signing an expired one", []resolve.TLSA{tlsa(2, 1, 0, root)}, []*issued{directOld}, "expired"},
		{"2 1 0 of Ed25519", []resolve.TLSA{tlsa(2, 1, 0, edRoot)}, []*issued{edLeaf}, ""},
		{"2 1 0 of another", []resolve.TLSA{tlsa(2, 1, 0, root)}, []*issued{foreign}, "no TLSA record names"},
		{"2 0 1, not shown", []resolve.TLSA{tlsa(2, 0, 1, root)}, []*issued{good, between}, "no TLSA record names"},
		{"2 of the certificate itself", []resolve.TLSA{tlsa(2, 0, 1, own)}, []*issued{own}, "no TLSA record names"},
		{"2, the authority is shown but has not signed", []resolve.TLSA{tlsa(2, 0, 1, root)}, []*issued{foreign, root}, "unknown authority"},
		{"2, expired", []resolve.TLSA{tlsa(2, 1, 1, root)}, []*issued{old, between, root}, "expired"},
		{"2, another name", []resolve.TLSA{tlsa(2, 1, 1, root)}, []*issued{other, between, root}, "names mx.other.example, not mx.crepes.fr or crepes.fr"},
		{"2, the name the letter is for", []resolve.TLSA{tlsa(2, 1, 1, root)}, []*issued{nextHop, between, root}, ""},
		{"2, a wildcard", []resolve.TLSA{tlsa(2, 1, 1, root)}, []*issued{wildcard, between, root}, ""},
		{"2, named by its subject alone", []resolve.TLSA{tlsa(2, 1, 1, root)}, []*issued{nameless, between, root}, ""},
		{"2 fails, 3 holds", []resolve.TLSA{tlsa(2, 1, 1, root), tlsa(3, 1, 1, other)}, []*issued{other, between, root}, ""},
		{"nothing shown", []resolve.TLSA{tlsa(3, 1, 1, own)}, nil, "no certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			records, why := usable(c.records)
			if len(records) == 0 {
				t.Fatalf("no usable record: %s", why)
			}
			f := Finding{Status: Usable, Base: "mx.crepes.fr", Records: records, Names: []string{"mx.crepes.fr", "crepes.fr"}}
			var state tls.ConnectionState
			for _, s := range c.shown {
				state.PeerCertificates = append(state.PeerCertificates, s.Certificate)
			}
			err := f.Verify(func() time.Time { return noon })(state)
			switch {
			case c.fault == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
				t.Errorf("got %v, want %q", err, c.fault)
			}
		})
	}
}

// edIssuer is an authority with an Ed25519 key.
func edIssuer(t *testing.T, key ed25519.PrivateKey) *issued {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "ed"}, NotBefore: noon.Add(-time.Hour), NotAfter: noon.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{made, key}
}

func TestUnusableRecords(t *testing.T) {
	own := issue(t, nil, false, nil, "mx.crepes.fr")
	bad := func(change func(*resolve.TLSA)) resolve.TLSA {
		r := tlsa(3, 1, 1, own)
		change(&r)
		return r
	}
	for _, c := range []struct {
		record resolve.TLSA
		why    string
	}{
		{bad(func(r *resolve.TLSA) { r.Usage = 0 }), "usage 0"},
		{bad(func(r *resolve.TLSA) { r.Usage = 1 }), "usage 1"},
		{bad(func(r *resolve.TLSA) { r.Usage = 255 }), "usage 255"},
		{bad(func(r *resolve.TLSA) { r.Selector = 2 }), "selector 2"},
		{bad(func(r *resolve.TLSA) { r.Matching = 3 }), "matching type 3"},
		{bad(func(r *resolve.TLSA) { r.Data = r.Data[1:] }), "31 octets"},
		{bad(func(r *resolve.TLSA) { r.Matching = 2 }), "32 octets"},
		{bad(func(r *resolve.TLSA) { r.Data = nil }), "0 octets"},
		{bad(func(r *resolve.TLSA) { r.Matching = 0 }), "no public key"},
		{bad(func(r *resolve.TLSA) { r.Selector, r.Matching = 0, 0 }), "no certificate"},
	} {
		if records, why := usable([]resolve.TLSA{c.record}); len(records) != 0 || !strings.Contains(why, c.why) {
			t.Errorf("%d %d %d: usable %v, why %q, want %q", c.record.Usage, c.record.Selector, c.record.Matching, records, why, c.why)
		}
	}
}

// Whatever is published, what is called usable names something, and nothing breaks.
func FuzzRecord(f *testing.F) {
	f.Add(byte(3), byte(1), byte(1), make([]byte, 32))
	f.Add(byte(2), byte(0), byte(0), []byte{0x30, 0x82})
	f.Fuzz(func(t *testing.T, usage, selector, matching byte, data []byte) {
		records, why := usable([]resolve.TLSA{{Usage: usage, Selector: selector, Matching: matching, Data: data}})
		if (len(records) == 0) == (why == "") {
			t.Fatalf("%d records, why %q", len(records), why)
		}
		for _, r := range records {
			if r.Usage != 2 && r.Usage != 3 || r.Selector > 1 || r.Matching > 2 || len(r.Data) == 0 {
				t.Fatalf("%v is called usable", r)
			}
			if strings.ContainsAny(r.String(), "\r\n\x1b") {
				t.Fatalf("%q", r)
			}
		}
	})
}
