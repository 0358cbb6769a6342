//go:build interop

package dkim_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mxsend/attach"
	"mxsend/compose"
	ours "mxsend/compose/dkim"
)

// python is Debian's, for which python3-dkim and python3-nacl are packaged. Where they are missing the test is skipped, but
// not in CI, which installs them.
func python(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import dkim, nacl").Run() == nil {
			return name
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("python3-dkim and python3-nacl are not installed")
	}
	t.Skip("python3-dkim and python3-nacl are not installed")
	return ""
}

// dkimpy is what dkimpy says of a letter.
func dkimpy(t *testing.T, message string, dns published) string {
	t.Helper()
	var zone strings.Builder
	for name, value := range dns {
		zone.WriteString(name + " " + value + "\n")
	}
	path := filepath.Join(t.TempDir(), "dns")
	if err := os.WriteFile(path, []byte(zone.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python(t), "../../testdata/dkim/verify.py", path)
	cmd.Stdin = strings.NewReader(message)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Logf("%v: %s", err, &stderr)
	}
	return string(out)
}

func TestDkimpyVerifies(t *testing.T) {
	s, dns := hand(t)
	picture, err := attach.Opener{}.Open(t.Context(), attach.Source{Path: "../../testdata/ketchup.gif"})
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*compose.Draft){
		"plain":       nil,
		"empty":       func(d *compose.Draft) { d.Text = "" },
		"attachments": func(d *compose.Draft) { d.Attachments = []*attach.Part{picture} },
		"a page":      func(d *compose.Draft) { d.HTML = "<p>Do   you\tlike ketchup?</p>\n\n" },
		"a list":      func(d *compose.Draft) { d.Leave, d.OneClick = []string{"https://crepes.fr/leave"}, true },
		"many":        func(d *compose.Draft) { d.To = people(t, strings.Repeat("x@hamburger.edu, ", 500)+"y@hamburger.edu") },
	} {
		if said := dkimpy(t, signed(t, s, draft(t, change)), dns); said != "test good\nbrisbane good\n" {
			t.Errorf("%s: %s", name, said)
		}
	}
}

func TestDkimpyCatchesChanges(t *testing.T) {
	s, dns := hand(t)
	whole := signed(t, s, draft(t, nil))
	for name, text := range map[string]string{
		"subject": strings.Replace(whole, "\r\nSubject: ", "\r\nSubject: x", 1),
		"body":    strings.Replace(whole, "ketchup?", "onions?", 1),
		"added":   "From: mallory@example.org\r\n" + whole,
	} {
		if said := dkimpy(t, text, dns); text == whole || strings.Contains(said, "good") {
			t.Errorf("%s: %s", name, said)
		}
	}
}

// TestOpenSSLReadsKeys: a key of ours is one for others, and theirs are for us.
func TestOpenSSLReadsKeys(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed")
	}
	for _, args := range [][]string{{"genrsa", "2048"}, {"genrsa", "-traditional", "2048"}, {"genpkey", "-algorithm", "ed25519"}} {
		path := filepath.Join(t.TempDir(), "key.pem")
		out, err := exec.Command("openssl", args...).Output()
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile(path, out, 0o600)
		key, err := ours.ReadKey(path)
		if err != nil {
			t.Fatal(args, err)
		}
		again := filepath.Join(t.TempDir(), "again.pem")
		if err := ours.WriteKey(again, key); err != nil {
			t.Fatal(err)
		}
		var public [][]byte
		for _, file := range []string{path, again} {
			der, err := exec.Command("openssl", "pkey", "-in", file, "-pubout").Output()
			if err != nil {
				t.Fatal(err)
			}
			public = append(public, regexp.MustCompile(`\s`).ReplaceAll(der, nil))
		}
		record, err := key.Record()
		published := regexp.MustCompile(`p=(.*)$`).FindStringSubmatch(record.String())
		if err != nil || !slices.Equal(public[0], public[1]) || !bytes.Contains(public[0], []byte(published[1][len(published[1])-40:])) {
			t.Errorf("%v: %s, %s, %v", args, public[0], record, err)
		}
	}
}
