package resolve

import (
	"errors"
	"io"
	"testing"

	"github.com/miekg/dns"
)

func TestErrors(t *testing.T) {
	const server = "127.0.0.1:53"
	for _, test := range []struct {
		err  Error
		code int
		want string
	}{
		{Error{Kind: NoSuchDomain}, 68, "no such domain"},
		{Error{Kind: NoSuchDomain, Detail: "Blocked"}, 68, "no such domain: Blocked"},
		{Error{Kind: NoData, Type: "TLSA"}, 68, "no TLSA record"},
		{Error{Kind: NullMX, Type: "MX"}, 68, "takes no mail (null MX)"},
		{Error{Kind: NoHost}, 68, "none of its exchangers can be used"},
		{Error{Kind: Forbidden}, 68, "mail is not sent to such addresses without --allow-loopback"},
		{Error{Kind: Invalid}, 68, "not a name that DNS can be asked for"},
		{Error{Kind: Undecided}, 75, "none of its exchangers can be used now"},
		{Error{Kind: Loop}, 75, "its CNAME records do not end"},
		{Error{Kind: ServFail, Type: "MX", RCode: dns.RcodeServerFailure, Server: server}, 75, "the resolver at 127.0.0.1:53 failed to find the MX record (SERVFAIL)"},
		{Error{Kind: Refused, Server: server}, 75, "the resolver at 127.0.0.1:53 refused to answer"},
		{Error{Kind: Timeout, Server: server}, 75, "the resolver at 127.0.0.1:53 did not answer"},
		{Error{Kind: Timeout}, 75, "the resolver did not answer"},
		{Error{Kind: Malformed, Server: server}, 75, "the resolver at 127.0.0.1:53 gave an answer that makes no sense"},
		{Error{Kind: Network, Server: server, Detail: "connection refused"}, 75, "the resolver at 127.0.0.1:53 cannot be reached: connection refused"},
		{Error{Kind: Interrupted}, 75, "interrupted while asking DNS"},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("%s: %q, want %q", test.err.Kind, got, test.want)
		}
		if test.err.ExitCode() != test.code || test.err.Temporary() != (test.code == 75) {
			t.Errorf("%s: exit %d, temporary %v", test.err.Kind, test.err.ExitCode(), test.err.Temporary())
		}
		test.err.Name, test.err.Cause = "hamburger.edu", io.EOF
		if got := test.err.Error(); got != "hamburger.edu: "+test.want || !errors.Is(&test.err, io.EOF) {
			t.Errorf("%q", got)
		}
	}
}

func TestHostlike(t *testing.T) {
	for name, want := range map[string]bool{
		"mx.example": true, "mx_1.example": true, "xn--fa-hia.example": true, "localhost": true, "1.example": true,
		"": false, ".": false, "a..b": false, "a.": false, "-": true, `a\032b`: false, "a b": false, "MX.example": false,
		"é.example": false, "a/b": false, "192.0.2.1": true,
	} {
		if got := hostlike(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
