// Bench runs the built program and, where they are installed, others against a fast sink on loopback, in turn, and prints
// the medians, their ratio to the least that is possible, and the peak memory:
//
//	go run ./testdata/bench [-size MIB] [-runs N] [-others=false]
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	size := flag.Int64("size", 1024, "MiB of the large attachment")
	runs := flag.Int("runs", 5, "runs of each, of which the median counts")
	others := flag.Bool("others", true, "run other programs too, which takes minutes")
	flag.Parse()
	b := &bench{runs: *runs, others: *others, dir: must(os.MkdirTemp("", "mxsend-bench-*")), table: tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)}
	defer os.RemoveAll(b.dir)
	for _, name := range []string{".", "./testdata/bench/sink", "./testdata/bench/limit"} {
		build(b.dir, name)
	}
	large := b.file("large.bin", *size<<20)
	b.large(fmt.Sprintf("one attachment of %d MiB", *size), large)
	b.large("one attachment of 25 MiB", b.file("25.bin", 25<<20))
	b.tls(fmt.Sprintf("%d MiB over TLS 1.3", *size), large)
	b.small()
	b.many()
}

type bench struct {
	runs   int
	others bool
	dir    string
	table  *tabwriter.Writer
}

// contender is one program's way to do the work.
type contender struct {
	name  string
	argv  []string
	input string // standard input
}

func (b *bench) large(title, file string) {
	port, stop := b.sink("sink")
	defer stop()
	raw, stopRaw := b.sink("sink", "-raw")
	defer stopRaw()
	b.compare(title, 0, []contender{
		{name: "SIMD encoder into TCP", argv: []string{b.bin("limit"), raw, file}},
		{name: "as many octets into TCP", argv: []string{b.bin("limit"), "-plain", raw, file}},
		b.mxsend(port, "-a", file),
		{name: "curl", argv: []string{"curl", "-sS", "smtp://127.0.0.1:" + port, "--mail-from", "a@crepes.fr", "--mail-rcpt", "b@sink.test", "-F", "=hello", "-F", "file=@" + file + ";encoder=base64"}},
		{name: "swaks", argv: []string{"swaks", "--silent", "3", "--server", "127.0.0.1", "--port", port, "-f", "a@crepes.fr", "-t", "b@sink.test", "--attach", "@" + file}},
		{name: "s-nail", argv: []string{"s-nail", "-:/", "-Sv15-compat", "-Smta=smtp://127.0.0.1:" + port, "-Ssmtp-auth=none", "-r", "a@crepes.fr", "-a", file, "-s", "x", "b@sink.test"}, input: "hello\n"},
		{name: "mutt", argv: []string{"mutt", "-n", "-F", "/dev/null", "-e", "set smtp_url=smtp://127.0.0.1:" + port + " from=a@crepes.fr ssl_starttls=no ssl_force_tls=no copy=no", "-s", "x", "-a", file, "--", "b@sink.test"}, input: "hello\n"},
	})
}

func (b *bench) tls(title, file string) {
	port, stop := b.sink("sink", "-starttls")
	defer stop()
	raw, stopRaw := b.sink("sink", "-rawtls")
	defer stopRaw()
	b.compare(title, 0, []contender{
		{name: "SIMD encoder into crypto/tls", argv: []string{b.bin("limit"), "-tls", raw, file}},
		b.mxsend(port, "-a", file),
	})
}

func (b *bench) small() {
	port, stop := b.sink("sink")
	defer stop()
	letter := "From: a@crepes.fr\r\nTo: b@sink.test\r\n\r\nhello\r\n"
	b.compare("a small letter, start to exit", 20, []contender{
		{name: "smtp-source", argv: []string{"smtp-source", "-f", "a@crepes.fr", "-t", "b@sink.test", "127.0.0.1:" + port}},
		{name: "least in Go", argv: []string{b.bin("limit"), "-dialogue", port}},
		b.mxsend(port),
		{name: "curl", argv: []string{"curl", "-sS", "smtp://127.0.0.1:" + port, "--mail-from", "a@crepes.fr", "--mail-rcpt", "b@sink.test", "-T", "-"}, input: letter},
		{name: "msmtp", argv: []string{"msmtp", "--host=127.0.0.1", "--port=" + port, "--from=a@crepes.fr", "b@sink.test"}, input: letter},
		{name: "swaks", argv: []string{"swaks", "--silent", "3", "--server", "127.0.0.1", "--port", port, "-f", "a@crepes.fr", "-t", "b@sink.test"}},
	})
}

