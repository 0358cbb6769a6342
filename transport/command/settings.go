package command

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"mxsend/compose/address"
	"mxsend/compose/dkim"
	"mxsend/transport"
	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
	"mxsend/transport/transcript"
)

// settings are the flags of this room, read and checked.
type settings struct {
	route   routeSettings
	carrier transport.Carrier
	output  outputSettings
	notices notices
	signer  dkim.Signer
	queue   queueSettings

	retryFor time.Duration
	sandbox  bool
	maildir  string
	script   string

	rehearsal  *rehearsal
	transcript *os.File // open during a send; nil: none
}

// routeSettings are what `route` and `send` share.
type routeSettings struct {
	client        resolve.Client
	allowLoopback bool
	only4, only6  bool
}

// outputSettings say who is told what.
type outputSettings struct {
	verbose         int
	transcript      string
	format          transcript.Format
	json, quiet     bool
	dryRun, printed bool
	checked         bool
}

// router asks every question of a run once.
func (s routeSettings) router() resolve.Router {
	return resolve.Router{DNS: &resolve.Cache{DNS: s.client}, AllowLoopback: s.allowLoopback, IPv4Only: s.only4, IPv6Only: s.only6}
}

// readSettings reads every flag of a send; all that is wrong comes back at once.
func readSettings(c *cli.Context) (settings, error) {
	s := settings{sandbox: c.Bool("sandbox"), maildir: c.String("maildir"), script: c.String("script")}
	var errs [11]error
	s.route, errs[0] = readRoute(c)
	s.output, errs[1] = readOutput(c)
	errs[2] = s.readConnect(c)
	errs[3] = s.readSecurity(c)
	errs[4] = s.readProtocol(c)
	errs[5] = contradictions(c)
	s.notices, errs[6] = readNotices(c)
	errs[7] = s.readRelays(c)
	s.signer, errs[8] = readSigner(c)
	errs[9] = s.readClientCertificate(c)
	s.queue, errs[10] = readQueue(c)
	if err := errors.Join(errs[:]...); err != nil {
		return s, err
	}
	return s, s.askPassword(c)
}

// contradictions names both flags of each pair that cannot be meant together, and the way out.
func contradictions(c *cli.Context) error {
	var errs []error
	for _, pair := range [][3]string{
		{"ipv4", "ipv6", "leave both out to use both"},
		{"quiet", "verbose", "use --transcript FILE to keep the dialogue out of sight"},
		{"print", "dry-run", "--print already sends nothing"},
		{"print", "json", "--print has standard output for the letter"},
		{"print", "transcript", "--print holds no dialogue"},
		{"queue", "sandbox", "its server is gone when the letter is tried again; use mxsend sandbox and --relay"},
		{"queue", "print", "--print sends nothing"},
		{"queue", "check", "--check sends nothing"},
		{"queue", "dry-run", "--dry-run sends nothing"},
		{"queue", "quit-after", "a letter that is queued is sent to its end"},
		{"check", "print", "pipe the printed letter into mxsend --check --eml -"},
		{"check", "dry-run", "--check already sends nothing"},
		{"check", "transcript", "--check holds no dialogue"},
		{"print", "binary", "what is printed should suit every server"},
		{"sandbox", "resolver", "the sandbox answers the DNS questions itself"},
		{"sandbox", "relay", "the sandbox takes all mail itself"},
		{"relay", "port", "write it behind the relay's name: HOST:PORT"},
		{"sandbox", "proxy", "the sandbox is on this machine"},
		{"sandbox", "port", "the sandbox listens where it finds room"},
	} {
		if c.IsSet(pair[0]) && c.IsSet(pair[1]) && enabled(c, pair[0]) && enabled(c, pair[1]) {
			errs = append(errs, usage("--%s can't be used with --%s: %s", pair[0], pair[1], pair[2]))
		}
	}
	for _, name := range []string{"maildir", "script"} {
		if c.IsSet(name) && !c.Bool("sandbox") {
			errs = append(errs, usage("--%s is for the sandbox: add --sandbox", name))
		}
	}
	if c.String("tls") == "none" && c.Bool("require-tls") {
		errs = append(errs, usage("--require-tls can't be used with --tls none: leave the latter out"))
	}
	if c.IsSet("transcript-format") && !c.IsSet("transcript") {
		errs = append(errs, usage("--transcript-format needs --transcript FILE"))
	}
	return errors.Join(errs...)
}

// enabled: a toggle that was switched off again (--quiet=false) contradicts nothing.
func enabled(c *cli.Context, name string) bool {
	on, isBool := c.Value(name).(bool)
	return !isBool || on
}

