package command

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"mxsend/transport/sandbox"
)

// rehearsal is the sandbox that takes the place of the network for one send; nil when there is none.
type rehearsal struct{ box *sandbox.Sandbox }

// rehearse starts the sandbox, if asked for, and turns the way of the letter to it: its DNS, its port, its loopback
// address, and the certificate that its own lead to.
func (s *settings) rehearse(ctx context.Context) (*rehearsal, error) {
	if !s.sandbox {
		return &rehearsal{}, nil
	}
	box, err := newSandbox(s.maildir, s.script)
	if err != nil {
		return nil, err
	}
	if err := box.Start(ctx); err != nil {
		return nil, &CreateError{fmt.Errorf("starting the sandbox: %w", err)}
	}
	s.route.client.Servers = []string{box.DNSAddr().String()}
	s.route.allowLoopback = true
	s.carrier.Port = box.Addr().Port()
	if s.carrier.SMTP.Security.Roots == nil {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(box.Authority())
		s.carrier.SMTP.Security.Roots = roots
	}
	return &rehearsal{box}, nil
}

// newSandbox is a sandbox that stores letters in maildir, or in the user's state folder, or plays a script instead.
func newSandbox(maildir, script string) (*sandbox.Sandbox, error) {
	box := &sandbox.Sandbox{Maildir: maildir}
	if script != "" {
		return box, readScript(box, script)
	}
	if maildir != "" {
		return box, nil
	}
	var err error
	box.Maildir, err = stateFolder("sandbox", "maildir")
	return box, err
}

func readScript(box *sandbox.Sandbox, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return &InputError{fmt.Errorf("--script: %w", err)}
	}
	defer f.Close()
	if box.Script, err = sandbox.ParseScript(path, f); err != nil {
		return &DataError{fmt.Errorf("--script: %w", err)}
	}
	return nil
}

// Close ends the sandbox and waits for it.
func (r *rehearsal) Close() error {
	if r.box == nil {
		return nil
	}
	return r.box.Close()
}

// tell says where the stored letters lie.
func (r *rehearsal) tell(c *cli.Context, speak bool) {
	if r.box == nil || !speak {
		return
	}
	for _, stored := range r.box.Stored() {
		say(c, "the sandbox stored letter %s in %s", stored.ID, stored.Path)
	}
}

// stateFolder is name in mxsend's folder for what it keeps between runs: $XDG_STATE_HOME/mxsend, else ~/.local/state/mxsend.
func stateFolder(name, flag string) (string, error) {
	base := os.Getenv("XDG_STATE_HOME")
	if base == "" || !filepath.IsAbs(base) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", &ConfigError{fmt.Errorf("no folder to keep letters in: %w; use --%s DIR", err, flag)}
		}
		base = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(base, "mxsend", name), nil
}
