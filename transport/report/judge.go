package report

import (
	"context"
	"errors"

	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
)

// The exit codes of sysexits(3) that a delivery can end with.
const (
	ExitOK          = 0
	ExitData        = 65 // the letter or an address cannot be sent as given
	ExitNoHost      = 68 // the domain does not exist or takes no mail
	ExitUnavailable = 69 // refused for good
	ExitSoftware    = 70
	ExitIO          = 74 // a file changed or could not be read while it was sent
	ExitTemporary   = 75
	ExitAuth        = 77
)

// Judgement is what one failure means for the recipients it struck.
type Judgement struct {
	State State
	// Host says that only this host has spoken: another host of the domain may still take the letter, and State holds
	// if none does.
	Host bool
	// Peer says that the host itself answered and will answer the same on its other addresses.
	Peer bool
}

// Judge says what err means. It is the one place where the fate of a recipient is decided.
func Judge(err error) Judgement {
	var route *resolve.Error
	var dialogue *smtp.Error
	switch {
	case err == nil:
		return Judgement{State: Delivered}
	case errors.As(err, &dialogue):
		return judgeDialogue(dialogue)
	case errors.As(err, &route):
		return Judgement{State: permanentIf(!route.Temporary())}
	case errors.Is(err, context.Canceled):
		return Judgement{State: Deferred}
	}
	return Judgement{State: Deferred, Host: true} // a dial that failed: RFC 5321 §4.5.4.1
}

func judgeDialogue(e *smtp.Error) Judgement {
	switch {
	case e.Unknown:
		// RFC 1047: another host may already hold a copy, so none is tried in this run.
		return Judgement{State: Unknown}
	case e.Class == smtp.ClassLocal:
		return judgeLocal(e)
	case e.Stage == smtp.StageAuth && (e.Class == smtp.ClassMissingFeature || e.Class == smtp.ClassRefused && e.Reply.Code/100 == 5):
		return Judgement{State: Failed} // a connection that broke there says nothing about the credentials
	case e.Stage == smtp.StageStartTLS:
		// A refused or failed STARTTLS where TLS is a must says nothing about the recipient, whatever the code.
		return Judgement{State: Deferred, Host: true}
	case e.Class == smtp.ClassMissingFeature:
		return Judgement{State: Failed, Host: true, Peer: true}
	case e.Class == smtp.ClassRefused:
		return judgeReply(e)
	}
	return Judgement{State: Deferred, Host: true} // connection and protocol: RFC 5321 §3.8
}

// judgeReply reads the class of the code, never its text: RFC 5321 §4.2.1.
func judgeReply(e *smtp.Error) Judgement {
	early := e.Stage == smtp.StageGreeting || e.Stage == smtp.StageEHLO
	switch {
	case e.Reply.Code/100 == 5 && early:
		return Judgement{State: Failed, Host: true} // this host is skipped; final only if every host says so
	case e.Reply.Code/100 == 5:
		return Judgement{State: Failed}
	case early || e.Reply.Code == 421:
		return Judgement{State: Deferred, Host: true}
	}
	return Judgement{State: Deferred, Host: true, Peer: true}
}

// judgeLocal: an interrupted letter may be sent again as it is, one that cannot be read may not.
func judgeLocal(e *smtp.Error) Judgement {
	if errors.Is(e, smtp.ErrStopped) {
		return Judgement{State: Stopped}
	}
	if errors.Is(e, context.Canceled) || errors.Is(e, context.DeadlineExceeded) {
		return Judgement{State: Deferred}
	}
	return Judgement{State: Failed}
}

func permanentIf(permanent bool) State {
	if permanent {
		return Failed
	}
	return Deferred
}

// ExitCode is the code that this outcome alone would end with.
func (o Outcome) ExitCode() int {
	switch o.State {
	case Delivered, Stopped:
		return ExitOK
	case Failed:
		return o.failedCode()
	}
	return ExitTemporary
}

func (o Outcome) failedCode() int {
	var coded interface{ ExitCode() int }
	switch {
	case o.Stage == StageResolve:
		return ExitNoHost
	case o.Stage == smtp.StageAuth:
		return ExitAuth
	case o.Class == smtp.ClassLocal && errors.As(o.Cause, &coded):
		return coded.ExitCode()
	case o.Class == smtp.ClassLocal:
		return ExitData
	}
	return ExitUnavailable
}
