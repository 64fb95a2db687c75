package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// start starts service at once, or schedules it for Event.On.
func (s *step) start(e *Event) error {
	if !e.Until.IsZero() && e.by() != plans.Support {
		return s.refuse("Only support can set the end of the trial; send started without until.")
	}
	if err := s.checkSold(); err != nil {
		return err
	}
	if s.sub.upFront() { // checks the term also where a trial or a later start precedes it
		if _, err := s.sub.Contract.StartingAt(s.sub.At, 0); err != nil {
			return err
		}
	}
	if e.PaymentMethod != "" {
		if err := s.setMethod(e); err != nil {
			return err
		}
	}
	switch {
	case e.NoTrial && !e.On.After(e.At):
		return s.serve(false, 0)
	case e.On.After(e.At):
		s.sub.StartAt = e.On.In(s.sub.location())
		if e.NoTrial {
			s.sub.TrialEnd = s.sub.StartAt // marks that there is no trial
		} else if !e.Until.IsZero() {
			s.sub.TrialEnd = e.Until.In(s.sub.location())
		}
		return s.become(PendingStart)
	}
	return s.startTrialOrService(e.Until.In(s.sub.location()), false)
}

// checkSold returns the faults of a contract that the catalog does not sell: an unknown plan, and a currency that is
// not that of the customer's market. Without a country, it is the currency of any market.
func (s *step) checkSold() error {
	catalog, contract := s.policy.Catalog, &s.sub.Contract
	if field := advanced(contract); field != "" && s.policy.Billing.Timing == proration.InArrears {
		return fault.New("subscription.contract."+field, proration.ErrInvalid,
			"must be unset, since the policy bills every item in arrears")
	}
	if catalog == nil {
		return nil
	}
	var f fault.List
	if !slices.ContainsFunc(catalog.Plans, func(p plans.Plan) bool { return p.ID == contract.Plan }) {
		f.Add("subscription.contract.plan", proration.ErrInvalid, "must be a plan of the catalog; got %.40q", contract.Plan)
	}
	markets := catalog.Markets
	if s.sub.Country != "" {
		market, err := catalog.Market(s.sub.Country)
		if err != nil {
			return err
		}
		markets = []plans.Market{market}
	}
	if !slices.ContainsFunc(markets, func(m plans.Market) bool { return m.Currency == contract.Currency }) {
		f.Add("subscription.contract.currency", proration.ErrInvalid, "must be the currency of the market, %.3s; got %.3s",
			markets[0].Currency, contract.Currency)
	}
	return f.Err()
}

// startNow starts service that was scheduled for this instant.
func (s *step) startNow(Deadline) error {
	at, end := s.sub.StartAt, s.sub.TrialEnd
	s.sub.StartAt, s.sub.TrialEnd = time.Time{}, time.Time{}
	s.adopt()
	if end.Equal(at) {
		return s.serve(true, 0)
	}
	trial := s.sub.Contract.Trial != proration.Interval{} || !end.IsZero()
	if trial && s.policy.Trial.RequirePaymentMethod && s.sub.PaymentMethod == "" {
		return s.trialOver(Deadline{}) // the payment method was removed, so there is no trial
	}
	return s.startTrialOrService(end, true)
}

// serve starts the first paid period, which is longer by the given number of days. If anew is set, the contract
// restarts at this instant, unless it has a fixed billing day, no terms and no added days. A contract whose first term
// begins later always restarts, and so does one with a billing day or date.
func (s *step) serve(anew bool, longer int) error {
	sub := &s.sub
	s.adopt()
	contract := &sub.Contract
	dated := contract.BillingDay != 0 || !contract.BillingDate.IsZero()
	fixed := contract.Cycle.Day != 0 && len(contract.Terms) == 0 && longer == 0
	later := len(contract.Terms) > 0 && contract.Terms[0].Period.Start.After(sub.At)
	if anew && !fixed || later || dated {
		if err := s.anew(longer); err != nil {
			return err
		}
	}
	sub.UnbilledSince, sub.ConvertAt = time.Time{}, time.Time{}
	if s.begins(); sub.TrialEnd.Equal(sub.At) {
		sub.ServiceStart = time.Time{} // service began with the trial
	}
	if err := s.become(Active); err != nil {
		return err
	}
	if err := s.bill(); err != nil {
		return err
	}
	return s.await()
}

