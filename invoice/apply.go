package invoice

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

const maxEvents = 1_000

// Apply returns the invoice after an event, which changes only Status and Events. A repeated event, recognized by its
// kind and ID, changes nothing, so that a payment provider may report it more than once.
//
// A payment is attempted, and then succeeds or fails; a payment without an attempt only succeeds. No other payment is
// accepted during an attempt, and none once nothing is outstanding: an invoice is never paid twice. After a failed
// attempt the invoice is open again, and any later payment can pay it.
//
// Errors: a [plans.Refusal] for an event that the status does not allow; ErrUnset for a missing kind, ID or time;
// ErrOutside for a time before the issue or the last event; ErrInvalid for an amount that is negative, has too many
// decimal places, exceeds the outstanding, received or disputed amount, or differs from an earlier event with the same
// kind and ID; ErrLimit for more than 1,000 events; and the faults that [Check] finds.
func Apply(inv Invoice, e Event) (Invoice, error) {
	if err := Check(inv); err != nil {
		return Invoice{}, err
	}
	inv = inv.Clone()
	err := inv.apply(e)
	if err != nil {
		return Invoice{}, err
	}
	return inv, nil
}

// apply applies an event to a valid invoice in place.
func (inv *Invoice) apply(e Event) error {
	var f fault.List
	e.check(&f, inv)
	if f != nil {
		return f.Err()
	}
	if again, err := inv.again(e); again || err != nil {
		return err
	}
	i := slices.IndexFunc(transitions, func(t transition) bool { return t.from == inv.Status && t.event == e.Kind })
	if i < 0 {
		return refuse(e.Kind, "Invoice "+inv.ID+inv.Status.predicate())
	}
	if err := inv.allow(e); err != nil {
		return err
	}
	if err := inv.fill(&e); err != nil {
		return err
	}
	if len(inv.Events) == maxEvents {
		return fault.New("events", proration.ErrLimit, "must be at most %d events", maxEvents)
	}
	inv.Events = append(inv.Events, e)
	inv.Status = transitions[i].to
	if (inv.Status == Open || inv.Status == Uncollectible) && inv.Outstanding().IsZero() {
		inv.Status = Paid
	}
	return nil
}

// check adds the faults of an event that do not depend on the status.
func (e *Event) check(f *fault.List, inv *Invoice) {
	fault.Enum(f, "event.kind", eventKinds, e.Kind)
	switch e.Kind {
	case Attempted, Succeeded, Failed, Credited, Refunded, Disputed:
		if e.ID == "" {
			f.Add("event.id", proration.ErrUnset, "required, the ID of the payment, credit note or refund")
		}
	case Issued, Voided, WrittenOff:
		if !e.Amount.IsZero() {
			f.Add("event.amount", proration.ErrInvalid, "must be zero for %v; got %v", e.Kind, e.Amount)
		}
	}
	fault.NotNegative(f, "event.amount", e.Amount)
	last := inv.IssuedAt
	if n := len(inv.Events); n > 0 {
		last = inv.Events[n-1].At
	}
	switch {
	case e.At.IsZero():
		f.Add("event.at", proration.ErrUnset, "required, the time of the event")
	case e.At.Before(last) && !inv.happened(e.Kind, e.ID):
		f.Add("event.at", proration.ErrOutside, "must not be before %s, the last change of the invoice; got %s",
			last.Format(time.RFC3339Nano), e.At.Format(time.RFC3339Nano))
	}
}

// again reports whether an event repeats an earlier one, and returns an error if the repeat contradicts it.
func (inv *Invoice) again(e Event) (bool, error) {
	if !inv.happened(e.Kind, e.ID) || e.Kind == WrittenOff && inv.Status == Open {
		return false, nil // after a write-off, a payment and its dispute, the invoice can be written off again
	}
	for _, was := range inv.Events {
		said := !e.Amount.IsZero() && e.Kind != Failed // the amount of a failed payment is not compared
		if was.Kind == e.Kind && was.ID == e.ID && said && !e.Amount.Equal(was.Amount) {
			return false, fault.New("event.amount", proration.ErrInvalid,
				"must be %s, like the earlier event %v of %.40q; got %v; another amount needs a new ID",
				inv.text(was.Amount), e.Kind, e.ID, e.Amount)
		}
	}
	switch {
	case e.Kind == Attempted && inv.happened(Failed, e.ID) && inv.Status != Paid:
		return false, refuse(e.Kind, "Payment "+strconv.Quote(e.ID)+" already has a result; a new attempt needs a new ID.")
	case e.Kind == Succeeded && inv.happened(Disputed, e.ID):
		return false, refuse(e.Kind, "Payment "+strconv.Quote(e.ID)+" was disputed; a new payment needs a new ID.")
	}
	return true, nil
}

// happened reports whether an event of this kind and ID was applied before.
func (inv *Invoice) happened(kind EventKind, id string) bool {
	return slices.ContainsFunc(inv.Events, func(e Event) bool { return e.Kind == kind && e.ID == id })
}

