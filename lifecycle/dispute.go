package lifecycle

import (
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
)

// disputed reopens an invoice whose payment was charged back, and starts its grace period as for a failed payment.
func (s *step) disputed(e *Event) error { return s.returned(e, invoice.Disputed) }

// reversed reopens an invoice whose payment the bank returned. It is retried as after a failed payment.
func (s *step) reversed(e *Event) error { return s.returned(e, invoice.Reversed) }

// returned records that the customer's bank took a payment back. Its surplus is taken back first from what it became,
// and credit that came from the payment and is not spent pays the invoice again.
func (s *step) returned(e *Event, kind invoice.EventKind) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	before := s.sub.Receivables[i]
	s.identify(e, kind)
	if has(&before, kind, e.Payment.ID) {
		s.skipped = true
		return nil
	}
	if err := s.limitReturn(e, &before, kind); err != nil {
		return err
	}
	until, err := s.graceUntil(&before)
	if err != nil {
		return err
	}
	if _, err := s.happens(e, invoice.Event{Kind: kind, Until: until}); err != nil {
		return err
	}
	after := s.sub.Receivables[i]
	event := after.Events[len(after.Events)-1]
	spent, err := s.takeSurplus(after.Invoice, event.ID, event.Surplus)
	if err != nil {
		return err
	}
	if err := s.takeBack(&after, event.Amount, event.ID); err != nil {
		return err
	}
	if after = s.sub.Receivables[i]; after.Owing() && event.Amount.IsPositive() {
		if err := s.tellReturned(&after, kind); err != nil {
			return err
		}
	}
	return s.reverseCredit(event.ID, kind, spent)
}

// tellReturned updates the status after an invoice became due again, and notifies the customer.
func (s *step) tellReturned(r *invoice.Receivable, kind invoice.EventKind) error {
	if err := s.missed(); err != nil {
		return err
	}
	if kind == invoice.Reversed {
		s.notice(Notice{Kind: NoticePaymentFailed, Invoice: r.Invoice, Of: s.ahead(r.GraceUntil)})
		return s.chase(r)
	}
	s.notice(Notice{Kind: NoticePaymentDisputed, Invoice: r.Invoice, Of: s.ahead(r.GraceUntil)})
	return nil
}

// limitReturn limits the amount of a returned payment to the money that is still on the invoice or owed back, and to
// credit that is unspent or paid invoices, and refuses a return of nothing.
func (s *step) limitReturn(e *Event, r *invoice.Receivable, kind invoice.EventKind) error {
	id := e.Payment.ID
	surplus := amountOf(r, invoice.Surplus, id)
	paid := amountOf(r, invoice.Succeeded, id).Add(amountOf(r, invoice.DisputeWon, id)).
		Sub(amountOf(r, invoice.Disputed, id)).Sub(amountOf(r, invoice.Reversed, id))
	most := decimal.Min(paid, r.Received()).Add(decimal.Min(surplus, s.returnable(r.Invoice, id).Add(s.reversible(id))))
	if !most.IsPositive() && (arrived(r, id) || !r.Received().IsPositive()) {
		word := "dispute"
		if kind == invoice.Reversed {
			word = "return"
		}
		return s.refuse("Invoice " + r.Invoice + " has no payment left to " + word + ".")
	}
	if surplus.IsPositive() && (e.Payment.Amount.IsZero() || e.Payment.Amount.GreaterThan(most)) {
		e.Payment.Amount = most
	}
	return nil
}

// has reports whether the receivable has an event of a kind with an ID.
func has(r *invoice.Receivable, kind invoice.EventKind, id string) bool {
	return slices.ContainsFunc(r.Events, func(e invoice.Event) bool { return e.Kind == kind && e.ID == id })
}

// takeBack pays a part of an invoice, up to an amount of money that went back, with the unspent credit that documents
// granted: first for its own charges, and then for others, since credit passes money on from invoice to invoice.
func (s *step) takeBack(r *invoice.Receivable, amount decimal.Decimal, payment string) error {
	own := func(e *credits.Entry) bool {
		return slices.ContainsFunc(r.Lines, func(line invoice.ReceivableLine) bool {
			return slices.ContainsFunc(line.Credits, func(c invoice.LineCredit) bool { return lineid.Invoice(c.ID) == e.Ref })
		})
	}
	var paying []credits.Entry // of the own grants, and then of the others
	for _, first := range []bool{true, false} {
		for i := range s.sub.Ledger {
			if e := &s.sub.Ledger[i]; e.Kind == credits.Granted && s.ofDocument(e.Ref) && own(e) == first {
				paying = append(paying, s.entriesOf(e.ID)...)
			}
		}
		paid, err := s.applyCredit(r.Invoice, s.disputeUse(r, payment), paying, amount)
		if err != nil {
			return err
		}
		amount, paying = amount.Sub(paid), nil
	}
	return nil
}

// disputeUse returns the ID of the next use of credit for a payment that went back.
func (s *step) disputeUse(r *invoice.Receivable, payment string) string {
	n := 1
	for _, e := range s.sub.Receivables[s.sub.receivable(r.Invoice)].Events {
		if e.Kind == invoice.CreditApplied {
			n++
		}
	}
	return s.sub.idPrefix() + "dispute-" + strconv.Itoa(n) + "-" + payment
}

