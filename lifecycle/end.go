package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// end ends the subscription by the policy: it bills usage and credits or refunds unused charges that are paid. An open
// invoice that the policy keeps stays due, and its payment can bring service back.
func (s *step) end(as Status) error { return s.endWith(as, nil, s.policy.Dunning.OpenInvoice, true) }

// endWith ends the subscription, with an exception to the refund rules and a treatment of the open invoices. The refund
// rules lower an invoice that the policy keeps, unless it stays as it is.
func (s *step) endWith(as Status, exception *credits.Exception, open OpenInvoice, asIs bool) error {
	sub := &s.sub
	if err := s.restartCollection(); err != nil {
		return err
	}
	if _, err := s.retractNextPeriod(); err != nil {
		return err
	}
	bills := !sub.Period.End.IsZero() && sub.Status != Trialing && sub.Status != PendingStart
	was := s.open()
	sub.GaveUp = false
	if open == OpenVoid && sub.Status != Incomplete {
		if err := s.voidOpen(); err != nil { // the document lowers the others
			return err
		}
	}
	contract, account := sub.Contract, sub.Account
	if sub.inArrears() && !sub.EndedAt.IsZero() { // service stopped earlier
		account.EndedAt, account.UnbilledSince = time.Time{}, sub.At
	}
	if bills {
		if err := s.accrualEnds(); err != nil {
			return err
		}
		due, held := s.holdUsage(sub.UnbilledCharges)
		inv, err := s.document(invoice.IssueRequest{
			Account: account, At: sub.At, Change: plans.Change{Cancel: true}, Lines: due,
			Paid: sub.received(), Exception: exception,
			KeepOpen: asIs && open == OpenKeep, ChargeServed: open == OpenChargeServed, VoidOpen: open == OpenVoid,
		})
		if err != nil {
			return err
		}
		sub.UnbilledCharges = held
		if err := s.collect(inv, sub.At); err != nil {
			return err
		}
	}
	if open != OpenKeep {
		s.gaveUp(was)
	}
	if sub.inArrears() {
		contract.Discounts = sub.Contract.Discounts // used discounts stay used
	}
	contract.Until, contract.Commitment = time.Time{}, sub.Contract.Commitment
	sub.Contract = contract // a reactivation continues with it
	if err := s.become(as); err != nil {
		return err
	}
	sub.EndedAt = sub.At
	sub.CancelAt, sub.NoRenewal, sub.PauseAt, sub.ResumeAt = time.Time{}, false, time.Time{}, time.Time{}
	sub.PayBy, sub.ConvertAt, sub.ScheduledChanges, sub.Dunned = time.Time{}, time.Time{}, nil, false
	return s.askHeld("") // whatever they add up to: no other invoice follows
}

// gaveUp notes that the end of service lowered or voided an invoice of the period, given the open ones before.
func (s *step) gaveUp(was []invoice.Receivable) {
	for i := range was {
		now := s.sub.receivable(was[i].Invoice)
		s.sub.GaveUp = s.sub.GaveUp || now >= 0 && len(s.sub.Receivables[now].Events) > len(was[i].Events)
	}
}

// voidOpen voids the open invoices of time that is not over. One that was paid in part, or credited, is not: the
// document of the end lowers it. A payment in progress comes first.
func (s *step) voidOpen() error {
	for _, r := range s.open() {
		ofInvoice := func(c plans.Charge) bool {
			return c.Corrects == "" && lineid.Invoice(c.ID) == r.Invoice && c.Span.End.After(s.sub.At)
		}
		if !slices.ContainsFunc(s.sub.UnexpiredCharges, ofInvoice) || !s.sub.retractable(r.Invoice) ||
			s.sub.creditedBy(r.Invoice) != "" {
			continue
		}
		if err := s.undo(r.Invoice); err != nil {
			return err
		}
	}
	return nil
}

// accessEnded treats the open invoices when dunning ends access. The subscription stays suspended.
func (s *step) accessEnded() error {
	sub := &s.sub
	if sub.paidFor() || sub.inArrears() || !sub.EndedAt.IsZero() || !sub.Period.Contains(sub.At) {
		return nil
	}
	open := s.policy.Dunning.OpenInvoice
	if open == OpenKeep {
		return nil
	}
	var err error
	if !sub.keepsAhead() {
		_, err = s.retractNextPeriod()
	}
	was := s.open()
	if err == nil && open == OpenVoid {
		err = s.voidOpen()
	}
	if err == nil {
		_, err = s.document(invoice.IssueRequest{
			Account: sub.Account, At: sub.At, Close: true,
			VoidOpen: open == OpenVoid, ChargeServed: open == OpenChargeServed,
		})
	}
	s.gaveUp(was)
	s.lowered, sub.EndedAt = nil, sub.At
	return err
}

// expiryDue ends a subscription that does not renew.
func (s *step) expiryDue(Deadline) error { return s.end(Expired) }

// paidOver treats the open invoices when access ends with the paid time of a suspended subscription.
func (s *step) paidOver(Deadline) error {
	if s.sub.Status == Suspended {
		return s.accessEnded()
	}
	return nil
}
