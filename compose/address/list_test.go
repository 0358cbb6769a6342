package address

import (
	"errors"
	"mime"
	"slices"
	"strings"
	"testing"
)

// flat writes every mailbox as name|address.
func flat(l List) []string {
	var all []string
	for _, m := range l.Mailboxes() {
		all = append(all, m.Name+"|"+m.Address.String())
	}
	return all
}

func TestListReadsWhatPeopleType(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string // name|address
	}{
		{"bob@hamburger.edu", []string{"|bob@hamburger.edu"}},
		{" <bob@hamburger.edu> ", []string{"|bob@hamburger.edu"}},
		{"Bob <bob@hamburger.edu>", []string{"Bob|bob@hamburger.edu"}},
		{"Bob<bob@hamburger.edu>", []string{"Bob|bob@hamburger.edu"}},
		{`"Doe, Jane" <jane@example.org>`, []string{"Doe, Jane|jane@example.org"}},
		{"Doe, Jane <jane@example.org>", []string{"Doe, Jane|jane@example.org"}},
		{"a@x.org, Doe, Jane <jane@example.org>, b@y.org", []string{"|a@x.org", "Doe, Jane|jane@example.org", "|b@y.org"}},
		{"Doe, Jane <j@x.org>, Roe, Jack <k@x.org>", []string{"Doe, Jane|j@x.org", "Roe, Jack|k@x.org"}},
		{"j@x.org, k@y.org; l@z.org", []string{"|j@x.org", "|k@y.org", "|l@z.org"}},
		{"j@x.org,", []string{"|j@x.org"}},
		{"j@x.org; k@y.org;", []string{"|j@x.org", "|k@y.org"}},
		{"j@x.org (Jane)", []string{"Jane|j@x.org"}},
		{"j@x.org(Jane)", []string{"Jane|j@x.org"}},
		{"(Jane) j@x.org", []string{"Jane|j@x.org"}},
		{"Jane (the boss) <j@x.org>", []string{"Jane|j@x.org"}},
		{`j@x.org (Jane \(or (not)\))`, []string{"Jane (or (not))|j@x.org"}},
		{"John Q. Public <jqp@x.org>", []string{"John Q. Public|jqp@x.org"}},
		{`"John \"Q\"" <jq@x.org>`, []string{`John "Q"|jq@x.org`}},
		{`Jane"Q"Doe <j@x.org>`, []string{"Jane Q Doe|j@x.org"}},
		{"Team: a@x.org, B <b@x.org>;", []string{"|a@x.org", "B|b@x.org"}},
		{"Team:a@x.org;, b@x.org", []string{"|a@x.org", "|b@x.org"}},
		{"Team: Doe, Jane <j@x.org>;", []string{"Doe, Jane|j@x.org"}},
		{"undisclosed-recipients:;", nil},
		{"undisclosed-recipients: ;, a@x.org", []string{"|a@x.org"}},
		{"mailto:j@x.org?subject=hi", []string{"|j@x.org"}},
		{"mailto:j%2Bk@x.org", []string{"|j+k@x.org"}},
		{"MAILTO:%22not%40me%22@example.org", []string{`|"not@me"@example.org`}},
		{"Jane <mailto:jane@x.org>, k@x.org", []string{"Jane|jane@x.org", "|k@x.org"}},
		{"mailto:j@x.org,k@y.org", []string{"|j@x.org", "|k@y.org"}},
		{"jane@x.org <jane@X.org>", []string{"|jane@x.org"}},
		{"Jürgen <j@x.org>", []string{"Jürgen|j@x.org"}},
		{"山田　太郎 <t@x.org>", []string{"山田　太郎|t@x.org"}},
		{"👩‍👩‍👧‍👦 Family <f@x.org>", []string{"👩‍👩‍👧‍👦 Family|f@x.org"}},
		{"\u200bj@x.org\u00a0", []string{"|j@x.org"}},
		{"Jane\u00a0Doe\u200b <\u00a0j@x.org\ufeff>", []string{"Jane\u00a0Doe|j@x.org"}},
		{"=?utf-8?q?J=C3=BCrgen?= <j@x.org>", []string{"=?utf-8?q?J=C3=BCrgen?=|j@x.org"}},
		{"j@BÜCHER.example", []string{"|j@xn--bcher-kva.example"}},
		{"jürgen@example.org", []string{"|jürgen@example.org"}},
	} {
		l, err := ParseList(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if got := flat(l); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestListKeepsItsGroups(t *testing.T) {
	// RFC 5322 appendix A.1.3 and A.5, with the folds undone and the comments inside addresses left out.
	for in, want := range map[string]List{
		"A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;": {{Name: "A Group", Named: true, Members: []Mailbox{
			{"Ed Jones", mustParse(t, "c@a.test")}, {"", mustParse(t, "joe@where.test")}, {"John", mustParse(t, "jdoe@one.test")}}}},
		"Undisclosed recipients:;": {{Name: "Undisclosed recipients", Named: true}},
		"A Group(Some people)     :Chris Jones <c@public.example>,   joe@example.org,  John <jdoe@one.test> (my dear friend); (the end of the group)": {
			{Name: "A Group", Named: true, Members: []Mailbox{
				{"Chris Jones", mustParse(t, "c@public.example")}, {"", mustParse(t, "joe@example.org")}, {"John", mustParse(t, "jdoe@one.test")}}}},
		"(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;": {{Name: "Hidden recipients", Named: true}},
		// A.1.1, A.1.2, A.6.1
		`"Joe Q. Public" <john.q.public@example.com>`: {{Members: []Mailbox{{"Joe Q. Public", mustParse(t, "john.q.public@example.com")}}}},
		"Joe Q. Public <john.q.public@example.com>":   {{Members: []Mailbox{{"Joe Q. Public", mustParse(t, "john.q.public@example.com")}}}},
		`<boss@nil.test>`: {{Members: []Mailbox{{"", mustParse(t, "boss@nil.test")}}}},
		`"Giant; \"Big\" Box" <sysservices@example.net>`:             {{Members: []Mailbox{{`Giant; "Big" Box`, mustParse(t, "sysservices@example.net")}}}},
		`Pete(A nice \) chap) <pete@silly.test>`:                     {{Members: []Mailbox{{"Pete", mustParse(t, "pete@silly.test")}}}},
		`"Mary Smith: Personal Account" <smith@home.example>  (new)`: {{Members: []Mailbox{{"Mary Smith: Personal Account", mustParse(t, "smith@home.example")}}}},
	} {
		got, err := ParseList(in)
		if err != nil || !slices.EqualFunc(got, want, func(a, b Group) bool {
			return a.Name == b.Name && a.Named == b.Named && slices.Equal(a.Members, b.Members)
		}) {
			t.Errorf("%q: got %+v, %v", in, got, err)
		}
	}
}

func TestListRefusesWhatCouldBeReadTwice(t *testing.T) {
	for _, in := range []string{
		"", " ", ",", ";", ",a@x.org", "a@x.org,,", "a@x.org,;", "a@x.org,,b@x.org", "a@x.org b@x.org", "a@x.org\tb@x.org",
		"SomeName, joe@x.org", "joe, Doe, Jane <j@x.org>", "Doe, Jane, Dr. <j@x.org>", "Doe; Jane <j@x.org>", "Doe, , <j@x.org>", "Doe, <j@x.org>",
		"bob", "root, bob@x.org", "Bob Smith", "Bob <>", "<>", "<j@x.org", "j@x.org>", "Bob <j@x.org> Smith", "Bob <j@x.org>, <", "jane@x.org <joe@x.org>",
		"Jane j@x.org", "Jane [Sales] <j@x.org>", `a\b@x.org`, "Jane) <j@x.org>", `"j@x.org`, `(j@x.org`, `Jane (unclosed <j@x.org>`,
		"Undisclosed:", "A: a@x.org", "A: B: c@x.org;;", "A: a@x.org,;", "A: ,a@x.org;", "A: a@x.org b@x.org;", "a@x.org:b", ":;", "A: a@x.org; b@x.org", "A: root;",
		"j＠x.org", "j＠x.org <j@x.org>", "a@x.org，b@x.org", "田中，太郎 <t@x.org>", "a@x.org；b@x.org", "a@x.org、b@x.org", "＜a@x.org＞", "a@x.org　b@y.org",
		"a\xffb@x.org", "\xff", "a@\xff.org", "\"\xff\" <a@x.org>", "\u202ea@x.org", `"a` + "\u202e" + `" <a@x.org>`, "a@x.org (\u2066b)", "a\u0085@x.org",
		"mailto:", "mailto:?subject=x", "mailto:%zz@x.org", "mailto:mailto:a@x.org", "mailto:a%0Ab@x.org", "mailto:a@x.org%0D%0ARCPT", "mailto:Jane%20%3Cj@x.org%3E", "mailto:a@x.org b@x.org",
		strings.Repeat("(", 30) + "a@x.org", strings.Repeat("A:", 3000), strings.Repeat("mailto:", 3000) + "a@x.org",
		`"` + strings.Repeat("n", 1000) + `" <a@x.org>`, "@list.txt", "a@x.org, @list.txt",
	} {
		l, err := ParseList(in)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.60q: got %v, %v, want an *Error", in, l, err)
			continue
		}
		if shown := e.Error() + e.Caret(); strings.ContainsAny(shown, "\r\x00\x1b\u202e\u2066\u0085") || strings.Count(shown, "\n") > 1 || len(shown) > 1000 {
			t.Errorf("%.60q: the error does not fit on a terminal: %q", in, shown)
		}
	}
}

func TestListSaysWhatItSetRight(t *testing.T) {
	for in, want := range map[string]string{
		"a@x.org":                            "",
		"a@x.org;":                           "",
		"a@x.org,":                           "the list ends with a comma: is an address missing?",
		"\u200ba@x.org":                      "an invisible character (U+200B) beside an address was left out",
		"Doe, Jane <j@x.org>":                `"Doe, Jane" <j@x.org> is read as one mailbox; quote the name to say so`,
		`"Doe, Jane" <j@x.org>`:              "",
		"mailto:a@x.org":                     "",
		"mailto:a@x.org?cc=b@x.org":          "of the mailto link only the address a@x.org is used",
		"\u00a0a@x.org, \u00a0b@x.org\u00a0": "an invisible character (U+00A0) beside an address was left out",
	} {
		var said []string
		_, err := Parser{Warn: func(s string) { said = append(said, s) }}.List(in)
		if got := strings.Join(said, "|"); got != want || err != nil {
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestLaxQuotesWhatProvidersGaveOut(t *testing.T) {
	for in, want := range map[string]string{
		"j..k@docomo.example": `"j..k"@docomo.example`, ".j@x.org": `".j"@x.org`, "J. <j.@x.org>": `"j."@x.org`, "mailto:j..k@x.org": `"j..k"@x.org`, "j.k@x.org": "j.k@x.org", ".@x.org": `"."@x.org`,
		"j@x..org": "", "j k@x.org": "", "j@@x.org": "", "j\u200b..k@x.org": "", strings.Repeat(".", 63) + "@x.org": "",
	} {
		l, err := Parser{Lax: true}.List(in)
		if want == "" {
			if err == nil {
				t.Errorf("%q: got %q, want an error", in, flat(l))
			}
			continue
		}
		if err != nil || l.Mailboxes()[0].Address.String() != want {
			t.Errorf("%q: got %v, %v, want %s", in, l, err, want)
			continue
		}
		if again, err := Parse(want); err != nil || again != l.Mailboxes()[0].Address {
			t.Errorf("%s reads back as %v, %v", want, again, err)
		}
	}
	if a, err := (Parser{Lax: true}).Address("<j..k@x.org>"); err != nil || a.String() != `"j..k"@x.org` {
		t.Errorf("got %v, %v", a, err)
	}
}

func TestNamesOfReceivedLettersAreDecoded(t *testing.T) {
	p := Parser{Words: new(mime.WordDecoder)}
	// RFC 2047 §8
	for in, want := range map[string]string{
		"=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>":             "Keith Moore|moore@cs.utk.edu",
		"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>":     "Keld Jørn Simonsen|keld@dkuug.dk",
		"=?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>":    "André Pirard|PIRARD@vm1.ulg.ac.be",
		"=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?= <x@y.org>":           "ab|x@y.org",
		"=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?_b?= <x@y.org>":         "a b|x@y.org",
		"x@y.org (=?ISO-8859-1?Q?Patrik_F=E4ltstr=F6m?=)":           "Patrik Fältström|x@y.org",
		"=?unheard-of?Q?a?= <x@y.org>":                              "=?unheard-of?Q?a?=|x@y.org",
		"=?utf-8?q?Doe=2C_Jane?= <x@y.org>, plain <z@y.org>":        "Doe, Jane|x@y.org plain|z@y.org",
		"=?utf-8?q?=3Cevil=40z.org=3E=2C?= <x@y.org>":               "<evil@z.org>,|x@y.org",
		"=?utf-8?b?15nXldeh15Mg15DXnCDXk9ec15HXmQ==?= <x@y.org>":    "יוסד אל דלבי|x@y.org",
		"=?utf-8?q?a?= =?utf-8?q?b?= c =?utf-8?q?d?= <x@y.org>":     "ab c d|x@y.org",
		"=?utf-8?Q?=F0=9F=91=A9=E2=80=8D=F0=9F=91=A7?= <x@y.org>":   "👩‍👧|x@y.org",
		"=?ISO-8859-1?Q?Olle_J=E4rnefors?= <ojarnef@admin.kth.se>;": "Olle Järnefors|ojarnef@admin.kth.se",
	} {
		l, err := p.List(in)
		if got := strings.Join(flat(l), " "); got != want || err != nil {
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"=?utf-8?q?a=0ABcc:b?= <x@y.org>", "=?utf-8?q?=E2=80=AE?= <x@y.org>", "x@y.org (=?utf-8?q?=1B[2J?=)", "=?utf-8?q?=00?=: x@y.org;"} {
		if l, err := p.List(in); err == nil {
			t.Errorf("%q: got %q, want an error", in, flat(l))
		}
	}
}
