package smtp

import "mxsend/compose/letter"

// transaction is one MAIL command and what follows. RFC 5321 §3.3
type transaction struct {
	*Session
	letter   *letter.Letter
	batch    []*Verdict
	commands []command // MAIL, one RCPT for each of the batch, DATA unless chunks are sent

	mail     *Error     // MAIL was refused
	data     *Error     // DATA was refused
	goAhead  bool       // the server waits for the letter
	accepted []*Verdict // RCPT was accepted
	again    []*Verdict // too many for this transaction
}

// run settles the batch but for those that it returns, which were too many. An error means that nothing more can be sent.
func (t *transaction) run() (again []*Verdict, err *Error) {
	t.commands = t.plan()
	err = t.envelope()
	switch {
	case t.mail != nil:
		// Also when the connection was lost afterwards: the server has said why.
		refuseAll(t.batch, t.mail)
		t.withdraw(err)
		return nil, t.mail
	case err != nil:
		refuseAll(t.unsettled(), err)
		return nil, err
	case t.options.stopsAt(StageMail):
		err = stopped(t.options.QuitAfter)
		refuseAll(t.unsettled(), err)
		return nil, err
	case t.options.stopsAt(StageRcpt):
		t.dirty = true // the others are asked in further transactions
		refuseAll(t.accepted, stopped(t.options.QuitAfter))
	case len(t.accepted) == 0:
		t.withdraw(nil)
	case t.data != nil:
		t.dirty = true
		refuseAll(t.accepted, t.data)
	default:
		again, err := t.deliver()
		return append(again, t.again...), err
	}
	return t.again, nil
}

// unsettled is the recipients that were not refused by name.
func (t *transaction) unsettled() []*Verdict {
	var list []*Verdict
	for _, v := range t.batch {
		if v.Err == nil {
			list = append(list, v)
		}
	}
	return list
}

// plan is the commands up to the letter.
func (t *transaction) plan() []command {
	plan := []command{{stage: StageMail, text: t.mailCommand(t.letter, t.batch)}}
	for _, v := range t.batch {
		plan = append(plan, command{stage: StageRcpt, text: t.rcptCommand(t.letter.Envelope, v.Recipient)})
	}
	if t.options.QuitAfter == StageRcpt || t.usesChunks() {
		return plan // RFC 3030 §4.2: the chunks come after the replies to RCPT
	}
	if t.options.QuitAfter == StageMail {
		return plan[:1]
	}
	return append(plan, command{stage: StageData, text: "DATA"})
}

// envelope sends the plan, in one go where the server allows, and hears every reply. RFC 2920 §3.1: MAIL and RCPT may be
// followed by others unseen, DATA is the last of its group.
func (t *transaction) envelope() *Error {
	if t.extensions.Has("PIPELINING") && !t.options.NoPipelining {
		return t.say(0, len(t.commands))
	}
	for i := range t.commands {
		if t.skip(i) {
			continue
		}
		if err := t.say(i, i+1); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) say(from, to int) *Error {
	replies, err := t.exchange(t.commands[from:to]...)
	for i, r := range replies {
		if broken := t.hear(from+i, r); broken != nil {
			return broken
		}
	}
	return err
}

// skip leaves out the commands that make no sense after the replies so far.
func (t *transaction) skip(i int) bool {
	switch t.commands[i].stage {
	case StageRcpt:
		if len(t.again) > 0 {
			t.again = append(t.again, t.batch[i-1])
			return true
		}
		return t.mail != nil
	case StageData:
		return len(t.accepted) == 0 // RFC 5321 §3.3
	}
	return false
}

// hear takes the reply to the command i. The error means that the conversation is out of step.
func (t *transaction) hear(i int, r Reply) *Error {
	c := t.commands[i]
	want := 2
	if c.stage == StageData {
		want = 3
	}
	err := t.expect(want, c, r)
	t.odd = t.odd || misunderstood(r) && !t.superfluous(c)
	switch {
	case err != nil && err.Class == ClassProtocol:
		return err
	case c.stage == StageMail:
		t.mail = err
	case c.stage == StageData:
		t.data, t.goAhead = err, err == nil
	default:
		t.hearRecipient(t.batch[i-1], r, err)
	}
	return nil
}

func (t *transaction) hearRecipient(v *Verdict, r Reply, err *Error) {
	switch {
	case err == nil:
		t.accepted = append(t.accepted, v) // 250, 251 and 252 alike; nothing in the text of 251 is followed
	case len(t.accepted) > 0 && tooMany(r):
		t.again = append(t.again, v)
	default:
		v.refuse(err)
	}
}

// superfluous commands were sent before it was known that they make no sense, so 503 is what they earn. RFC 2920 §3.1
func (t *transaction) superfluous(c command) bool {
	return c.stage != StageMail && t.mail != nil || c.stage == StageData && len(t.accepted) == 0
}

// misunderstood: the codes that speak of the command itself. RFC 5321 §4.2.2
func misunderstood(r Reply) bool { return 500 <= r.Code && r.Code <= 509 || r.Code == 555 }

// tooMany says whether the reply means that the transaction is full: 452, and 552 from servers older than RFC 2821, unless
// the enhanced code says that it is the mailbox. RFC 5321 §4.5.3.1.10
func tooMany(r Reply) bool {
	if r.Code != 452 && r.Code != 552 {
		return false
	}
	return r.Enhanced == "" || r.Enhanced[1:] == ".5.3"
}

// withdraw ends a transaction that has no recipient. broken is what happened to the connection.
func (t *transaction) withdraw(broken *Error) {
	switch {
	case broken != nil:
	case !t.goAhead:
		t.dirty = true
	case len(t.accepted) > 0:
		// The server refused the sender and would take the letter all the same: an empty one would be delivered.
		t.abandon()
	default:
		t.exchange(command{stage: StageEndOfData, text: "."}) // RFC 2920 §3.1
	}
}

// deliver sends the letter; the reply to its end is that of every accepted recipient, or with LMTP one each. It returns
// those that are to be asked again.
func (t *transaction) deliver() (again []*Verdict, err *Error) {
	r, err := t.sendLetter(t.newPouring(t.letter, t.usesChunks()))
	if err != nil && err.Class == ClassRefused && t.mayUseData(r) {
		t.tell.noted("fallback", "BDAT was refused: sending with DATA")
		t.options.Chunking, t.dirty = ChunkingOff, true
		return t.accepted, nil
	}
	if err != nil && err.Stage == StageData {
		t.dirty = true // a chunk was refused
	}
	for i, v := range t.accepted {
		if i > 0 && t.options.Protocol == LMTP && !t.dead {
			r, err = t.next()
		}
		if err != nil {
			v.refuse(err)
		} else {
			t.served = true
			v.accept(r)
		}
	}
	t.guard.leaveFinal()
	if t.dead {
		return nil, err
	}
	return nil, nil
}

// next reads the reply for one further recipient. RFC 2033 §4.2
func (t *transaction) next() (Reply, *Error) {
	end := command{stage: StageEndOfData}
	r, err := t.reply(end)
	if err != nil {
		err.Unknown = true
		return r, err
	}
	return r, t.judgeEnd(r)
}
