package command

import (
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"mxsend/transport/smtp"
)

// The categories under which --help lists the flags of this room.
const (
	categoryEnvelope  = "envelope"
	categoryRoute     = "route"
	categorySecurity  = "security"
	categoryProtocol  = "protocol"
	categoryQueue     = "queue"
	categoryOutput    = "output"
	categoryRehearsal = "rehearsal"
)

// environment is the variable that sets the flag of that name.
func environment(flag string) []string {
	return []string{"MXSEND_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))}
}

func text(category, name, usage string, aliases ...string) *cli.StringFlag {
	return &cli.StringFlag{Name: name, Aliases: aliases, Category: category, Usage: usage, EnvVars: environment(name)}
}

func toggle(category, name, usage string, aliases ...string) *cli.BoolFlag {
	return &cli.BoolFlag{Name: name, Aliases: aliases, Category: category, Usage: usage, EnvVars: environment(name)}
}

func duration(category, name, usage string) *cli.DurationFlag {
	return &cli.DurationFlag{Name: name, Category: category, Usage: usage, EnvVars: environment(name)}
}

// ForgetEmpty takes the variables away that are set to nothing: they are meant as not set.
func ForgetEmpty() {
	for _, pair := range os.Environ() {
		if name, value, _ := strings.Cut(pair, "="); value == "" && strings.HasPrefix(name, "MXSEND_") {
			os.Unsetenv(name)
		}
	}
}

// typed says whether a flag stands on the command line, and is not the environment's.
func typed(c *cli.Context, name string) bool {
	return c.IsSet(name) && os.Getenv(environment(name)[0]) == ""
}

// routeFlags say how the way is found; `route` and `send` share them.
func routeFlags() []cli.Flag {
	return []cli.Flag{
		text(categoryRoute, "resolver", "ask the DNS server at `HOST[:PORT]` instead of those of resolv.conf"),
		toggle(categoryRoute, "trust-ad", "believe the resolver's word that an answer is authentic (DNSSEC)"),
		toggle(categoryRoute, "ipv4", "use IPv4 only", "4"),
		toggle(categoryRoute, "ipv6", "use IPv6 only", "6"),
		toggle(categoryRoute, "allow-loopback", "allow exchangers on loopback and link-local addresses"),
	}
}

func portFlag() cli.Flag {
	return &cli.UintFlag{Name: "port", Category: categoryRoute, Usage: "connect to port `N` instead of 25", EnvVars: environment("port")}
}

// connectFlags say how a host is reached and greeted.
func connectFlags() []cli.Flag {
	return []cli.Flag{
		text(categoryRoute, "source", "connect from the local address `IP`"),
		portFlag(),
		text(categoryRoute, "helo", "greet as `NAME` (default: this host's full name, else its address)"),
		&cli.StringSliceFlag{Name: "relay", Category: categoryRoute, Usage: "send through `URL` instead of the exchangers: smtp://HOST, smtps://HOST, lmtp:///SOCKET, HOST[:PORT]; may be repeated, tried in order", EnvVars: environment("relay")},
		text(categoryRoute, "user", "log in to the relay as `NAME`; the password comes from one of the next two, or from MXSEND_PASSWORD"),
		text(categoryRoute, "password-file", "its first line is the password: `FILE`, which nobody else can read"),
		text(categoryRoute, "password-command", "the first line it prints is the password: `COMMAND` for the shell"),
		text(categoryRoute, "auth", "SASL `MECHANISM` (default: the strongest offered): "+strings.Join(smtp.Mechanisms(), ", ")),
		text(categoryRoute, "client-cert", "show the relay the certificate in `FILE` (PEM), when it asks"),
		text(categoryRoute, "client-key", "the private key of that certificate: `FILE` (default: the same), which nobody else can read"),
		text(categoryRoute, "proxy", "connect through `URL`: socks5://HOST:PORT or http://HOST:PORT"),
		duration(categoryRoute, "connect-timeout", "give up on an address after `DURATION` (default: 30s)"),
		duration(categoryRoute, "timeout", "wait no longer than `DURATION` for anything a server has to say (default: RFC 5321's minutes)"),
	}
}

func securityFlags() []cli.Flag {
	return []cli.Flag{
		text(categorySecurity, "tls", "`LEVEL`: none, opportunistic (default), encrypt, verify"),
		text(categorySecurity, "ca", "trust the certificates in `FILE` (PEM) instead of the system's"),
	}
}

// envelopeFlags are what RFC 3461 and RFC 8689 let a sender ask of the servers.
func envelopeFlags() []cli.Flag {
	return []cli.Flag{
		text(categoryEnvelope, "notify", "ask for notices of `WHEN`: never, or success,failure,delay", "N"),
		text(categoryEnvelope, "ret", "`WHAT` such a notice returns: full or hdrs", "R"),
		text(categoryEnvelope, "envid", "`ID` that such a notice names"),
		toggle(categorySecurity, "require-tls", "only over verified TLS, here and at every server after (REQUIRETLS)"),
	}
}

func spoolFlag() cli.Flag {
	return text(categoryQueue, "spool", "the queue is in `DIR` (default: mxsend/spool in the user's state folder, /var/spool/mxsend for root)")
}

// queueFlags say what becomes of a letter that is not taken at once.
func queueFlags() []cli.Flag {
	return []cli.Flag{
		toggle(categoryQueue, "queue", "make the letter safe first and try it then; who says to come back later is tried again by mxsend queue run"),
		spoolFlag(),
		duration(categoryQueue, "queue-for", "give up after `DURATION` in the queue (default: 120h)"),
		duration(categoryQueue, "delay-notice", "tell the sender when a letter is in the queue for `DURATION` (default: never)"),
		duration(categoryQueue, "retry-for", "keep trying for `DURATION` those who say to come back later (default: try once)"),
	}
}

func protocolFlags() []cli.Flag {
	return []cli.Flag{
		text(categoryProtocol, "quit-after", "stop after `STAGE`: connect, ehlo, tls, auth, mail, rcpt"),
		toggle(categoryProtocol, "no-pipelining", "send one command at a time"),
		text(categoryProtocol, "chunking", "`WHEN` to send the letter with BDAT: auto (default), on, off"),
		&cli.StringSliceFlag{Name: "ignore-extension", Category: categoryProtocol, Usage: "act as if the server did not offer `KEYWORD`", EnvVars: environment("ignore-extension")},
	}
}

func outputFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Count: new(int), Category: categoryOutput, Usage: "show the dialogue on standard error; twice (-vv) with the letter", EnvVars: environment("verbose")},
		text(categoryOutput, "transcript", "write everything that is said to `FILE`", "X"),
		text(categoryOutput, "transcript-format", "`FORMAT` of that file: text (default), jsonl, raw"),
		toggle(categoryOutput, "show-secrets", "do not strike credentials out of the dialogue"),
		toggle(categoryOutput, "json", "print the report as one JSON object on standard output"),
		toggle(categoryOutput, "quiet", "say nothing but errors", "q"),
		toggle(categoryOutput, "dry-run", "compose, resolve and show the plan; connect nowhere", "n"),
		toggle(categoryOutput, "check", "print what is wrong with the finished letter on standard output; send nothing"),
		toggle(categoryOutput, "print", "print the finished letter on standard output; send nothing"),
	}
}

func rehearsalFlags() []cli.Flag {
	return append([]cli.Flag{
		toggle(categoryRehearsal, "sandbox", "rehearse: an embedded DNS and receiving server take the place of the network"),
	}, storeFlags()...)
}

// storeFlags say what the sandbox does with letters; --sandbox and the command sandbox share them.
func storeFlags() []cli.Flag {
	return []cli.Flag{
		text(categoryRehearsal, "maildir", "the sandbox stores letters in `DIR` (default: mxsend/sandbox in the user's state folder)"),
		text(categoryRehearsal, "script", "the sandbox plays the server's side of the conversation in `FILE` (see mxsend sandbox --help)"),
	}
}
