package address_test

import (
	"fmt"

	"mxsend/compose/address"
)

func ExampleParseList() {
	list, err := address.ParseList(`Doe, Jane <jane@example.org>; friends: bob@hamburger.edu, "a b"@bücher.example;`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range list.Mailboxes() {
		fmt.Printf("%q %s\n", m.Name, m.Address)
	}
	// Output:
	// "Doe, Jane" jane@example.org
	// "" bob@hamburger.edu
	// "" "a b"@xn--bcher-kva.example
}

func ExampleError_Caret() {
	_, err := address.Parse("alice@crepes,fr")
	if e, ok := err.(*address.Error); ok {
		fmt.Println(e.Caret())
		fmt.Println(e.Problem)
	}
	// Output:
	// alice@crepes,fr
	//             ^
	// something stands after the address
}
