package proof

import (
	"bufio"
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"strings"

	"github.com/emersion/go-msgauth/dkim"

	ours "mxsend/compose/dkim"
)

const (
	maxSeals  = 20        // signatures that are looked at
	maxBlank  = 256 << 10 // octets of empty lines on end, which the verifier must keep
	blockSize = 64 << 10
)

// seals hand the letter to the verifier as it passes.
type seals struct {
	known  map[string]string // by their names in DNS
	own    []ours.Seal       // those of the first signatures
	keys   map[string]string // all of them, by their names in lower case
	all    []*seal
	out    *bufio.Writer // to the verifier; nil: nothing is verified
	pipe   *io.PipeWriter
	done   chan []*dkim.Verification // nil: the verifier could not read the letter
	blank  int
	gaveUp bool
}

// begin starts the verifier, when there is something to verify.
func (s *seals) begin(head *block, cut bool) {
	broken := false
	for _, f := range head.all("DKIM-Signature") {
		one, ok := readSeal(f)
		if !ok {
			f.place.err("RFC 6376 §3.2", "the signature is no list of tags, so it counts for nothing: sign again")
		}
		broken = broken || !ok
		s.all = append(s.all, one)
	}
	if len(s.all) == 0 || len(s.all) > maxSeals || head.over {
		return
	}
	s.gather()
	top := bytes.Clone(head.raw)
	if cut && !bytes.HasSuffix(top, []byte("\n")) {
		top = append(top, "\r\n"...)
	}
	in, pipe := io.Pipe()
	s.pipe, s.out, s.done = pipe, bufio.NewWriterSize(pipe, blockSize), make(chan []*dkim.Verification, 1)
	go s.verify(io.MultiReader(bytes.NewReader(top), strings.NewReader("\r\n"), in), in)
}

// verify runs beside the reading, and ends when the pipe is closed.
func (s *seals) verify(letter io.Reader, in *io.PipeReader) {
	all, err := dkim.VerifyWithOptions(letter, &dkim.VerifyOptions{LookupTXT: s.lookup})
	in.Close() // what is still written fails, and nobody minds
	if err != nil {
		all = nil
	}
	s.done <- all
}

// lookup gives the key at hand. QUIRK: the verifier compares the hash of the body only when it has a key; where there is
// none, it gets one that no signature can fit.
func (s *seals) lookup(name string) ([]string, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if record, known := s.keys[name]; known {
		return []string{record}, nil
	}
	for _, one := range s.all {
		if one.keyName() == name {
			return []string{nobody(one.tags["a"])}, nil
		}
	}
	return nil, errors.New("no key at hand")
}

// gather makes the list of keys at hand.
func (s *seals) gather() {
	s.keys = map[string]string{}
	for name, record := range s.known {
		s.keys[strings.ToLower(strings.TrimSuffix(name, "."))] = record
	}
	for i, seal := range s.own {
		if i >= len(s.all) || !strings.EqualFold(s.all[i].tags["s"], seal.Selector) || seal.Key.Algorithm() == "" {
			break
		}
		if record, err := seal.Key.Record(); err == nil {
			s.keys[s.all[i].keyName()] = record.String()
		}
	}
}

// nobody is a key that nobody holds.
func nobody(algorithm string) string {
	if strings.HasPrefix(algorithm, "ed25519") {
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(make([]byte, 32))
	}
	n := new(big.Int).SetBit(big.NewInt(1), 2047, 1)
	der, err := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: n, E: 65537})
	if err != nil {
		return ""
	}
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
}

// body takes a line of the body.
func (s *seals) body(t piece) {
	if s.out == nil || s.gaveUp {
		return
	}
	if s.blank += len(t.text) + len(t.end); len(bytes.Trim(t.text, " \t\r")) > 0 {
		s.blank = 0
	}
	if s.blank > maxBlank {
		s.gaveUp = true
		s.stop()
		return
	}
	s.out.Write(t.text) // its error says that the verifier is done
	s.out.WriteString(t.end)
}

// stop ends the verifier, whatever it found, and may be called again.
func (s *seals) stop() {
	if s.pipe != nil {
		s.verdicts()
	}
}

// verdicts ends the letter for the verifier and waits for what it says.
func (s *seals) verdicts() []*dkim.Verification {
	if s.pipe == nil {
		return nil
	}
	s.out.Flush() // its error says that the verifier is done
	s.pipe.Close()
	s.pipe = nil
	return <-s.done
}

// checkSeals says what became of every signature, and whether one speaks for the author.
func (p *proof) checkSeals() {
	verdicts := p.seals.verdicts()
	for i, one := range p.seals.all {
		one.check(p.head, p.now)
		if i >= maxSeals {
			break
		}
		_, known := p.seals.keys[one.keyName()]
		if len(verdicts) != len(p.seals.all) {
			one.field.place.hint("", "the signature was not checked, since the letter can't be read by a verifier")
			continue
		}
		one.judge(verdicts[i].Err, known)
	}
	p.checkAlignment()
}

// judge puts the word of the verifier into ours. QUIRK: the verifier goes by the clock of this machine and refuses l=, so of
// such signatures it says no more.
func (s *seal) judge(err error, known bool) {
	where := s.field.place
	_, limited := s.tags["l"]
	text := ""
	if err != nil {
		text = strings.TrimPrefix(err.Error(), "dkim: ")
	}
	switch {
	case err == nil:
	case text == "body hash did not verify":
		where.err("RFC 6376 §6.1.3", "the text is not the one that was signed: sign last, and change nothing afterwards")
	case strings.HasPrefix(text, "signature did not verify") && known:
		where.err("RFC 6376 §6.1.3", "the fields are not those that were signed, or with another key: sign last, and change nothing afterwards")
	case limited, strings.HasPrefix(text, "signature has expired"), strings.HasPrefix(text, "hash algorithm too weak"):
		where.hint("", "the signature was not checked further")
	case strings.HasPrefix(text, "signature did not verify"):
		where.hint("", "the text is the one that was signed; the rest of the signature was not checked, since its key is not at hand")
	case known:
		where.err("RFC 6376 §6.1", "the signature counts for nothing: %s", clean(text))
	default:
		where.warn("RFC 6376 §6.1", "the signature counts for nothing: %s", clean(text))
	}
}

// checkAlignment: a signature that speaks for another domain than the author's does not help with DMARC. RFC 7489 §3.1.1
func (p *proof) checkAlignment() {
	if len(p.seals.all) == 0 || len(p.people.authors) == 0 {
		return
	}
	author := p.people.authors[0].Address.Domain
	for _, one := range p.seals.all {
		if organization(strings.ToLower(one.tags["d"])) == organization(author.ASCII) {
			return
		}
	}
	from, _ := p.head.first("From")
	from.place.hint("RFC 7489 §3.1.1", "no signature is of %s: receivers that go by DMARC don't count them", quote(author.String()))
}
