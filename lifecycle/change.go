package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// change makes a change now or schedules it, as the change rules say.
func (s *step) change(e *Event) error {
	sub := &s.sub
	if sub.Status == Trialing || sub.Status == PendingStart {
		return s.changeUnbilled(e)
	}
	if stopped := !sub.EndedAt.IsZero() || !sub.Period.Contains(sub.At); sub.Status == Suspended && stopped {
		return s.changeStopped(e)
	}
	rest := *e
	if rest.Change = s.net(e.Change); rest.Change.IsZero() {
		return s.together() // it only reduces what waits
	}
	permit, err := s.permit(s.policy.ChangeRules, sub.Contract, &rest)
	if err != nil {
		return err
	}
	change := permit.Change
	s.actions = permit.Actions
	if len(permit.Actions) == 0 { // it is what is already there, and stays
		s.supersede(&change)
		return s.together()
	}
	if permit.At.After(e.At) {
		return s.wait(e.Sequence, permit.At, change)
	}
	if err := s.clearAhead(&change); err != nil {
		return err
	}
	now := sub.Contract
	s.supersede(&change)
	if err := s.billChange(change); err != nil {
		return err
	}
	if a := sub.NextPeriod; a != nil {
		later, err := s.inNextPeriod(&now, change)
		if err != nil {
			return err
		}
		a.Changes = append(a.Changes, later)
		return s.together()
	}
	end := sub.Period.End
	if err := s.served(); err != nil {
		return err
	}
	s.move(end)
	return s.together()
}

// changeStopped changes the contract of a suspended subscription whose service stopped, for the next period.
func (s *step) changeStopped(e *Event) error {
	permit, err := s.permit(s.policy.ChangeRules, s.sub.Contract, e)
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
	return rules.Check(plans.ChangeRequest{
		Catalog: s.policy.Catalog, Contract: contract, Change: e.Change, By: e.by(), At: e.At, Usage: e.Usage,
		Charges: s.sub.UnexpiredCharges, PaidThrough: s.sub.paidThrough(),
	})
}

// changeUnbilled changes the contract before anything is billed for it, at once, as if service started now. Of the
// change rules only those for prices and discounts apply yet: everyone may make every other change.
func (s *step) changeUnbilled(e *Event) error {
	if c := &e.Change; !c.End.IsZero() || c.Anchor != 0 {
		return s.refuse(s.sub.notAllowed(e.Kind))
	}
	rest := *e
	if rest.Change.AnchorAt = (time.Time{}); !rest.Change.IsZero() {
		if err := s.changeContract(&rest); err != nil {
			return err
		}
	}
	if e.Change.AnchorAt.IsZero() {
		return nil
	}
	return s.anchorBeforeService(e)
}

// changeContract changes the contract, of which nothing is billed yet, at once, as if service started now.
func (s *step) changeContract(e *Event) error {
	begun, err := s.sub.Contract.StartingAt(e.At, 0)
	if err != nil {
		return fault.Under("event", err)
	}
	everyone := []plans.Actor{plans.Customer, plans.Support}
	var anything plans.ChangeRules
	for action := plans.Upgrade; action <= plans.ChangeAnchor; action++ {
		if action != plans.ChangePrice {
			rule := plans.ChangeRule{Action: action, By: everyone, Effective: plans.Immediately}
			anything = append(anything, rule)
		}
	}
	for _, rule := range s.policy.ChangeRules {
		if rule.Action == plans.ChangePrice {
			if len(rule.By) > 0 {
				rule.Effective = plans.Immediately
			}
			anything = append(anything, rule)
		}
	}
	permit, err := s.permit(anything, begun, e)
	if err != nil {
		return err
	}
	after, err := s.sub.Contract.Changed(permit.Change, e.At)
	if err != nil {
		return err
	}
	s.sub.Contract, s.actions = after, permit.Actions
	return nil
}

// anchorBeforeService sets the first billing date after the start of a service that is to come. The days until then are
// billed when service starts. Terms begin with the service, and so do periods of weeks and days.
func (s *step) anchorBeforeService(e *Event) error {
	contract := s.sub.Contract
	if len(contract.Terms) > 0 || contract.Cycle.Interval.Months == 0 {
		return s.refuse(s.sub.notAllowed(e.Kind))
	}
	begins := s.sub.TrialEnd
	if s.sub.Status == PendingStart {
		begins = s.sub.StartAt
	}
	at := e.Change.AnchorAt.In(s.sub.location())
	contract.First = proration.Period{}
	contract.Cycle.Anchor, contract.Cycle.Day = proration.LocalTimeOf(at), at.Day()
	before, err := contract.Cycle.Period(-1)
	if err != nil {
		return fault.New("event.change.anchor_at", proration.ErrLimit,
			"must have a period before it within the years 1 to 9999")
	}
	if at.Before(begins) || begins.Before(before.Start) {
		return fault.New("event.change.anchor_at", proration.ErrOutside,
			"must be from the start of service, %s, to %v after it; got %s",
			begins.Format(time.RFC3339), contract.Cycle.Interval, at.Format(time.RFC3339))
	}
	s.sub.Contract, s.actions = contract, append(s.actions, plans.ChangeAnchor)
	return nil
}

// restarts reports whether a change begins the periods of a contract anew: another billing date or, without terms,
// another interval.
func restarts(contract *plans.Contract, c *plans.Change) bool {
	interval := contract.Cycle.Interval
	switch {
	case c.Interval != (proration.Interval{}):
		interval = c.Interval
	case c.Plan != nil && len(contract.Terms) == 0:
		interval = c.Plan.Interval
	}
	prepaid := c.Term != nil && c.Term.Billing == plans.UpFront && !contract.Extends(*c)
	return c.Anchor == plans.AnchorReset || !c.AnchorAt.IsZero() || prepaid || interval != contract.Cycle.Interval
}

// billChange makes a change at this instant and bills the difference as Policy.Prorations says.
func (s *step) billChange(c plans.Change) error {
	waits, contract := false, &s.sub.Contract
	switch restarts := restarts(contract, &c); {
	case s.policy.Prorations == NoProrations && !restarts && !contract.Extends(c):
		after, err := s.sub.Contract.Changed(c, s.sub.At)
		if err == nil {
			s.sub.Contract = after
		}
		return err
	case s.policy.Prorations == NextInvoice && !restarts && !contract.Extends(c):
		waits = true
	}
	s.lowered = nil       // those of an earlier deadline
	ahead := s.setAside() // the advance invoice is changed when its period begins
	request := invoice.IssueRequest{Account: s.sub.Account, At: s.sub.At, Change: c}
	if waits {
		request.UnbilledAs = s.id()
	}
	inv, err := s.document(request)
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
