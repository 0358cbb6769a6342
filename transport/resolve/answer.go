package resolve

import (
	"time"

	"github.com/miekg/dns"
)

// Answer is what DNS said to one question. Its slices may be shared: they are read, never changed.
type Answer struct {
	Asked     string        // the name asked for, lower case, without final dot
	Name      string        // the name that Records belong to: Asked, or the end of Chain
	Type      uint16        // dns.TypeMX and so on
	RCode     int           // dns.RcodeSuccess or dns.RcodeNameError; it speaks of Name (RFC 6604 §3)
	TTL       time.Duration // the shortest of all records on the way; of a denial RFC 2308 §5's; 0 if nothing was said
	AD        bool          // every packet of the answer had the AD bit
	Authentic bool          // AD, and the servers are trusted to set it
	Chain     []Alias       // CNAMEs followed, in order
	Records   []dns.RR      // those of Type at Name; empty in a denial
	Server    string        // host:port of the server that answered last
	Took      time.Duration // 0 from a Cache
	Detail    string        // the extended error that came along, if any (RFC 8914): "Blocked"
}

// Alias is one CNAME that was followed.
//
// AD covers a whole packet, so a step that came in one packet with an insecure one is not Authentic, though it may be
// secure by itself; who needs to know asks for the CNAME record of Name alone (RFC 7672 §2.2.2).
type Alias struct {
	Name, Target string
	Authentic    bool
	TTL          time.Duration
}

// Err is nil when there are records, else an *Error of kind NoSuchDomain or NoData.
func (a Answer) Err() error {
	switch {
	case len(a.Records) > 0:
		return nil
	case a.RCode == dns.RcodeNameError:
		return a.denial(NoSuchDomain)
	}
	return a.denial(NoData)
}

func (a Answer) denial(kind Kind) *Error {
	e := &Error{Name: a.Asked, Type: typeName(a.Type), Kind: kind, RCode: a.RCode, Server: a.Server, Detail: a.Detail}
	if len(a.Chain) > 0 {
		e.Detail = join("it is an alias of "+a.Name, a.Detail)
	}
	return e
}

func join(first, second string) string {
	if first == "" || second == "" {
		return first + second
	}
	return first + ", " + second
}

func seconds(ttl uint32) time.Duration {
	if ttl > 1<<31-1 { // RFC 2181 §8
		return 0
	}
	return time.Duration(ttl) * time.Second
}