func readRoute(c *cli.Context) (routeSettings, error) {
	s := routeSettings{allowLoopback: c.Bool("allow-loopback"), only4: c.Bool("ipv4"), only6: c.Bool("ipv6")}
	if c.IsSet("resolver") {
		server, err := resolve.ParseServer(c.String("resolver"))
		if err != nil {
			return s, usage("--resolver: %s", err)
		}
		s.client.Servers = []string{server}
	} else if !c.Bool("sandbox") {
		client, err := resolve.FromSystem("")
		if err != nil {
			return s, fmt.Errorf("no DNS server is known: %w; use --resolver HOST[:PORT]", err)
		}
		s.client = client
	}
	s.client.TrustAD = s.client.TrustAD || c.Bool("trust-ad")
	return s, nil
}

func readOutput(c *cli.Context) (outputSettings, error) {
	s := outputSettings{
		verbose: c.Count("verbose"), transcript: c.String("transcript"), json: c.Bool("json"), quiet: c.Bool("quiet"),
		dryRun: c.Bool("dry-run"), printed: c.Bool("print"), checked: c.Bool("check"),
	}
	if s.verbose == 0 && c.Bool("verbose") { // from the environment, which does not count
		s.verbose = 1
	}
	var err error
	if s.format, err = transcript.ParseFormat(c.String("transcript-format")); err != nil {
		return s, usage("--transcript-format: %s", err)
	}
	return s, nil
}

func (s *settings) readConnect(c *cli.Context) error {
	errs := []error{s.readPort(c)}
	s.carrier.ConnectTimeout = c.Duration("connect-timeout")
	s.carrier.SMTP.Timeouts.Cap = c.Duration("timeout")
	s.retryFor = c.Duration("retry-for")
	if s.carrier.ConnectTimeout < 0 || s.carrier.SMTP.Timeouts.Cap < 0 || s.retryFor < 0 {
		errs = append(errs, usage("--connect-timeout, --timeout and --retry-for take a time above zero, such as 30s or 2m"))
	}
	dialer, err := dialerFrom(c.String("source"))
	s.carrier.Dialer = dialer
	hello, helloErr := helloName(c.String("helo"))
	s.carrier.SMTP.Hello = hello
	return errors.Join(append(errs, err, helloErr)...)
}

func (s *settings) readPort(c *cli.Context) error {
	port := c.Uint("port")
	if port > 65535 || c.IsSet("port") && port == 0 {
		return usage("--port %d is no port: use 1 to 65535", port)
	}
	s.carrier.Port = uint16(port)
	return nil
}

func dialerFrom(source string) (transport.Dialer, error) {
	d := &net.Dialer{KeepAlive: 30 * time.Second}
	if source == "" {
		return d, nil
	}
	ip, err := netip.ParseAddr(source)
	if err != nil {
		return nil, usage("--source %q is no IP address", source)
	}
	d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, 0))
	return d, nil
}

// helloName: a full name or an address literal. RFC 5321 §4.1.1.1
func helloName(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	d, err := address.ParseDomain(name)
	if err != nil {
		return "", &DataError{fmt.Errorf("--helo: %w", err)}
	}
	return d.String(), nil
}

func (s *settings) readSecurity(c *cli.Context) error {
	level, err := smtp.ParseLevel(c.String("tls"))
	if err != nil {
		err = usage("--tls: %s", err)
	}
	s.carrier.SMTP.Security.Level = level
	if !c.IsSet("ca") {
		return err
	}
	roots, caErr := readRoots(c.String("ca"))
	s.carrier.SMTP.Security.Roots = roots
	return errors.Join(err, caErr)
}

func readRoots(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, &InputError{fmt.Errorf("--ca: %w", err)}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &InputError{fmt.Errorf("--ca: %s holds no certificate in PEM form", file)}
	}
	return pool, nil
}

func (s *settings) readProtocol(c *cli.Context) error {
	o := &s.carrier.SMTP
	o.NoPipelining = c.Bool("no-pipelining")
	for _, keyword := range c.StringSlice("ignore-extension") {
		o.Ignore = append(o.Ignore, strings.ToUpper(strings.TrimSpace(keyword)))
	}
	chunking, err := smtp.ParseChunking(c.String("chunking"))
	if err != nil {
		return usage("--chunking: %s", err)
	}
	o.Chunking = chunking
	o.QuitAfter, err = quitStage(c.String("quit-after"))
	return err
}

// quitStage: "tls" is what people call the stage of STARTTLS.
func quitStage(word string) (smtp.Stage, error) {
	switch stage := smtp.Stage(word); stage {
	case "tls":
		return smtp.StageStartTLS, nil
	case "", smtp.StageConnect, smtp.StageGreeting, smtp.StageEHLO, smtp.StageStartTLS, smtp.StageAuth, smtp.StageMail, smtp.StageRcpt:
		return stage, nil
	}
	return "", usage("--quit-after %q: there are connect, ehlo, tls, auth, mail and rcpt", word)
}
