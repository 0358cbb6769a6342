package resolve

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"mxsend/compose/address"
)

var update = flag.Bool("update", false, "write the route sections of testdata/zone anew")

// TestRoutes plays the stories of testdata/zone; their README says how they are written.
func TestRoutes(t *testing.T) {
	files, err := filepath.Glob("../../testdata/zone/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { playStory(t, file) })
	}
}

func playStory(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sections := split(string(text))
	zone, router := &Zone{}, Router{Shuffle: func(int, func(i, j int)) {}}
	for i, s := range sections {
		domain, isRoute := strings.CutPrefix(s.title, "route ")
		switch {
		case s.title == "zone":
			zone.Records = s.text
		case s.title == "trouble":
			setTrouble(t, zone, s.text)
		case s.title == "router":
			setRouter(t, &router, s.text)
		case isRoute:
			router.DNS = zone
			got := tellRoute(t, router, domain)
			if got != s.text && !*update {
				t.Errorf("route %s\ngot:\n%s\nwant:\n%s", domain, got, s.text)
			}
			sections[i].text = got
		}
	}
	if *update {
		writeStory(t, file, sections)
	}
}

func tellRoute(t *testing.T, r Router, domain string) string {
	d, err := address.ParseDomain(domain)
	if err != nil {
		t.Fatal(err)
	}
	route, err := r.Route(context.Background(), d)
	var text strings.Builder
	for _, line := range route.Lines() {
		fmt.Fprintln(&text, line)
	}
	var e *Error
	if errors.As(err, &e) {
		fmt.Fprintf(&text, "exit %d: %v\n", e.ExitCode(), err)
	}
	if (err == nil) != (len(route.Hosts) > 0) {
		t.Errorf("%s: %d hosts and error %v", domain, len(route.Hosts), err)
	}
	return text.String()
}

func setTrouble(t *testing.T, z *Zone, text string) {
	z.Fail = map[string]int{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		last := words[len(words)-1]
		question := strings.Join(words[1:], " ")
		switch words[0] {
		case "fail":
			z.Fail[strings.Join(words[1:len(words)-1], " ")] = parseRcode(t, last)
		case "silent":
			z.Silent = append(z.Silent, question)
		case "bogus":
			z.Bogus = append(z.Bogus, question)
		case "authentic":
			z.Authentic = append(z.Authentic, question)
		case "insecure":
			z.Insecure = append(z.Insecure, question)
		case "shallow":
			z.Shallow = true
		default:
			t.Fatalf("unknown trouble %q", line)
		}
	}
}

func parseRcode(t *testing.T, word string) int {
	if code, ok := dns.StringToRcode[word]; ok {
		return code
	}
	code, err := strconv.Atoi(word)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func setRouter(t *testing.T, r *Router, text string) {
	for line := range strings.Lines(text) {
		word, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "allow-loopback":
			r.AllowLoopback = true
		case "ipv4":
			r.IPv4Only = true
		case "ipv6":
			r.IPv6Only = true
		case "max":
			r.MaxAddresses, _ = strconv.Atoi(value)
		default:
			t.Fatalf("unknown setting %q", line)
		}
	}
}

type section struct{ title, text string }

// split cuts a story at its "-- title --" lines; what stands before the first has no title.
func split(text string) []section {
	sections := []section{{}}
	for line := range strings.Lines(text) {
		title, marked := strings.CutPrefix(line, "-- ")
		title, closed := strings.CutSuffix(title, " --\n")
		if marked && closed {
			sections = append(sections, section{title: title})
			continue
		}
		sections[len(sections)-1].text += line
	}
	return sections
}

func writeStory(t *testing.T, file string, sections []section) {
	text := sections[0].text
	for _, s := range sections[1:] {
		text += "-- " + s.title + " --\n" + s.text
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
