package mtasts

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestRecords(t *testing.T) {
	for _, c := range []struct {
		texts []string
		id    string
		fault string
	}{
		{nil, "", ""},
		{[]string{"v=STSv1; id=20261123T120000;"}, "20261123T120000", ""},
		{[]string{"v=STSv1;id=a"}, "a", ""},
		{[]string{"v=STSv1;id=09azAZ"}, "09azAZ", ""},
		{[]string{"v=STSv1 ; \tid=a\t; x=y"}, "a", ""},
		{[]string{"v=spf1 -all", "v=STSv1; id=a;", "something"}, "a", ""},
		{[]string{"v=STSv1; id=a; id=b"}, "a", ""},
		{[]string{"v=STSv1; id=" + strings.Repeat("a", 32)}, strings.Repeat("a", 32), ""},
		{[]string{"v=STSv1; id=" + strings.Repeat("a", 33)}, "", "no proper id"},
		{[]string{"v=STSv1; id=a-b"}, "", "no proper id"},
		{[]string{"v=STSv1; id="}, "", "no proper id"},
		{[]string{"v=STSv1; id = a"}, "", "no id"},
		{[]string{"v=STSv1"}, "", "no id"},
		{[]string{"v=STSv1; id=a", "v=STSv1; id=b"}, "", "several"},
		{[]string{"v=STSv2; id=a"}, "", ""},
		{[]string{"V=STSv1; id=a"}, "", ""},
		{[]string{" v=STSv1; id=a"}, "", ""},
		{[]string{"v=STSv10; id=a"}, "", ""},
		{[]string{""}, "", ""},
	} {
		id, err := parseRecords(c.texts)
		if id != c.id || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%q: %q, %v, want %q, %q", c.texts, id, err, c.id, c.fault)
		}
	}
}

func TestPolicies(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       Policy
		fault      string
	}{
		{"CRLF", "version: STSv1\r\nmode: enforce\r\nmx: mx.crepes.fr\r\nmx: *.Backup.Example\r\nmax_age: 86400\r\n",
			Policy{Enforce, 86400 * time.Second, []string{"mx.crepes.fr", "*.backup.example"}}, ""},
		{"LF, no end, blanks", "version:STSv1 \nmode:\ttesting\n\n max_age: 1\nmx:mx.crepes.fr", Policy{Testing, time.Second, []string{"mx.crepes.fr"}}, ""},
		{"none needs no mx", "version: STSv1\nmode: none\nmax_age: 0\n", Policy{None, 0, nil}, ""},
		{"unknown fields", "version: STSv1\nmode: none\nfuture: x\nmax_age: 5\n", Policy{None, 5 * time.Second, nil}, ""},
		{"the first counts", "version: STSv1\nversion: STSv2\nmode: none\nmode: enforce\nmax_age: 5\nmax_age: 6\n", Policy{None, 5 * time.Second, nil}, ""},
		{"a year", "version: STSv1\nmode: none\nmax_age: 31557600\n", Policy{None, maxAge, nil}, ""},
		{"U-label", "version: STSv1\nmode: enforce\nmax_age: 5\nmx: mx.exämple.org\n", Policy{Enforce, 5 * time.Second, []string{"mx.xn--exmple-cua.org"}}, ""},
		{"more than a year", "version: STSv1\nmode: none\nmax_age: 31557601\n", Policy{}, "max_age"},
		{"an age that overflows", "version: STSv1\nmode: none\nmax_age: 99999999999999999999\n", Policy{}, "max_age"},
		{"an age of eleven digits", "version: STSv1\nmode: none\nmax_age: 00000000001\n", Policy{}, "max_age"},
		{"a negative age", "version: STSv1\nmode: none\nmax_age: -1\n", Policy{}, "max_age"},
		{"empty", "", Policy{}, "empty"},
		{"a page", "<html>404</html>", Policy{}, "no colon"},
		{"version later", "mode: none\nversion: STSv1\nmax_age: 5\n", Policy{}, "begin with its version"},
		{"another version", "version: STSv2\nmode: none\nmax_age: 5\n", Policy{}, "STSv2"},
		{"an underscore", "version: STSv1\nmode: enforce\nmax_age: 5\nmx: MX_1.example.org\nmx: *.a_b.example.\n", Policy{Enforce, 5 * time.Second, []string{"mx_1.example.org", "*.a_b.example"}}, ""},
		{"the longest life", "version: STSv1\nmode: enforce\nmax_age: 0031557600\nmx: a.b\n", Policy{Enforce, maxAge, []string{"a.b"}}, ""},
		{"too long a life", "version: STSv1\nmode: enforce\nmax_age: 0031557601\nmx: a.b\n", Policy{}, "max_age"},
		{"another mode", "version: STSv1\nmode: Enforce\nmax_age: 5\nmx: a.b\n", Policy{}, "mode"},
		{"no mode", "version: STSv1\nmax_age: 5\nmx: a.b\n", Policy{}, "no mode"},
		{"no age", "version: STSv1\nmode: none\n", Policy{}, "no max_age"},
		{"no mx", "version: STSv1\nmode: enforce\nmax_age: 5\n", Policy{}, "no mx"},
		{"two wildcards", "version: STSv1\nmode: enforce\nmax_age: 5\nmx: *.*.example.org\n", Policy{}, "mx"},
		{"a wildcard elsewhere", "version: STSv1\nmode: enforce\nmax_age: 5\nmx: mx.*.example.org\n", Policy{}, "mx"},
		{"part of a label", "version: STSv1\nmode: enforce\nmax_age: 5\nmx: m*.example.org\n", Policy{}, "mx"},
		{"an empty label", "version: STSv1\nmode: enforce\nmax_age: 5\nmx: .example.org\n", Policy{}, "mx"},
		{"an address", "version: STSv1\nmode: enforce\nmax_age: 5\nmx: [192.0.2.1]\n", Policy{}, "mx"},
		{"too long", "version: STSv1\nmode: none\nmax_age: 5\n" + strings.Repeat("x: y\n", 14000), Policy{}, "65536"},
	} {
		got, err := ParsePolicy([]byte(c.text))
		switch {
		case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
			t.Errorf("%s: %v, want %q", c.name, err, c.fault)
		case c.fault == "" && (err != nil || !reflect.DeepEqual(got, c.want)):
			t.Errorf("%s: %+v, %v, want %+v", c.name, got, err, c.want)
		}
	}
}

