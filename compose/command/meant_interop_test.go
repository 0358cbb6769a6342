//go:build interop

package command

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"slices"
	"strings"
	"testing"

	"mxsend/compose"
	"mxsend/compose/address"
	"mxsend/compose/letter"
)

// meant is what the letter of this folder shall say to whoever reads it, by its command line and its files.
func meant(t *testing.T) reading {
	t.Helper()
	d, err := draftOf(t, wordsOf(t), stdinOf(t))
	if err != nil {
		t.Fatal(err)
	}
	l, err := fixedDesk().Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	date := d.Date
	if date.IsZero() {
		date = fixedDesk().Now()
	}
	r := reading{
		Subject: strings.Trim(d.Subject, " \t"), Date: date.Unix(), MessageID: l.Facts.MessageID,
		From: boxesOf(d.From), To: boxesOf(d.To.Mailboxes()), Cc: boxesOf(d.Cc.Mailboxes()), ReplyTo: boxesOf(d.ReplyTo.Mailboxes()),
		InReplyTo: bracketed(d.InReplyTo), References: threadOf(d), Own: ownOf(d), Text: textOf(t, d), HTML: plainEnds(withEnds(d.HTML)), Tree: treeOf(d),
	}
	if !d.Sender.Address.IsZero() {
		r.Sender = boxesOf([]address.Mailbox{d.Sender})
	}
	r.Files = filesOf(t, d)
	if len(d.Pictures) > 0 {
		shown(t, l, &r)
	}
	return r
}

func boxesOf(mailboxes []address.Mailbox) []box {
	var all []box
	for _, m := range mailboxes {
		all = append(all, box{m.Name, m.Address.String()})
	}
	return all
}

func bracketed(ids []string) []string {
	var all []string
	for _, id := range ids {
		all = append(all, "<"+strings.Trim(id, "<>")+">")
	}
	return all
}

// threadOf: the letters before, then those answered; of more than twenty the first and the last nineteen.
func threadOf(d compose.Draft) []string {
	all := bracketed(append(slices.Clone(d.References), d.InReplyTo...))
	if len(all) > 20 {
		all = append(all[:1:1], all[len(all)-19:]...)
	}
	return all
}

// ownOf are the fields beyond the standards: the author's, and those by which mail programs know a wish for attention.
func ownOf(d compose.Draft) map[string][]string {
	own := map[string][]string{}
	switch d.Importance {
	case compose.High:
		own["x-priority"], own["x-msmail-priority"] = []string{"1"}, []string{"High"}
	case compose.Low:
		own["x-priority"], own["x-msmail-priority"] = []string{"5"}, []string{"Low"}
	}
	for _, line := range d.Fields {
		name, value, _ := strings.Cut(line, ":")
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-") {
			own[name] = append(own[name], strings.TrimSpace(value))
		}
	}
	return own
}

func textOf(t *testing.T, d compose.Draft) string {
	t.Helper()
	if d.NoText || d.Text != "" || d.HTML == "" {
		return plainEnds(withEnds(d.Text))
	}
	text, err := compose.PlainText(d.HTML)
	if err != nil {
		t.Fatal(err)
	}
	return plainEnds(withEnds(text))
}

// treeOf: words, page with its pictures and invitation are versions of one another, and files stand beside them.
func treeOf(d compose.Draft) string {
	var versions, all []string
	if !d.NoText {
		versions = append(versions, "text/plain")
	}
	if d.HTML != "" {
		page := []string{"text/html"}
		for _, p := range d.Pictures {
			page = append(page, string(p.File.Type))
		}
		versions = append(versions, level("related", page))
	}
	if d.Calendar != "" {
		versions = append(versions, "text/calendar")
	}
	all = append(all, level("alternative", versions))
	if d.Calendar != "" {
		all = append(all, "application/ics")
	}
	for _, p := range d.Attachments {
		all = append(all, string(p.Type))
	}
	return level("mixed", all)
}

// level is left out where it would hold one part only.
func level(kind string, parts []string) string {
	if len(parts) == 1 {
		return parts[0]
	}
	return "multipart/" + kind + "(" + strings.Join(parts, " ") + ")"
}

func filesOf(t *testing.T, d compose.Draft) []fileRead {
	t.Helper()
	var all []fileRead
	for _, p := range d.Pictures {
		all = append(all, fileRead{p.File.Name, string(p.File.Type), "inline", strings.Trim(p.ID, "<>"), sumOf(bytesOf(t, p.File))})
	}
	if d.Calendar != "" {
		sum := sumOf([]byte(withEnds(d.Calendar)))
		all = append(all, fileRead{Type: "text/calendar", SHA256: sum}, fileRead{Name: "invite.ics", Type: "application/ics", Disposition: "attachment", SHA256: sum})
	}
	for _, p := range d.Attachments {
		all = append(all, fileRead{Name: p.Name, Type: string(p.Type), Disposition: "attachment", SHA256: sumOf(bytesOf(t, p))})
	}
	return all
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// shown takes from Go's own parsers what only the composer knows: the page that calls its pictures, and the identifiers that
// the author did not choose.
func shown(t *testing.T, l *letter.Letter, r *reading) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(written(t, l)))
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for _, f := range leavesOf(t, "", m.Header.Get, m.Body) {
		switch {
		case f.kind == "text/html" && f.disposition == "":
			r.HTML = plainEnds(string(f.content))
		case f.disposition == "inline":
			if r.Files[i].CID == "" {
				r.Files[i].CID = strings.Trim(f.id, "<>")
			}
			if cid := r.Files[i].CID; cid == "" || !strings.Contains(r.HTML, "cid:"+cid) {
				t.Errorf("the page does not show %q", cid)
			}
			i++
		}
	}
}
