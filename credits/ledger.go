package credits

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Entry is one line of the ledger of money owed to a customer. The ledger is a slice of entries that only grows.
type Entry struct {
	Kind     Kind            `json:"kind"`            // what it does to its grant; must be set
	ID       string          `json:"id"`              // of the grant; the entries about it carry the same
	Amount   decimal.Decimal `json:"amount"`          // above zero for [Granted] and [Restored], below for [Spent]; not above for [Revoked]
	Currency plans.Currency  `json:"currency"`        // of the amount
	At       time.Time       `json:"at"`              // when it was written
	Reason   string          `json:"reason,omitzero"` // for people: why it was granted, or what it paid
	Ref      string          `json:"ref,omitzero"`    // what it belongs to: the invoice that granted it, or that it paid

	// Only a grant has the following.

	Source      string    `json:"source,omitzero"`      // ID of the charge that it comes from
	Priority    *int      `json:"priority,omitzero"`    // 0 to 100: the lower pays first; nil is 50
	Effective   time.Time `json:"effective,omitzero"`   // from when on it pays; zero is from At on, and before any other in the order
	Expires     time.Time `json:"expires,omitzero"`     // the first instant at which it pays no more; zero is never
	Promotional bool      `json:"promotional,omitzero"` // it was given, and not paid for
	BeforeTax   bool      `json:"before_tax,omitzero"`  // it pays what is due before tax; otherwise what is due after it
}

// Clone returns an entry that shares nothing that can be written to.
func (e Entry) Clone() Entry {
	if e.Priority != nil {
		own := *e.Priority
		e.Priority = &own
	}
	return e
}

// Kind says what an entry does to its grant. Its zero is unset and refused.
type Kind uint8

// The kinds of entries.
const (
	Granted  Kind = iota + 1 // money is owed to the customer
	Spent                    // some of it paid something
	Restored                 // what it paid was voided, so it is there again
	Revoked                  // what granted it was voided, so it is owed no more
)

var kinds = []string{"", "granted", "spent", "restored", "revoked"}

// String returns the kind's name, "granted".
func (k Kind) String() string { return enum.String(kinds, k) }

// MarshalText returns the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return fault.Marshal(kinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown one is ErrInvalid.
func (k *Kind) UnmarshalText(text []byte) error { return fault.Unmarshal(kinds, k, "kind", text) }

const (
	usualPriority = 50
	lastPriority  = 100
)

// priority returns the grant's.
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

// account is a grant, and everything that happened to it in order of time; of one instant, what adds to it first.
type account struct {
	grant   Entry
	entries []Entry
}

// accounts sorts a sound ledger by its grants, in the order in which they were granted.
func accounts(ledger []Entry) []account {
	index := make(map[string]int, len(ledger))
	var all []account
	for _, e := range ledger {
		i, ok := index[e.ID]
		if !ok {
			i = len(all)
			index[e.ID] = i
			all = append(all, account{grant: e})
		}
		all[i].entries = append(all[i].entries, e)
	}
	for _, a := range all {
		slices.SortStableFunc(a.entries, func(x, y Entry) int { return cmp.Or(x.At.Compare(y.At), y.Amount.Cmp(x.Amount)) })
	}
	return all
}

