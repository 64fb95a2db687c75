package plans

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Term is a length for which a contract can be made, and what that means. The terms of a catalog are all that are on offer;
// the shortest of them is the minimum.
type Term struct {
	Length         proration.Interval `json:"length"`                   // how long it binds, "P6M"
	Percent        decimal.Decimal    `json:"percent,omitzero"`         // what is taken off the prices while it runs, 0 to 100; not off usage and what is sold once
	Billing        TermBilling        `json:"billing"`                  // when it is billed; must be set
	Renewal        RenewalMode        `json:"renewal"`                  // what happens at its end; must be set
	Notice         proration.Interval `json:"notice,omitzero"`          // how long before its end renewal must be declined; unset is until the end
	TerminationFee TerminationFee     `json:"termination_fee,omitzero"` // what leaving early costs; unset is nothing
}

// TermBilling says when a term is billed. Its zero is unset and refused.
type TermBilling uint8

// The billings.
const (
	UpFront   TermBilling = iota + 1 // the whole term at its start
	PerPeriod                        // each period of the plan at its start
)

var termBillings = []string{"", "up_front", "per_period"}

// String returns the billing's name, "up_front".
func (b TermBilling) String() string { return enum.String(termBillings, b) }

// MarshalText returns the billing's name.
func (b TermBilling) MarshalText() ([]byte, error) { return fault.Marshal(termBillings, b, "billing") }

// UnmarshalText reads the billing's name; an unknown one is ErrInvalid.
func (b *TermBilling) UnmarshalText(text []byte) error {
	return fault.Unmarshal(termBillings, b, "billing", text)
}

// RenewalMode says what happens at the end of a term. Its zero is unset and refused.
type RenewalMode uint8

// What happens at the end.
const (
	Renew     RenewalMode = iota + 1 // another term of the same length follows, and so on
	RenewOnce                        // one more term follows, and then the contract ends
	Evergreen                        // it goes on from period to period, without a term
	Expire                           // the contract ends
)

var renewalModes = []string{"", "renew", "renew_once", "evergreen", "expire"}

// String returns the name of what happens, "renew".
func (e RenewalMode) String() string { return enum.String(renewalModes, e) }

// MarshalText returns the name of what happens.
func (e RenewalMode) MarshalText() ([]byte, error) { return fault.Marshal(renewalModes, e, "renewal") }

// UnmarshalText reads the name of what happens; an unknown one is ErrInvalid.
func (e *RenewalMode) UnmarshalText(text []byte) error {
	return fault.Unmarshal(renewalModes, e, "renewal", text)
}

// TerminationFee is what leaving before the end of a term costs: an amount, and a share of what was still to be billed. The zero
// TerminationFee is nothing, a Percent of 100 the whole remaining commitment.
type TerminationFee struct {
	Fee     decimal.Decimal `json:"fee,omitzero"`     // a fixed amount, not negative
	Percent decimal.Decimal `json:"percent,omitzero"` // of what would still be billed until the end of the term, 0 to 100
}

// Validate returns every fault of the term: ErrUnset for a missing length, billing or end, ErrInvalid for a percentage that is
// not between 0 and 100 or a negative fee, ErrLimit for numbers beyond the limits, and the faults of the intervals.
func (t Term) Validate() error {
	var f fault.List
	f.Under("length", t.Length.Validate())
	checkPercent(&f, "percent", t.Percent)
	fault.Enum(&f, "billing", termBillings, t.Billing)
	fault.Enum(&f, "renewal", renewalModes, t.Renewal)
	if t.Notice != (proration.Interval{}) {
		f.Under("notice", t.Notice.Validate())
	}
	checkNumber(&f, "termination_fee.fee", t.TerminationFee.Fee)
	checkPercent(&f, "termination_fee.percent", t.TerminationFee.Percent)
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
		ID: "term " + t.Length.String() + " from " + period.Start.Format(time.DateOnly), Percent: t.Percent, Duration: Forever, From: period.Start, Until: period.End,
		Kinds: []Kind{Recurring, ProrationCharge, Extension, Shortfall},
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
