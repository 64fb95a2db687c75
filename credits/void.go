package credits

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// VoidRequest asks to reverse the effect of an invoice on the ledger.
type VoidRequest struct {
	Ref    string    `json:"ref"`    // ID of the voided invoice; required
	At     time.Time `json:"at"`     // instant of voiding; required
	Reason string    `json:"reason"` // reason for the entries, for people
}

// Void reverses the effect of an invoice on the ledger, and returns the entries to append to the ledger. Credit that
// paid the invoice is restored on the terms of its grant, so it is lost if the grant has expired. The remaining credit
// that the invoice granted is revoked. The customer owes the credit of such a grant that was already spent, and Void
// returns it in owed. The documents that it paid stay paid, and voiding them later returns the credit to the customer.
// A revoked grant gets an entry even if nothing is left, so voiding again adds no entry and returns the same owed. A
// reference that is not in the ledger changes nothing.
// Errors: those of [Validate], ErrUnset for the reference and the instant, ErrInvalid for grants of the invoice in
// several currencies, and ErrOutside for an instant before an entry of the invoice.
func Void(ledger []Entry, u VoidRequest) (entries []Entry, owed decimal.Decimal, err error) {
	var f fault.List
	f.Under("", Validate(ledger))
	if u.Ref == "" {
		f.Add("ref", proration.ErrUnset, "required, the ID of the voided invoice")
	}
	if u.At.IsZero() {
		f.Add("at", proration.ErrUnset, "required, an instant")
	}
	var currency plans.Currency
	for i, e := range ledger {
		if e.Ref != u.Ref || e.Kind != Granted {
			continue
		}
		if currency != "" && e.Currency != currency {
			f.Add(fault.At("ledger", i)+".currency", proration.ErrInvalid,
				"must be the currency of all grants of %.40q, %.3s; got %.3s", u.Ref, currency, e.Currency)
		}
		currency = e.Currency
	}
	for _, e := range ledger {
		if e.Ref == u.Ref && e.At.After(u.At) && !u.At.IsZero() {
			f.Add("at", proration.ErrOutside, "must not be before an entry of %.40q, %s; got %s",
				u.Ref, e.At.Format(time.RFC3339Nano), u.At.Format(time.RFC3339Nano))
			break
		}
	}
	if f != nil {
		return nil, owed, f.Err()
	}
	for _, a := range accounts(ledger) {
		entry := Entry{ID: a.grant.ID, Currency: a.grant.Currency, At: u.At, Reason: u.Reason, Ref: u.Ref}
		back := a.spent(u.Ref, u.At)
		if back.IsPositive() {
			entry.Kind, entry.Amount = Restored, back
			entries = append(entries, entry)
		}
		if a.grant.Ref != u.Ref {
			continue
		}
		owed = owed.Add(a.standing())
		if a.revoked(u.Ref) {
			continue
		}
		left := a.free(u.At).Add(back)
		entry.Kind, entry.Amount = Revoked, left.Neg()
		entries = append(entries, entry)
		owed = owed.Sub(left)
	}
	return entries, owed, nil
}

// standing returns the granted amount less the revoked amounts.
func (a *account) standing() decimal.Decimal {
	sum := a.grant.Amount
	for _, e := range a.entries {
		if e.Kind == Revoked {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}

// revoked reports whether a reference has revoked the grant.
func (a *account) revoked(ref string) bool {
	return slices.ContainsFunc(a.entries, func(e *Entry) bool { return e.Kind == Revoked && e.Ref == ref })
}
