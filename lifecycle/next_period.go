package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// aheadDue bills the next period before it begins, with the changes scheduled until then. The contract stays the same.
func (s *step) aheadDue(Deadline) error {
	sub := &s.sub
	account := sub.Account
	begins := sub.Period.End
	sub.ScheduledChanges = slices.DeleteFunc(sub.ScheduledChanges, func(w ScheduledChange) bool {
		if w.At.After(begins) {
			return false
		}
		after, err := changedLater(&account.Contract, w.Change, w.At)
		if err != nil {
			s.refused = "The scheduled change could not be made: " + err.Error() + "."
			return true
		}
		account.Contract = after
		return false
	})
	for i := range sub.ScheduledChanges {
		sub.ScheduledChanges[i].BilledInAdvance = !sub.ScheduledChanges[i].At.After(begins)
	}
	account.Contract.Until = s.knownEnd()
	now, items := sub.Contract, sub.ItemsBilledTo
	included, running := s.dueNow(sub.UnbilledCharges)
	o := invoice.IssueRequest{Account: account, At: begins, IssuedAt: sub.At, DueAt: begins, Lines: included}
	inv, err := s.periodFrom(o)
	if err != nil {
		return err
	}
	a := NextPeriod{Contract: sub.Contract, IncludedCharges: included}
	rest, err := a.Contract.RemainingPortions(begins)
	if err != nil {
		return err
	}
	a.Period = proration.Period{Start: begins, End: rest[0].Span.End}
	sub.Contract, sub.UnbilledCharges, sub.NextPeriod, sub.ItemsBilledTo = now, running, &a, items
	if inv == nil {
		return nil
	}
	a.Invoice = inv.ID
	return s.collect(inv, begins)
}

// billEarly bills the next period at the customer's request, before the policy would.
func (s *step) billEarly(e *Event) error {
	sub := &s.sub
	end := sub.Period.End
	ends := func(t time.Time) bool { return !t.IsZero() && !t.After(end) }
	switch {
	case sub.NextPeriod != nil:
		return s.refuse("The period from " + sub.date(sub.NextPeriod.Period.Start) + " is already billed.")
	case sub.inArrears() || s.policy.Billing.Timing != proration.InAdvance:
		return s.refuse("Time in arrears is billed when it is over, on " + sub.date(end) + ".")
	case s.extent() == proration.ExtentNone:
		return s.refuse("Periods that begin while collection is paused cost nothing.")
	case ends(sub.CancelAt), ends(sub.PauseAt), ends(sub.last(s.policy)):
		return s.refuse("The subscription is not billed after " + sub.date(end) + ".")
	case !sub.restartsAt().IsZero():
		on := sub.date(sub.restartsAt())
		return s.refuse("A scheduled change begins another period on " + on + "; send scheduled_change_canceled first.")
	case sub.upFront() && sub.Contract.End().After(end), sub.extended():
		return s.refuse("The period from " + sub.date(end) + " is already billed with its term.")
	}
	return s.aheadDue(Deadline{At: e.At})
}

// aheadBegins starts a period whose invoice was issued in advance, and bills the changes made since then. If there
// were changes and no payment of the invoice was received or requested, it is voided and the period is billed anew.
func (s *step) aheadBegins(Deadline) error {
	sub := &s.sub
	a := sub.NextPeriod
	if len(a.Changes) > 0 && sub.retractable(a.Invoice) && sub.phase(a.Invoice) != invoice.PhaseRequested {
		if err := s.forget(); err != nil {
			return err
		}
		if sub.Status == Suspended {
			return nil // the period does not begin; a reactivation starts a new one
		}
		return s.bill()
	}
	s.adoptItems(a)
	if err := s.termAccrued(true); err != nil {
		return err
	}
	agreed, err := pricesAt(sub.Contract, a.Period.Start)
	if err != nil {
		return err
	}
	ended := endedDiscounts(&sub.Contract, a.Period.Start)
	sub.NextPeriod, sub.Contract = nil, a.Contract
	sub.EndedAt, sub.GaveUp = time.Time{}, false // service ended in the period before
	if err := s.served(); err != nil {
		return err
	}
	if err := s.billShortfall(ended); err != nil {
		return err
	}
	if err := s.billOwnUsage(); err != nil {
		return err
	}
	for _, c := range a.Changes {
		if err := s.billAllowedChange(agreed.change(c)); err != nil {
			return err
		}
	}
	agreed.keep(&sub.Contract)
	slices.SortStableFunc(sub.ScheduledChanges, func(a, b ScheduledChange) int { return a.At.Compare(b.At) })
	return s.served()
}

// measuresSpend reports whether the contract has a minimum or a commitment, toward which its charges count.
func (s *Subscription) measuresSpend() bool {
	return s.Contract.Minimum.IsPositive() || s.Contract.Commitment.Amount.IsPositive()
}

// billShortfall bills the minimum shortfall of the period that has just ended, with its unbilled usage, and the
// prorations of changes after the advance invoice. The discounts of a term that ended with the period apply, too.
func (s *step) billShortfall(ended []plans.Discount) error {
	sub := &s.sub
	if !sub.measuresSpend() {
		return s.billWaiting()
	}
	account := sub.Account
	account.Contract.Discounts = slices.Concat(ended, account.Contract.Discounts)
	inv, err := s.periodFrom(invoice.IssueRequest{Account: account, At: sub.At, Lines: sub.UnbilledCharges})
	if err != nil {
		return err
	}
	sub.UnbilledCharges = nil
	sub.Contract.Discounts = without(sub.Contract.Discounts, func(d *plans.Discount) bool {
		return slices.ContainsFunc(ended, func(own plans.Discount) bool { return own.ID == d.ID })
	})
	return s.collect(inv, sub.At)
}

