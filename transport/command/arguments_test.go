package command

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

func testApp() *cli.App {
	app := &cli.App{
		Name: "mxsend",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "subject", Aliases: []string{"s"}}, &cli.StringSliceFlag{Name: "attach", Aliases: []string{"a"}},
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}}, &cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}}, &cli.BoolFlag{Name: "ipv4", Aliases: []string{"4"}},
		},
		Commands: []*cli.Command{{Name: "route", Flags: []cli.Flag{&cli.StringFlag{Name: "resolver"}, &cli.BoolFlag{Name: "json"}}}},
	}
	app.Setup()
	return app
}

func TestArrange(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "--",
		"bob -s Hello carol -v":       "--subject=Hello --verbose -- bob carol",
		"-sHello bob":                 "--subject=Hello -- bob",
		"-s=Hello bob":                "--subject=Hello -- bob",
		"-qvs Hello bob":              "--quiet --verbose --subject=Hello -- bob",
		"-vv bob":                     "--verbose --verbose -- bob",
		"--subject -v bob":            "--subject=-v -- bob",
		"-s -- bob":                   "--subject=-- -- bob",
		"-- -s bob":                   "-- -s bob",
		"bob -- -v":                   "-- bob -v",
		"-a one --attach two -a=- b":  "--attach=one --attach=two --attach=- -- b",
		"--quiet=false bob":           "--quiet=false -- bob",
		"-4 bob":                      "--ipv4 -- bob",
		"- bob":                       "-- - bob",
		"route --json x.org":          "route --json -- x.org",
		"--json route x.org":          "route --json -- x.org",
		"route x.org --resolver 1::1": "route --resolver=1::1 -- x.org",
		"bob route":                   "-- bob route",
		"-s route bob":                "--subject=route -- bob",
		"-- route":                    "-- route",
		"help route":                  "help -- route",
	} {
		got, err := Arrange(testApp(), append([]string{"mxsend"}, strings.Fields(in)...))
		if err != nil || strings.Join(got[1:], " ") != want {
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestArrangeRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"-s":               "-s needs a value",
		"bob --subject":    "--subject needs a value",
		"--subjekt x bob":  "unknown flag --subjekt: did you mean --subject? see mxsend --help",
		"-x bob":           "unknown flag -x: see mxsend --help",
		"-s a --subject=b": "--subject is given twice: give it once",
		"-vx bob":          "unknown flag -x: see mxsend --help",
		"-\xc8":            "unknown flag -\\xc8: see mxsend --help",
		"-ü":               "unknown flag -ü: see mxsend --help",
		"--\x1b[2J":        "unknown flag --\\x1b[2J: see mxsend --help",
		"route -s x y.org": "unknown flag -s: see mxsend --help",
	} {
		got, err := Arrange(testApp(), append([]string{"mxsend"}, strings.Fields(in)...))
		var u *UsageError
		if !errors.As(err, &u) || err.Error() != want || u.ExitCode() != 64 {
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
}

// FuzzArrange: no word is lost and none is made up.
func FuzzArrange(f *testing.F) {
	f.Add("bob -s Hello -- -v")
	f.Add("-qvsx route")
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Fields(line)
		got, err := Arrange(testApp(), append([]string{"mxsend"}, words...))
		if err != nil {
			return
		}
		end := slices.Index(got, "--")
		for _, word := range got[end+1:] {
			if !slices.Contains(words, word) {
				t.Fatalf("%q: %q is new in %q", line, word, got)
			}
		}
		for _, word := range words {
			if !strings.HasPrefix(word, "-") && !strings.Contains(strings.Join(got, " "), word) {
				t.Fatalf("%q: %q is lost in %q", line, word, got)
			}
		}
	})
}
