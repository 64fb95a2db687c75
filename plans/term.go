package plans

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Term is a length for which a contract can be made, and what that means. The terms of a catalogue are all that are on offer;
// the shortest of them is the minimum.
type Term struct {
	Length      proration.Interval `json:"length"`               // how long it binds, "P6M"
	Percent     decimal.Decimal    `json:"percent,omitzero"`     // what is taken off the prices while it runs, 0 to 100; not off usage and what is sold once
	Billing     Billing            `json:"billing"`              // when it is billed; must be set
	AtEnd       AtEnd              `json:"at_end"`               // what happens at its end; must be set
	Notice      proration.Interval `json:"notice,omitzero"`      // how long before its end renewal must be declined; unset is until the end
	Termination ExitFee            `json:"termination,omitzero"` // what leaving early costs; unset is nothing
}

// Billing says when a term is billed. Its zero is unset and refused.
type Billing uint8

// The billings.
const (
	UpFront   Billing = iota + 1 // the whole term at its start
	PerPeriod                    // each period of the plan at its start
)

var billings = []string{"", "up_front", "per_period"}

// String returns the billing's name, "up_front".
func (b Billing) String() string { return enum.String(billings, b) }

// MarshalText returns the billing's name.
func (b Billing) MarshalText() ([]byte, error) { return fault.Marshal(billings, b, "billing") }

// UnmarshalText reads the billing's name; an unknown one is ErrInvalid.
func (b *Billing) UnmarshalText(text []byte) error {
	return fault.Unmarshal(billings, b, "billing", text)
}

// AtEnd says what happens at the end of a term. Its zero is unset and refused.
type AtEnd uint8

// What happens at the end.
const (
	Renew     AtEnd = iota + 1 // another term of the same length follows, and so on
	RenewOnce                  // one more term follows, and then the contract ends
	Evergreen                  // it goes on from period to period, without a term
	Lapse                      // the contract ends
)

var ends = []string{"", "renew", "renew_once", "evergreen", "lapse"}

// String returns the name of what happens, "renew".
func (e AtEnd) String() string { return enum.String(ends, e) }

// MarshalText returns the name of what happens.
func (e AtEnd) MarshalText() ([]byte, error) { return fault.Marshal(ends, e, "at_end") }

// UnmarshalText reads the name of what happens; an unknown one is ErrInvalid.
func (e *AtEnd) UnmarshalText(text []byte) error { return fault.Unmarshal(ends, e, "at_end", text) }

// ExitFee is what leaving before the end of a term costs: an amount, and a share of what was still to be billed. The zero
// ExitFee is nothing, a Percent of 100 the whole remaining commitment.
type ExitFee struct {
	Fee     decimal.Decimal `json:"fee,omitzero"`     // a fixed amount, not negative
	Percent decimal.Decimal `json:"percent,omitzero"` // of what would still be billed until the end of the term, 0 to 100
}

// Validate returns every fault of the term: ErrUnset for a missing length, billing or end, ErrInvalid for a percentage that is
// not between 0 and 100 or a negative fee, ErrLimit for numbers beyond the limits, and the faults of the intervals.
func (t Term) Validate() error {
	var f fault.List
	f.Under("length", t.Length.Validate())
	checkPercent(&f, "percent", t.Percent)
	fault.Enum(&f, "billing", billings, t.Billing)
	fault.Enum(&f, "at_end", ends, t.AtEnd)
	if t.Notice != (proration.Interval{}) {
		f.Under("notice", t.Notice.Validate())
	}
	checkNumber(&f, "termination.fee", t.Termination.Fee)
	checkPercent(&f, "termination.percent", t.Termination.Percent)
	return f.Err()
}

// checkPercent adds a fault for a percentage that is not between 0 and 100.
func checkPercent(f *fault.List, field string, percent decimal.Decimal) {
	before := len(*f)
	checkNumber(f, field, percent)
	if len(*f) == before && percent.GreaterThan(decimal.New(100, 0)) {
		f.Add(field, proration.ErrInvalid, "%v is more than 100", percent)
	}
}

// discount returns what the term takes off the charges of a period, and false where that is nothing.
func (t *Term) discount(period proration.Period) (Discount, bool) {
	return Discount{
		ID: "term " + t.Length.String() + " from " + period.Start.Format(time.DateOnly), Percent: t.Percent, Lasts: Forever, From: period.Start, Until: period.End,
		Kinds: []Kind{Recurring, Addition, Extension, Shortfall},
	}, t.Percent.IsPositive()
}

// checkTerms adds the faults of the terms on offer.
func checkTerms(f *fault.List, terms []Term) {
	for i, t := range terms {
		path := "terms[" + strconv.Itoa(i) + "]"
		f.Under(path, t.Validate())
		for _, other := range terms[:i] {
			if other.Length == t.Length {
				f.Add(path+".length", proration.ErrInvalid, "%v comes twice", t.Length)
			}
		}
	}
}
