// Package sandbox is the rehearsal: a DNS that knows every domain and a server that takes every domain's mail, on this
// machine, so that a sender and the scripts around it can be tried without a network.
//
// In come DNS questions and letters over SMTP; out go answers, a Maildir with the letters, and a record of each.
//
//  1. Sandbox.Start makes the Maildir, listens, and makes an authority for certificates.
//  2. zone.ServeDNS says that the mail of example.org goes to mx.example.org, which is the address of this server; magic
//     first labels make it fail (domains in fates.go).
//  3. hall.Accept gives each connection to go-smtp, which holds the dialogue, or to the Script that is to be played.
//  4. session.Mail, Rcpt and Data decide what becomes of a letter; magic local parts choose its fate (senders and
//     recipients in fates.go), the others are accepted.
//  5. maildir.deliver stores what was accepted: tmp, sync, new.
//  6. Sandbox.Stored tells what was taken. Sandbox.Close ends everything and waits for it.
//
// RFC 5321 with STARTTLS (3207), PIPELINING (2920), 8BITMIME (6152), SIZE (1870), SMTPUTF8 (6531), CHUNKING (3030), DSN
// (3461, taken and not acted upon), ENHANCEDSTATUSCODES (2034). No AUTH, no DNSSEC, no delivery anywhere else.
//
// Promised: only loopback is listened on unless another address is given; the letter is stored octet for octet behind the
// fields that a final delivery adds, and the queue id in the last reply is part of the file's name; a letter that was
// answered with 250 is on the disk; memory stays flat whatever a letter's size; nothing runs on after Close.
package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Sandbox is the rehearsal server. Set the fields before Start and do not copy it after; it is started once.
type Sandbox struct {
	Listen  string           // HOST:PORT for mail; "": 127.0.0.1 and a free port; no HOST: 127.0.0.1
	DNS     string           // the same for DNS, over UDP and TCP
	Maildir string           // made if it is not there, with mode 0700; "": letters are counted and dropped
	MaxSize int64            // octets of a letter; 0: 4 GiB, which is also the most
	Script  *Script          // nil: the server that accepts; else each connection is played by the script
	Log     func(string)     // told one line for each letter, refusal and mishap, one at a time; nil: silent
	Now     func() time.Time // nil: time.Now
	Random  io.Reader        // of queue ids; nil: crypto/rand

	// Wait is how slow replies are made; nil: a timer. It ends early, with an error, when ctx does.
	Wait func(ctx context.Context, d time.Duration) error

	alive     context.Context // ends with Close
	end       context.CancelFunc
	authority *authority
	hall      *hall
	zone      *zoneServer
	greylist  greylist
	running   sync.WaitGroup
	closing   sync.Once
	closed    error

	logging sync.Mutex
	mu      sync.Mutex
	stored  []Stored
	plays   []*play
}

// Stored is the record of one letter that was accepted.
type Stored struct {
	ID         string // what the server called it: "queued as ID"
	Path       string // the file; "" if letters are dropped
	Sender     string // without angle brackets; "" for the null reverse-path
	Recipients []string
	Size       int64 // octets as they were sent, without doubled dots
	TLS        bool
}

// keptRecords is how many letters Stored remembers: the last ones.
const keptRecords = 10_000

// Start listens and returns; ctx is for the starting only. Its errors name the address or the folder that is to blame.
func (s *Sandbox) Start(ctx context.Context) error {
	s.alive, s.end = context.WithCancel(context.WithoutCancel(ctx))
	if err := s.start(ctx); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

func (s *Sandbox) start(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		err = s.makeMaildir()
	}
	if err != nil {
		return err
	}
	if s.authority, err = newAuthority(s.now()); err != nil {
		return err
	}
	if s.hall, err = openHall(ctx, s.Listen); err != nil {
		return err
	}
	if s.zone, err = openZone(ctx, s.DNS, s.Addr().Addr()); err != nil {
		return err
	}
	s.running.Go(s.receive)
	return nil
}

// makeMaildir makes the folder for the letters and reads whom the greylist knows already.
func (s *Sandbox) makeMaildir() error {
	if s.Maildir == "" {
		return nil
	}
	if err := s.maildir().make(); err != nil {
		return err
	}
	return s.greylist.open(s.Maildir)
}

// Addr is where mail is received.
func (s *Sandbox) Addr() netip.AddrPort { return addrPort(s.hall.Addr()) }

// DNSAddr is where DNS questions are answered.
func (s *Sandbox) DNSAddr() netip.AddrPort { return s.zone.address }

// Authority is the certificate, in PEM form, that the certificates of this sandbox lead to. It is new with every Start.
func (s *Sandbox) Authority() []byte { return s.authority.pem }

// Stored tells what was accepted so far, in order.
func (s *Sandbox) Stored() []Stored {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.stored)
}

// Close ends every conversation and returns when nothing runs any more. Further calls do nothing.
func (s *Sandbox) Close() error {
	s.closing.Do(func() {
		if s.end == nil {
			return
		}
		s.end()
		if s.hall != nil {
			s.closed = s.hall.Close()
		}
		if s.zone != nil {
			s.closed = errors.Join(s.closed, s.zone.Close())
		}
		s.running.Wait()
	})
	return s.closed
}

func (s *Sandbox) record(letter Stored) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.stored) == keptRecords {
		s.stored = slices.Delete(s.stored, 0, keptRecords/10)
	}
	s.stored = append(s.stored, letter)
}

func (s *Sandbox) log(line string) {
	if s.Log == nil {
		return
	}
	s.logging.Lock()
	defer s.logging.Unlock()
	s.Log(line)
}

func (s *Sandbox) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Sandbox) random() io.Reader {
	if s.Random == nil {
		return rand.Reader
	}
	return s.Random
}

// wait lets d pass, or less if the sandbox is closed.
func (s *Sandbox) wait(d time.Duration) error {
	if s.Wait != nil {
		return s.Wait(s.alive, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.alive.Done():
		return s.alive.Err()
	}
}

func addrPort(a net.Addr) netip.AddrPort {
	switch a := a.(type) {
	case *net.TCPAddr:
		return unmapped(a.AddrPort())
	case *net.UDPAddr:
		return unmapped(a.AddrPort())
	}
	return netip.AddrPort{}
}

func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
