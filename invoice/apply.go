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

// Apply returns the invoice after an event. Only its status and its events change: what was issued never does. The same event again, by
// its kind and ID, changes nothing, so that a payment provider may say things twice.
//
// A payment is attempted, and succeeds or fails; one that comes in without an attempt just succeeds. While an attempt is under way
// no other begins, and once nothing is due no payment is taken: an invoice is never charged twice. A failed attempt leaves it open, and a
// later success of the same or another closes it.
// Errors: a [github.com/billingrules/billing/plans.Refusal] for what the status does not allow; ErrUnset for a missing kind, ID or
// instant; ErrOutside for an instant before the invoice or the last event; ErrInvalid for an amount that is negative, has more places than
// the currency, is more than is due, or than was paid, or is another one than the same event had; ErrLimit for more than 1,000 events; and
// what [Check] finds.
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

// apply is Apply of an invoice that is sound, to itself.
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
		return refuse(e.Kind, "the invoice is "+inv.Status.String())
	}
	if err := inv.allow(e); err != nil {
		return err
	}
	if err := inv.fill(&e); err != nil {
		return err
	}
	if len(inv.Events) == maxEvents {
		return fault.New("events", proration.ErrLimit, "an invoice has at most %d", maxEvents)
	}
	inv.Events = append(inv.Events, e)
	inv.Status = transitions[i].to
	if (inv.Status == Open || inv.Status == Uncollectible) && inv.Outstanding().IsZero() {
		inv.Status = Paid
	}
	return nil
}

// check adds the faults of an event on its own.
func (e *Event) check(f *fault.List, inv *Invoice) {
	fault.Enum(f, "event.kind", eventKinds, e.Kind)
	switch e.Kind {
	case Attempted, Succeeded, Failed, Credited, Refunded, Disputed:
		if e.ID == "" {
			f.Add("event.id", proration.ErrUnset, "what can come twice has an ID")
		}
	case Issued, Voided, WrittenOff:
		if !e.Amount.IsZero() {
			f.Add("event.amount", proration.ErrInvalid, "%v is no matter of an amount", e.Kind)
		}
	}
	if fault.Amount(f, "event.amount", e.Amount) && e.Amount.IsNegative() {
		f.Add("event.amount", proration.ErrInvalid, "must not be negative; got %v", e.Amount)
	}
	last := inv.IssuedAt
	if n := len(inv.Events); n > 0 {
		last = inv.Events[n-1].At
	}
	switch {
	case e.At.IsZero():
		f.Add("event.at", proration.ErrUnset, "an event happens at an instant")
	case e.At.Before(last) && !inv.happened(e.Kind, e.ID):
		f.Add("event.at", proration.ErrOutside, "it is before %s, when the invoice was changed last", last.Format(time.RFC3339Nano))
	}
}

// again reports whether an event was applied already, and refuses one that says something else under the same ID.
func (inv *Invoice) again(e Event) (bool, error) {
	if !inv.happened(e.Kind, e.ID) || e.Kind == WrittenOff && inv.Status == Open {
		return false, nil // what was paid after it was written off, and reversed, can be written off once more
	}
	for _, was := range inv.Events {
		said := !e.Amount.IsZero() && e.Kind != Failed // how much did not come in is of no account
		if was.Kind == e.Kind && was.ID == e.ID && said && !e.Amount.Equal(was.Amount) {
			return false, fault.New("event.amount", proration.ErrInvalid, "%.40q was %v already, of %s; another amount has an ID of its own", e.ID, e.Kind, inv.text(was.Amount))
		}
	}
	switch {
	case e.Kind == Attempted && inv.happened(Failed, e.ID) && inv.Status != Paid:
		return false, refuse(e.Kind, "the outcome of payment "+strconv.Quote(e.ID)+" is known; another attempt has an ID of its own")
	case e.Kind == Succeeded && inv.happened(Disputed, e.ID):
		return false, refuse(e.Kind, "payment "+strconv.Quote(e.ID)+" was reversed; one that comes again has an ID of its own")
	}
	return true, nil
}

