package transport

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"mxsend/compose/address"
	"mxsend/compose/letter"
	"mxsend/transport/policy"
	"mxsend/transport/policy/dane"
	"mxsend/transport/policy/mtasts"
	"mxsend/transport/report"
	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
)

// selfSigned is a certificate for the name, the pool that trusts it, and its TLSA data under 3 1 1.
func selfSigned(t *testing.T, name string) (cert tls.Certificate, pool *x509.CertPool, digest string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(leaf)
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool, hex.EncodeToString(sum[:])
}

const (
	firstMX, secondMX = "192.0.2.1:25", "192.0.2.2:25"
	twoExchangers     = `
		crepes.fr MX 10 mx1.crepes.fr
		crepes.fr MX 20 mx2.crepes.fr
		mx1.crepes.fr A 192.0.2.1
		mx2.crepes.fr A 192.0.2.2
		`
)

// TestPoliciesDecideWhoGetsTheLetter sends to two exchangers that offer TLS, the first of them with a certificate that nobody
// vouches for.
func TestPoliciesDecideWhoGetsTheLetter(t *testing.T) {
	wrong, _, wrongDigest := selfSigned(t, "somebody.else")
	right, trusted, digest := selfSigned(t, "mx2.crepes.fr")
	offering := host{"EHLO": "250-hi\r\n250-REQUIRETLS\r\n250 STARTTLS", "STARTTLS": "220 go"}
	plain := host{"EHLO": "250 hi", "STARTTLS": "502 no"}
	enforce := func(mx ...string) *mtasts.Policy {
		return &mtasts.Policy{Mode: mtasts.Enforce, MaxAge: time.Hour, MX: mx}
	}
	tested := func(mx ...string) *mtasts.Policy {
		return &mtasts.Policy{Mode: mtasts.Testing, MaxAge: time.Hour, MX: mx}
	}
	tlsa := func(host, digest string) string { return "\n_25._tcp." + host + ".crepes.fr TLSA 3 1 1 " + digest }
	signed := []string{"crepes.fr"}
	results := map[string]string{ // of the first exchanger, in the words of RFC 8460
		"DANE, another certificate: the next one":           "tlsa-invalid",
		"DANE, no TLS offered: the next one":                "starttls-not-supported",
		"MTA-STS, both are named: the one that can show it": "certificate-host-mismatch",
		"MTA-STS, none can show it: not now":                "certificate-host-mismatch",
	}
	for _, c := range []struct {
		name       string
		zone       *resolve.Zone
		sts        *mtasts.Policy
		level      smtp.Level
		requireTLS bool
		first      host // the first exchanger; the second always offers TLS
		exit       int
		taker      string // who got it
		policy     string
		verified   bool
		asked      int // conversations
	}{
		{"no policy: anybody", &resolve.Zone{}, nil, 0, false, offering, 0, firstMX, "none", false, 1},
		{"DANE, the first one's certificate is named", &resolve.Zone{Records: tlsa("mx1", wrongDigest), Authentic: signed}, nil, 0, false, offering, 0, firstMX, "dane", true, 1},
		{"DANE, another certificate: the next one", &resolve.Zone{Records: tlsa("mx1", digest) + tlsa("mx2", digest), Authentic: signed}, nil, 0, false, offering, 0, secondMX, "dane", true, 2},
		{"DANE, no TLS offered: the next one", &resolve.Zone{Records: tlsa("mx1", digest) + tlsa("mx2", digest), Authentic: signed}, nil, 0, false, plain, 0, secondMX, "dane", true, 2},
		{"DANE, nobody is named: not now", &resolve.Zone{Records: tlsa("mx1", digest) + tlsa("mx2", wrongDigest), Authentic: signed}, nil, 0, false, offering, 75, "", "", false, 2},
		{"DANE, the lookup fails: the host is not even connected to", &resolve.Zone{Authentic: signed, Fail: map[string]int{"_25._tcp.mx1.crepes.fr": dns.RcodeServerFailure}}, nil, 0, false, offering, 0, secondMX, "none", true, 1},
		{"DANE, not signed: as without", &resolve.Zone{Records: tlsa("mx1", digest)}, nil, 0, false, offering, 0, firstMX, "none", false, 1},
		{"DANE, not usable: TLS, whoever it is", &resolve.Zone{Records: "\n_25._tcp.mx1.crepes.fr TLSA 0 0 1 " + digest, Authentic: signed}, nil, 0, false, offering, 0, firstMX, "dane", false, 1},
		{"DANE, not usable, no TLS: the next one", &resolve.Zone{Records: "\n_25._tcp.mx1.crepes.fr TLSA 0 0 1 " + digest, Authentic: signed}, nil, 0, false, plain, 0, secondMX, "none", true, 2},
		{"DANE and --tls none: no delivery", &resolve.Zone{Records: tlsa("mx1", wrongDigest) + tlsa("mx2", digest), Authentic: signed}, nil, smtp.None, false, offering, 69, "", "", false, 0},
		{"MTA-STS, both are named: the one that can show it", &resolve.Zone{}, enforce("*.crepes.fr"), 0, false, offering, 0, secondMX, "mta-sts", true, 2},
		{"MTA-STS, the first one is not named: not connected to", &resolve.Zone{}, enforce("mx2.crepes.fr"), 0, false, offering, 0, secondMX, "mta-sts", true, 1},
		{"MTA-STS, nobody is named: not now", &resolve.Zone{}, enforce("mx.other.example"), 0, false, offering, 75, "", "", false, 0},
		{"MTA-STS, none can show it: not now", &resolve.Zone{}, enforce("mx1.crepes.fr"), 0, false, offering, 75, "", "", false, 1},
		{"MTA-STS, testing: told only", &resolve.Zone{}, tested("mx2.crepes.fr"), 0, false, offering, 0, firstMX, "none", false, 1},
		{"DANE goes before MTA-STS", &resolve.Zone{Records: tlsa("mx1", wrongDigest), Authentic: signed}, enforce("mx2.crepes.fr"), 0, false, offering, 0, firstMX, "dane", true, 1},
		{"MTA-STS does not mend DANE", &resolve.Zone{Records: tlsa("mx1", digest) + tlsa("mx2", wrongDigest), Authentic: signed}, enforce("*.crepes.fr"), 0, false, offering, 75, "", "", false, 2},
		{"REQUIRETLS, nothing vouches for the exchangers", &resolve.Zone{}, nil, 0, true, offering, 69, "", "", false, 0},
		{"REQUIRETLS, DNSSEC vouches", &resolve.Zone{Authentic: signed}, nil, 0, true, offering, 0, secondMX, "required", true, 2},
		{"REQUIRETLS, MTA-STS vouches", &resolve.Zone{}, enforce("*.crepes.fr"), 0, true, offering, 0, secondMX, "mta-sts", true, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.zone.Records = twoExchangers + c.zone.Records
			n := &network{said: map[string][]string{}, hosts: map[string]host{firstMX: c.first, secondMX: offering},
				certs: map[string]tls.Certificate{firstMX: wrong, secondMX: right}}
			carrier := &Carrier{Router: resolve.Router{DNS: c.zone}, Dialer: n, Policies: Policies{TLSA: c.zone},
				SMTP: smtp.Options{Hello: "alice.example", Security: smtp.Security{Level: c.level, Roots: trusted}}}
			if c.sts != nil {
				c.zone.Records += "\n_mta-sts.crepes.fr TXT \"v=STSv1; id=1\""
				carrier.Policies.STS = &mtasts.Finder{DNS: c.zone, Fetch: func(context.Context, string) (mtasts.Policy, error) { return *c.sts, nil }}
			}
			l := testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "bob@crepes.fr")
			l.Envelope.RequireTLS = c.requireTLS
			plan, err := carrier.Plan(t.Context(), l.Envelope.Recipients[0].Address.Domain, c.requireTLS)
			if err != nil || (plan.Barred() != nil) != (c.asked == 0) || len(plan.Lines()) < 2 {
				t.Errorf("the plan %q, %v, barred %v", plan.Lines(), err, plan.Barred())
			}
			r := carrier.Carry(t.Context(), l)
			n.gone.Wait()
			o := r.Outcomes[0]
			if r.ExitCode() != c.exit || len(n.dials) != c.asked {
				t.Errorf("exit %d after dialling %v, want %d after %d: %s", r.ExitCode(), n.dials, c.exit, c.asked, o.Sentence())
			}
			for _, a := range o.Attempts {
				if results[c.name] != "" && a.Address.String() == firstMX && a.TLS != results[c.name] {
					t.Errorf("the first exchanger's result is %q, want %q", a.TLS, results[c.name])
				}
			}
			if c.taker == "" {
				if o.State == report.Delivered {
					t.Errorf("delivered: %s", o.Sentence())
				}
				return
			}
			if o.Address.String() != c.taker || o.TLS == nil || o.TLS.Policy != c.policy || o.TLS.Verified != c.verified {
				t.Errorf("went to %s with %+v, want %s, %s, verified %v", o.Address, o.TLS, c.taker, c.policy, c.verified)
			}
			if len(o.Exchangers) != 2 || len(o.Policies) == 0 {
				t.Errorf("the report knows the exchangers %v and the policies %q", o.Exchangers, o.Policies)
			}
		})
	}
}

