package credits

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Entry is one line of the ledger of money owed to a customer. The ledger is a slice of entries that only grows.
type Entry struct {
	ID       string          `json:"id"`           // of the grant; entries that spend it carry the same ID
	Amount   decimal.Decimal `json:"amount"`       // above zero for a grant, below zero where it is spent; never zero
	Currency plans.Currency  `json:"currency"`     // of the amount
	At       time.Time       `json:"at"`           // from when on it counts
	Reason   string          `json:"reason"`       // for people: why it was granted, or what it paid
	Ref      string          `json:"ref,omitzero"` // what it belongs to: the invoice that granted it, or that it paid
}

// Balance returns what is owed to the customer in a currency at an instant: the sum of the entries that count by then.
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
	for _, e := range ledger {
		if e.Currency == currency && !e.At.After(at) {
			sum = sum.Add(e.Amount)
		}
	}
	return sum, nil
}

// Due is an amount to be paid.
type Due struct {
	Amount   decimal.Decimal `json:"amount"`   // not negative
	Currency plans.Currency  `json:"currency"` // only grants in it pay
	At       time.Time       `json:"at"`       // only grants that count by then pay
	Ref      string          `json:"ref"`      // what is paid; it becomes the Ref of the entries
}

// Apply pays what is due out of the ledger and returns the entries that do, to be appended to it, and what stays due. Grants
// pay in one order: the earlier first, then by ID.
// Errors: those of [Validate], and the faults of what is due.
func Apply(ledger []Entry, due Due) (spent []Entry, rest decimal.Decimal, err error) {
	var f fault.List
	f.Under("", Validate(ledger))
	due.check(&f)
	if f != nil {
		return nil, decimal.Decimal{}, f.Err()
	}
	grants := open(ledger, due.Currency, due.At)
	rest = due.Amount
	for _, g := range grants {
		pays := decimal.Min(g.left, rest)
		if !pays.IsPositive() {
			continue
		}
		rest = rest.Sub(pays)
		spent = append(spent, Entry{ID: g.ID, Amount: pays.Neg(), Currency: due.Currency, At: due.At, Reason: "pays " + due.Ref, Ref: due.Ref})
	}
	return spent, rest, nil
}

// grant is an entry that granted something, and what is left of it.
type grant struct {
	Entry
	left decimal.Decimal
}

// open returns the grants of a currency that count at the instant, in the order in which they pay, with what is left of
// them. What a later entry spends is gone already: it was promised.
func open(ledger []Entry, currency plans.Currency, at time.Time) []grant {
	left := make(map[string]decimal.Decimal, len(ledger))
	for _, e := range ledger {
		left[e.ID] = left[e.ID].Add(e.Amount)
	}
	var grants []grant
	for _, e := range ledger {
		if e.Amount.IsPositive() && e.Currency == currency && !e.At.After(at) {
			grants = append(grants, grant{Entry: e, left: left[e.ID]})
		}
	}
	slices.SortFunc(grants, func(a, b grant) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	return grants
}

// Validate returns every fault of a ledger: an entry without an ID, an instant, a currency or an amount, two grants of one ID,
// an entry that spends what was not granted before it, or before it counts, or more than is left, or in another currency.
func Validate(ledger []Entry) error {
	var f fault.List
	grants := make(map[string]Entry, len(ledger))
	left := make(map[string]decimal.Decimal, len(ledger))
	for i, e := range ledger {
		path := "ledger[" + strconv.Itoa(i) + "]"
		e.check(&f, path)
		if !withinLimits(e.Amount) {
			continue
		}
		granted, known := grants[e.ID]
		switch {
		case e.Amount.IsPositive() && known:
			f.Add(path+".id", proration.ErrInvalid, "a second grant of the same ID")
		case e.Amount.IsPositive():
			grants[e.ID], left[e.ID] = e, e.Amount
		case e.Amount.IsZero():
		case !known:
			f.Add(path+".id", proration.ErrInvalid, "spends a grant that is not in the ledger before it")
		case granted.Currency != e.Currency:
			f.Add(path+".currency", proration.ErrInvalid, "spends %.3s of a grant in %.3s", e.Currency, granted.Currency)
		case e.At.Before(granted.At):
			f.Add(path+".at", proration.ErrInvalid, "spends a grant before it counts")
		default:
			if left[e.ID] = left[e.ID].Add(e.Amount); left[e.ID].IsNegative() {
				f.Add(path+".amount", proration.ErrInvalid, "spends more than is left of the grant")
			}
		}
	}
	return f.Err()
}

// check adds the faults of an entry on its own.
func (e *Entry) check(f *fault.List, path string) {
	if e.ID == "" {
		f.Add(path+".id", proration.ErrUnset, "an entry has the ID of its grant")
	}
	switch {
	case !withinLimits(e.Amount):
		f.Add(path+".amount", proration.ErrLimit, "an amount has at most 38 digits")
	case e.Amount.IsZero():
		f.Add(path+".amount", proration.ErrUnset, "an entry of nothing changes nothing")
	}
	_, err := e.Currency.Places()
	f.Under(path, err)
	if e.At.IsZero() {
		f.Add(path+".at", proration.ErrUnset, "an entry counts from an instant on")
	}
}

// check adds the faults of an amount to be paid.
func (d *Due) check(f *fault.List) {
	switch {
	case !withinLimits(d.Amount):
		f.Add("amount", proration.ErrLimit, "an amount has at most 38 digits")
	case d.Amount.IsNegative():
		f.Add("amount", proration.ErrInvalid, "%v is negative", d.Amount)
	}
	_, err := d.Currency.Places()
	f.Under("", err)
	if d.At.IsZero() {
		f.Add("at", proration.ErrUnset, "something is paid at an instant")
	}
}

// withinLimits reports whether package proration takes the amount.
func withinLimits(d decimal.Decimal) bool {
	_, err := proration.Rounding{Mode: proration.Down}.Round(d)
	return err == nil
}