// happened reports whether an event was applied already.
func (inv *Invoice) happened(kind EventKind, id string) bool {
	return slices.ContainsFunc(inv.Events, func(e Event) bool { return e.Kind == kind && e.ID == id })
}

// refuse returns a refusal.
func refuse(kind EventKind, reason string) error {
	return &plans.Refusal{Rule: kind.String(), Reason: reason}
}

// allow refuses what the status allows, and what happened before does not.
func (inv *Invoice) allow(e Event) error {
	switch e.Kind {
	case Succeeded, Failed:
		if under := inv.underWay(); under != "" && under != e.ID {
			return refuse(e.Kind, "payment "+strconv.Quote(under)+" is under way; its outcome comes first")
		}
		if e.Kind == Failed && inv.happened(Succeeded, e.ID) {
			return refuse(e.Kind, "payment "+strconv.Quote(e.ID)+" came in; what goes back of it is reversed or repaid")
		}
	case Attempted:
		if inv.happened(Succeeded, e.ID) || inv.happened(Failed, e.ID) {
			return refuse(e.Kind, "the outcome of payment "+strconv.Quote(e.ID)+" is known; another attempt has an ID of its own")
		}
	case Voided, WrittenOff:
		if paid := inv.Received(); e.Kind == Voided && paid.IsPositive() {
			return refuse(e.Kind, inv.text(paid)+" was paid; repay it first, or issue a credit note")
		}
	case Disputed:
		if !inv.happened(Succeeded, e.ID) {
			return refuse(e.Kind, "no payment "+strconv.Quote(e.ID)+" came in")
		}
	case Issued, Credited, Refunded:
	}
	return nil
}

// fill sets the amount of an event that leaves it out, and holds the others to what there is.
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
		most, what = decimal.Min(inv.payment(e.ID), inv.Received()), "paid with it"
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
		return fault.New("event.amount", proration.ErrInvalid, "%v is more than the %s that is due; what is too much is granted as credit or repaid, apart from the invoice", e.Amount, inv.text(most))
	}
	if e.Amount.GreaterThan(most) || !e.Amount.IsPositive() || !e.Amount.Shift(places).IsInteger() {
		return fault.New("event.amount", proration.ErrInvalid, "%v is no part of the %s that is %s", e.Amount, inv.text(most), what)
	}
	return nil
}

// underWay returns the ID of the payment whose outcome is not known, or "".
func (inv *Invoice) underWay() string {
	if inv.Status != Pending || len(inv.Events) == 0 {
		return ""
	}
	return inv.Events[len(inv.Events)-1].ID
}

// payment returns what a payment came to.
func (inv *Invoice) payment(id string) decimal.Decimal {
	var sum decimal.Decimal
	for _, e := range inv.Events {
		if e.Kind == Succeeded && e.ID == id && exact.Sensible(e.Amount) {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}

// Received returns what was paid in money, less what went back; not negative.
func (inv Invoice) Received() decimal.Decimal {
	return inv.sum(Succeeded).Sub(inv.sum(Disputed)).Sub(inv.sum(Refunded))
}

// Outstanding returns what is still to be paid: what was due, less what came in and what credit notes took off; not negative. A payment that was
// reversed is due again. What the seller paid back is not: that was owed, by a credit note or otherwise.
func (inv Invoice) Outstanding() decimal.Decimal {
	if inv.Status == Void || !exact.Sensible(inv.AmountDue) {
		return decimal.Decimal{}
	}
	return inv.AmountDue.Sub(inv.sum(Succeeded)).Add(inv.sum(Disputed)).Sub(inv.sum(Credited))
}

// sum adds up the amounts of the events of a kind.
func (inv *Invoice) sum(kind EventKind) decimal.Decimal {
	var sum decimal.Decimal
	for _, e := range inv.Events {
		if e.Kind == kind && exact.Sensible(e.Amount) {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}

// text writes an amount in the invoice's currency.
func (inv *Invoice) text(amount decimal.Decimal) string {
	places, err := inv.Currency.Places()
	if err != nil {
		places = 0
	}
	return exact.Text(amount, places) + " " + string(inv.Currency)
}
