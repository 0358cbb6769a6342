package smtp

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Auth is who we are to a relay. RFC 4954
type Auth struct {
	User     string
	Password string // or the token, for OAUTHBEARER and XOAUTH2
	// Mechanism is the SASL mechanism to be used; empty: the strongest that the server offers, of those that take a
	// password.
	Mechanism string
}

// Mechanisms are the SASL mechanisms, the strongest first. The last two take a token and are used only when asked for.
func Mechanisms() []string {
	return []string{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"}
}

const tokens = 2 // mechanisms at the end of the list that take a token

// maxMechanisms is how many mechanisms are tried: the best, and one more if the server takes back its offer of that.
const maxMechanisms = 2

// login says who we are, if we are to say it. Nothing of it leaves over a connection that is not verified.
func (s *Session) login() *Error {
	a := s.options.Auth
	if a == nil {
		return nil
	}
	if s.facts == nil {
		return s.withheld(ClassLocal, "credentials withheld: the connection is not encrypted")
	}
	if !s.facts.Verified {
		return s.withheld(ClassLocal, "credentials withheld: the certificate is not verified: "+s.facts.Why)
	}
	names, err := s.mechanisms()
	if err != nil {
		return err
	}
	s.tell.keep(a.Password)
	s.tell.keep(base64.StdEncoding.EncodeToString([]byte(a.Password)))
	return s.tryMechanisms(names)
}

// tryMechanisms logs in with the first that can be used, or with the one after it if the server says that the first is not
// to be used, and nothing about who we are.
func (s *Session) tryMechanisms(names []string) *Error {
	var last *Error
	for tried := 0; len(names) > 0 && tried < maxMechanisms; names = names[1:] {
		client, cause := s.newMechanism(names[0])
		if cause != nil && last == nil {
			last = s.withheld(ClassLocal, cause.Error())
		}
		if cause != nil {
			continue // such as a certificate that a channel can't be bound to: nothing was said
		}
		tried++
		if last = s.authenticate(names[0], client); last == nil || !blamesMechanism(last) {
			return last
		}
		s.tell.noted("auth", "the server offers "+names[0]+" and does not take it")
	}
	return last
}

// blamesMechanism: 504, the mechanism is not available; 534 or 5.7.9, it is too weak; 538 or 5.7.11, it wants more
// encryption. After these the client should try another one. Anything else, 535 before all, speaks of the credentials, and a
// second try would only count against the account; after 454 it would fail for the same reason. RFC 4954 §4, §6
func blamesMechanism(e *Error) bool {
	if e.Class != ClassRefused || e.Reply.class() != 5 {
		return false
	}
	switch e.Reply.Code {
	case 504, 534, 538:
		return true
	}
	return e.Reply.Enhanced == "5.7.9" || e.Reply.Enhanced == "5.7.11"
}

// withheld ends the conversation before a word about the user was said.
func (s *Session) withheld(class Class, why string) *Error {
	return &Error{Class: class, Stage: StageAuth, Cause: errors.New(why)}
}

// mechanisms picks those that are offered, the strongest first, or only the one that was asked for.
func (s *Session) mechanisms() ([]string, *Error) {
	if !s.extensions.Has("AUTH") {
		return nil, s.withheld(ClassMissingFeature, "the server offers no AUTH")
	}
	offered := s.extensions.Params("AUTH")
	mayUse := func(name string) bool {
		return slices.ContainsFunc(offered, func(o string) bool { return strings.EqualFold(o, name) })
	}
	wanted := Mechanisms()[:len(Mechanisms())-tokens]
	if m := s.options.Auth.Mechanism; m != "" {
		wanted = []string{m}
	}
	if names := slices.DeleteFunc(wanted, func(name string) bool { return !mayUse(name) }); len(names) > 0 {
		return names, nil
	}
	return nil, s.withheld(ClassMissingFeature, fmt.Sprintf("the server offers no mechanism that can be used: it offers %s", strings.Join(offered, " ")))
}

const maxSteps = 10 // of one login; the longest mechanism has three

// authenticate holds the exchange of RFC 4954 §4. What the mechanism says is struck out from its first octet on.
func (s *Session) authenticate(name string, client mechanism) *Error {
	first, hasFirst, cause := client.start()
	if cause != nil {
		return s.withheld(ClassLocal, cause.Error())
	}
	verb := "AUTH " + name
	c := command{stage: StageAuth, text: verb}
	// A long initial response goes into a line of its own. RFC 4954 §4
	if short := len(verb)+1+base64.StdEncoding.EncodedLen(len(first)) <= 510; hasFirst && short {
		c.text, c.secret = verb+" "+initial(first), len(verb)+1
		hasFirst = false
	}
	s.tell.login = true
	defer func() { s.tell.login = false }()
	for range maxSteps {
		r, err := s.step(c)
		switch {
		case err != nil:
			return err
		case r.class() == 2:
			return s.welcome(client, r)
		}
		answer := first
		if !hasFirst {
			answer, cause = challenged(client, r)
		}
		hasFirst = false
		if cause != nil {
			return s.cancelLogin(cause)
		}
		c = command{stage: StageAuth, text: base64.StdEncoding.EncodeToString(answer), secret: allSecret}
	}
	return s.cancelLogin(violation("the login does not end"))
}

// initial: an empty response is written as "=". RFC 4954 §4
func initial(response []byte) string {
	if len(response) == 0 {
		return "="
	}
	return base64.StdEncoding.EncodeToString(response)
}

// step sends a line of the exchange; anything but success and a further challenge is the end of it.
func (s *Session) step(c command) (Reply, *Error) {
	replies, err := s.exchange(c)
	if err != nil {
		return Reply{}, err
	}
	r := replies[0]
	if r.Code == 334 || r.class() == 2 {
		return r, nil
	}
	return r, s.expect(2, c, r)
}

func challenged(client mechanism, r Reply) ([]byte, error) {
	challenge, err := base64.StdEncoding.DecodeString(strings.TrimSpace(strings.Join(r.Lines, "")))
	if err != nil {
		return nil, violation("a challenge that is not base64")
	}
	return client.next(challenge)
}

// welcome checks, where the mechanism can, that the server knows the secret too.
func (s *Session) welcome(client mechanism, r Reply) *Error {
	if err := client.done(); err != nil {
		return s.fail(&Error{Class: ClassProtocol, Stage: StageAuth, Reply: r, Cause: violation(err.Error())})
	}
	return nil
}

// cancelLogin leaves an exchange that makes no sense. RFC 4954 §4
func (s *Session) cancelLogin(cause error) *Error {
	s.exchange(command{stage: StageAuth, text: "*"})
	return s.fail(&Error{Class: ClassProtocol, Stage: StageAuth, Cause: violation(cause.Error())})
}
