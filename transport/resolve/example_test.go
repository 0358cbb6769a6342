package resolve_test

import (
	"context"
	"errors"
	"fmt"

	"mxsend/compose/address"
	"mxsend/transport/resolve"
)

func ExampleRouter_Route() {
	zone := &resolve.Zone{Records: `
		hamburger.edu    MX   10 mx.hamburger.edu
		hamburger.edu    MX   20 backup.hamburger.edu
		mx.hamburger.edu A    192.0.2.25
		mx.hamburger.edu AAAA 2001:db8::25`}
	domain, _ := address.ParseDomain("hamburger.edu")
	route, _ := resolve.Router{DNS: zone}.Route(context.Background(), domain)
	for _, line := range route.Lines() {
		fmt.Println(line)
	}

	domain, _ = address.ParseDomain("hamburgr.edu")
	_, err := resolve.Router{DNS: zone}.Route(context.Background(), domain)
	var e *resolve.Error
	fmt.Println(errors.As(err, &e), e.Temporary(), err)
	// Output:
	// hamburger.edu: MX 10 mx.hamburger.edu (ttl 300, not authentic)
	// hamburger.edu: MX 20 backup.hamburger.edu (ttl 300, not authentic)
	// hamburger.edu: answered by zone
	// mx.hamburger.edu: 2001:db8::25, 192.0.2.25 (ttl 300, not authentic)
	// left out backup.hamburger.edu: no such domain
	// true false hamburgr.edu: no such domain
}
