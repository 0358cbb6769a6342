package command

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/urfave/cli/v2"
)

// readClientCertificate reads what is shown to a relay that asks who we are. Exchangers are strangers and are shown nothing.
func (s *settings) readClientCertificate(c *cli.Context) error {
	certificate, key := c.String("client-cert"), c.String("client-key")
	switch {
	case certificate == "" && key == "":
		return nil
	case certificate == "":
		return usage("--client-key needs --client-cert FILE")
	case len(s.carrier.Relays) == 0:
		return usage("--client-cert needs --relay: an exchanger is shown no certificate")
	case key == "":
		key = certificate
	}
	chain, err := readFile("--client-cert", certificate)
	secret, keyErr := secretFile("--client-key", key)
	if err := errors.Join(err, keyErr); err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(chain, secret)
	if err != nil {
		return &CredentialError{fmt.Errorf("--client-cert: %w", err)} // which never holds the key
	}
	s.carrier.SMTP.Security.Certificates = []tls.Certificate{pair}
	return nil
}

func readFile(flag, path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &InputError{fmt.Errorf("%s: %w", flag, err)}
	}
	return data, nil
}

// secretFile reads a file that nobody else may read.
func secretFile(flag, path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &CredentialError{fmt.Errorf("%s: %w", flag, err)}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, &CredentialError{fmt.Errorf("%s: %w", flag, err)}
	}
	if runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		return nil, &CredentialError{fmt.Errorf("%s: others can read %s: chmod 600 it", flag, path)}
	}
	data, err := io.ReadAll(io.LimitReader(f, maxPassword))
	if err != nil {
		return nil, &CredentialError{fmt.Errorf("%s: %w", flag, err)}
	}
	return data, nil
}
