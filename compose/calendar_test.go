package compose

import (
	"strings"
	"testing"
)

const invitation = "BEGIN:VCALENDAR\nPRODID:-//crepes.fr//EN\nVERSION:2.0\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:1@crepes.fr\nDTSTAMP:20261123T013455Z\n" +
	"DTSTART:20261124T110000Z\nORGANIZER:mailto:alice@crepes.fr\nATTENDEE:mailto:bob@hamburger.edu\nSUMMARY:Crêpes\nEND:VEVENT\nEND:VCALENDAR\n"

func TestCalendarMethod(t *testing.T) {
	for in, want := range map[string]string{
		invitation: "REQUEST",
		"BEGIN:VCALENDAR\r\nMETH\r\n OD:can\r\n\tcel\r\nEND:VCALENDAR": "CANCEL",
		"begin:vcalendar\nmethod: reply \nend:vcalendar\n\n":           "REPLY",
	} {
		if got, err := calendarMethod(in); got != want || err != nil {
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "METHOD:REQUEST", strings.Replace(invitation, "METHOD:REQUEST\n", "", 1), strings.Replace(invitation, "END:VCALENDAR\n", "", 1),
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nMETHOD:REQUEST\nEND:VEVENT\nEND:VCALENDAR", "BEGIN:VCALENDAR\nMETHOD:A B;C=\"D\"\nEND:VCALENDAR",
	} {
		if got, err := calendarMethod(in); exitCode(err) != 65 {
			t.Errorf("%q: got %q, %v, want an error", in, got, err)
		}
	}
}

func TestLeavingAList(t *testing.T) {
	d := simple(t)
	d.Leave, d.OneClick = []string{"https://crepes.fr/leave?u=" + strings.Repeat("x", 200), "mailto:leave@crepes.fr"}, true
	var b strings.Builder
	if _, err := compose(t, d).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	want := "List-Unsubscribe: <" + d.Leave[0] + ">,\r\n <mailto:leave@crepes.fr>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
	if !strings.Contains(b.String(), want) {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	for _, leave := range [][]string{nil, {"mailto:leave@crepes.fr"}, {"http://crepes.fr/leave"}, {"https://crepes.fr/a", "https://crepes.fr/b"}, {"https://crepes.fr/a", "http://crepes.fr/a"}} {
		d.Leave = leave
		if _, err := desk().Compose(d); exitCode(err) != 65 {
			t.Errorf("%q with one click: got %v", leave, err)
		}
	}
	d.Leave, d.OneClick = []string{"crepes.fr"}, false
	if _, err := desk().Compose(d); exitCode(err) != 65 {
		t.Errorf("no URI: got %v", err)
	}
}

// FuzzCalendar: a method that is found is a word that can stand in a type, and the object arrives as it is.
func FuzzCalendar(f *testing.F) {
	f.Add(invitation)
	f.Add("BEGIN:VCALENDAR\r\nMETH\r\n OD:can\r\n\tcel\r\nEND:VCALENDAR")
	f.Fuzz(func(t *testing.T, object string) {
		d := simple(t)
		d.Calendar = object
		l, err := desk().Compose(d)
		if err != nil || object == "" {
			return
		}
		method, _ := calendarMethod(object)
		var b strings.Builder
		if _, err := l.WriteTo(&b); err != nil || method == "" || !strings.Contains(b.String(), "text/calendar; charset=utf-8; method="+method+"\r\n") {
			t.Fatalf("%q: %v, %q in\n%s", object, err, method, b.String())
		}
	})
}
