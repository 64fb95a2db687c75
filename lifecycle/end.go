package lifecycle

import (
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// end ends the subscription by the policy: it bills usage and credits or refunds unused charges that are paid. An open
// invoice stays due, and its payment can bring service back.
func (s *step) end(as Status) error { return s.endWith(as, nil, true) }

// endWith ends the subscription, with an exception to the refund rules. Unless it keeps them, the credits lower the
// open invoices.
func (s *step) endWith(as Status, exception *credits.Exception, keep bool) error {
	sub := &s.sub
	if _, err := s.retractNextPeriod(); err != nil {
		return err
	}
	contract, account := sub.Contract, sub.Account
	if sub.inArrears() && !sub.EndedAt.IsZero() { // service stopped earlier
		account.EndedAt, account.UnbilledSince = time.Time{}, sub.At
	}
	if !sub.Period.End.IsZero() && sub.Status != Trialing && sub.Status != PendingStart {
		inv, err := s.document(invoice.IssueRequest{
			Account: account, At: sub.At, Change: plans.Change{Cancel: true}, Lines: sub.UnbilledCharges,
			Paid: sub.received(), Exception: exception, KeepOpen: keep,
		})
		if err != nil {
			return err
		}
		sub.UnbilledCharges = nil
		if err := s.collect(inv, sub.At, time.Time{}); err != nil {
			return err
		}
		if err := s.collectHeld(); err != nil {
			return err
		}
	}
	if sub.inArrears() {
		contract.Discounts = sub.Contract.Discounts // used discounts stay used
	}
	sub.Contract = contract // a reactivation continues with it
	if err := s.become(as); err != nil {
		return err
	}
	sub.EndedAt = sub.At
	sub.CancelAt, sub.NoRenewal, sub.PauseAt, sub.ResumeAt = time.Time{}, false, time.Time{}, time.Time{}
	sub.PayBy, sub.ScheduledChanges, sub.Dunned = time.Time{}, nil, false
	return nil
}

// expiryDue ends a subscription that does not renew.
func (s *step) expiryDue(Deadline) error { return s.end(Expired) }

// paidOver notifies the customer that access has ended with the paid period.
func (s *step) paidOver(Deadline) error {
	s.notice(Notice{Kind: NoticeAccessLost})
	return nil
}