// refuse returns the refusal of an event.
func refuse(kind EventKind, reason string) error {
	return &plans.Refusal{Rule: kind.String(), Reason: reason}
}

// allow refuses an event that the status allows, but the earlier events do not.
func (inv *Invoice) allow(e Event) error {
	switch e.Kind {
	case Succeeded, Failed:
		if under := inv.underWay(); under != "" && under != e.ID {
			return refuse(e.Kind, "Payment "+strconv.Quote(under)+" is in progress; report its result first.")
		}
		if e.Kind == Failed && inv.happened(Succeeded, e.ID) {
			return refuse(e.Kind, "Payment "+strconv.Quote(e.ID)+" succeeded; send refunded or disputed if it was returned.")
		}
	case Attempted:
		if inv.happened(Succeeded, e.ID) || inv.happened(Failed, e.ID) {
			return refuse(e.Kind, "Payment "+strconv.Quote(e.ID)+" already has a result; a new attempt needs a new ID.")
		}
	case Voided, WrittenOff:
		if paid := inv.Received(); e.Kind == Voided && paid.IsPositive() {
			return refuse(e.Kind, inv.text(paid)+" was paid on the invoice; refund it first, or issue a credit note.")
		}
	case Disputed:
		if !inv.happened(Succeeded, e.ID) {
			return refuse(e.Kind, "No payment "+strconv.Quote(e.ID)+" was received.")
		}
	case Issued, Credited, Refunded:
	}
	return nil
}

// fill sets an amount that the event leaves out, and adds the fault of an amount that is out of range.
func (inv *Invoice) fill(e *Event) error {
	var most decimal.Decimal
	what := "due"
	usual := most
	switch e.Kind {
	case Succeeded, Credited, Attempted:
		most = inv.Outstanding()
		usual = most
		if inv.underWay() == e.ID && e.Kind == Succeeded {
			usual = inv.Events[len(inv.Events)-1].Amount
		}
	case Refunded:
		most, what = inv.Received(), "paid"
		usual = most
	case Disputed:
		most, what = decimal.Min(inv.payment(e.ID), inv.Received()), "received with payment "+strconv.Quote(e.ID)
		usual = most
	case Failed, Issued, Voided, WrittenOff:
		e.Amount = decimal.Decimal{}
		return nil
	}
	if e.Amount.IsZero() {
		e.Amount = usual
	}
	places, err := inv.Currency.Places()
	if err != nil {
		return err
	}
	if e.Amount.GreaterThan(most) && e.Kind == Succeeded {
		return fault.New("event.amount", proration.ErrInvalid,
			"must be at most the outstanding %s; got %v; grant or refund the excess separately from the invoice",
			inv.text(most), e.Amount)
	}
	if e.Amount.GreaterThan(most) || !e.Amount.IsPositive() || !e.Amount.Shift(places).IsInteger() {
		return fault.New("event.amount", proration.ErrInvalid,
			"must be above zero, have at most %d decimal places, and be at most the %s %s; got %v",
			places, inv.text(most), what, e.Amount)
	}
	return nil
}

// underWay returns the ID of the payment in progress, or "".
func (inv *Invoice) underWay() string {
	if inv.Status != Pending || len(inv.Events) == 0 {
		return ""
	}
	return inv.Events[len(inv.Events)-1].ID
}

// payment returns the amount received with a payment.
func (inv *Invoice) payment(id string) decimal.Decimal {
	var sum decimal.Decimal
	for _, e := range inv.Events {
		if e.Kind == Succeeded && e.ID == id && exact.Sensible(e.Amount) {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}

// Received returns the money received less the money disputed and refunded, not negative.
func (inv Invoice) Received() decimal.Decimal {
	return inv.sum(Succeeded).Sub(inv.sum(Disputed)).Sub(inv.sum(Refunded))
}

// Outstanding returns the amount still to be paid, not negative: the amount due less payments and credit notes. A
// disputed payment is outstanding again; a refunded one is not. It is zero for a void invoice.
func (inv Invoice) Outstanding() decimal.Decimal {
	if inv.Status == Void || !exact.Sensible(inv.AmountDue) {
		return decimal.Decimal{}
	}
	return inv.AmountDue.Sub(inv.sum(Succeeded)).Add(inv.sum(Disputed)).Sub(inv.sum(Credited))
}

// sum returns the total amount of the events of a kind.
func (inv *Invoice) sum(kind EventKind) decimal.Decimal {
	var sum decimal.Decimal
	for _, e := range inv.Events {
		if e.Kind == kind && exact.Sensible(e.Amount) {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}

// text formats an amount with the currency of the invoice.
func (inv *Invoice) text(amount decimal.Decimal) string {
	places, err := inv.Currency.Places()
	if err != nil {
		places = 0
	}
	return exact.Text(amount, places) + " " + string(inv.Currency)
}
