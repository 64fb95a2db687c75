package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// setMethod puts a method of payment on file, where it is one that is accepted.
func (s *step) setMethod(e *Event) error {
	method := e.Method
	if method == "" {
		method = "card"
	}
	if c := s.policy.Catalog; c != nil {
		market, err := c.Market(s.sub.Country)
		if err != nil {
			return err
		}
		if _, err := market.Method(method, e.by()); err != nil {
			return err
		}
	}
	s.sub.Method = method
	return nil
}

// enterCard puts a method of payment on file, and charges what is overdue with it. Where that is all it takes, it brings back what had ended.
func (s *step) enterCard(e *Event) error {
	if err := s.setMethod(e); err != nil {
		return err
	}
	sub := &s.sub
	overdue := s.chargeOverdue()
	switch {
	case sub.Status == Suspended && !overdue && len(sub.Dues) == 0, sub.Status.over() && s.policy.Return.ByMethod:
		return s.reactivate(e)
	}
	return nil
}

// chargeOverdue asks to charge every invoice whose payment failed, and reports whether there is one. For the others an attempt is under
// way, or they have their time.
func (s *step) chargeOverdue() (overdue bool) {
	for i := range s.sub.Dues {
		d := &s.sub.Dues[i]
		if d.Failed.IsZero() && (s.sub.Status != Incomplete || !d.Asked.IsZero()) {
			continue
		}
		overdue, d.Hard = true, false
		s.ask(i)
	}
	return overdue
}

// removeCard takes the method of payment off file.
func (s *step) removeCard(*Event) error {
	if s.sub.Method == "" {
		return s.refuse("there is none")
	}
	s.sub.Method = ""
	return nil
}

// happens applies a payment to its invoice.
func (s *step) happens(e *Event, kind invoice.EventKind) error {
	p := e.Payment
	if i := s.sub.invoice(p.Invoice); p.ID == "" && i >= 0 {
		p.ID = "event-" + strconv.FormatInt(e.Sequence, 10)
		if events := s.sub.Invoices[i].Events; len(events) > 0 {
			last := events[len(events)-1]
			underWay := s.sub.Invoices[i].Status == invoice.Pending && (kind == invoice.Succeeded || kind == invoice.Failed)
			if underWay {
				p.ID = last.ID
			}
		}
		if kind == invoice.Reversed {
			p.ID = lastPayment(&s.sub.Invoices[i])
		}
	}
	return s.happen(p.Invoice, invoice.Event{Kind: kind, ID: p.ID, Amount: p.Amount, Reason: e.Reason})
}

// lastPayment returns the ID of the last payment that came in.
func lastPayment(inv *invoice.Invoice) string {
	for _, e := range slices.Backward(inv.Events) {
		if e.Kind == invoice.Succeeded {
			return e.ID
		}
	}
	return "none"
}

// attempt notes that a payment is under way: nothing changes until its outcome is known.
func (s *step) attempt(e *Event) error {
	if err := s.happens(e, invoice.Attempted); err != nil {
		return err
	}
	if i := s.sub.due(e.Payment.Invoice); i >= 0 {
		s.sub.Dues[i].Asked = e.At
	}
	return nil
}

// paid closes an invoice. When nothing is overdue any more, service goes on; where it stopped for so long that its period is over, with a
// new one at that instant.
func (s *step) paid(e *Event) error {
	if err := s.happens(e, invoice.Succeeded); err != nil {
		return err
	}
	sub := &s.sub
	i := sub.invoice(e.Payment.Invoice)
	if sub.Invoices[i].Status != invoice.Paid {
		if d := sub.due(e.Payment.Invoice); d >= 0 {
			sub.Dues[d].Asked = time.Time{} // a part came in
		}
		return nil
	}
	s.notice(Notice{Kind: Receipt, Invoice: e.Payment.Invoice})
	return s.settled(true)
}

// overdue reports whether service could have stopped for an invoice: what is suspended for another reason does not come back with it.
func (s *step) overdue(id string) bool {
	i := s.sub.due(id)
	return s.sub.Status != Suspended || i >= 0 && !s.sub.Dues[i].Failed.IsZero()
}

// settled lets the status follow from what is left to be paid; where nothing of it stopped service, it stays what it is.
func (s *step) settled(brings bool) error {
	s.settle()
	if !brings {
		return nil
	}
	suspended := s.sub.Status == Suspended
	s.standing()
	back := !s.sub.Ended.IsZero() || !s.sub.At.Before(s.sub.Period.End) // it had ended, or its period is over
	if !suspended || s.sub.Status == Suspended || !back {
		return nil
	}
	if s.sub.billedFor() {
		s.sub.Ended = time.Time{}
		return s.served()
	}
	return s.restart()
}

