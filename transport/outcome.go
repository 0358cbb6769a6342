package transport

import (
	"context"
	"errors"

	"mxsend/compose/letter"
	"mxsend/transport/report"
	"mxsend/transport/resolve"
	"mxsend/transport/smtp"
)

// stageError gives the stage and class to errors that come from before the dialogue.
type stageError struct {
	stage smtp.Stage
	class smtp.Class
	cause error
}

func (e *stageError) Error() string { return e.cause.Error() }
func (e *stageError) Unwrap() error { return e.cause }

// open lists the recipients, by their place in the group, that no host has settled.
func (d *delivery) open() []int {
	var open []int
	for i := range d.outcomes {
		if !d.settled(i) {
			open = append(open, i)
		}
	}
	return open
}

// settled: accepted, refused for good, or unknown; a failure that speaks of one host only leaves a recipient open.
func (d *delivery) settled(i int) bool {
	o := d.outcomes[i]
	return o.State != "" && !(o.Cause != nil && report.Judge(o.Cause).Host)
}

func (d *delivery) recipients(places []int) []letter.Recipient {
	var list []letter.Recipient
	for _, i := range places {
		list = append(list, d.group.recipients[i])
	}
	return list
}

// fail records err for the recipients at places, and says whether the host itself has answered.
func (d *delivery) fail(places []int, at place, err error) (answered bool) {
	judgement := report.Judge(err)
	if at != (place{}) {
		d.attempted(places, attemptOf(at, err))
	}
	for _, i := range places {
		o := outcomeOf(at, err, judgement.State)
		o.TLS = at.tls
		d.record(i, o)
	}
	return judgement.Peer || !judgement.Host
}

// take records what the host said to each of the recipients at places, and says whether it has answered for the host, and who is
// left for another connection.
func (d *delivery) take(places []int, at place, tls *smtp.TLSFacts, result smtp.Result) (answered bool, left []int) {
	answered = true
	for n, i := range places {
		v := result.Verdicts[n]
		o := accepted(at, v)
		attempt := report.Attempt{Host: at.host, Address: at.address, Stage: smtp.StageEndOfData}
		if v.Err != nil {
			judgement := report.Judge(v.Err)
			o, attempt = outcomeOf(at, v.Err, judgement.State), attemptOf(at, v.Err)
			if v.Err.MayReconnect() {
				left = append(left, i)
			} else {
				answered = answered && (judgement.Peer || !judgement.Host)
			}
		}
		o.TLS = tls
		d.attempted([]int{i}, attempt)
		d.record(i, o)
	}
	return answered, left
}

func accepted(at place, v smtp.Verdict) report.Outcome {
	return report.Outcome{State: report.Delivered, Stage: smtp.StageEndOfData, Host: at.host, Address: at.address, Reply: v.Reply, QueueID: v.QueueID}
}

// tell lets whoever keeps the letter know, once.
func (d *delivery) tell(i int, o report.Outcome) {
	if d.Settled == nil || d.told[i] {
		return
	}
	d.told[i] = true
	o.Recipient = d.group.recipients[i].Address
	d.Settled(o)
}

func attemptOf(at place, err error) report.Attempt {
	return report.Attempt{Host: at.host, Address: at.address, Stage: stageOf(err), Reason: report.Reason(err), TLS: report.TLSResult(err)}
}

// record keeps o for recipient i, unless an earlier host left a doubt that o, which speaks of one host only, cannot lift:
// a temporary failure dominates a permanent one of another host.
func (d *delivery) record(i int, o report.Outcome) {
	before := d.outcomes[i]
	if before.State == report.Deferred && o.State == report.Failed && report.Judge(o.Cause).Host {
		return
	}
	o.Recipient, o.Attempts = before.Recipient, before.Attempts
	o.Exchangers, o.Policies = d.mx, d.policies
	o.Elapsed = d.now().Sub(d.started)
	d.outcomes[i] = o
}

// settle gives an outcome to the recipients that no host was ever asked about.
func (d *delivery) settle() {
	for i := range d.outcomes {
		if d.outcomes[i].State == "" {
			d.record(i, outcomeOf(place{}, &stageError{smtp.StageConnect, smtp.ClassConnection, errNoHost}, report.Deferred))
		}
		if o := &d.outcomes[i]; d.doubt && o.State == report.Failed && !d.settled(i) {
			o.State = report.Deferred // final only if every host says so
		}
		d.tell(i, d.outcomes[i])
	}
}

var errNoHost = errors.New("no host was left to be tried")

func outcomeOf(at place, err error, state report.State) report.Outcome {
	o := report.Outcome{State: state, Host: at.host, Address: at.address, Stage: stageOf(err), Class: classOf(err), Cause: err}
	var e *smtp.Error
	if errors.As(err, &e) {
		o.Reply = e.Reply
	}
	return o
}

func stageOf(err error) smtp.Stage {
	var dialogue *smtp.Error
	var early *stageError
	switch {
	case errors.As(err, &dialogue):
		return dialogue.Stage
	case errors.As(err, &early):
		return early.stage
	}
	return smtp.StageConnect
}

func classOf(err error) smtp.Class {
	var dialogue *smtp.Error
	var route *resolve.Error
	switch {
	case errors.As(err, &dialogue):
		return dialogue.Class
	case errors.Is(err, context.Canceled):
		return smtp.ClassLocal
	case errors.As(err, &route) && !route.Temporary():
		return smtp.ClassRefused
	}
	return smtp.ClassConnection
}
