package credits

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Entry is one line of a customer's credit ledger. The ledger is a slice of entries that only grows.
type Entry struct {
	Kind     Kind            `json:"kind"`            // effect of the entry on its grant; required
	ID       string          `json:"id"`              // ID of the grant; all entries of a grant have the same
	Amount   decimal.Decimal `json:"amount"`          // in major units; positive adds credit, negative takes it
	Currency plans.Currency  `json:"currency"`        // currency of the amount
	At       time.Time       `json:"at"`              // instant of the entry
	Reason   string          `json:"reason,omitzero"` // words for people, "an outage"; others say it by Kind and Ref
	Ref      string          `json:"ref,omitzero"`    // ID of the document that granted, spent, restored or revoked it

	// Only a grant has the fields below.

	Source      string    `json:"source,omitzero"`      // ID of the charge that the credit comes from
	Priority    *int      `json:"priority,omitzero"`    // 0 to 100, the lowest pays first; nil is 50
	Effective   time.Time `json:"effective,omitzero"`   // first instant at which it pays; zero is At, and sorts first
	Expires     time.Time `json:"expires,omitzero"`     // first instant at which it no longer pays; zero is never
	Promotional bool      `json:"promotional,omitzero"` // given for free, and not paid for by the customer
	BeforeTax   bool      `json:"before_tax,omitzero"`  // pays amounts before tax; false pays amounts after tax
}

// Kind is the effect of an entry on its grant. Its zero is unset and refused.
//
// JSON: granted, spent, restored, revoked.
type Kind uint8

// The kinds of entries.
const (
	Granted  Kind = iota + 1 // the customer receives credit
	Spent                    // credit paid an amount
	Restored                 // the paid document was voided, and its credit is available again
	Revoked                  // the granting document was voided, and the rest of its credit is gone
)

var kinds = []string{"", "granted", "spent", "restored", "revoked"}

// String returns the kind's name, "granted".
func (k Kind) String() string { return enum.String(kinds, k) }

// MarshalText returns the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return fault.Marshal(kinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown name is ErrInvalid.
func (k *Kind) UnmarshalText(text []byte) error { return fault.Unmarshal(kinds, k, "kind", text) }

const (
	usualPriority = 50
	lastPriority  = 100
)

// priority returns the priority of the grant.
func (e *Entry) priority() int {
	if e.Priority == nil {
		return usualPriority
	}
	return *e.Priority
}

// from returns the first instant at which the grant pays.
func (e *Entry) from() time.Time {
	if e.Effective.After(e.At) {
		return e.Effective
	}
	return e.At
}

// pays reports whether the grant pays at an instant.
func (e *Entry) pays(at time.Time) bool {
	return !at.Before(e.from()) && (e.Expires.IsZero() || at.Before(e.Expires))
}

// account is a grant and its entries in order of time; at one instant, larger amounts come first.
type account struct {
	grant   *Entry
	entries []*Entry
}

// accounts groups a valid ledger by grant, in the order of the grants.
func accounts(ledger []Entry) []account {
	if len(ledger) == 0 {
		return nil
	}
	index := make(map[string]int, len(ledger))
	sizes := make([]int, 0, len(ledger)) // entries of each grant
	for i := range ledger {
		at, ok := index[ledger[i].ID]
		if !ok {
			at = len(sizes)
			index[ledger[i].ID], sizes = at, append(sizes, 0)
		}
		sizes[at]++
	}
	all, room := make([]account, len(sizes)), make([]*Entry, len(ledger))
	for i := range ledger {
		e := &ledger[i]
		at := index[e.ID]
		a := &all[at]
		if a.entries == nil {
			a.grant, a.entries, room = e, room[:0:sizes[at]], room[sizes[at]:]
		}
		a.entries = append(a.entries, e)
	}
	for i := range all {
		slices.SortStableFunc(all[i].entries, func(x, y *Entry) int {
			return cmp.Or(x.At.Compare(y.At), exact.Compare(y.Amount, x.Amount))
		})
	}
	return all
}

// left returns the remaining amount of the grant at an instant.
func (a *account) left(at time.Time) decimal.Decimal {
	var sum exact.Sum
	for _, e := range a.entries {
		if !e.At.After(at) {
			sum.Add(e.Amount)
		}
	}
	return sum.Decimal()
}

// free returns the amount of the grant that is left at an instant and that no later entry uses.
func (a *account) free(at time.Time) decimal.Decimal {
	sum := a.left(at)
	least := sum
	for _, e := range a.entries {
		if e.At.After(at) {
			sum = exact.Plus(sum, e.Amount)
			least = exact.Smaller(least, sum)
		}
	}
	return least
}

// spent returns the amount of the grant that paid a reference by an instant and was not restored.
func (a *account) spent(ref string, until time.Time) decimal.Decimal {
	var sum decimal.Decimal
	for _, e := range a.entries {
		if e.Ref == ref && !e.At.After(until) && (e.Kind == Spent || e.Kind == Restored) {
			sum = exact.Minus(sum, e.Amount)
		}
	}
	return sum
}

