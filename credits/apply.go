package credits

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Balance returns what is owed to the customer in a currency at an instant, past or future: what is left then of the grants that
// pay then.
// Errors: those of [Validate], and ErrUnset or ErrInvalid for the currency and the instant.
func Balance(ledger []Entry, currency plans.Currency, at time.Time) (decimal.Decimal, error) {
	var f fault.List
	f.Under("", Validate(ledger))
	_, err := currency.Places()
	f.Under("", err)
	if at.IsZero() {
		f.Add("at", proration.ErrUnset, "a balance is that of an instant")
	}
	var sum decimal.Decimal
	if f != nil {
		return sum, f.Err()
	}
	for _, a := range accounts(ledger) {
		if a.grant.Currency == currency && a.grant.pays(at) {
			sum = sum.Add(a.left(at))
		}
	}
	return sum, nil
}

// Due is an amount to be paid.
type Due struct {
	Amount    decimal.Decimal `json:"amount"`              // not negative
	Currency  plans.Currency  `json:"currency"`            // only grants in it pay
	At        time.Time       `json:"at"`                  // only grants that pay then do
	Ref       string          `json:"ref"`                 // what is paid; it becomes the Ref of the entries
	BeforeTax bool            `json:"before_tax,omitzero"` // only grants that pay before tax do; otherwise only those that pay after it
}

// Apply pays what is due out of the ledger and returns the entries that do, to be appended to it, and what stays due. Grants
// pay in one order: the lower priority first, then the one that expires earlier, then promotional before paid, then the one
// effective earlier (first of all one that does not say from when on), then the one granted earlier, then by ID. What a later entry spends already is not there any more.
// It does not look at what the same reference was paid with before: pass what is still due.
// Errors: those of [Validate], and the faults of what is due.
func Apply(ledger []Entry, due Due) (spent []Entry, rest decimal.Decimal, err error) {
	var f fault.List
	f.Under("", Validate(ledger))
	due.check(&f)
	if f != nil {
		return nil, decimal.Decimal{}, f.Err()
	}
	open := slices.DeleteFunc(accounts(ledger), func(a account) bool {
		return a.grant.Currency != due.Currency || a.grant.BeforeTax != due.BeforeTax || !a.grant.pays(due.At)
	})
	slices.SortFunc(open, func(a, b account) int { return inOrder(&a.grant, &b.grant) })
	rest = due.Amount
	for _, a := range open {
		pays := decimal.Min(a.free(due.At), rest)
		if !pays.IsPositive() {
			continue
		}
		rest = rest.Sub(pays)
		spent = append(spent, Entry{
			Kind: Spent, ID: a.grant.ID, Amount: pays.Neg(), Currency: due.Currency, At: due.At, Reason: "pays " + due.Ref, Ref: due.Ref,
		})
	}
	return spent, rest, nil
}

// inOrder compares two grants by who pays first.
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
		a.Effective.Compare(b.Effective), // one that does not say has always been
		a.At.Compare(b.At),
		cmp.Compare(a.ID, b.ID),
	)
}

// check adds the faults of an amount to be paid.
func (d *Due) check(f *fault.List) {
	if fault.Amount(f, "amount", d.Amount) && d.Amount.IsNegative() {
		f.Add("amount", proration.ErrInvalid, "must not be negative; got %v", d.Amount)
	}
	_, err := d.Currency.Places()
	f.Under("", err)
	if d.At.IsZero() {
		f.Add("at", proration.ErrUnset, "something is paid at an instant")
	}
}
