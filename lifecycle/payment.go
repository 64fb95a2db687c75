package lifecycle

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// happens applies a payment event to the receivable of its invoice, and reports whether it changed anything. A repeat
// does not, and is skipped.
func (s *step) happens(e *Event, what invoice.Event) (bool, error) {
	s.identify(e, what.Kind)
	what.ID, what.Amount, what.Reason, what.OccurredAt = e.Payment.ID, e.Payment.Amount, e.Reason, s.occurred
	changed, err := s.happen(e.Payment.Invoice, what)
	s.skipped = err == nil && !changed
	return changed, err
}

// identify sets the ID of a payment that has none. A result belongs to the payment in progress, a dispute or a bank
// return to the last payment received, and the result of a dispute to the last dispute; any other payment gets an ID
// from the event's number.
func (s *step) identify(e *Event, kind invoice.EventKind) {
	i := s.sub.receivable(e.Payment.Invoice)
	if e.Payment.ID != "" || i < 0 {
		return
	}
	r := &s.sub.Receivables[i]
	e.Payment.ID = eventID + strconv.FormatInt(e.Sequence, 10)
	under, attempted := r.Attempt()
	switch {
	case kind == invoice.Disputed || kind == invoice.Reversed:
		e.Payment.ID = s.lastOf(r, invoice.Succeeded, invoice.Surplus)
	case kind == invoice.DisputeWon || kind == invoice.DisputeLost:
		e.Payment.ID = s.lastOf(r, invoice.Disputed)
	case attempted && kind != invoice.Attempted:
		e.Payment.ID = under.ID
	}
}

// lastOf returns the ID of the last payment with an event of one of the kinds, and "" if there is none.
func (s *step) lastOf(r *invoice.Receivable, kinds ...invoice.EventKind) string {
	for _, e := range slices.Backward(r.Events) {
		if slices.Contains(kinds, e.Kind) && !strings.HasPrefix(e.ID, s.sub.idPrefix()) {
			return e.ID
		}
	}
	return ""
}

// attempt records that a payment is in progress. Nothing else changes until its result is reported.
func (s *step) attempt(e *Event) error {
	if i := s.sub.receivable(e.Payment.Invoice); i >= 0 && arrived(&s.sub.Receivables[i], e.Payment.ID) {
		s.skipped = true // its success was reported first
		return nil
	}
	if i := s.sub.receivable(e.Payment.Invoice); i >= 0 && e.Payment.Amount.IsZero() && s.sub.Receivables[i].Owing() {
		e.Payment.Amount = due(e, &s.sub.Receivables[i])
	}
	_, err := s.happens(e, invoice.Event{Kind: invoice.Attempted})
	return err
}

// paid records a successful payment. It pays what is outstanding, and the policy says what becomes of the rest. Service
// continues once no invoice is overdue.
func (s *step) paid(e *Event) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	before := s.sub.Receivables[i]
	if before.Phase == invoice.PhasePaid && e.Payment.ID == "" {
		return s.refuse("Invoice " + before.Invoice + " is already paid; send another payment with its payment.id.")
	}
	s.identify(e, invoice.Succeeded)
	amount, surplus := divided(e, &before)
	id, known := before.Invoice, arrived(&before, e.Payment.ID)
	if known && surplus.IsZero() && !contradicts(e, &before) {
		s.skipped = true
		return nil
	}
	under, _ := before.Attempt()
	if accepts(&before) && !known && (amount.IsPositive() || under.ID == e.Payment.ID) {
		e.Payment.Amount = amount
		if _, err := s.happens(e, invoice.Event{Kind: invoice.Succeeded}); err != nil {
			return err
		}
	} else if !surplus.IsPositive() {
		return s.contradicted(e)
	}
	if surplus.IsPositive() {
		if err := s.surplus(e, surplus, &before); err != nil {
			return err
		}
	}
	after := s.sub.Receivables[s.sub.receivable(id)]
	switch {
	case before.Phase == invoice.PhaseRetracted:
		if err := s.creditInFull(id, true); err != nil { // also a part: nothing is to be paid
			return err
		}
		return s.settled(true)
	case !accepts(&before):
		return nil
	case after.Phase != invoice.PhasePaid:
		if s.sub.onSchedule(&after) {
			return s.installmentPaid(id)
		}
		return s.chase(&after)
	}
	s.notice(Notice{Kind: NoticeReceipt, Invoice: id})
	if s.sub.waitsFor(id) {
		return s.fulfill()
	}
	if s.movesDates(id) {
		if err := s.creditInFull(id, false); err != nil {
			return err
		}
		return s.restart(plans.AnchorReset)
	}
	if err := s.settled(true); err != nil {
		return err
	}
	return s.servePaid(id)
}

// chase collects the rest of an invoice after a payment of a part: it is overdue, and retried as after a failed
// payment. An invoice that is paid by hand keeps its due date.
func (s *step) chase(r *invoice.Receivable) error {
	_, attempted := r.Attempt()
	if attempted || s.manual() || s.sub.waitsFor(r.Invoice) || !r.Owing() || !r.RetryAt.IsZero() {
		return nil
	}
	until, err := s.graceUntil(r)
	if err != nil {
		return err
	}
	missed := invoice.Event{Kind: invoice.Missed, Until: until}
	if missed.RetryAt, err = s.retryAt(false, r, until); err != nil {
		return err
	}
	if _, err := s.happen(r.Invoice, missed); err != nil {
		return err
	}
	if !r.FirstFailedAt.IsZero() {
		return nil
	}
	if err := s.missed(); err != nil {
		return err
	}
	s.notice(Notice{Kind: NoticeOverdue, Invoice: r.Invoice, Of: s.ahead(until)})
	return nil
}

