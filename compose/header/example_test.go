package header_test

import (
	"fmt"
	"strings"

	"mxsend/compose/address"
	"mxsend/compose/header"
)

func ExampleWriter_Text() {
	f, err := header.Writer{}.Text("Subject", "[menu] Crêpes à la maison, tomorrow")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(f.Raw(), "\r", ""))
	// Output:
	// Subject: [menu] =?utf-8?b?Q3LDqnBlcyDDoA==?= la maison, tomorrow
}

func ExampleAddresses() {
	list, err := address.ParseList(`Doe, Jane <jane@example.org>; Jürgen <j@bücher.example>; bob@hamburger.edu`)
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := header.Addresses("To", list)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(f.Raw(), "\r", ""))
	// Output:
	// To: "Doe, Jane" <jane@example.org>,
	//  =?utf-8?q?J=C3=BCrgen?= <j@xn--bcher-kva.example>,
	//  bob@hamburger.edu
}
