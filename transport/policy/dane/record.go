package dane

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"mxsend/transport/resolve"
)

// The words of RFC 7218 for the numbers of RFC 6698 §2.1.
const (
	usageTA = 2 // an authority that the certificate chains to
	usageEE = 3 // the certificate itself

	wholeCert = 0
	publicKey = 1

	exact        = 0
	sha256Digest = 1
	sha512Digest = 2
)

// Record is one TLSA record that can be used.
type Record struct {
	Usage, Selector, Matching uint8
	Data                      []byte

	anchor *x509.Certificate // of 2 0 0: the authority itself
	key    any               // of 2 1 0: its public key
}

// String is the record as a zone file has it, with a long end cut off.
func (r Record) String() string {
	text := strings.ToUpper(hex.EncodeToString(r.Data))
	if len(text) > 32 {
		text = text[:32] + "…"
	}
	return fmt.Sprintf("%d %d %d %s", r.Usage, r.Selector, r.Matching, text)
}

// matches says whether the record names the certificate. RFC 6698 §2.1
func (r Record) matches(c *x509.Certificate) bool {
	selected := c.Raw
	if r.Selector == publicKey {
		selected = c.RawSubjectPublicKeyInfo
	}
	switch r.Matching {
	case sha256Digest:
		sum := sha256.Sum256(selected)
		return bytes.Equal(r.Data, sum[:])
	case sha512Digest:
		sum := sha512.Sum512(selected)
		return bytes.Equal(r.Data, sum[:])
	}
	return bytes.Equal(r.Data, selected)
}

// usable picks the records that can be used, and says of the last one that cannot why.
func usable(published []resolve.TLSA) (records []Record, why string) {
	for _, t := range published {
		r, err := parse(t)
		if err != nil {
			why = err.Error()
			continue
		}
		records = append(records, r)
	}
	return agile(records), why
}

// parse refuses what SMTP does not use, and data that can match nothing.
func parse(t resolve.TLSA) (Record, error) {
	r := Record{Usage: t.Usage, Selector: t.Selector, Matching: t.Matching, Data: t.Data}
	switch {
	case t.Usage != usageTA && t.Usage != usageEE:
		return r, fmt.Errorf("usage %d has no meaning for mail", t.Usage) // RFC 7672 §3.1.3
	case t.Selector > publicKey:
		return r, fmt.Errorf("selector %d is not known", t.Selector)
	case t.Matching > sha512Digest:
		return r, fmt.Errorf("matching type %d is not known", t.Matching)
	case t.Matching == sha256Digest && len(t.Data) != sha256.Size, t.Matching == sha512Digest && len(t.Data) != sha512.Size:
		return r, fmt.Errorf("%d octets are no digest of matching type %d", len(t.Data), t.Matching)
	case t.Matching == exact:
		return r, r.parseData()
	}
	return r, nil
}

func (r *Record) parseData() error {
	var err error
	if r.Selector == wholeCert {
		if r.anchor, err = x509.ParseCertificate(r.Data); err != nil {
			return errors.New("its data is no certificate")
		}
		return nil
	}
	if r.key, err = x509.ParsePKIXPublicKey(r.Data); err != nil {
		return errors.New("its data is no public key")
	}
	return nil
}

// agile keeps of every usage and selector the strongest digest only, beside what is no digest. RFC 7671 §9
func agile(records []Record) []Record {
	type kind struct{ usage, selector uint8 }
	strongest := map[kind]uint8{}
	for _, r := range records {
		k := kind{r.Usage, r.Selector}
		strongest[k] = max(strongest[k], r.Matching)
	}
	var kept []Record
	for _, r := range records {
		if r.Matching == exact || r.Matching == strongest[kind{r.Usage, r.Selector}] {
			kept = append(kept, r)
		}
	}
	return kept
}
