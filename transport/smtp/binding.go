package smtp

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
)

// binding is tls-exporter in TLS 1.3, and what the server's certificate is before. RFC 9266, RFC 5929 §4
func (s *Session) binding() (kind string, octets []byte, err error) {
	conn, ok := s.conn.(*tls.Conn)
	if !ok {
		return "", nil, errors.New("there is no TLS to bind to")
	}
	state := conn.ConnectionState()
	if state.Version >= tls.VersionTLS13 {
		octets, err = state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
		return "tls-exporter", octets, err
	}
	octets, err = endpoint(&state)
	return "tls-server-end-point", octets, err
}

// endpoint is the certificate's digest by the hash that signed it, or by SHA-256 in place of MD5 and SHA-1. RFC 5929 §4.1
func endpoint(state *tls.ConnectionState) ([]byte, error) {
	if len(state.PeerCertificates) == 0 {
		return nil, errors.New("the server showed no certificate")
	}
	leaf := state.PeerCertificates[0]
	var hash crypto.Hash
	switch leaf.SignatureAlgorithm {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1,
		x509.SHA256WithRSA, x509.SHA256WithRSAPSS, x509.ECDSAWithSHA256, x509.DSAWithSHA256:
		hash = crypto.SHA256
	case x509.SHA384WithRSA, x509.SHA384WithRSAPSS, x509.ECDSAWithSHA384:
		hash = crypto.SHA384
	case x509.SHA512WithRSA, x509.SHA512WithRSAPSS, x509.ECDSAWithSHA512:
		hash = crypto.SHA512
	default:
		return nil, fmt.Errorf("a certificate signed with %v has no tls-server-end-point", leaf.SignatureAlgorithm)
	}
	h := hash.New()
	h.Write(leaf.Raw)
	return h.Sum(nil), nil
}