// many sends to a hundred recipients of a host whose every answer takes 20 ms.
func (b *bench) many() {
	const away = 20 * time.Millisecond
	port, stop := b.sink("sink", "-delay", away.String())
	defer stop()
	m := b.mxsend(port)
	for i := range 99 {
		m.argv = append(m.argv, fmt.Sprintf("r%d@[127.0.0.1]", i))
	}
	var all []time.Duration
	for range 5 {
		once, _ := b.run(m)
		all = append(all, once)
	}
	slices.Sort(all)
	took := median(all)
	fmt.Fprintf(b.table, "\n100 recipients, 20 ms away\t\t\t\nmxsend\t%v\t%.1f round trips\t\n", took.Round(time.Millisecond), float64(took)/float64(away))
	b.table.Flush()
}

func (b *bench) mxsend(port string, more ...string) contender {
	argv := []string{b.bin("mxsend"), "--allow-loopback", "--port", port, "-f", "a@crepes.fr", "--body", "hello", "b@[127.0.0.1]"}
	return contender{name: "mxsend", argv: append(argv, more...)}
}

// compare prints a table; the first contender is the measure of the others. All of them run once in each round, so that what
// else the machine does strikes all alike. runs of 0 means as many as were asked for.
func (b *bench) compare(title string, runs int, contenders []contender) {
	fmt.Fprintf(b.table, "\n%s\tmedian\tratio\tleast\tpeak memory\n", title)
	contenders = slices.DeleteFunc(contenders, b.absent)
	took, peaks := make([][]time.Duration, len(contenders)), make([]int64, len(contenders))
	for range max(runs, b.runs) {
		for i, c := range contenders {
			once, peak := b.run(c)
			took[i], peaks[i] = append(took[i], once), max(peaks[i], peak)
		}
	}
	for i, c := range contenders {
		slices.Sort(took[i])
		fmt.Fprintf(b.table, "%s\t%.1f ms\t%.2f\t%.1f ms\t%.1f MiB\n", c.name, ms(median(took[i])), ms(median(took[i]))/ms(median(took[0])), ms(took[i][0]), float64(peaks[i])/1024)
	}
	b.table.Flush()
}

// absent: others were not asked for, or are not installed, which is told.
func (b *bench) absent(c contender) bool {
	if own := strings.HasPrefix(c.argv[0], b.dir); !own && !b.others {
		return true
	}
	_, err := exec.LookPath(c.argv[0])
	if err != nil {
		fmt.Fprintf(b.table, "%s\tnot installed\t\t\t\n", c.name)
	}
	return err != nil
}

func median(sorted []time.Duration) time.Duration { return sorted[len(sorted)/2] }
func ms(d time.Duration) float64                  { return float64(d) / 1e6 }

func (b *bench) run(c contender) (took time.Duration, peakKiB int64) {
	cmd := exec.Command(c.argv[0], c.argv[1:]...)
	cmd.Stdin = strings.NewReader(c.input)
	cmd.Env = append(os.Environ(), "HOME="+b.dir)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took = time.Since(start)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v: %.300s\n", c.name, err, out)
	}
	return took, peak(cmd.ProcessState)
}

// sink starts a sink and returns its port.
func (b *bench) sink(name string, args ...string) (port string, stop func()) {
	cmd := exec.Command(b.bin(name), args...)
	out := must(cmd.StdoutPipe())
	if err := cmd.Start(); err != nil {
		log.Fatal(err)
	}
	_, err := fmt.Fscan(out, &port)
	if err != nil {
		log.Fatal(err)
	}
	return port, func() { cmd.Process.Kill(); cmd.Wait() }
}

func (b *bench) bin(name string) string { return filepath.Join(b.dir, name) }

// file makes a file of octets that no encoder finds easy.
func (b *bench) file(name string, size int64) string {
	f := must(os.Create(b.bin(name)))
	defer f.Close()
	if _, err := io.CopyN(f, must(os.Open("/dev/urandom")), size); err != nil {
		log.Fatal(err)
	}
	return f.Name()
}

func build(dir, what string) {
	cmd := exec.Command("go", "build", "-tags", "urfave_cli_no_docs", "-ldflags=-s -w", "-o", dir+"/", what)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		log.Fatalf("building %s: %v\n%s", what, err, out)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