// failed tells the customer, starts the grace of the invoice where it has had none, and sets the next retry.
func (s *step) failed(e *Event) error {
	if err := s.happens(e, invoice.Failed); err != nil {
		return err
	}
	sub := &s.sub
	i := sub.due(e.Payment.Invoice)
	if i < 0 {
		return nil // it was paid in between, or nobody collects it
	}
	d := &sub.Dues[i]
	asked := d.Asked
	d.Asked, d.Held = time.Time{}, time.Time{}
	d.Hard = d.Hard || e.Payment.Hard
	if err := s.miss(d); err != nil {
		return err
	}
	s.notice(Notice{Kind: Declined, Invoice: d.Invoice, Of: d.Until})
	if d.Retry = (time.Time{}); !d.Hard && !s.manual() && d.Retries < len(s.policy.Dunning.Retries) {
		wait := s.policy.Dunning.Retries[d.Retries]
		from := e.At
		if !asked.IsZero() {
			from = asked
		}
		at, err := wait.After(from, sub.location())
		if err == nil && !at.After(e.At) { // the answer took longer than that
			at, err = wait.After(e.At, sub.location())
		}
		if err != nil {
			return err
		}
		d.Retry = at
	}
	return nil
}

// miss starts the grace of an invoice, once. What it pays for may begin later, and then the grace does.
func (s *step) miss(d *Due) error {
	if d.Failed.IsZero() {
		d.Failed = s.sub.At
		grace := s.policy.Dunning.Grace
		if agreed := s.sub.Contract.Grace; agreed != (proration.Interval{}) {
			grace = agreed
		}
		d.Until = later(d.Failed, d.From)
		if grace != (proration.Interval{}) {
			until, err := grace.After(d.Until, s.sub.location())
			if err != nil {
				return err
			}
			d.Until = until
		}
	}
	if s.sub.Status != Suspended { // a failure does not bring service back
		s.standing()
	}
	return nil
}

// paymentDue starts the grace of an invoice that should have been paid by hand.
func (s *step) paymentDue(d Deadline) error {
	due := &s.sub.Dues[s.sub.due(d.Ref)]
	due.By = time.Time{}
	if !due.Failed.IsZero() {
		return nil
	}
	if err := s.miss(due); err != nil {
		return err
	}
	s.notice(Notice{Kind: Overdue, Invoice: d.Ref, Of: due.Until})
	return nil
}

// chargeDue charges an invoice again, or first after it was held.
func (s *step) chargeDue(d Deadline) error {
	i := s.sub.due(d.Ref)
	if retry := s.sub.Dues[i].Retry; !retry.IsZero() && !retry.After(d.At) {
		s.sub.Dues[i].Retries++
	}
	s.ask(i)
	return nil
}

// graceOver does what the policy says of an invoice that was not paid in its grace.
func (s *step) graceOver(d Deadline) error {
	switch s.policy.Dunning.Unpaid {
	case ToSuspend:
		s.sub.Status = Suspended
		if !s.sub.paidFor() {
			s.notice(Notice{Kind: Lost, Invoice: d.Ref})
		}
	case ToCancel:
		return s.end(Canceled, nil)
	case ToGoOn, ToPause:
		s.sub.Dues[s.sub.due(d.Ref)].Until = time.Time{}
	}
	return nil
}

// disputed opens an invoice again whose payment was taken back. It has a grace like one that was declined.
func (s *step) disputed(e *Event) error {
	if i := s.sub.invoice(e.Payment.Invoice); i >= 0 && !s.sub.Invoices[i].Received().IsPositive() {
		return s.refuse("nothing was paid on it, or it went back already")
	}
	if err := s.happens(e, invoice.Reversed); err != nil {
		return err
	}
	i := s.sub.due(e.Payment.Invoice)
	if i < 0 {
		inv := &s.sub.Invoices[s.sub.invoice(e.Payment.Invoice)]
		if !owing(inv) {
			return nil
		}
		s.sub.Dues = append(s.sub.Dues, Due{Invoice: inv.ID, From: inv.At})
		i = len(s.sub.Dues) - 1
	}
	d := &s.sub.Dues[i]
	d.Hard = true // whoever disputes a payment is not charged again by itself
	if err := s.miss(d); err != nil {
		return err
	}
	s.notice(Notice{Kind: Declined, Invoice: d.Invoice, Of: d.Until})
	return nil
}

