package credits

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Balance returns the customer's credit in a currency at an instant, past or future: the remaining amounts of the
// grants that are effective at that instant.
// Errors: those of [Validate], and ErrUnset or ErrInvalid for the currency and the instant.
func Balance(ledger []Entry, currency plans.Currency, at time.Time) (decimal.Decimal, error) {
	var f fault.List
	f.Under("", Validate(ledger))
	_, err := currency.Places()
	f.Under("", err)
	if at.IsZero() {
		f.Add("at", proration.ErrUnset, "required, an instant")
	}
	if f != nil {
		return decimal.Decimal{}, f.Err()
	}
	var sum exact.Sum
	known := grantsOf(ledger)
	for i := range ledger {
		e, grant := &ledger[i], &ledger[known.find(i)]
		if grant.Currency == currency && grant.pays(at) && !e.At.After(at) {
			sum.Add(e.Amount)
		}
	}
	return sum.Decimal(), nil
}

// Due is an amount to pay with credit.
type Due struct {
	Amount    decimal.Decimal `json:"amount"`              // amount to pay, in major units, never negative
	Currency  plans.Currency  `json:"currency"`            // currency of the amount; only grants in this currency pay
	At        time.Time       `json:"at"`                  // instant of the payment; only grants that are effective pay
	Ref       string          `json:"ref"`                 // ID of the paid invoice; becomes the Ref of the entries
	BeforeTax bool            `json:"before_tax,omitzero"` // uses the grants that pay before tax, and no others
}

// Apply pays an amount from the ledger. It returns the entries to append to the ledger, and the amount that is still
// due. Grants pay in this order: lower priority number, earlier expiry, promotional before paid, earlier effective time
// (unset is first), earlier grant, ID. Credit that a later entry spends is not available. Apply does not look for
// earlier payments of the same reference, so pass the amount that is due after them.
// Errors: those of [Validate], and the faults of due.
func Apply(ledger []Entry, due Due) (spent []Entry, rest decimal.Decimal, err error) {
	var f fault.List
	f.Under("", Validate(ledger))
	due.check(&f)
	if f != nil {
		return nil, decimal.Decimal{}, f.Err()
	}
	pays := func(e *Entry) bool {
		return e.Kind == Granted && e.Currency == due.Currency && e.BeforeTax == due.BeforeTax && e.pays(due.At)
	}
	if due.Amount.IsZero() || !slices.ContainsFunc(ledger, func(e Entry) bool { return pays(&e) }) {
		return nil, due.Amount, nil
	}
	open := slices.DeleteFunc(accounts(ledger), func(a account) bool { return !pays(a.grant) })
	slices.SortFunc(open, func(a, b account) int { return inOrder(a.grant, b.grant) })
	rest = due.Amount
	for _, a := range open {
		part := exact.Smaller(a.free(due.At), rest)
		if most := a.grant.places(); -part.Exponent() > most {
			part = part.Truncate(most)
		}
		if !part.IsPositive() {
			continue
		}
		rest = exact.Minus(rest, part)
		spent = append(spent, Entry{
			Kind: Spent, ID: a.grant.ID, Amount: exact.Negative(part), Currency: due.Currency,
			At: due.At, Ref: due.Ref,
		})
	}
	return spent, rest, nil
}

// inOrder compares two grants by the order in which they pay.
func inOrder(a, b *Entry) int {
	never := func(e *Entry) int {
		if e.Expires.IsZero() {
			return 1
		}
		return 0
	}
	paidFor := func(e *Entry) int {
		if e.Promotional {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(a.priority(), b.priority()),
		cmp.Compare(never(a), never(b)), a.Expires.Compare(b.Expires),
		cmp.Compare(paidFor(a), paidFor(b)),
		a.Effective.Compare(b.Effective), // unset is first
		a.At.Compare(b.At),
		cmp.Compare(a.ID, b.ID),
	)
}

// check adds the faults of an amount to pay.
func (d *Due) check(f *fault.List) {
	fault.NotNegative(f, "amount", d.Amount)
	_, err := d.Currency.Places()
	f.Under("", err)
	if d.At.IsZero() {
		f.Add("at", proration.ErrUnset, "required, an instant")
	}
}