// takenFor returns the credit that a dispute took, by the IDs of its uses.
func (s *step) takenFor(r *invoice.Receivable, payment string) (sum decimal.Decimal) {
	for _, e := range r.Events {
		use, is := strings.CutPrefix(e.ID, s.sub.idPrefix()+"dispute-")
		if _, of, _ := strings.Cut(use, "-"); is && e.Kind == invoice.CreditApplied && of == payment {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}

// ofDocument reports whether a reference names a document, and neither a payment nor nothing.
func (s *step) ofDocument(ref string) bool {
	return ref != "" && !strings.HasPrefix(ref, s.sub.idPrefix())
}

// takeLater pays invoices whose payment went back with credit that documents granted or restored since the outcome had
// a number of entries.
func (s *step) takeLater(entries int) error {
	since := func(e credits.Entry) bool {
		return e.Kind == credits.Granted && s.ofDocument(e.Ref) || e.Kind == credits.Restored
	}
	if !slices.ContainsFunc(s.out.Credits[entries:], since) {
		return nil
	}
	for _, r := range s.open() {
		var back decimal.Decimal
		payment := ""
		for _, e := range r.Events {
			if e.Kind == invoice.Disputed || e.Kind == invoice.Reversed {
				back, payment = back.Add(e.Amount), e.ID
			} else if e.Kind == invoice.DisputeWon || e.Kind == invoice.CreditApplied {
				back = back.Sub(e.Amount)
			}
		}
		if !back.IsPositive() {
			continue
		}
		brings := s.overdue(r.Invoice)
		if err := s.takeBack(&r, back, payment); err != nil {
			return err
		}
		if err := s.askAgain(&r); err != nil {
			return err
		}
		if s.sub.phase(r.Invoice) == invoice.PhasePaid && s.allowed.has(Active) {
			if err := s.settled(brings); err != nil {
				return err
			}
		}
	}
	return nil
}

// disputeWon records that a disputed payment is back. What the invoice no longer needs becomes the credit that the
// dispute took, and then a surplus.
func (s *step) disputeWon(e *Event) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	before := s.sub.Receivables[i]
	s.identify(e, invoice.DisputeWon)
	if e.Payment.ID == "" {
		return s.refuse("Invoice " + before.Invoice + " has no disputed payment.")
	}
	back, taken := decimal.Decimal{}, s.takenFor(&before, e.Payment.ID)
	for i := range s.sub.Receivables {
		taken = taken.Add(s.reversedFor(&s.sub.Receivables[i], e.Payment.ID))
	}
	for _, was := range before.Events {
		if was.Kind == invoice.Disputed && was.ID == e.Payment.ID {
			back = back.Add(was.Amount).Add(was.Surplus)
		}
	}
	e.Payment.Amount = decimal.Decimal{}
	changed, err := s.happens(e, invoice.Event{Kind: invoice.DisputeWon})
	if err != nil || !changed {
		return err
	}
	after := s.sub.Receivables[i]
	if rest := back.Sub(amountOf(&after, invoice.DisputeWon, e.Payment.ID)); rest.IsPositive() {
		restored := decimal.Min(rest, taken)
		what := invoice.Event{Kind: invoice.Surplus, ID: s.sub.idPrefix() + "dispute-" + e.Payment.ID, Amount: rest}
		if _, err := s.happen(after.Invoice, what); err != nil {
			return err
		}
		if restored.IsPositive() {
			s.earn(restored, e.Payment.ID, "the dispute of payment "+e.Payment.ID+" was won")
		}
		if err := s.payReversed(e.Payment.ID); err != nil {
			return err
		}
		if over := rest.Sub(restored); over.IsPositive() && s.policy.Payments.Overpayment == OverpaymentCredit {
			s.earn(over, e.Payment.ID, "payment "+e.Payment.ID+" beyond what was due on invoice "+after.Invoice)
		} else if over.IsPositive() {
			s.refund(after.Invoice, e.Payment.ID, over)
		}
	}
	after = s.sub.Receivables[i]
	if !s.sub.onSchedule(&after) && after.Phase != invoice.PhasePaid || before.Phase == invoice.PhasePaid {
		return nil
	}
	if err := s.settled(true); err != nil {
		return err
	}
	return s.servePaid(after.Invoice)
}

// disputeLost records that a disputed payment stays with the customer. The invoice has been owed again since the
// dispute.
func (s *step) disputeLost(e *Event) error {
	if s.sub.receivable(e.Payment.Invoice) < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	if s.identify(e, invoice.DisputeLost); e.Payment.ID == "" {
		return s.refuse("Invoice " + e.Payment.Invoice + " has no disputed payment.")
	}
	e.Payment.Amount = decimal.Decimal{} // the amount of the dispute, which was checked
	_, err := s.happens(e, invoice.Event{Kind: invoice.DisputeLost})
	return err
}

// amountOf returns the total amount of the events of a kind with an ID.
func amountOf(r *invoice.Receivable, kind invoice.EventKind, id string) (sum decimal.Decimal) {
	for _, e := range r.Events {
		if e.Kind == kind && e.ID == id {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}