func TestARelayIsHeldAgainstItsRecords(t *testing.T) {
	cert, _, digest := selfSigned(t, "somebody.else")
	for _, c := range []struct {
		digest string
		exit   int
	}{{digest, 0}, {strings.Repeat("00", 32), 75}} {
		const at = "192.0.2.9:587"
		zone := &resolve.Zone{Records: "mail.crepes.fr A 192.0.2.9\n_587._tcp.mail.crepes.fr TLSA 3 1 1 " + c.digest, Authentic: []string{"crepes.fr"}}
		n := &network{said: map[string][]string{}, hosts: map[string]host{at: {"EHLO": "250-hi\r\n250 STARTTLS", "STARTTLS": "220 go"}},
			certs: map[string]tls.Certificate{at: cert}}
		relay, err := ParseRelay("smtp://mail.crepes.fr:587")
		if err != nil {
			t.Fatal(err)
		}
		carrier := &Carrier{Router: resolve.Router{DNS: zone}, Dialer: n, Policies: Policies{TLSA: zone}, Relays: []Relay{relay}, SMTP: smtp.Options{Hello: "alice.example"}}
		r := carrier.Carry(t.Context(), testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "bob@hamburger.edu"))
		n.gone.Wait()
		if r.ExitCode() != c.exit || c.exit == 0 && r.Outcomes[0].TLS.Policy != "dane" {
			t.Errorf("%s: exit %d: %s", c.digest, r.ExitCode(), r.Outcomes[0].Sentence())
		}
	}
}

