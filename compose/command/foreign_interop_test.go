//go:build interop

package command

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mxsend/attach"
	"mxsend/compose"
	"mxsend/compose/address"
)

// understood is what a parser that nobody here wrote makes of a letter.
type understood struct {
	Subject               string
	From, To, Cc, ReplyTo [][2]string
	Date                  int64
	MessageID             string `json:"messageId"`
	Text, HTML            *string
	Files                 []understoodFile
	Types, Defects        []string
}

type understoodFile struct{ Name, Type, Disposition, CID, SHA256 string }

// parsers are the programs that read letters.
var parsers = map[string]struct {
	program string
	script  string
	probe   []string
}{
	"Python": {"python3", "read.py", []string{"-c", "import email.policy"}},
	// The module is found by NODE_PATH.
	"mailparser": {"node", "read.js", []string{"-e", `require("mailparser")`}},
}

// TestOthersUnderstandOurLetters lets Python's email and nodemailer's mailparser read every composed letter, and compares what
// they say with what was meant.
func TestOthersUnderstandOurLetters(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join(letters, "[0-9]*"))
	if err != nil || len(folders) == 0 {
		t.Fatal("no letters: ", err)
	}
	for name, p := range parsers {
		t.Run(name, func(t *testing.T) {
			if err := exec.Command(p.program, p.probe...).Run(); err != nil {
				if os.Getenv("CI") != "" {
					t.Fatalf("%s is not installed: %v", name, err)
				}
				t.Skipf("%s is not installed: %v", name, err)
			}
			args := []string{filepath.Join(letters, p.script)}
			for _, folder := range folders {
				args = append(args, filepath.Join(folder, "want.eml"))
			}
			cmd := exec.Command(p.program, args...)
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			answers := bufio.NewReader(bytes.NewReader(out))
			for _, folder := range folders {
				line, err := answers.ReadBytes('\n')
				if err != nil {
					t.Fatal(err)
				}
				t.Run(filepath.Base(folder), func(t *testing.T) { holdAgainst(t, name, folder, line) })
			}
		})
	}
}

func holdAgainst(t *testing.T, parser, folder string, answer []byte) {
	var got understood
	if err := json.Unmarshal(answer, &got); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	d, err := draftOf(t, wordsOf(t), stdinOf(t))
	if err != nil {
		t.Fatal(err)
	}
	l, err := fixedDesk().Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if want := strings.Trim(d.Subject, " \t"); blankless(got.Subject) != blankless(want) {
		t.Errorf("the subject is %q, want %q", got.Subject, want)
	}
	if got.MessageID != l.Facts.MessageID || !d.Date.IsZero() && got.Date != d.Date.Unix() || len(got.Defects) > 0 {
		t.Errorf("%s of %d, defects %q", got.MessageID, got.Date, got.Defects)
	}
	if parser != "Python" || !l.Facts.NeedsUTF8 { // QUIRK: Python reads no raw UTF-8 in fields (RFC 6532)
		sameBoxes(t, "From", got.From, d.From)
		sameBoxes(t, "To", got.To, d.To.Mailboxes())
		sameBoxes(t, "Cc", got.Cc, d.Cc.Mailboxes())
		sameBoxes(t, "Reply-To", got.ReplyTo, d.ReplyTo.Mailboxes())
	}
	sameWords(t, got, d)
	sameFiles(t, parser, got.Files, append(append([]*attach.Part{}, d.Attachments...), pictures(d)...))
}

// blankless: QUIRK: Python 3.11 puts a blank between adjacent encoded-words of a display name, and mailparser trims; what is in
// between is read back by Go's own parsers.
func blankless(s string) string { return strings.Join(strings.Fields(s), "") }

func sameBoxes(t *testing.T, field string, got [][2]string, want []address.Mailbox) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s is %q, want %v", field, got, want)
		return
	}
	for i, w := range want {
		plain := w.Address.Local + "@" + w.Address.Domain.String()
		unicode := w.Address.Local + "@" + w.Address.Domain.Unicode
		if box := got[i]; blankless(box[0]) != blankless(w.Name) && (w.Name != "" || box[0] != "") ||
			box[1] != plain && box[1] != w.Address.String() && box[1] != unicode {
			t.Errorf("%s is %q, want %q <%s>", field, box, w.Name, plain)
		}
	}
}

// sameWords compares texts without their line ends, which parsers make their own.
func sameWords(t *testing.T, got understood, d compose.Draft) {
	t.Helper()
	if d.Text != "" && !d.Flowed && (got.Text == nil || lines(*got.Text) != lines(d.Text)) {
		t.Errorf("the text is %v, want %q", got.Text, d.Text)
	}
	if (d.HTML != "") != (got.HTML != nil && *got.HTML != "") {
		t.Errorf("there is a page: %v", got.HTML != nil)
	}
}

func lines(s string) string {
	return strings.TrimRight(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n ")
}

func pictures(d compose.Draft) []*attach.Part {
	var parts []*attach.Part
	for _, p := range d.Pictures {
		parts = append(parts, p.File)
	}
	return parts
}

// sameFiles: every file is there under its name, with its octets.
func sameFiles(t *testing.T, parser string, got []understoodFile, want []*attach.Part) {
	t.Helper()
	for _, w := range want {
		data, err := io.ReadAll(w.Reader())
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		found := false
		for _, g := range got {
			same := g.SHA256 == hex.EncodeToString(sum[:]) || w.Type == "message/rfc822" // its line ends are made CRLF
			found = found || g.Name == w.Name && g.Type == string(w.Type) && same
		}
		if !found {
			t.Errorf("%s does not find %q, %s, in %+v", parser, w.Name, w.Type, got)
		}
	}
}