func TestPermits(t *testing.T) {
	p := Policy{MX: []string{"mx.crepes.fr", "*.backup.example"}}
	for host, want := range map[string]bool{
		"mx.crepes.fr": true, "MX.Crepes.FR.": true, "a.backup.example": true,
		"crepes.fr": false, "x.mx.crepes.fr": false, "a.b.backup.example": false, "backup.example": false, ".backup.example": false,
		"": false, "mx.crepes.fr.evil.example": false, "evilbackup.example": false,
	} {
		if p.Permits(host) != want {
			t.Errorf("%q is permitted: %v, want %v", host, !want, want)
		}
	}
}

// A policy that was read is read again from what is stored of it, and every exchanger that it names is one.
func FuzzPolicy(f *testing.F) {
	f.Add([]byte("version: STSv1\r\nmode: enforce\r\nmx: *.crepes.fr\r\nmx: mx.crepes.fr\nmax_age: 86400\n"))
	f.Add([]byte("version: STSv1\nmode: none\nmax_age: 0\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := ParsePolicy(text)
		if err != nil {
			return
		}
		again, err := ParsePolicy([]byte(p.document()))
		if err != nil || !reflect.DeepEqual(again, p) {
			t.Fatalf("%+v came back as %+v, %v", p, again, err)
		}
		for _, mx := range p.MX {
			if !p.Permits(strings.Replace(mx, "*.", "x.", 1)) {
				t.Fatalf("%q does not permit itself", mx)
			}
		}
		if strings.ContainsAny(p.String(), "\r\n\x1b") {
			t.Fatalf("%q", p)
		}
	})
}

// A record never gives an id that is not one.
func FuzzRecord(f *testing.F) {
	f.Add("v=STSv1; id=20261123;", "v=spf1 -all")
	f.Fuzz(func(t *testing.T, first, second string) {
		if id, err := parseRecords([]string{first, second}); id != "" && (err != nil || !isID(id)) {
			t.Fatalf("%q, %v", id, err)
		}
	})
}
