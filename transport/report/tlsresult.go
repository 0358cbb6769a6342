package report

import (
	"crypto/x509"
	"errors"

	"mxsend/transport/policy/dane"
	"mxsend/transport/smtp"
)

// TLSResult is the word of RFC 8460 §4.3 for a conversation that failed for want of TLS; empty for every other error.
func TLSResult(err error) string {
	var e *smtp.Error
	if !errors.As(err, &e) || e.Stage != smtp.StageStartTLS {
		return ""
	}
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch {
	case e.Reply.Code == 0 && e.Reply.Enhanced == "4.7.4":
		return "starttls-not-supported"
	case errors.Is(err, dane.ErrNoMatch):
		return "tlsa-invalid"
	case errors.As(err, &name):
		return "certificate-host-mismatch"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "certificate-expired"
	case errors.As(err, &unknown), errors.As(err, &invalid):
		return "certificate-not-trusted"
	}
	return "validation-failure"
}
