package invoice

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// again reports whether an event repeats an earlier one, and returns an error if the repeat contradicts it.
func (r *Receivable) again(e Event) (bool, error) {
	if !r.happened(e.Kind, e.ID) || e.Kind == WrittenOff && rowOf(r.Phase, WrittenOff) >= 0 {
		return false, nil // after a write-off, a payment and its dispute, the invoice can be written off again
	}
	for _, was := range r.Events {
		told := e.Amount.Add(e.Surplus)
		said := !told.IsZero() && e.Kind != Failed // the amount of a failed payment is not compared
		if was.Kind == e.Kind && was.ID == e.ID && said && !told.Equal(was.Amount.Add(was.Surplus)) {
			return false, fault.New("event.amount", proration.ErrInvalid,
				"must be %s, like the earlier event %v of %.40q; got %v; another amount needs a new ID",
				r.text(was.Amount), e.Kind, e.ID, e.Amount)
		}
	}
	if e.Kind == Attempted && r.happened(Failed, e.ID) && r.Phase != PhasePaid {
		return false, refuse(e.Kind, "Payment "+strconv.Quote(e.ID)+" already has a result; a new attempt needs a new ID.")
	}
	return true, nil
}

// happened reports whether an event of this kind and ID was applied before.
func (r *Receivable) happened(kind EventKind, id string) bool {
	return slices.ContainsFunc(r.Events, func(e Event) bool { return e.Kind == kind && e.ID == id })
}

// allow refuses an event that the phase allows, but the earlier events do not.
func (r *Receivable) allow(e Event) error {
	switch e.Kind {
	case Failed:
		if r.happened(Succeeded, e.ID) || r.happened(Surplus, e.ID) {
			return refuse(e.Kind, "Payment "+strconv.Quote(e.ID)+" succeeded; send refunded or disputed if it was returned.")
		}
	case Attempted:
		if under := r.underWay(); under != "" {
			return refuse(e.Kind, "Payment "+strconv.Quote(under)+" is in progress; report its result first.")
		}
		if r.happened(Succeeded, e.ID) || r.happened(Surplus, e.ID) || r.happened(Failed, e.ID) {
			return refuse(e.Kind, "Payment "+strconv.Quote(e.ID)+" already has a result; a new attempt needs a new ID.")
		}
	case Voided, Retracted:
		if paid := r.Received(); paid.IsPositive() {
			return refuse(e.Kind, r.text(paid)+" was paid on the invoice; refund it first, or issue a credit note.")
		}
	case Disputed, Reversed:
		if !r.happened(Succeeded, e.ID) && !r.happened(Surplus, e.ID) {
			return refuse(e.Kind, "No payment "+strconv.Quote(e.ID)+" was received.")
		}
	case DisputeWon, DisputeLost:
		other := DisputeLost
		if e.Kind == DisputeLost {
			other = DisputeWon
		}
		switch {
		case !r.happened(Disputed, e.ID):
			return refuse(e.Kind, "Payment "+strconv.Quote(e.ID)+" was not disputed.")
		case r.happened(other, e.ID):
			return refuse(e.Kind, "The dispute of payment "+strconv.Quote(e.ID)+" already has a result.")
		}
	case Succeeded, Issued, Credited, Refunded, WrittenOff, Requested, Postponed, Missed, Sent, Surplus, CreditApplied,
		CreditReversed:
	}
	return nil
}

