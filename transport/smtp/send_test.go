package smtp

import (
	"testing"
	"time"
)

// What all recipients share is told once for all of them.
func TestTheErrorInCommon(t *testing.T) {
	one, other := &Error{Class: ClassRefused}, &Error{Class: ClassRefused}
	for name, c := range map[string]struct {
		errs []*Error
		want error
	}{
		"nobody": {nil, nil}, "accepted": {[]*Error{nil}, nil}, "one": {[]*Error{one}, one}, "the same": {[]*Error{one, one, one}, one},
		"alike": {[]*Error{one, other}, nil}, "one accepted": {[]*Error{one, nil}, nil}, "the first accepted": {[]*Error{nil, one}, nil},
	} {
		var all []Verdict
		for _, e := range c.errs {
			all = append(all, Verdict{Err: e})
		}
		if got := common(all); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

// A server that has taken a letter and then hangs up or says 421 to the next one wants another connection, and blames nobody.
func TestWhatIsAGoodbye(t *testing.T) {
	late := &timeoutError{"no reply", time.Second}
	for name, c := range map[string]struct {
		err    *Error
		served bool
		want   bool
	}{
		"421":                      {&Error{Class: ClassRefused, Stage: StageMail, Reply: Reply{Code: 421}}, true, true},
		"closed":                   {&Error{Class: ClassConnection, Stage: StageMail, Cause: errClosed}, true, true},
		"reset":                    {&Error{Class: ClassConnection, Stage: StageMail, Cause: errReset}, true, true},
		"silence":                  {&Error{Class: ClassConnection, Stage: StageMail, Cause: late}, true, false},
		"450":                      {&Error{Class: ClassRefused, Stage: StageMail, Reply: Reply{Code: 450}}, true, false},
		"nonsense":                 {&Error{Class: ClassProtocol, Stage: StageMail}, true, false},
		"421 to a recipient":       {&Error{Class: ClassRefused, Stage: StageRcpt, Reply: Reply{Code: 421}}, true, false},
		"closed after the letter":  {&Error{Class: ClassConnection, Stage: StageMail, Cause: errClosed, Unknown: true}, true, false},
		"421 to the first letter":  {&Error{Class: ClassRefused, Stage: StageMail, Reply: Reply{Code: 421}}, false, false},
		"closed before any letter": {&Error{Class: ClassConnection, Stage: StageMail, Cause: errClosed}, false, false},
	} {
		if got := (&Session{served: c.served}).saidGoodbye(c.err); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
