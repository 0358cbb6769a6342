package resolve

import (
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// streams answers the question of every connection with the bytes that respond makes of it, and closes.
func streams(t *testing.T, respond func(packet []byte) []byte) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			var size [2]byte
			io.ReadFull(conn, size[:])
			packet := make([]byte, binary.BigEndian.Uint16(size[:]))
			io.ReadFull(conn, packet)
			conn.Write(respond(packet))
			conn.Close()
		}
	}()
	return listener.Addr().String()
}

func framed(packet []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(packet))), packet...)
}

func TestStreamFaults(t *testing.T) {
	for name, test := range map[string]struct {
		respond func(p []byte) []byte
		kind    Kind
	}{
		"closed at once":        {func(p []byte) []byte { return nil }, Network},
		"closed in the length":  {func(p []byte) []byte { return []byte{1} }, Network},
		"closed in the answer":  {func(p []byte) []byte { return framed(good(p, nil))[:20] }, Network},
		"longer than it says":   {func(p []byte) []byte { return append(framed(good(p, nil)), "more"...) }, ""},
		"empty":                 {func(p []byte) []byte { return framed(nil) }, Malformed},
		"other id":              {func(p []byte) []byte { return framed(good(p, func(m *dns.Msg) { m.Id++ })) }, Malformed},
		"cut off":               {func(p []byte) []byte { return framed(good(p, func(m *dns.Msg) { m.Truncated = true })) }, Malformed},
		"garbage":               {func(p []byte) []byte { return []byte("HTTP/1.1 400 Bad Request\r\n\r\n") }, Network},
		"question sent back":    {framed, Malformed},
		"SERVFAIL, no question": {func(p []byte) []byte { return framed(append(append(p[:2:2], 0x80, 2), make([]byte, 8)...)) }, ServFail},
	} {
		client := Client{Servers: []string{streams(t, test.respond)}, TCP: true}
		answer, err := ask(t, client, "a.example", dns.TypeA)
		kind := Kind("")
		if err != nil {
			kind = err.Kind
		}
		if kind != test.kind || (err == nil) != (len(answer.Records) == 1) {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
}

func TestErrorsOfTheNetworkAreShort(t *testing.T) {
	server := closedPort(t)
	_, err := ask(t, Client{Servers: []string{server}}, "a.example", dns.TypeA)
	if want := "a.example: the resolver at " + server + " cannot be reached: connection refused"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestLinesTellWhereAnAnswerCameFrom(t *testing.T) {
	f := &fakeNet{servers: map[string]fakeServer{"192.0.2.53:53": {0, func(p []byte) []byte {
		return good(p, func(m *dns.Msg) {
			m.AuthenticatedData = true
			if m.Question[0].Qtype == dns.TypeMX {
				m.Answer = []dns.RR{record("d.example. 60 IN MX 10 mx.example.")}
			}
		})
	}}}}
	route, err := Router{DNS: f.client("192.0.2.53:53"), IPv4Only: true}.Route(t.Context(), domain(t, "d.example"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(route.Lines(), "\n")
	for _, want := range []string{
		"d.example: MX 10 mx.example (ttl 60, not authentic, since the resolver is not trusted to say so)",
		"d.example: answered by 192.0.2.53:53 in ",
		"mx.example: 192.0.2.1 (ttl 60, not authentic, since the resolver is not trusted to say so)",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}