// fill sets an amount that the event leaves out, and adds the fault of an amount that is out of range.
func (r *Receivable) fill(e *Event) error {
	var most decimal.Decimal
	what := "due"
	usual := most
	switch e.Kind {
	case Succeeded, Credited, Attempted, CreditApplied:
		most = r.Outstanding()
		usual = most
		if under, ok := r.Attempt(); ok && under.ID == e.ID && e.Kind == Succeeded {
			usual = decimal.Min(under.Amount, most)
			if e.Amount.IsZero() && most.IsZero() {
				return nil // a credit note took the whole amount in the meantime
			}
		}
	case Refunded:
		most, what = r.Received(), "paid"
		usual = most
	case Disputed, Reversed:
		return r.fillReturn(e)
	case DisputeWon:
		most, what = decimal.Min(r.amount(Disputed, e.ID), r.Outstanding()), "disputed and outstanding"
		usual = most
		if e.Amount.IsZero() && most.IsZero() {
			return nil // another payment paid the invoice in the meantime
		}
	case Surplus:
		most, what = e.Amount, "received"
	case CreditReversed:
		most, what = r.paidWithCredit(), "paid with credit"
	case Failed:
		return nil // its amount is recorded, and changes nothing
	case Issued, Voided, WrittenOff, Requested, Postponed, Missed, Retracted, Sent, DisputeLost:
		e.Amount = decimal.Decimal{}
		return nil
	}
	if e.Amount.IsZero() {
		e.Amount = usual
	}
	places, err := r.Currency.Places()
	if err != nil {
		return err
	}
	if e.Amount.GreaterThan(most) && e.Kind == Succeeded {
		return fault.New("event.amount", proration.ErrInvalid,
			"must be at most the outstanding %s; got %v; grant or refund the excess separately from the invoice",
			r.text(most), e.Amount)
	}
	if e.Amount.GreaterThan(most) || !e.Amount.IsPositive() || !e.Amount.Shift(places).IsInteger() {
		return fault.New("event.amount", proration.ErrInvalid,
			"must be above zero, have at most %d decimal places, and be at most the %s %s; got %v",
			places, r.text(most), what, e.Amount)
	}
	return nil
}

// paidWithCredit returns the part of the invoice that credit paid, when it was issued and later, and that is not due
// again.
func (r *Receivable) paidWithCredit() decimal.Decimal {
	sum := r.sum(r.AmountDue.Neg(), kindsOf(CreditApplied), kindsOf(CreditReversed))
	for i := range r.Lines {
		line := LineCredit{Net: r.Lines[i].Net, Taxes: r.Lines[i].Taxes}
		sum = sum.Add(line.gross())
	}
	return sum
}

// fillReturn divides the amount of a dispute or a bank return: the part that paid the invoice is due again, and the
// rest is of the surplus. A zero amount is all of the payment.
func (r *Receivable) fillReturn(e *Event) error {
	places, err := r.Currency.Places()
	if err != nil {
		return err
	}
	paid, surplus := decimal.Min(r.payment(e.ID), r.Received()), r.amount(Surplus, e.ID)
	for _, was := range r.Events {
		if was.ID == e.ID && (was.Kind == Disputed || was.Kind == Reversed) {
			surplus = surplus.Sub(was.Surplus)
		}
	}
	total, most := e.Amount.Add(e.Surplus), paid.Add(surplus)
	if total.IsZero() {
		total = most
	}
	if !total.IsPositive() || total.GreaterThan(most) || !total.Shift(places).IsInteger() {
		return fault.New("event.amount", proration.ErrInvalid,
			"must be above zero, have at most %d decimal places, and be at most the %s received with payment %q; got %v",
			places, r.text(most), e.ID, total)
	}
	e.Amount = decimal.Min(total, paid)
	e.Surplus = total.Sub(e.Amount)
	return nil
}

// Attempt returns the attempt of the payment in progress, and false if there is none.
func (r Receivable) Attempt() (Event, bool) {
	for _, e := range slices.Backward(r.Events) {
		if e.Kind != Attempted {
			continue
		}
		if r.happened(Succeeded, e.ID) || r.happened(Surplus, e.ID) || r.happened(Failed, e.ID) {
			break // it has a result
		}
		return e, true
	}
	return Event{}, false
}

// underWay returns the ID of the payment in progress, or "".
func (r *Receivable) underWay() string {
	e, _ := r.Attempt()
	return e.ID
}