// What is not known now may be known later, so REQUIRETLS does not fail for good while the policy can't be had.
func TestRequireTLSWaitsForAPolicyThatCannotBeHad(t *testing.T) {
	zone := &resolve.Zone{Records: twoExchangers + "\n_mta-sts.crepes.fr TXT \"v=STSv1; id=1\""}
	carrier := &Carrier{Router: resolve.Router{DNS: zone}, Dialer: &network{}, Policies: Policies{STS: &mtasts.Finder{DNS: zone,
		Fetch: func(context.Context, string) (mtasts.Policy, error) { return mtasts.Policy{}, errors.New("down") }}}}
	l := testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "bob@crepes.fr")
	l.Envelope.RequireTLS = true
	if r := carrier.Carry(t.Context(), l); r.ExitCode() != 75 {
		t.Errorf("exit %d: %s", r.ExitCode(), r.Outcomes[0].Sentence())
	}
}

// The room of policies and that of the dialogue have a scale each; one is read as the other.
func TestLevelsMeanTheSame(t *testing.T) {
	for _, l := range []smtp.Level{smtp.None, smtp.Opportunistic, smtp.Encrypt, smtp.Verify} {
		if got := policy.Level(l).String(); got != l.String() {
			t.Errorf("%s is read as %s", l, got)
		}
	}
}

// A domain that is an alias and its own exchanger may hold its records at either end. RFC 7672 §2.2.2
func TestDANEOfAnAlias(t *testing.T) {
	const alias = "crepes.fr CNAME www.hoster.example\nwww.hoster.example A 192.0.2.1\n"
	for at, want := range map[string]string{"crepes.fr": "crepes.fr", "www.hoster.example": "www.hoster.example", "": ""} {
		zone := &resolve.Zone{Records: alias, Authentic: []string{"crepes.fr", "hoster.example"}}
		if at != "" {
			zone.Records += "_25._tcp." + at + " TLSA 3 1 1 " + strings.Repeat("ab", 32)
		}
		c := Carrier{Router: resolve.Router{DNS: zone}, Policies: Policies{TLSA: zone}}
		d, err := address.ParseDomain("crepes.fr")
		if err != nil {
			t.Fatal(err)
		}
		p, err := c.Plan(t.Context(), d, false)
		if err != nil || len(p.Hosts) != 1 || p.Hosts[0].DANE.Base != want || p.Route.Hosts[0].Name != "www.hoster.example" {
			t.Errorf("records at %q: %+v, %v", at, p.Hosts, err)
		}
	}
}