// left returns what is left of the grant at an instant.
func (a *account) left(at time.Time) decimal.Decimal {
	var sum decimal.Decimal
	for _, e := range a.entries {
		if !e.At.After(at) {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}

// free returns what of the grant can be taken at an instant without taking it from a later entry, which was promised.
func (a *account) free(at time.Time) decimal.Decimal {
	sum := a.left(at)
	least := sum
	for _, e := range a.entries {
		if e.At.After(at) {
			sum = sum.Add(e.Amount)
			least = decimal.Min(least, sum)
		}
	}
	return least
}

// spent returns what of the grant paid a reference until an instant and was not restored.
func (a *account) spent(ref string, until time.Time) decimal.Decimal {
	var sum decimal.Decimal
	for _, e := range a.entries {
		if e.Ref == ref && !e.At.After(until) && (e.Kind == Spent || e.Kind == Restored) {
			sum = sum.Sub(e.Amount)
		}
	}
	return sum
}

// Validate returns every fault of a ledger: an entry without a kind, an ID, an instant, a currency or an amount; an amount of
// the wrong sign; a grant of an ID that was granted already, with a priority that does not exist or an end that is not after its
// start; an entry about what was not granted before it, in another currency, before the grant, or with what only grants have;
// one that spends when the grant does not pay, or more than is left at that time or later, or restores more than was spent.
func Validate(ledger []Entry) error {
	var f fault.List
	granted := make(map[string]*Entry, len(ledger))
	for i := range ledger {
		e := &ledger[i]
		path := "ledger[" + strconv.Itoa(i) + "]."
		e.check(&f, path)
		grant, known := granted[e.ID]
		switch {
		case e.Kind == Granted && known:
			f.Add(path+"id", proration.ErrInvalid, "%.40q was granted already", e.ID)
		case e.Kind == Granted:
			granted[e.ID] = e
			e.checkGrant(&f, path)
		case !known:
			f.Add(path+"id", proration.ErrInvalid, "%.40q was not granted before", e.ID)
		default:
			e.checkAgainst(&f, path, grant)
		}
	}
	if f == nil {
		checkSums(&f, ledger)
	}
	return f.Err()
}

// check adds the faults of an entry on its own.
func (e *Entry) check(f *fault.List, path string) {
	fault.Enum(f, path+"kind", kinds, e.Kind)
	if e.ID == "" {
		f.Add(path+"id", proration.ErrUnset, "an entry has the ID of its grant")
	}
	adds := e.Kind == Granted || e.Kind == Restored
	switch {
	case !fault.Amount(f, path+"amount", e.Amount):
	case e.Amount.IsZero() && e.Kind == Revoked:
	case e.Amount.IsZero():
		f.Add(path+"amount", proration.ErrUnset, "an entry of nothing changes nothing")
	case e.Amount.IsPositive() != adds:
		f.Add(path+"amount", proration.ErrInvalid, "%v cannot be %v", e.Amount, e.Kind)
	}
	_, err := e.Currency.Places()
	f.Under(path[:len(path)-1], err)
	if e.At.IsZero() {
		f.Add(path+"at", proration.ErrUnset, "an entry was written at an instant")
	}
}

// checkGrant adds the faults of what only grants have.
func (e *Entry) checkGrant(f *fault.List, path string) {
	if p := e.priority(); p < 0 || p > lastPriority {
		f.Add(path+"priority", proration.ErrLimit, "%d is not between 0 and %d", p, lastPriority)
	}
	if !e.Expires.IsZero() && !e.Expires.After(e.from()) {
		f.Add(path+"expires", proration.ErrPeriod, "it expires before it pays")
	}
}

// checkAgainst adds the faults of an entry about a grant.
func (e *Entry) checkAgainst(f *fault.List, path string, grant *Entry) {
	if e.Currency != grant.Currency {
		f.Add(path+"currency", proration.ErrInvalid, "the grant is in %.3s", grant.Currency)
	}
	if e.Source != "" || e.Priority != nil || !e.Effective.IsZero() || !e.Expires.IsZero() || e.Promotional || e.BeforeTax {
		f.Add(path+"kind", proration.ErrInvalid, "only a grant has a source, a priority, a validity or a sort")
	}
	switch {
	case e.At.IsZero():
	case e.At.Before(grant.At):
		f.Add(path+"at", proration.ErrInvalid, "it is before the grant")
	case e.Kind == Spent && !grant.pays(e.At):
		f.Add(path+"at", proration.ErrInvalid, "the grant does not pay then")
	}
}

// checkSums adds the faults of entries that take more than there is, or give back more than was taken.
func checkSums(f *fault.List, ledger []Entry) {
	for _, a := range accounts(ledger) {
		var sum decimal.Decimal
		for _, e := range a.entries {
			if sum = sum.Add(e.Amount); sum.IsNegative() {
				f.Add("ledger", proration.ErrInvalid, "%v of %.40q is %v more than is left on %s", e.Amount.Neg(), e.ID, sum.Neg(), e.At.Format(time.RFC3339Nano))
				break
			}
		}
		// Of one instant, what paid something comes before what gives it back.
		slices.SortStableFunc(a.entries, func(x, y Entry) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Kind, y.Kind)) })
		paid, told := map[string]decimal.Decimal{}, map[string]bool{}
		for _, e := range a.entries {
			if e.Kind != Spent && e.Kind != Restored {
				continue
			}
			if paid[e.Ref] = paid[e.Ref].Sub(e.Amount); paid[e.Ref].IsNegative() && !told[e.Ref] {
				f.Add("ledger", proration.ErrInvalid, "more of %.40q is restored than %.40q was paid with", e.ID, e.Ref)
				told[e.Ref] = true
			}
		}
	}
}
