package dkim

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"reflect"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

func TestParseRecord(t *testing.T) {
	for _, c := range []struct {
		value string
		want  Record
		says  string
	}{
		{value: "v=DKIM1; k=rsa; p=AQID", want: Record{Algorithm: RSA, Public: []byte{1, 2, 3}}},
		{value: "p=AQID", want: Record{Algorithm: RSA, Public: []byte{1, 2, 3}}},
		{value: " v = DKIM1 ;\tp = AQ ID ; ", want: Record{Algorithm: RSA, Public: []byte{1, 2, 3}}},
		{value: "v=DKIM1;k=ed25519;p=AQID;", want: Record{Algorithm: Ed25519, Public: []byte{1, 2, 3}}},
		{value: "v=DKIM1; p=", want: Record{Algorithm: RSA, Public: []byte{}}},
		{value: "v=DKIM1; h=sha1:sha256; s=email; t=y : s; n=a note; x_1=skipped; p=AQID", want: Record{
			RSA, []byte{1, 2, 3}, []string{"sha1", "sha256"}, []string{"email"}, []string{"y", "s"}, "a note"}},
		{value: "v=DKIM2; p=AQID", says: `v="DKIM2"`},
		{value: "p=AQID; v=DKIM1", says: "does not come first"},
		{value: "v=DKIM1; k=rsa", says: "no p="},
		{value: "v=DKIM1; p=A?", says: "no base64"},
		{value: "v=DKIM1; p=AQID; p=AQID", says: "p= twice"},
		{value: "v=DKIM1; p", says: "no list of tags"},
		{value: "v=DKIM1;; p=AQID", says: "no list of tags"},
		{value: "", says: "no list of tags"},
		{value: ";", says: "no list of tags"},
		{value: "1p=AQID", says: "no list of tags"},
		{value: "\x1b[2J", says: `\x1b`},
	} {
		got, err := ParseRecord(c.value)
		if c.says == "" && (err != nil || !reflect.DeepEqual(got, c.want)) {
			t.Errorf("%q: %+v, %v, want %+v", c.value, got, err, c.want)
		}
		if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || codeOf(err) != 69 || strings.Contains(err.Error(), "\x1b")) {
			t.Errorf("%q: %v, want %q", c.value, err, c.says)
		}
	}
}

func FuzzRecord(f *testing.F) {
	f.Add("v=DKIM1; h=sha1:sha256; s=email; t=y:s; n=a note; p=AQID")
	f.Add("p=AQ\tID;k= ;t=:;")
	f.Add("v=DKIM1; k=\xff; p=\xff")
	f.Fuzz(func(t *testing.T, value string) {
		r, err := ParseRecord(value)
		r.Holds(Key{})
		if err != nil {
			return
		}
		again, err := ParseRecord(r.String())
		if err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%q is %+v, which is written as %q and read as %+v, %v", value, r, r, again, err)
		}
	})
}

// TestHolds: an RSA key may be published in either form, and another key in none.
func TestHolds(t *testing.T) {
	bare := x509.MarshalPKCS1PublicKey(rsaKey().Public().(*rsa.PublicKey))
	other := keyFrom(t, examples+"/02-rfc8463/test.pem")
	ed, _ := edKey(t).Record()
	whole, _ := rsaKey().Record()
	for _, c := range []struct {
		name string
		r    Record
		k    Key
		want bool
	}{
		{"RSA", whole, rsaKey(), true},
		{"RSA, bare", Record{Algorithm: RSA, Public: bare}, rsaKey(), true},
		{"Ed25519", ed, edKey(t), true},
		{"another RSA key", whole, other, false},
		{"Ed25519 for RSA", ed, rsaKey(), false},
		{"RSA for Ed25519", whole, edKey(t), false},
		{"RSA called Ed25519", Record{Algorithm: Ed25519, Public: whole.Public}, rsaKey(), false},
		{"an Ed25519 key called RSA", Record{Algorithm: RSA, Public: ed.Public}, rsaKey(), false},
		{"an unknown kind", Record{Algorithm: "dsa", Public: whole.Public}, rsaKey(), false},
		{"revoked", Record{Algorithm: RSA}, rsaKey(), false},
	} {
		if got := c.r.Holds(c.k); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestZone: what is printed is read by a DNS library as a record with this value.
func TestZone(t *testing.T) {
	for _, key := range []Key{rsaKey(), edKey(t)} {
		r, err := key.Record()
		if err != nil {
			t.Fatal(err)
		}
		r.Notes = `a "note" \ here`
		name := Name("s1", domain(t, "Crepes.FR"))
		zone := r.Zone(name)
		parser := dns.NewZoneParser(strings.NewReader("$TTL 300\n"+zone), "", "")
		rr, _ := parser.Next()
		txt, ok := rr.(*dns.TXT)
		if !ok || parser.Err() != nil || txt.Header().Name != "s1._domainkey.crepes.fr." {
			t.Fatalf("%v, %v in\n%s", rr, parser.Err(), zone)
		}
		wire := make([]byte, 4096)
		n, err := dns.PackRR(txt, wire, 0, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		if value := unpacked(wire[:n], len(txt.Header().Name)+1+10); value != r.String() {
			t.Errorf("the record holds %q, want %q", value, r)
		}
		if _, more := parser.Next(); more {
			t.Errorf("more than one record in\n%s", zone)
		}
	}
}

// unpacked joins the strings of a record on the wire. RFC 1035 §3.3.14
func unpacked(wire []byte, at int) string {
	var b strings.Builder
	for at < len(wire) {
		n := int(wire[at])
		b.Write(wire[at+1 : at+1+n])
		at += 1 + n
	}
	return b.String()
}

func TestStringsAreShort(t *testing.T) {
	for n := range 400 {
		r := Record{Algorithm: RSA, Public: make([]byte, n)}
		for _, part := range r.Strings() {
			if len(part) > 255 || part == "" {
				t.Errorf("a key of %d octets has a string of %d", n, len(part))
			}
		}
		if got := strings.Join(r.Strings(), ""); got != r.String() || !strings.HasSuffix(got, base64.StdEncoding.EncodeToString(r.Public)) {
			t.Errorf("a key of %d octets: %q", n, got)
		}
	}
}