// divided returns the part of a payment that pays its invoice, and the surplus. For a payment that is known they are
// what its report adds.
func divided(e *Event, r *invoice.Receivable) (pays, surplus decimal.Decimal) {
	amount := e.Payment.Amount
	if arrived(r, e.Payment.ID) {
		known := amountOf(r, invoice.Succeeded, e.Payment.ID).Add(amountOf(r, invoice.Surplus, e.Payment.ID))
		return pays, decimal.Max(amount.Sub(known), decimal.Decimal{})
	}
	if amount.IsZero() {
		if amount = due(e, r); !accepts(r) || amount.IsZero() {
			amount = r.AmountDue
		}
	}
	if accepts(r) {
		pays = decimal.Min(amount, r.Outstanding())
	}
	return pays, amount.Sub(pays)
}

// contradicts reports whether a payment that is known is told with an amount that contradicts the earlier report. The
// amount may be that of the whole payment, or of the part that paid the invoice.
func contradicts(e *Event, r *invoice.Receivable) bool {
	paid, told := amountOf(r, invoice.Succeeded, e.Payment.ID), e.Payment.Amount
	known := paid.Add(amountOf(r, invoice.Surplus, e.Payment.ID))
	return !told.IsZero() && told.LessThan(known) && !told.Equal(paid)
}

// accepts reports whether a payment can pay an invoice: it is due, or written off.
func accepts(r *invoice.Receivable) bool { return r.Owing() || r.Phase == invoice.PhaseUncollectible }

// arrived reports whether a payment is known, as one that paid the invoice or was a surplus.
func arrived(r *invoice.Receivable, payment string) bool {
	return slices.ContainsFunc(r.Events, func(e invoice.Event) bool {
		return e.ID == payment && (e.Kind == invoice.Succeeded || e.Kind == invoice.Surplus)
	})
}

// contradicted returns the error of a payment that pays nothing: its amount is lower than in an earlier report, or the
// invoice had nothing to pay.
func (s *step) contradicted(e *Event) error {
	if e.Payment.Amount.IsZero() {
		reason := "required, since invoice %.40q has nothing to pay"
		return s.conflict(fault.New("event.payment.amount", proration.ErrUnset, reason, e.Payment.Invoice))
	}
	reason := "must be that of the earlier report of payment %.40q; got %v; another payment needs another ID"
	return s.conflict(fault.New("event.payment.amount", proration.ErrInvalid, reason, e.Payment.ID, e.Payment.Amount))
}

// surplus records money beyond what is outstanding, and returns it as the policy says: that of an invoice that was void
// as a late payment.
func (s *step) surplus(e *Event, amount decimal.Decimal, before *invoice.Receivable) error {
	what := invoice.Event{
		Kind: invoice.Surplus, ID: e.Payment.ID, Amount: amount, Reason: e.Reason, OccurredAt: s.occurred,
	}
	if _, err := s.happen(before.Invoice, what); err != nil {
		return err
	}
	s.skipped = false
	void := before.Phase == invoice.PhaseVoid
	switch {
	case void && s.policy.Payments.LatePayment == LateServe:
		s.earn(amount, e.Payment.ID, "payment "+e.Payment.ID+" of void invoice "+before.Invoice)
		overdue := slices.ContainsFunc(s.sub.Receivables, invoice.Receivable.Overdue) // it has to be paid first
		if (s.sub.Status.over() || s.sub.Status == Suspended) && !overdue {
			return s.restart(s.policy.Reactivation.BillingAnchor)
		}
	case !void && s.policy.Payments.Overpayment == OverpaymentCredit:
		s.earn(amount, e.Payment.ID, "payment "+e.Payment.ID+" beyond what was due on invoice "+before.Invoice)
	default:
		s.refund(before.Invoice, e.Payment.ID, amount)
	}
	return nil
}

// overdue reports whether settling an invoice may restore service. A subscription that is suspended for another
// reason than this invoice stays suspended.
func (s *step) overdue(id string) bool {
	i := s.sub.receivable(id)
	return s.sub.Status != Suspended || i >= 0 && !s.sub.Receivables[i].FirstFailedAt.IsZero()
}

// settled updates the status after an invoice was settled, if brings is set. A subscription that leaves suspension
// after service stopped continues its period if that is billed, and otherwise starts a new one.
func (s *step) settled(brings bool) error {
	if !brings {
		return nil
	}
	suspended := s.sub.Status == Suspended
	if err := s.standing(); err != nil {
		return err
	}
	back := !s.sub.EndedAt.IsZero() || !s.sub.At.Before(s.sub.Period.End) || // service stopped, or its period is over
		!s.sub.inArrears() && !s.sub.billedFor() // or void
	if !suspended || s.sub.Status == Suspended || !back {
		return nil
	}
	if s.sub.continues() {
		s.sub.EndedAt = time.Time{}
		return s.served()
	}
	return s.restart(s.policy.Reactivation.BillingAnchor)
}
