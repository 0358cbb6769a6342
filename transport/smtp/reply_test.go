package smtp

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func readReply(text string) (Reply, error) {
	return newReplyReader(strings.NewReader(text), &telling{}).read()
}

func TestReply(t *testing.T) {
	for _, c := range []struct {
		text string
		want Reply
	}{
		{"250 ok\r\n", Reply{250, "", []string{"ok"}}},
		{"250\r\n", Reply{250, "", []string{""}}},
		{"250 \n", Reply{250, "", []string{""}}},
		{"250-\r\n250 \r\n", Reply{250, "", []string{"", ""}}},
		{"250-a\r\n250-b\n250 c\r\r\n", Reply{250, "", []string{"a", "b", "c"}}},
		{"250-a\r\n250\r\n", Reply{250, "", []string{"a", ""}}},
		{"550 5.1.1 no\r\n", Reply{550, "5.1.1", []string{"5.1.1 no"}}},
		{"550 5.1.1\r\n", Reply{550, "5.1.1", []string{"5.1.1"}}},
		{"550-5.7.1 a\r\n550 5.7.2 b\r\n", Reply{550, "5.7.1", []string{"5.7.1 a", "5.7.2 b"}}},
		{"550 4.1.1 no\r\n", Reply{550, "", []string{"4.1.1 no"}}},
		{"550 5.1.1.1 no\r\n", Reply{550, "", []string{"5.1.1.1 no"}}},
		{"550 5.1000.1 no\r\n", Reply{550, "", []string{"5.1000.1 no"}}},
		{"550 5..1 no\r\n", Reply{550, "", []string{"5..1 no"}}},
		{"354 3.0.0 go\r\n", Reply{354, "", []string{"3.0.0 go"}}},
		{"250 \x00\xff\x1b\r\n", Reply{250, "", []string{"\x00\xff\x1b"}}},
		{"599 x\r\n", Reply{599, "", []string{"x"}}},
	} {
		got, err := readReply(c.text)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: got %+v, %v", c.text, got, err)
		}
		got, err = newReplyReader(iotest.OneByteReader(strings.NewReader(c.text)), &telling{}).read()
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q octet by octet: got %+v, %v", c.text, got, err)
		}
	}
}

func TestReplyViolations(t *testing.T) {
	for _, text := range []string{
		"\r\n", "2\r\n", "25\r\n", "25x ok\r\n", " 250 ok\r\n", "150 ok\r\n", "650 ok\r\n", "999 ok\r\n", "250ok\r\n", "250\tok\r\n",
		"-50 ok\r\n", "250-a\r\n251 b\r\n", "250-a\r\nhello\r\n", "250-a\r\n\r\n",
		strings.Repeat("250-a\r\n", maxLines) + "250 end\r\n",
		"250 " + strings.Repeat("x", maxDropped+maxLine) + "\r\n",
		strings.Repeat("250-"+strings.Repeat("x", 4000)+"\r\n", 20) + "250 end\r\n",
	} {
		_, err := readReply(text)
		var v violation
		if !errors.As(err, &v) {
			t.Errorf("%q: got %v, want a violation", clip(text, 50), err)
		}
	}
}

func TestReplyCutOff(t *testing.T) {
	for _, text := range []string{"", "250", "250 ok", "250-ok\r\n", "250-ok\r\n250 ok"} {
		if _, err := readReply(text); err == nil || errors.As(err, new(violation)) {
			t.Errorf("%q: got %v, want the end of the connection", text, err)
		}
	}
}

func TestReplyAtTheLimits(t *testing.T) {
	text := strings.Repeat("250-a\r\n", maxLines-1) + "250 " + strings.Repeat("x", maxDropped-maxLine) + "\r\n"
	r, err := readReply(text)
	if err != nil || len(r.Lines) != maxLines || len(r.Lines[maxLines-1]) != maxLine-4 {
		t.Fatal(len(r.Lines), err)
	}
}

// TestRepliesWithoutEnd: replies that are within bounds one by one are not for ever.
func TestRepliesWithoutEnd(t *testing.T) {
	one := strings.Repeat("250-"+strings.Repeat("x", 1000)+"\r\n", 60) + "250 x\r\n"
	var many []io.Reader
	for range maxHeard/len(one) + 1 {
		many = append(many, strings.NewReader(one))
	}
	rr, n := newReplyReader(io.MultiReader(many...), &telling{}), 0
	for ; ; n++ {
		_, err := rr.read()
		var v violation
		if errors.As(err, &v) {
			break
		}
		if err != nil {
			t.Fatal(n, err)
		}
	}
	if n != maxHeard/len(one) {
		t.Errorf("%d replies were taken", n)
	}
}

func TestReplyString(t *testing.T) {
	for _, c := range []struct {
		reply Reply
		want  string
	}{
		{Reply{}, ""},
		{Reply{Enhanced: "5.3.4"}, ""},
		{Reply{250, "", []string{""}}, "250"},
		{Reply{550, "5.1.1", []string{"5.1.1 no such", "5.1.1 user"}}, "550 5.1.1 no such user"},
	} {
		if got := c.reply.String(); got != c.want {
			t.Errorf("%+v: got %q", c.reply, got)
		}
	}
}

// FuzzReply: whatever a server says, the reader ends, and what it takes for a reply is one.
func FuzzReply(f *testing.F) {
	for _, s := range []string{"250 ok\r\n", "250-a\r\n250 b\r\n", "550 5.1.1 no\n", "250-\x00\r\n250", "220" + strings.Repeat("x", 5000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := readReply(text)
		if err != nil {
			return
		}
		if r.Code < 200 || r.Code > 599 || len(r.Lines) == 0 || len(r.Lines) > maxLines {
			t.Fatalf("%+v", r)
		}
		if r.Enhanced != "" && (r.Enhanced[0] != byte('0'+r.class()) || !strings.HasPrefix(r.Lines[0], r.Enhanced)) {
			t.Fatalf("%+v", r)
		}
		if strings.Contains(strings.Join(r.Lines, ""), "\n") {
			t.Fatalf("%+v", r)
		}
		again, err := readReply(rebuilt(r))
		if err != nil || !reflect.DeepEqual(again, r) {
			t.Fatalf("%+v became %+v, %v", r, again, err)
		}
	})
}

// rebuilt is the reply as a server would say it.
func rebuilt(r Reply) string {
	var b strings.Builder
	for i, line := range r.Lines {
		sep := "-"
		if i == len(r.Lines)-1 {
			sep = " "
		}
		b.WriteString(string(rune('0'+r.Code/100)) + string(rune('0'+r.Code/10%10)) + string(rune('0'+r.Code%10)) + sep + line + "\r\n")
	}
	return b.String()
}