// A relay whose scheme says TLS gets nothing without it, and the report says so.
func TestTheSchemeDemandsTLS(t *testing.T) {
	d := &delivery{Carrier: &Carrier{}, letter: &letter.Letter{}}
	for scheme, want := range map[string]string{"smtps": "required: TLS, with any certificate", "smtp": "none: TLS where it is offered"} {
		r, err := ParseRelay(scheme + "://mail.crepes.fr")
		if err != nil {
			t.Fatal(err)
		}
		if got := d.relayDemand(t.Context(), resolve.Host{Name: "mail.crepes.fr"}, r).String(); got != want {
			t.Errorf("%s: %q", scheme, got)
		}
	}
}

// A stranger's DNS does not fill the report of every recipient.
func TestSkipsAreBounded(t *testing.T) {
	zone := &resolve.Zone{Records: "crepes.fr MX 5 mx.crepes.fr\nmx.crepes.fr A 192.0.2.1\n"}
	for i := range maxNoted + 7 {
		zone.Records += fmt.Sprintf("crepes.fr MX 10 h%d.localhost\n", i)
	}
	n := &network{said: map[string][]string{}, hosts: map[string]host{firstMX: {}}}
	carrier := &Carrier{Router: resolve.Router{DNS: zone}, Dialer: n, SMTP: smtp.Options{Hello: "alice.example"}}
	r := carrier.Carry(t.Context(), testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "bob@crepes.fr"))
	n.gone.Wait()
	attempts := r.Outcomes[0].Attempts
	if r.ExitCode() != 0 || len(attempts) != maxNoted+2 || attempts[maxNoted].Reason != "7 more addresses and hosts were passed over" {
		t.Errorf("exit %d, %d attempts: %+v", r.ExitCode(), len(attempts), attempts)
	}
}

// The refusals of all hosts are final, unless one was left out that may have said otherwise.
func TestDoubt(t *testing.T) {
	hosts := []resolve.Host{{Name: "mx1"}}
	for _, c := range []struct {
		skipped []resolve.Skip
		want    bool
	}{
		{nil, false},
		{[]resolve.Skip{{Host: "mx2", Temporary: true}}, true},
		{[]resolve.Skip{{Host: "mx1", Temporary: true}}, false},
		{[]resolve.Skip{{Host: "mx2"}}, false},
		{[]resolve.Skip{{Host: "mx1"}}, false},
		{[]resolve.Skip{{Host: "mx2"}, {Host: "mx1", Temporary: true}, {Host: "mx3", Temporary: true}}, true},
	} {
		if got := doubtful(resolve.Route{Hosts: hosts, Skipped: c.skipped}); got != c.want {
			t.Errorf("%+v: %v", c.skipped, got)
		}
	}
}

// A host that has answered is not asked again at its other addresses, as whoever greylists would count that against us.
func TestOneAddressAnswersForItsHost(t *testing.T) {
	zone := &resolve.Zone{Records: "crepes.fr MX 5 mx.crepes.fr\ncrepes.fr MX 10 backup.crepes.fr\nmx.crepes.fr A 192.0.2.1\nmx.crepes.fr A 192.0.2.2\nbackup.crepes.fr A 192.0.2.3\n"}
	for _, c := range []struct {
		name  string
		host  host
		needs bool // SMTPUTF8
		exit  int
		dials int
	}{
		{"not now", host{"RCPT": "450 4.2.1 later"}, false, 75, 2},
		{"a goodbye", host{"RCPT": "421 4.3.2 shutting down"}, false, 75, 3},
		{"no greeting", host{"greeting": "554 go away"}, false, 69, 3},
		{"a feature that is missing", host{}, true, 69, 2},
		{"a refusal for good", host{"RCPT": "550 5.1.1 no"}, false, 69, 1},
	} {
		n := &network{said: map[string][]string{}, hosts: map[string]host{firstMX: c.host, secondMX: c.host, "192.0.2.3:25": c.host}}
		carrier := &Carrier{Router: resolve.Router{DNS: zone}, Dialer: n, SMTP: smtp.Options{Hello: "alice.example"}}
		l := testLetter(t, text("a: b\r\n\r\nhi\r\n"), 12, "bob@crepes.fr")
		l.Facts.NeedsUTF8 = c.needs
		r := carrier.Carry(t.Context(), l)
		n.gone.Wait()
		if r.ExitCode() != c.exit || len(n.dials) != c.dials {
			t.Errorf("%s: exit %d after %q", c.name, r.ExitCode(), n.dials)
		}
	}
}

