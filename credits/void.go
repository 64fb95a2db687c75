package credits

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// VoidRequest asks to take back what something did to the ledger.
type VoidRequest struct {
	Ref    string    `json:"ref"`    // the invoice that is voided
	At     time.Time `json:"at"`     // when
	Reason string    `json:"reason"` // for people: why
}

// Void takes back what an invoice did to the ledger, and returns the entries that do, to be appended to it: what it was paid with
// is there again, on the terms of its grant, so that it is lost where that has expired; and what is left of the credit that it granted is
// owed no more. What of that was spent already is returned as owed by the customer, who had it: it is not taken back from what others
// paid with it, and stays theirs where that is voided later. A grant that is taken back gets an entry, of nothing where nothing is left, so
// that voiding again changes nothing, and says the same. A reference of which the ledger knows nothing changes nothing either.
// Errors: those of [Validate], ErrUnset for the reference and the instant, ErrInvalid for grants of it in several currencies, and ErrOutside for one before an entry of the invoice.
func Void(ledger []Entry, u VoidRequest) (entries []Entry, owed decimal.Decimal, err error) {
	var f fault.List
	f.Under("", Validate(ledger))
	if u.Ref == "" {
		f.Add("ref", proration.ErrUnset, "say what is voided")
	}
	if u.At.IsZero() {
		f.Add("at", proration.ErrUnset, "something is voided at an instant")
	}
	var currency plans.Currency
	for i, e := range ledger {
		if e.Ref != u.Ref || e.Kind != Granted {
			continue
		}
		if currency != "" && e.Currency != currency {
			f.Add("ledger["+strconv.Itoa(i)+"].currency", proration.ErrInvalid, "%.40q granted %.3s", u.Ref, currency)
		}
		currency = e.Currency
	}
	for _, e := range ledger {
		if e.Ref == u.Ref && e.At.After(u.At) && !u.At.IsZero() {
			f.Add("at", proration.ErrOutside, "%.40q did something to the ledger on %s", u.Ref, e.At.Format(time.RFC3339Nano))
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

// standing returns what of the grant was not taken back.
func (a *account) standing() decimal.Decimal {
	sum := a.grant.Amount
	for _, e := range a.entries {
		if e.Kind == Revoked {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}

// revoked reports whether a reference took the grant back already.
func (a *account) revoked(ref string) bool {
	return slices.ContainsFunc(a.entries, func(e Entry) bool { return e.Kind == Revoked && e.Ref == ref })
}