// begins stores the instant at which service begins, if the policy does not bill its day.
func (s *step) begins() {
	s.sub.ServiceStart = time.Time{}
	if s.policy.Billing.Proration.FirstDay == proration.DayFree {
		s.sub.ServiceStart = s.sub.At
	}
}

// await makes the subscription incomplete until its first invoice is paid, if the policy has a first payment timeout.
func (s *step) await() error {
	sub := &s.sub
	if s.policy.FirstPaymentTimeout == (proration.Interval{}) || !sub.periodUnpaid() {
		return nil
	}
	by, err := s.policy.FirstPaymentTimeout.After(sub.At, sub.location())
	if err != nil {
		return err
	}
	sub.PayBy = by
	return s.become(Incomplete)
}

// periodUnpaid reports whether an invoice of the current period is unpaid.
func (s *Subscription) periodUnpaid() bool {
	return slices.ContainsFunc(s.Receivables, func(r invoice.Receivable) bool {
		return r.Owing() && !s.onSchedule(&r) && !r.ServiceFrom.Before(s.Period.Start)
	})
}

// anew restarts the contract at this instant, with a first period that is longer by the given number of days.
func (s *step) anew(longer int) error {
	was := s.sub.Contract.Discounts
	after, err := s.sub.Contract.StartingAt(s.sub.At, longer)
	if err != nil {
		return fault.Under("contract", err)
	}
	ended := without(was, func(d *plans.Discount) bool {
		goesOn := func(k plans.Discount) bool { return k.ID == d.ID && k.Until.Equal(d.Until) }
		return slices.ContainsFunc(after.Discounts, goesOn) // others end with their term
	})
	if err := s.reduceAccrued(ended, func(*plans.Charge) bool { return true }); err != nil {
		return err
	}
	s.sub.Contract = after
	return nil
}

// abandon ends a subscription whose first invoice was not paid, and voids that invoice. Charges that wait for the next
// one lapse with it.
func (s *step) abandon(as Status) error {
	was, waits := s.open(), len(s.sub.UnbilledCharges) > 0
	stays, err := s.voidFirst(as)
	if err != nil {
		return err
	}
	if !stays {
		s.sub.UnbilledCharges = nil
	}
	period := s.sub.Period
	s.sub.Period = proration.Period{} // no service was used, so end bills nothing
	err = s.end(as)
	s.sub.Period = period
	s.gaveUp(was)
	s.sub.GaveUp = s.sub.GaveUp || waits && !stays
	return err
}

// voidFirst voids the invoices of the first period. If its first invoice stays due when the subscription expires,
// because it is paid in part or a payment is in progress, so do the others: its payment can still start the service.
func (s *step) voidFirst(as Status) (stays bool, err error) {
	first := slices.IndexFunc(s.sub.Receivables, s.sub.billsStart)
	if as == Expired && first >= 0 && s.sub.Receivables[first].Owing() &&
		!s.sub.retractable(s.sub.Receivables[first].Invoice) {
		return true, nil
	}
	for i := range s.sub.Receivables {
		r := &s.sub.Receivables[i]
		own := i >= first && !r.ServiceFrom.Before(s.sub.Period.Start)
		if as == Canceled && own && s.sub.underWay(r.Invoice) {
			if err := s.voidWhenKnown(r.Invoice); err != nil {
				return false, err
			}
		}
		if !own || !s.sub.retractable(r.Invoice) {
			continue // earlier and partly paid invoices stay due
		}
		if s.sub.creditedBy(r.Invoice) != "" {
			if _, err := s.note(r, invoice.CreditRequest{}); err != nil {
				return false, err
			}
		} else if err := s.undo(r.Invoice); err != nil {
			return false, err
		}
	}
	return false, nil
}

// billsStart reports whether an invoice bills the beginning of the current period. One that was issued before it bills
// earlier service, even at the same time.
func (s *Subscription) billsStart(r invoice.Receivable) bool {
	return slices.ContainsFunc(s.UnexpiredCharges, func(c plans.Charge) bool {
		return lineid.Invoice(c.ID) == r.Invoice && c.Corrects == "" && c.Span.Contains(s.Period.Start)
	})
}

// firstPaymentOver expires a subscription whose first invoice was not paid in time. A payment in progress can still
// start it within its period.
func (s *step) firstPaymentOver(Deadline) error {
	err := s.abandon(Expired)
	s.sub.Dunned = s.sub.periodUnpaid()
	return err
}