// A domain is barred when all its hosts are, and for good only if all are so for good.
func TestABarredDomain(t *testing.T) {
	free := Demand{}
	now, ever := Demand{Decision: policy.Decision{Barred: "now"}}, Demand{Decision: policy.Decision{Barred: "ever", Final: true}}
	for _, c := range []struct {
		hosts []Demand
		want  string
	}{
		{nil, ""}, {[]Demand{free}, ""}, {[]Demand{ever, free}, ""}, {[]Demand{ever}, "ever"}, {[]Demand{now}, "now"},
		{[]Demand{ever, now, ever}, "now"}, {[]Demand{now, ever}, "now"}, {[]Demand{ever, ever}, "ever"},
	} {
		err := Plan{Hosts: c.hosts}.Barred()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.hosts, err)
		}
	}
}

// What is demanded is told in words, and is what the conversation is given.
func TestWordsOfADemand(t *testing.T) {
	for _, c := range []struct {
		d    Demand
		want string
	}{
		{Demand{Decision: policy.Decision{Policy: "dane", Level: policy.Verify, Proof: policy.DANE}}, "dane: TLS, with a certificate that DNS names"},
		{Demand{Decision: policy.Decision{Policy: "mta-sts", Level: policy.Verify, Proof: policy.PKIX}}, "mta-sts: TLS, with a certificate that is verified for its name"},
		{Demand{Decision: policy.Decision{Policy: "required", Level: policy.Encrypt, Proof: policy.PKIX}}, "required: TLS, with any certificate"},
		{Demand{Decision: policy.Decision{Policy: "none", Level: policy.Opportunistic, Proof: policy.PKIX}}, "none: TLS where it is offered"},
		{Demand{Decision: policy.Decision{Policy: "none", Level: policy.None, Proof: policy.PKIX}}, "none: no TLS, switched off"},
		{Demand{Decision: policy.Decision{Policy: "none", Barred: "why"}}, "left out, since why"},
		{Demand{Decision: policy.Decision{Policy: "none", Level: policy.Opportunistic, Remark: "well"}, DANE: dane.Finding{Status: dane.Absent, Why: "no record"}},
			"none: TLS where it is offered (" + dane.Finding{Status: dane.Absent, Why: "no record"}.String() + "); well"},
	} {
		if got := c.d.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
		c.d.DANE.Base = "mx.crepes.fr"
		o := c.d.secured(smtp.Options{}, nil).Security
		named := c.d.Decision.Proof == policy.DANE
		if int(o.Level) != int(c.d.Decision.Level) || o.Policy != c.d.Decision.Policy || (o.Verify != nil) != named || (o.Name == "mx.crepes.fr") != named {
			t.Errorf("%s: the conversation is given %+v", c.want, o)
		}
	}
}

func TestLinesOfAPlan(t *testing.T) {
	route := resolve.Route{Hosts: []resolve.Host{{Name: "mx1"}, {Name: "mx2"}}}
	hosts := []Demand{{Decision: policy.Decision{Barred: "why"}}, {Decision: policy.Decision{Policy: "none", Level: policy.None}}}
	of := []string{"mx1: policy left out, since why", "mx2: policy none: no TLS, switched off"}
	for _, c := range []struct {
		sts  mtasts.Finding
		told bool
	}{{mtasts.Finding{}, false}, {mtasts.Finding{ID: "1"}, true}, {mtasts.Finding{Problem: errors.New("x")}, true}, {mtasts.Finding{ID: "1", Problem: errors.New("x")}, true}} {
		want := of
		if c.told {
			want = append([]string{c.sts.String()}, of...)
		}
		if got := (Plan{Route: route, STS: c.sts, Hosts: hosts}).Lines(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
