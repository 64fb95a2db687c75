package lifecycle

import (
	"slices"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// changed changes the contract, when the invoice is paid if the event or a rule says so.
func (s *step) changed(e *Event) error { return s.paidFirst(e, (*step).change) }

// change makes a change now or schedules it, as the change rules say. The plan must offer the quantities to which it
// and the scheduled changes lead.
func (s *step) change(e *Event) error {
	before := s.sub
	if err := s.changeByRules(e); err != nil {
		return err
	}
	return s.keepQuantities(&before)
}

// changeByRules is change without the check of the scheduled quantities.
func (s *step) changeByRules(e *Event) error {
	sub := &s.sub
	if err := s.whileCanceling(); err != nil {
		return err
	}
	if sub.Status == Trialing || sub.Status == PendingStart {
		return s.changeUnbilled(e)
	}
	if stopped := !sub.EndedAt.IsZero() || !sub.Period.Contains(sub.At); sub.Status == Suspended && stopped {
		return s.changeStopped(e)
	}
	rest := *e
	if len(sub.ScheduledChanges) > 0 {
		permit, err := s.permitScheduled(&rest)
		at := e.At
		if err == nil {
			at = permit.At
		}
		if rest.Change = s.net(rest.Change, at); rest.Change.IsZero() { // it only reduces what waits
			return s.settleChange()
		}
	}
	permit, err := s.permitScheduled(&rest)
	if err != nil {
		return err
	}
	change := permit.Change
	s.actions = permit.Actions
	if len(permit.Actions) == 0 { // it is what is already there, and stays
		s.supersede(&change)
		return s.settleChange()
	}
	how, err := s.howProrated(e, &permit)
	if err != nil {
		return err
	}
	s.paysFirst = s.paysFirst || permit.IfPaid
	how.ifPaid = s.paysFirst
	if s.paysFirst && how.billing(s.policy) == plans.NextInvoice {
		how.when = plans.InvoiceNow
	}
	if permit.At.After(e.At) {
		s.paysFirst = false
		if err := s.wait(e.Sequence, permit.At, change, how); err != nil {
			return err
		}
		return s.settleChange()
	}
	if e.discounts() && s.reviewed() {
		s.paysFirst = false // nothing is billed for it alone
		return s.changeDiscounts(change)
	}
	if err := s.changeNow(change, how, false); err != nil {
		return err
	}
	return s.settleChange()
}

// settleChange bills the rest of a period that a withdrawn cancellation ended, and refuses a change that conflicts with
// the scheduled ones.
func (s *step) settleChange() error {
	if err := s.unbound(); err != nil {
		return err
	}
	return s.together()
}

// changeNow makes a change inside the current period. It replaces what waits for the same things unless it has waited
// itself. The advance invoice of the next period may include it.
func (s *step) changeNow(change plans.Change, how prorated, billedInAdvance bool) error {
	sub := &s.sub
	if !billedInAdvance {
		if err := s.clearAhead(&change); err != nil {
			return err
		}
	}
	now := sub.Contract
	if s.doing == Changed || s.doing == Reactivated {
		s.supersede(&change)
	}
	if err := s.billChange(change, how); err != nil {
		return err
	}
	switch a := sub.NextPeriod; {
	case a != nil && billedInAdvance:
		return nil
	case a != nil:
		later, err := s.inNextPeriod(&now, change)
		if err != nil {
			return err
		}
		a.Changes = append(a.Changes, later)
		return nil
	}
	end := sub.Period.End
	if err := s.served(); err != nil {
		return err
	}
	s.move(end)
	return nil
}

// changeStopped changes the contract of a suspended subscription whose service stopped, for the next period or from the
// requested time on.
func (s *step) changeStopped(e *Event) error {
	permit, err := s.permit(s.policy.ChangeRules, s.sub.Contract, e)
	if asked := !e.On.IsZero() || e.Effective != 0; err == nil && asked && permit.At.After(e.At) {
		s.actions = permit.Actions
		return s.wait(e.Sequence, permit.At, permit.Change, prorated{})
	}
	var after plans.Contract
	if err == nil {
		after, err = s.sub.Contract.Changed(permit.Change, e.At)
	}
	if err != nil {
		return err
	}
	s.sub.Contract, s.actions = after, permit.Actions
	return nil
}

// permit checks a change of a contract against the rules. The approval has the change with the plan, term and price of
// the catalog.
func (s *step) permit(rules plans.ChangeRules, contract plans.Contract, e *Event) (plans.Approval, error) {
	change, err := s.beforeRamp(e)
	if err != nil {
		return plans.Approval{}, err
	}
	permit, err := rules.Check(plans.ChangeRequest{
		Catalog: s.policy.Catalog, Contract: contract, Change: change, By: e.by(), At: e.At, Usage: e.Usage,
		Effective: e.Effective, On: e.On, Charges: s.sub.UnexpiredCharges, PaidThrough: s.sub.paidThrough(),
		Prorations: s.policy.Prorations, ProrationSettings: s.policy.settings(),
	})
	if err != nil {
		return plans.Approval{}, err
	}
	return permit, s.staysInArrears(&contract, &permit)
}

// permitScheduled checks a change against the rules: of the present contract or, if that must not be changed so, of the
// contract as the scheduled changes leave it at the requested time or the end of the period.
func (s *step) permitScheduled(e *Event) (plans.Approval, error) {
	permit, err := s.permit(s.policy.ChangeRules, s.sub.Contract, e)
	if err == nil || !isFault(err) && !aboutQuantities(err) {
		return permit, err
	}
	at := e.On
	if at.IsZero() {
		at = s.sub.Period.End
	}
	then := s.sub.Contract
	for _, w := range s.sub.ScheduledChanges {
		if w.At.After(at) {
			break
		}
		after, changed := changedLater(&then, w.Change, w.At)
		if changed != nil {
			return permit, err
		}
		then = after
	}
	if later, other := s.permit(s.policy.ChangeRules, then, e); other == nil && later.At.After(e.At) {
		return later, nil
	}
	return permit, err
}

// restarts reports whether a change begins the periods of a contract anew, or moves the end of the present one: another
// billing date or known end or, without terms, another interval.
func restarts(contract *plans.Contract, c *plans.Change) bool {
	interval := contract.Cycle.Interval
	switch {
	case c.Interval != (proration.Interval{}):
		interval = c.Interval
	case c.Plan != nil && len(contract.Terms) == 0:
		interval = c.Plan.Interval
	}
	prepaid := c.Term != nil && c.Term.Billing == plans.UpFront && !contract.Extends(*c)
	return c.Anchor == plans.AnchorReset || !c.AnchorAt.IsZero() || !c.Until.IsZero() || prepaid ||
		interval != contract.Cycle.Interval
}

// billChange makes a change at this instant and bills the difference.
func (s *step) billChange(c plans.Change, how prorated) error {
	waits, contract := false, &s.sub.Contract
	anew := restarts(contract, &c)
	switch {
	case how.billing(s.policy) == plans.NoProrations && !anew && !contract.Extends(c):
		before := s.sub.Contract
		after, err := before.Changed(c, s.sub.At)
		if err != nil {
			return err
		}
		s.sub.Contract = after
		return s.itemsUnbilled(&before)
	case how.billing(s.policy) == plans.NextInvoice && !anew && !contract.Extends(c):
		waits = true
	case anew && s.extent() == proration.ExtentNone && c.Until.IsZero():
		reason := "The billing dates cannot change while collection is paused with void"
		return s.refuse(reason + "; send collection_resumed first.")
	}
	s.bind(&c, anew)
	s.lowered = nil       // those of an earlier deadline
	ahead := s.setAside() // the advance invoice is changed when its period begins
	request := invoice.IssueRequest{Account: s.sub.Account, At: s.sub.At, Change: c, ProrateFrom: how.from}
	if anew && c.Until.IsZero() {
		request.Lines = s.takeAccrued()
	}
	if waits {
		request.UnbilledAs = s.id()
	}
	s.settings = how.settings
	if how.settings.Charge == 0 && !c.AnchorAt.IsZero() {
		s.settings.Charge = proration.ExtentProrated // days are free only where a rule or support says so
	}
	if s.extent() == proration.ExtentNone { // nothing is charged while collection is paused with void
		s.settings = plans.ProrationSettings{Charge: proration.ExtentNone, Credit: proration.ExtentNone}
	}
	inv, err := s.document(request)
	s.settings = plans.ProrationSettings{}
	if err != nil {
		return err
	}
	s.sub.UnexpiredCharges = slices.Concat(ahead, s.sub.UnexpiredCharges)
	return s.collectReplacing(inv)
}

// collectReplacing collects the invoice of a change. If its credits lowered an overdue invoice, it continues the grace
// period and the retries of that invoice, so that a change gives no further grace.
func (s *step) collectReplacing(inv *invoice.Invoice) error {
	lowered := s.lowered
	s.lowered = nil
	overdue := slices.IndexFunc(lowered, invoice.Receivable.Overdue)
	var err error
	if overdue >= 0 && inv != nil && s.sub.owing(inv.ID) {
		err = s.collectOverdueChange(inv, &lowered[overdue])
	} else {
		err = s.collect(inv, s.sub.At)
	}
	if err != nil || len(lowered) == 0 {
		return err
	}
	return s.settledBy(overdue >= 0)
}

// settledBy updates the status after a change lowered open invoices, of which one was overdue or not. The change alone
// starts no service that was never paid: an incomplete subscription needs a charge, and a suspended one must have
// nothing overdue.
func (s *step) settledBy(overdue bool) error {
	switch {
	case s.sub.Status == Incomplete && !s.sub.billedFor(),
		s.sub.Status == Suspended && (!overdue || slices.ContainsFunc(s.sub.Receivables, invoice.Receivable.Overdue)):
		return nil
	}
	return s.settled(true)
}

// collectOverdueChange collects the invoice of a change with the grace period and the retries of an overdue invoice.
func (s *step) collectOverdueChange(inv *invoice.Invoice, overdue *invoice.Receivable) error {
	r := s.sub.Receivables[s.sub.receivable(inv.ID)]
	r.Phase, r.ServiceFrom, r.FirstFailedAt, r.GraceUntil = invoice.PhaseOverdue, s.sub.At, s.sub.At, overdue.GraceUntil
	r.Retries, r.HardDecline = overdue.Retries, overdue.HardDecline
	s.replace(r)
	if r.HardDecline && !s.manual() {
		return nil
	}
	return s.ask(inv.ID)
}