// Validate returns every fault of a ledger. Each entry needs a kind, an ID, an instant, a currency, and an amount with
// the sign of its kind. A grant needs a new ID, a priority from 0 to 100, and an expiry after it begins to pay. Every
// other entry needs an earlier grant of the same currency, and has no field of a grant. An entry spends credit only
// while its grant pays, and never more than is left at that time or later. It never restores more than its reference
// spent.
// Errors: ErrUnset, ErrInvalid, ErrPeriod and ErrLimit.
func Validate(ledger []Entry) error {
	var f fault.List
	var few [maxSearched]place
	places, known := few[:0], grantsOf(ledger)
	if len(ledger) > maxSearched {
		places = make([]place, 0, len(ledger))
	}
	for i := range ledger {
		e, grant := &ledger[i], known.find(i)
		var own fault.List
		e.check(&own)
		switch {
		case grant == i:
			e.checkGrant(&own)
		case grant < 0:
			own.Add("id", proration.ErrInvalid, "must be the ID of an earlier grant; got %.40q", e.ID)
		case e.Kind == Granted:
			own.Add("id", proration.ErrInvalid, "must be unique; %.40q appears twice", e.ID)
		default:
			e.checkAgainst(&own, &ledger[grant])
		}
		f.At("ledger", i, own.Err())
		places = append(places, place{grant: grant, entry: i})
	}
	if f == nil {
		checkSums(&f, ledger, places)
	}
	return f.Err()
}

// check adds the faults of an entry on its own.
func (e *Entry) check(f *fault.List) {
	fault.Enum(f, "kind", kinds, e.Kind)
	if e.ID == "" {
		f.Add("id", proration.ErrUnset, "required, the ID of the grant")
	}
	adds := e.Kind == Granted || e.Kind == Restored
	switch {
	case !fault.Amount(f, "amount", e.Amount):
	case e.Amount.IsZero() && e.Kind == Revoked:
	case e.Amount.IsZero():
		f.Add("amount", proration.ErrUnset, "must not be zero; got 0")
	case e.Amount.IsPositive() != adds:
		f.Add("amount", proration.ErrInvalid, "must be positive to add credit, negative to take it; got %v %v",
			e.Kind, e.Amount)
	}
	_, err := e.Currency.Places()
	f.Under("", err)
	if e.At.IsZero() {
		f.Add("at", proration.ErrUnset, "required, an instant")
	}
}

// checkGrant adds the faults of the fields that only grants have.
func (e *Entry) checkGrant(f *fault.List) {
	if p := e.priority(); p < 0 || p > lastPriority {
		f.Add("priority", proration.ErrLimit, "must be between 0 and %d; got %d", lastPriority, p)
	}
	if !e.Expires.IsZero() && !e.Expires.After(e.from()) {
		f.Add("expires", proration.ErrPeriod, "must be after the grant begins to pay, %s; got %s",
			e.from().Format(time.RFC3339Nano), e.Expires.Format(time.RFC3339Nano))
	}
}

// checkAgainst adds the faults of an entry against its grant.
func (e *Entry) checkAgainst(f *fault.List, grant *Entry) {
	if e.Currency != grant.Currency {
		f.Add("currency", proration.ErrInvalid, "must be the currency of the grant, %.3s; got %.3s",
			grant.Currency, e.Currency)
	}
	if e.Source != "" || e.Priority != nil || !e.Effective.IsZero() || !e.Expires.IsZero() ||
		e.Promotional || e.BeforeTax {
		f.Add("kind", proration.ErrInvalid, "must be granted, since the entry has fields of a grant; got %v", e.Kind)
	}
	if most := grant.places(); -e.Amount.Exponent() > most {
		f.Add("amount", proration.ErrLimit,
			"must have at most %d decimal places, since the grant has %d digits before the point", most, fault.MaxDigits-most)
	}
	switch {
	case e.At.IsZero():
	case e.At.Before(grant.At):
		f.Add("at", proration.ErrInvalid, "must not be before the grant, %s; got %s",
			grant.At.Format(time.RFC3339Nano), e.At.Format(time.RFC3339Nano))
	case e.Kind == Spent && !grant.pays(e.At):
		f.Add("at", proration.ErrInvalid, "must be an instant at which the grant pays; got %s",
			e.At.Format(time.RFC3339Nano))
	}
}

// places returns the largest number of decimal places of the entries of a grant, so that every sum of them is an
// amount.
func (e *Entry) places() int32 {
	if !fault.Usable(e.Amount) { // the grant is at fault
		return fault.MaxDigits
	}
	before := int32(e.Amount.NumDigits()) + e.Amount.Exponent() //nolint:gosec // few digits, since it is an amount
	return fault.MaxDigits - max(before, 0)
}