// forget cancels a next period that is already invoiced. Its unpaid invoice is voided, now or once a payment in
// progress has a result, and its other charges become unbilled again. A paid or partly paid invoice stays.
func (s *step) forget() error {
	if voids, err := s.retractNextPeriod(); err != nil || !voids || s.sub.Status != PastDue {
		return err
	}
	return s.standing()
}

// retractNextPeriod does what forget does except that the status stays, and reports whether the invoice is voided.
func (s *step) retractNextPeriod() (voids bool, err error) {
	a := s.sub.NextPeriod
	if a == nil {
		return false, nil
	}
	s.dropNextPeriod()
	if s.sub.underWay(a.Invoice) {
		s.sub.UnbilledCharges = slices.Concat(a.IncludedCharges, s.sub.UnbilledCharges)
		return true, s.voidWhenKnown(a.Invoice)
	}
	if !s.sub.retractable(a.Invoice) {
		return false, nil
	}
	if err := s.reverse(a.Invoice); err != nil { // the contract has not used its discounts yet
		return false, err
	}
	s.sub.UnbilledCharges = slices.Concat(a.IncludedCharges, s.sub.UnbilledCharges)
	return true, nil
}

// forgetUnlessPaid cancels an invoiced next period unless money was received for it.
func (s *step) forgetUnlessPaid() error {
	if s.sub.keepsAhead() {
		return nil
	}
	return s.forget()
}

// adoptNextPeriod makes the contract of the next period, which is paid, the current one. It includes the scheduled
// changes that its invoice billed, so they are done.
func (s *step) adoptNextPeriod() {
	s.adoptItems(s.sub.NextPeriod)
	s.sub.Contract, s.sub.NextPeriod = s.sub.NextPeriod.Contract, nil
	s.sub.ScheduledChanges = slices.DeleteFunc(slices.Clone(s.sub.ScheduledChanges), func(w ScheduledChange) bool {
		return w.BilledInAdvance
	})
}

// dropNextPeriod removes the next period, so that no invoice includes the scheduled changes anymore.
func (s *step) dropNextPeriod() {
	s.sub.NextPeriod = nil
	s.sub.ScheduledChanges = slices.Clone(s.sub.ScheduledChanges)
	for i := range s.sub.ScheduledChanges {
		s.sub.ScheduledChanges[i].BilledInAdvance = false
	}
}

// setAside removes the charges of the next period, and their credits, from the unexpired charges and returns them. The
// advance invoice can have other charges: prorations of the present period that waited for it.
func (s *step) setAside() (ahead []plans.Charge) {
	if s.sub.NextPeriod == nil || s.sub.NextPeriod.Invoice == "" {
		return nil
	}
	var left []plans.Charge
	for _, c := range s.sub.UnexpiredCharges {
		of := c.ID
		if c.Corrects != "" {
			of = c.Corrects
		}
		if lineid.Invoice(of) == s.sub.NextPeriod.Invoice && !c.Period.Start.Before(s.sub.NextPeriod.Period.Start) {
			ahead = append(ahead, c)
			continue
		}
		left = append(left, c)
	}
	s.sub.UnexpiredCharges = left
	return ahead
}

// clearAhead cancels the next period if it is already invoiced and the change moves its boundaries, or if the invoice
// also bills prorations of the present period. It refuses a change of the boundaries if the invoice can no longer be
// voided.
func (s *step) clearAhead(c *plans.Change) error {
	a := s.sub.NextPeriod
	if a == nil {
		return nil
	}
	stays := c.Term == nil && c.End.IsZero() && !restarts(&s.sub.Contract, c)
	present := slices.ContainsFunc(a.IncludedCharges, func(c plans.Charge) bool { return !c.PricedAt.IsZero() })
	if stays && !(present && s.sub.retractable(a.Invoice)) {
		return nil
	}
	if !s.sub.retractable(a.Invoice) {
		begins := s.sub.date(a.Period.Start)
		return s.refuse("The period from " + begins + " is already billed; send this change once the period has begun.")
	}
	return s.forget()
}

// keepsAhead reports whether the advance invoice is paid, at least in part, so that its period is served.
func (s *Subscription) keepsAhead() bool {
	if s.NextPeriod == nil || s.receivable(s.NextPeriod.Invoice) < 0 {
		return false
	}
	return !s.retractable(s.NextPeriod.Invoice) && !s.underWay(s.NextPeriod.Invoice)
}

// billsAhead reports whether the next period is billed before it starts. A pending change comes first, and
// so does the end of a pause of collection in which periods cost nothing.
func (s *Subscription) billsAhead(p *Policy) bool {
	free := s.CollectionPause != nil && s.CollectionPause.Invoices == PausedVoid
	if s.PendingChange != nil || free || p.Renewal.Lead == (proration.Interval{}) ||
		p.Billing.Timing != proration.InAdvance || s.inArrears() ||
		p.Renewal.WithoutPaymentMethod != FinalContinue && s.PaymentMethod == "" {
		return false
	}
	if s.upFront() && s.Contract.End().After(s.Period.End) {
		return false // the term was billed up front
	}
	for _, stop := range []time.Time{s.CancelAt, s.PauseAt} {
		if !stop.IsZero() && !stop.After(s.Period.End) {
			return false
		}
	}
	return true
}
