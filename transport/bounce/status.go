package bounce

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mxsend/transport/report"
	"mxsend/transport/smtp"
)

// status is the report for programs. narrow: in ASCII, for servers that take nothing else. RFC 3464 §2
func (d *draft) status(narrow bool) part {
	if wide := d.report(true); !narrow && !isASCII(string(wide)) {
		return part{kind: "message/global-delivery-status", encoding: "8bit", text: wide} // RFC 6533 §4
	}
	return part{kind: "message/delivery-status", encoding: "7bit", text: d.report(false)}
}

// report writes the fields of the letter and of each recipient. wide: addresses that need it in UTF-8.
func (d *draft) report(wide bool) []byte {
	var f fields
	f.add("Original-Envelope-Id", ascii(d.Original.Envelope.ID)) // RFC 3464 §2.2.1
	f.add("Reporting-MTA", "dns; "+d.reporter)
	f.add("Arrival-Date", date(d.Arrived))
	for _, r := range d.told {
		f.end()
		r.report(&f, d.Kind, wide)
	}
	return f.Bytes()
}

// report writes the fields of one recipient. RFC 3464 §2.3
func (r Recipient) report(f *fields, kind Kind, wide bool) {
	o := r.Outcome
	if kind, text, _ := strings.Cut(r.Recipient.Original, ";"); isToken(kind) && strings.TrimSpace(text) != "" {
		f.add("Original-Recipient", typed(kind, text, wide)) // RFC 3464 §2.3.1
	}
	f.add("Final-Recipient", typed("rfc822", r.Recipient.Address.String(), wide))
	f.add("Action", string(kind))
	f.add("Status", r.status(kind))
	if o.Reply.Code != 0 { // RFC 3464 §2.3.5: only of a server that has spoken
		f.add("Remote-MTA", remote(o))
		f.add("Diagnostic-Code", "smtp; "+ascii(o.Reply.String()))
	} else if reason := report.Reason(o.Cause); reason != "" {
		f.add("Diagnostic-Code", "X-mxsend; "+ascii(reason)) // RFC 3464 §2.3.6: a type of our own
	}
	f.add("Last-Attempt-Date", date(r.LastAttempt))
	if kind == Delay {
		f.add("Will-Retry-Until", date(r.RetryUntil)) // RFC 3464 §2.3.9
	}
}

// typed is an address with its type. One that is not ASCII has a type of its own, and a form that is. RFC 6533 §3
func typed(addressType, text string, wide bool) string {
	text = strings.TrimSpace(text)
	switch {
	case strings.EqualFold(addressType, "rfc822") && !isASCII(text), strings.EqualFold(addressType, "utf-8"):
		if wide {
			return "utf-8; " + text
		}
		return "utf-8; " + embedded(text)
	}
	if strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) < 0 {
		return addressType + "; " + text // as it is, whatever it looks like: programs look for it
	}
	return addressType + "; " + ascii(text)
}

// embedded is the form utf-8-addr-xtext. RFC 6533 §3
func embedded(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r <= ' ' || r > '~' || r == '+' || r == '=' || r == '\\' {
			fmt.Fprintf(&b, `\x{%02X}`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// remote names the server that has spoken; nothing for one without a name in DNS, as a socket.
func remote(o report.Outcome) string {
	switch name, err := hostName(o.Host); {
	case o.Host != "" && err == nil:
		return "dns; " + name
	case o.Address.IsValid():
		return "dns; [" + o.Address.Addr().Unmap().String() + "]"
	}
	return ""
}

// status is the code of RFC 3463: the server's own if it fits what is told. A server that gave none has spoken of nothing
// in particular; where no server has spoken we know what happened.
func (r Recipient) status(kind Kind) string {
	reply, class := r.Outcome.Reply, r.class(kind)
	switch {
	case kind == Failure && r.Expired:
		return "4.4.7"
	case strings.HasPrefix(reply.Enhanced, class+".") && isStatus(reply.Enhanced):
		return reply.Enhanced
	case reply.Code != 0:
		return class + ".0.0"
	}
	return class + silence(r.Outcome, class)
}

// class is 4 for what may change by itself. RFC 3463 §3.1
func (r Recipient) class(kind Kind) string {
	o := r.Outcome
	if kind == Delay || o.Reply.Code/100 == 4 || o.Reply.Code == 0 && o.State != report.Failed {
		return "4"
	}
	return "5"
}

// silence is what is to be said of a server that said nothing. RFC 3463 §3.2, §3.5, §3.8
func silence(o report.Outcome, class string) string {
	switch {
	case o.Stage == report.StageResolve && class == "5":
		return ".1.2" // the domain does not exist or takes no mail
	case o.Stage == report.StageResolve:
		return ".4.3"
	case o.Stage == smtp.StageStartTLS && class == "4":
		return ".7.5"
	case o.Stage == smtp.StageConnect && class == "4":
		return ".4.1"
	case o.Class == smtp.ClassConnection:
		return ".4.2"
	}
	return ".0.0"
}

// isStatus checks what is put into a field that has no room for anything else. RFC 3464 §2.3.4
func isStatus(s string) bool {
	parts := strings.Split(s, ".")
	return len(parts) == 3 && !slices.ContainsFunc(parts, func(p string) bool {
		return p == "" || len(p) > 3 || strings.Trim(p, "0123456789") != ""
	})
}

func isToken(s string) bool {
	return s != "" && len(s) <= 64 && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?=`, r) }) < 0
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// date is a point in time as RFC 5322 §3.3 writes it; the zero time is not known and so not written.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("Mon, 02 Jan 2006 15:04:05 -0700")
}