// refunded issues the credit note of money that was paid back.
func (s *step) refunded(e *Event) error {
	i := s.sub.invoice(e.Payment.Invoice)
	if i < 0 {
		return s.refuse("there is no invoice " + strconv.Quote(e.Payment.Invoice) + ", or it is settled for good")
	}
	inv := s.sub.Invoices[i]
	brings := s.overdue(inv.ID)
	if !inv.Received().IsPositive() {
		return s.refuse("nothing was paid on it, or it went back already")
	}
	correction := invoice.Correction{
		ID: s.nextID(), At: e.At, Invoice: inv, Credited: s.credited(inv.ID), Lines: e.Payment.Lines, Repay: true, Ledger: s.sub.Ledger,
	}
	if e.Payment.Amount.IsPositive() && len(correction.Lines) == 0 {
		correction.Lines = s.parts(&inv, e.Payment.Amount)
	}
	note, err := invoice.Note(correction)
	if err != nil {
		return proration.Under("event.payment", err)
	}
	s.sub.Account = s.sub.Account.Add(note)
	s.sub.Billed = slices.DeleteFunc(s.sub.Billed, func(c plans.Charge) bool { // of a charge that is used up nothing is kept
		return c.Corrects != "" && !slices.ContainsFunc(s.sub.Billed, func(of plans.Charge) bool { return of.ID == c.Corrects })
	})
	s.number()
	s.sub.Invoices = append(s.sub.Invoices, note)
	s.out.Invoices = append(s.out.Invoices, note)
	s.out.Credits = append(s.out.Credits, note.Entries...)
	if note.Offset.IsPositive() {
		if err := s.happen(inv.ID, invoice.Event{Kind: invoice.Credited, ID: note.ID, Amount: note.Offset}); err != nil {
			return err
		}
	}
	if note.Refund.IsPositive() {
		if err := s.happen(inv.ID, invoice.Event{Kind: invoice.Repaid, ID: note.ID, Amount: note.Refund, Reason: e.Reason}); err != nil {
			return err
		}
	}
	return s.settled(brings)
}

// credited returns what was credited of the charges of an invoice.
func (s *step) credited(id string) (all []plans.Charge) {
	for i := range s.sub.Invoices {
		for _, c := range valid(&s.sub.Invoices[i]) {
			if c.Corrects != "" && invoiceOf(c.Corrects) == id {
				all = append(all, c)
			}
		}
	}
	return all
}

// parts spreads an amount, net of taxes, over the lines of an invoice, from the first on.
func (s *step) parts(inv *invoice.Invoice, amount decimal.Decimal) (parts []invoice.Part) {
	credited := s.credited(inv.ID)
	for _, line := range inv.Lines {
		left := line.Net
		for _, c := range credited {
			if c.Corrects == line.ID {
				left = left.Add(c.Net)
			}
		}
		if line.Corrects != "" || !left.IsPositive() || !amount.IsPositive() {
			continue
		}
		part := decimal.Min(amount, left)
		parts = append(parts, invoice.Part{Line: line.ID, Amount: part})
		amount = amount.Sub(part)
	}
	if amount.IsPositive() && len(parts) > 0 { // more than there is: the fault is the last line's
		parts[len(parts)-1].Amount = parts[len(parts)-1].Amount.Add(amount)
	}
	return parts
}

// void takes back an invoice that was issued by mistake.
func (s *step) void(e *Event) error {
	id := e.Payment.Invoice
	if a := s.sub.Ahead; a != nil && a.Invoice == id {
		return s.refuse("it is of the period that begins on " + a.Period.Start.In(s.sub.location()).Format(time.DateOnly) + "; cancel, or switch its renewal off")
	}
	brings := s.overdue(id)
	if err := s.undo(id); err != nil {
		return err
	}
	return s.settled(brings)
}

// writeOff gives an invoice up.
func (s *step) writeOff(e *Event) error {
	brings := s.overdue(e.Payment.Invoice)
	if err := s.happen(e.Payment.Invoice, invoice.Event{Kind: invoice.WrittenOff, Reason: e.Reason}); err != nil {
		return err
	}
	s.effect(Effect{Kind: Withdraw, Invoice: e.Payment.Invoice})
	return s.settled(brings)
}

// use keeps what was used for the next invoice.
func (s *step) use(e *Event) error {
	all, err := s.charges(e.Charges, plans.Usage)
	s.sub.Pending = append(s.sub.Pending, all...)
	return err
}

// sell bills what was sold once, with what waits for an invoice. In a trial or a pause it waits too.
func (s *step) sell(e *Event) error {
	all, err := s.charges(e.Charges, plans.OneOff)
	if err != nil {
		return err
	}
	sub := &s.sub
	sub.Pending = append(sub.Pending, all...)
	if !regular.has(sub.Status) {
		return nil
	}
	inv, err := invoice.Build(invoice.Draft{
		ID: s.nextID(), Currency: sub.Contract.Currency, At: e.At, Lines: sub.Pending, Ledger: sub.Ledger, Policy: s.billing(), Contact: sub.Contact,
		Location: sub.Contract.Cycle.Location,
	})
	if err != nil {
		return err
	}
	sub.Account, sub.Pending = sub.Account.Add(inv), nil
	s.take(inv)
	s.collect(&inv, e.At, time.Time{})
	return nil
}
