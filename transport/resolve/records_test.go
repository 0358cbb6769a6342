package resolve

import (
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

func TestRecords(t *testing.T) {
	zone := &Zone{Records: `
		a.example MX 10 MX.A.Example
		a.example MX 20 .
		a.example TXT "v=STSv1;" " id=1;"
		a.example TXT "quote\" back\\slash \255 \010"
		a.example A 192.0.2.2
		a.example A 192.0.2.1
		a.example AAAA ::ffff:192.0.2.1
		_25._tcp.a.example TLSA 3 1 1 00ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e
		_25._tcp.a.example TLSA 2 0 0 c0ffee`}
	answers := map[uint16]Answer{}
	for _, qtype := range []uint16{dns.TypeMX, dns.TypeTXT, dns.TypeA, dns.TypeAAAA} {
		answer, err := ask(t, zone, "a.example", qtype)
		if err != nil || answer.Err() != nil {
			t.Fatal(typeName(qtype), err, answer.Err())
		}
		answers[qtype] = answer
	}
	if mx := answers[dns.TypeMX].MX(); len(mx) != 2 || mx[0].Host != "mx.a.example" || mx[1].Host != "." {
		t.Errorf("MX %+v", mx)
	}
	if txt := answers[dns.TypeTXT].TXT(); !slices.Equal(txt, []string{"v=STSv1; id=1;", "quote\" back\\slash \xff \n"}) {
		t.Errorf("TXT %q", txt)
	}
	if a := answers[dns.TypeA].Addresses(); len(a) != 2 || a[0].String() != "192.0.2.2" {
		t.Errorf("A %v", a)
	}
	if a := answers[dns.TypeAAAA].Addresses(); len(a) != 1 || !a[0].Is4() {
		t.Errorf("AAAA %v", a)
	}
	tlsa, err := ask(t, zone, "_25._tcp.a.example", dns.TypeTLSA)
	list := tlsa.TLSA()
	if err != nil || len(list) != 2 || list[0].Usage != 3 || list[0].Selector != 1 || list[0].Matching != 1 || len(list[0].Data) != 32 || list[0].Data[1] != 0xff {
		t.Errorf("TLSA %+v, %v", list, err)
	}
}

func TestRecordsOfAnotherType(t *testing.T) {
	answer, err := ask(t, &Zone{Records: "a.example A 192.0.2.1"}, "a.example", dns.TypeA)
	if err != nil || answer.MX() != nil || answer.TXT() != nil || answer.TLSA() != nil {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestAliasItselfCanBeAsked(t *testing.T) {
	zone := &Zone{Records: "a.example CNAME b.example\nb.example A 192.0.2.1", Authentic: []string{"a.example"}}
	alias, err := ask(t, zone, "a.example", dns.TypeCNAME)
	if err != nil || len(alias.Chain) != 0 || len(alias.Records) != 1 || !alias.Authentic {
		t.Errorf("the alias: %+v, %v", alias, err)
	}
	address, err := ask(t, zone, "a.example", dns.TypeA)
	if err != nil || address.Authentic || address.Chain[0].Authentic {
		t.Errorf("what it leads to: %+v, %v", address, err)
	}
	zone = &Zone{Records: zone.Records, Authentic: zone.Authentic, Shallow: true}
	address, err = ask(t, zone, "a.example", dns.TypeA)
	if err != nil || address.Authentic || !address.Chain[0].Authentic || len(zone.Asked()) != 2 {
		t.Errorf("in two packets: %+v, %v", address, err)
	}
}

func TestSeconds(t *testing.T) {
	if seconds(60).Seconds() != 60 || seconds(1<<31) != 0 {
		t.Errorf("%v, %v", seconds(60), seconds(1<<31))
	}
}

// FuzzTXT: whatever bytes a TXT record has, TXT gives them back.
func FuzzTXT(f *testing.F) {
	f.Add([]byte("v=DKIM1; p=\"\\\x00\xff\n"))
	f.Add([]byte(strings.Repeat(`\`, 600)))
	f.Fuzz(func(t *testing.T, text []byte) {
		var data []byte
		for part := range slices.Chunk(text, 255) {
			data = append(append(data, byte(len(part))), part...)
		}
		if len(text) == 0 || len(data) > 60000 {
			return
		}
		header := dns.RR_Header{Name: "a.example.", Rrtype: dns.TypeTXT, Class: dns.ClassINET, Rdlength: uint16(len(data))}
		rr, _, err := dns.UnpackRRWithHeader(header, data, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := (Answer{Records: []dns.RR{rr}}).TXT(); len(got) != 1 || got[0] != string(text) {
			t.Errorf("%q became %q", text, got)
		}
	})
}
