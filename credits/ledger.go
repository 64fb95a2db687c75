package credits

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

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
// Errors: the faults of the ledger.
func Balance(ledger []Entry, currency plans.Currency, at time.Time) (decimal.Decimal, error) {
	if err := check(ledger); err != nil {
		return decimal.Decimal{}, err
	}
	var sum decimal.Decimal
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
// Errors: the faults of the ledger, and ErrInvalid or ErrLimit for the amount due.
func Apply(ledger []Entry, due Due) (spent []Entry, rest decimal.Decimal, err error) {
	if err := checkDue(due); err != nil {
		return nil, decimal.Decimal{}, err
	}
	grants, err := open(ledger, due.Currency, due.At)
	if err != nil {
		return nil, decimal.Decimal{}, err
	}
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
func open(ledger []Entry, currency plans.Currency, at time.Time) ([]grant, error) {
	if err := check(ledger); err != nil {
		return nil, err
	}
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
	return grants, nil
}

// check returns every fault of a ledger: an entry without an ID, an instant or an amount, an unknown currency, two grants of
// one ID, an entry that spends what was not granted, or more than is left, or in another currency.
func check(ledger []Entry) error {
	var errs []error
	grants := make(map[string]Entry, len(ledger))
	left := make(map[string]decimal.Decimal, len(ledger))
	for i, e := range ledger {
		fault := func(field string, rule error, reason string) {
			errs = append(errs, &proration.Error{Field: "ledger[" + strconv.Itoa(i) + "]." + field, Rule: rule, Reason: reason})
		}
		if e.ID == "" {
			fault("id", proration.ErrUnset, "an entry has the ID of its grant")
		}
		if e.At.IsZero() {
			fault("at", proration.ErrUnset, "an entry counts from an instant on")
		}
		if _, err := e.Currency.Places(); err != nil {
			fault("currency", proration.ErrInvalid, "an entry has a currency")
		}
		if !withinLimits(e.Amount) {
			fault("amount", proration.ErrLimit, "an amount has at most 38 digits")
			continue
		}
		granted, known := grants[e.ID]
		switch {
		case e.Amount.IsZero():
			fault("amount", proration.ErrUnset, "an entry of nothing changes nothing")
		case e.Amount.IsPositive() && known:
			fault("id", proration.ErrInvalid, "a second grant of the same ID")
		case e.Amount.IsPositive():
			grants[e.ID], left[e.ID] = e, e.Amount
		case !known:
			fault("id", proration.ErrInvalid, "spends a grant that is not in the ledger before it")
		case granted.Currency != e.Currency:
			fault("currency", proration.ErrInvalid, "spends "+string(e.Currency)+" of a grant in "+string(granted.Currency))
		default:
			if left[e.ID] = left[e.ID].Add(e.Amount); left[e.ID].IsNegative() {
				fault("amount", proration.ErrInvalid, "spends more than is left of the grant")
			}
		}
	}
	return errors.Join(errs...)
}

// checkDue returns the faults of an amount to be paid.
func checkDue(due Due) error {
	switch {
	case !withinLimits(due.Amount):
		return &proration.Error{Field: "amount", Rule: proration.ErrLimit, Reason: "an amount has at most 38 digits"}
	case due.Amount.IsNegative():
		return &proration.Error{Field: "amount", Rule: proration.ErrInvalid, Reason: due.Amount.String() + " is negative"}
	case due.At.IsZero():
		return &proration.Error{Field: "at", Rule: proration.ErrUnset, Reason: "something is paid at an instant"}
	}
	return nil
}

// withinLimits reports whether package proration takes the amount.
func withinLimits(d decimal.Decimal) bool {
	_, err := proration.Rounding{Mode: proration.Down}.Round(d)
	return err == nil
}
