package report

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"testing"

	"mxsend/transport/policy/dane"
	"mxsend/transport/smtp"
)

func TestTLSResult(t *testing.T) {
	handshake := func(cause error) error {
		return &smtp.Error{Class: smtp.ClassConnection, Stage: smtp.StageStartTLS, Cause: cause}
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{io.EOF, ""},
		{&smtp.Error{Class: smtp.ClassRefused, Stage: smtp.StageRcpt}, ""},
		{&smtp.Error{Class: smtp.ClassMissingFeature, Stage: smtp.StageStartTLS, Reply: smtp.Reply{Enhanced: "4.7.4"}, Cause: errors.New("no TLS")}, "starttls-not-supported"},
		{handshake(fmt.Errorf("tls: %w", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "mx"})), "certificate-host-mismatch"},
		{handshake(x509.CertificateInvalidError{Reason: x509.Expired}), "certificate-expired"},
		{handshake(x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign}), "certificate-not-trusted"},
		{handshake(x509.UnknownAuthorityError{}), "certificate-not-trusted"},
		{handshake(dane.ErrNoMatch), "tlsa-invalid"},
		{handshake(io.ErrUnexpectedEOF), "validation-failure"},
		{&smtp.Error{Class: smtp.ClassRefused, Stage: smtp.StageStartTLS, Reply: smtp.Reply{Code: 454, Enhanced: "4.7.0"}}, "validation-failure"},
	} {
		if got := TLSResult(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}
