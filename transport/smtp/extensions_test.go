package smtp

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"mxsend/compose/letter"
)

func TestExtensions(t *testing.T) {
	e := parseExtensions([]string{"mx.example greets you SIZE 5", "size 100", "AUTH PLAIN", "auth=LOGIN CRAM-MD5", "X", " Help ", ""}, []string{"x"})
	if e.Server != "mx.example" || e.Size() != 100 {
		t.Errorf("server %q, size %d", e.Server, e.Size())
	}
	if got := e.Params("auth"); !slices.Equal(got, []string{"PLAIN", "LOGIN", "CRAM-MD5"}) {
		t.Errorf("AUTH %q", got)
	}
	if e.Has("X") || !e.Has("help") || e.Has("GREETS") {
		t.Errorf("keywords %q", e.Keywords())
	}
	if (Extensions{}).Has("SIZE") || (Extensions{}).Size() != 0 || len(Extensions{}.Keywords()) != 0 {
		t.Error("the zero value offers something")
	}
}

func TestSizeOffered(t *testing.T) {
	for line, want := range map[string]int64{
		"SIZE": 0, "SIZE 0": 0, "SIZE 1": 1, "SIZE 9223372036854775807": 1<<63 - 1, "SIZE 9223372036854775808": 0,
		"SIZE -1": 0, "SIZE +1": 0, "SIZE 1k": 0, "SIZE 1 2": 0, "SIZE unlimited": 0, "SIZE=1": 0,
	} {
		if got := parseExtensions([]string{"mx", line}, nil).Size(); got != want {
			t.Errorf("%s: got %d", line, got)
		}
	}
}

func TestLimits(t *testing.T) {
	for line, want := range map[string]int{
		"LIMITS RCPTMAX=5": 5, "LIMITS MAILMAX=1 rcptmax=7": 7, "LIMITS RCPTMAX=0": 0, "LIMITS RCPTMAX=": 0, "LIMITS RCPTMAX=x": 0,
		"LIMITS RCPTMAX=-1": 0, "LIMITS RCPTMAX=999999": 999999, "LIMITS RCPTMAX=1000000": 0, "LIMITS": 0, "LIMITS MAILMAX=3": 0,
		"LIMITS RCPTMAX=5 what": 5, "LIMITS what RCPTMAX=5": 5, "LIMITS RCPTMAX=5 =3": 0, "LIMITS X=y RCPTMAX=5": 5,
		"LIMITS RCPTMAX=5 X=": 0, "LIMITS RCPTMAX=5 X=1;2": 0, "LIMITS RCPTMAX=5 a.b=1": 0, "LIMITS RCPTMAX=05": 0, "LIMITS RCPTMAX": 0,
		"LIMITS RCPTMAX=5 RCPTMAX=x": 0, "LIMITS RCPTMAX=٥": 0, "limits x-y_2=a=b RcptMax=5": 5,
	} {
		if got := parseExtensions([]string{"mx", line}, nil).limit("RCPTMAX"); got != want {
			t.Errorf("%s: got %d", line, got)
		}
	}
}

// FuzzExtensions: no line of a server makes a keyword that is not one word in upper case, and every limit is in bounds.
func FuzzExtensions(f *testing.F) {
	f.Add("mx\nlimits RCPTMAX=0 =1\nLIMITS RCPTMAX=2;3\nLIMITS\nAUTH=\n AUTH=X Y")
	f.Add("mx\nSIZE 10\nLIMITS RCPTMAX=3 MAILMAX=x\nAUTH=LOGIN")
	f.Fuzz(func(t *testing.T, text string) {
		e := parseExtensions(strings.Split(text, "\n"), nil)
		for _, k := range e.Keywords() {
			if k == "" || k != strings.ToUpper(k) || len(strings.Fields(k)) != 1 {
				t.Fatalf("keyword %q", k)
			}
		}
		for _, name := range []string{"RCPTMAX", "mailmax", "RcptDomainMax"} {
			if n := e.limit(name); e.Size() < 0 || n < 0 || n > 999999 || n != e.limit(strings.ToUpper(name)) {
				t.Fatalf("size %d, %s %d", e.Size(), name, n)
			}
		}
		if e.Has("AUTH") != slices.Contains(e.Keywords(), "AUTH") || !e.Has("AUTH") && e.Params("AUTH") != nil {
			t.Fatalf("AUTH %q of %q", e.Params("AUTH"), e.Keywords())
		}
		if left := parseExtensions(strings.Split(text, "\n"), e.Keywords()); len(left.Keywords()) > 0 {
			t.Fatalf("ignored, and still there: %q", left.Keywords())
		}
	})
}

// FuzzLimits: a list is read alike in every case and order, and one more limit, known or not, changes no other; what a
// server says after the words is never taken for a number.
func FuzzLimits(f *testing.F) {
	f.Add("MAILMAX=5 RCPTMAX=x OTHER", "RCPTMAX=7")
	f.Add("MAILMAX=1000000", "=")
	f.Add("MAILMAX=1;2 X=", "Y=\x00")
	f.Fuzz(func(t *testing.T, list, more string) {
		limit := func(text, name string) int { return parseExtensions([]string{"mx", "LIMITS " + text}, nil).limit(name) }
		n := limit(list, "MAILMAX")
		if n < 0 || n > 999999 || n > 0 && !strings.Contains(list, strconv.Itoa(n)) {
			t.Fatalf("%q: %d", list, n)
		}
		if other := limit(list+" OTHER X-Y_Z=1,2", "MAILMAX"); other != n {
			t.Fatalf("%q: %d, with another limit %d", list, n, other)
		}
		if both := limit(list+" "+more, "MAILMAX"); both != n && both != 0 && both != limit(more, "MAILMAX") {
			t.Fatalf("%q and %q: %d", list, more, both)
		}
	})
}

// A line of 998 octets may travel, one of 999 may not, unless lines mean nothing. RFC 5321 §4.5.3.1.6
func TestTheLongestLine(t *testing.T) {
	for _, c := range []struct {
		longest int
		binary  bool
		ok      bool
	}{{997, false, true}, {998, false, true}, {999, false, false}, {1 << 20, true, false}} {
		l := &letter.Letter{Facts: letter.Facts{LongestLine: c.longest, Binary: c.binary}}
		if err := (&Session{}).fitsText(l); (err == nil) != c.ok || err != nil && (err.Class == ClassLocal) == c.binary {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
