package report

import (
	"bytes"
	"encoding/json"
	"math"
	"time"

	"mxsend/transport/smtp"
)

// document and entry are the published names of the JSON report; what stands here stays.
type document struct {
	MessageID  string  `json:"messageId"`
	Size       int64   `json:"size"`
	Exit       int     `json:"exit"`
	Queued     string  `json:"queued,omitempty"`
	Recipients []entry `json:"recipients"`
}

type entry struct {
	Recipient string     `json:"recipient"`
	Outcome   State      `json:"outcome"`
	Class     smtp.Class `json:"class,omitempty"`
	Stage     smtp.Stage `json:"stage,omitempty"`
	Host      string     `json:"host,omitempty"`
	Address   string     `json:"address,omitempty"`
	Code      int        `json:"code,omitempty"`
	Enhanced  string     `json:"enhanced,omitempty"`
	Reply     []string   `json:"reply,omitempty"`
	QueueID   string     `json:"queueId,omitempty"`
	TLS       *tlsEntry  `json:"tls,omitempty"`
	Reason    string     `json:"reason,omitempty"`
	MX        []mxEntry  `json:"exchangers,omitempty"`
	Policies  []string   `json:"policies,omitempty"`
	Attempts  []Attempt  `json:"attempts,omitempty"`
	Seconds   float64    `json:"seconds"`
}

type mxEntry struct {
	Host       string `json:"host"`
	Preference uint16 `json:"preference"`
}

type tlsEntry struct {
	Version  string `json:"version"`
	Cipher   string `json:"cipher"`
	Verified bool   `json:"verified"`
	Why      string `json:"why,omitempty"`
	Policy   string `json:"policy"`

	Subject  string    `json:"subject,omitempty"`
	Issuer   string    `json:"issuer,omitempty"`
	Names    []string  `json:"names,omitempty"`
	NotAfter time.Time `json:"notAfter,omitzero"`
}

// MarshalJSON gives the one object of --json. Server text is put in whole: JSON escapes what a terminal may not see, and
// bytes that are not UTF-8 are replaced as encoding/json does.
func (r Report) MarshalJSON() ([]byte, error) {
	d := document{MessageID: r.MessageID, Size: r.Size, Exit: r.ExitCode(), Queued: r.Queued, Recipients: []entry{}}
	for _, o := range r.Outcomes {
		d.Recipients = append(d.Recipients, o.entry())
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // addresses stay readable
	err := e.Encode(d)
	return b.Bytes(), err
}

func (o Outcome) entry() entry {
	e := entry{
		Recipient: o.Recipient.String(), Outcome: o.State, Class: o.Class, Stage: o.Stage, Host: o.Host,
		Code: o.Reply.Code, Enhanced: o.Reply.Enhanced, Reply: o.Reply.Lines, QueueID: o.QueueID,
		Reason: Reason(o.Cause), Policies: o.Policies, Attempts: o.Attempts, Seconds: math.Round(o.Elapsed.Seconds()*1e6) / 1e6,
	}
	for _, mx := range o.Exchangers {
		e.MX = append(e.MX, mxEntry{mx.Host, mx.Preference})
	}
	if o.Address.IsValid() {
		e.Address = o.Address.String()
	}
	if t := o.TLS; t != nil {
		e.TLS = &tlsEntry{Version: t.Version, Cipher: t.Cipher, Verified: t.Verified, Why: t.Why, Policy: t.Policy,
			Subject: t.Subject, Issuer: t.Issuer, Names: t.Names, NotAfter: t.NotAfter}
	}
	return e
}
