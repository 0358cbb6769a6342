//go:build interop

package command

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"mxsend/compose/address"
)

// reading is what a program that shares no code with ours finds in a letter, and what we meant it to find.
type reading struct {
	Subject                       string
	From, Sender, To, Cc, ReplyTo []box
	Date                          int64 // seconds since 1970
	MessageID                     string
	InReplyTo, References         []string            // with angle brackets
	Own                           map[string][]string // X- fields by their name in lower case
	Text, HTML                    string              // with LF, and without those at the end
	Tree                          string              // multipart/mixed(text/plain image/gif)
	Files                         []fileRead          // in their order; all leaves that are no text or page to be read at once
	Defects                       []string
}

type box [2]string // name, address

type fileRead struct{ Name, Type, Disposition, CID, SHA256 string }

// parser is a program that takes paths of letters and prints a reading for each, one a line.
type parser struct {
	name    string
	words   []string
	probe   []string // ends with 0 where the program can run
	mistake map[string]func(*reading)
}

func foreign() []parser {
	return []parser{
		{"Python", []string{"python3", "read.py"}, []string{"python3", "-c", "import email.policy"}, map[string]func(*reading){
			// QUIRK: email of Python 3.11 knows nothing of format=flowed and leaves the soft ends of lines. RFC 3676 §4.1
			"47-flowed": func(r *reading) { r.Text = strings.ReplaceAll(r.Text, " \n", " ") },
			// QUIRK: email of Python 3.11 takes the quotes away and does not see that a dot needs them. RFC 5321 §4.1.2
			"53-dots-too-many": quoted,
		}},
		{"mailparser", []string{"node", "read.js"}, []string{"node", "-e", `require("mailparser")`}, map[string]func(*reading){
			// QUIRK: mailparser 3.14 shows domains as people write them.
			"19-international-domain":  asLabels,
			"20-international-mailbox": asLabels,
			// QUIRK: mailparser 3.14 takes the quotes away where no name stands before. RFC 5321 §4.1.2
			"53-dots-too-many": quoted,
		}},
	}
}

// TestOthersReadTheWholeLetter lets Python's email and nodemailer's mailparser read every letter of testdata/letter and wants
// all they find to be what its command line and its files meant.
func TestOthersReadTheWholeLetter(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join(letters, "[0-9]*"))
	if err != nil || len(folders) == 0 {
		t.Fatal("no letters: ", err)
	}
	for _, r := range foreign() {
		t.Run(r.name, func(t *testing.T) {
			r.installed(t)
			for i, got := range r.read(t, folders) {
				t.Run(filepath.Base(folders[i]), func(t *testing.T) { r.compare(t, folders[i], got) })
			}
		})
	}
}

// installed skips where the reader is missing, but not in CI, which installs all of them.
func (r parser) installed(t *testing.T) {
	t.Helper()
	out, err := exec.Command(r.probe[0], r.probe[1:]...).CombinedOutput()
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("%s is not installed (mailparser is looked for in NODE_PATH): %v\n%s", r.name, err, out)
	default:
		t.Skipf("%s is not installed: %v", r.name, err)
	}
}

// read gives the readings of all letters by one run of the program.
func (r parser) read(t *testing.T, folders []string) []reading {
	t.Helper()
	words := []string{filepath.Join(letters, r.words[1])}
	for _, folder := range folders {
		words = append(words, filepath.Join(folder, "want.eml"))
	}
	cmd := exec.Command(r.words[0], words...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", r.name, err, said.String())
	}
	var all []reading
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var one reading
		if err := d.Decode(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if len(all) != len(folders) {
		t.Fatalf("%d readings of %d letters", len(all), len(folders))
	}
	return all
}

// compare holds a reading against what was meant, field by field, after the reader's own mistakes with this letter.
func (r parser) compare(t *testing.T, folder string, got reading) {
	got.Text, got.HTML = plainEnds(got.Text), plainEnds(got.HTML)
	if mend := r.mistake[filepath.Base(folder)]; mend != nil {
		mend(&got)
	}
	t.Chdir(folder)
	want := meant(t)
	if got.Own == nil { // this reader does not tell them
		want.Own = nil
	}
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range g.NumField() {
		if g.Field(i).Kind() == reflect.Slice && g.Field(i).Len() == 0 && w.Field(i).Len() == 0 {
			continue
		}
		if g, w := g.Field(i).Interface(), w.Field(i).Interface(); !reflect.DeepEqual(g, w) {
			t.Errorf("%s:\n got %+q\nwant %+q", reflect.TypeFor[reading]().Field(i).Name, g, w)
		}
	}
}

func plainEnds(s string) string {
	return strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
}

// quoted puts local parts into quotes again.
func quoted(r *reading) {
	for _, boxes := range [][]box{r.To, r.Cc} {
		for i, b := range boxes {
			if at := strings.LastIndexByte(b[1], '@'); !strings.HasPrefix(b[1], `"`) {
				boxes[i][1] = `"` + b[1][:at] + `"` + b[1][at:]
			}
		}
	}
}

// asLabels puts domains into the form in which they travel.
func asLabels(r *reading) {
	for _, boxes := range [][]box{r.From, r.To} {
		for i, b := range boxes {
			if a, err := address.Parse(b[1]); err == nil {
				boxes[i][1] = a.String()
			}
		}
	}
}
