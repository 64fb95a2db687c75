package plans

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Term is a length of commitment, with its discount, billing and renewal. A catalog sells only the lengths of its
// terms; the shortest one is the minimum.
type Term struct {
	Length proration.Interval `json:"length"` // length of the commitment, "P6M"
	// Percent is the discount during the term, 0 to 100. It does not apply to usage and one-time charges.
	Percent decimal.Decimal `json:"percent,omitzero" canon:"count"`
	Billing TermBilling     `json:"billing"` // billing of the term; required
	Renewal RenewalMode     `json:"renewal"` // renewal at the end of the term; required
	// Notice is the time before the end of the term by which the customer must decline renewal. If it is unset, the
	// customer can decline until the end.
	Notice         proration.Interval `json:"notice,omitzero"`
	TerminationFee TerminationFee     `json:"termination_fee,omitzero"` // fee for leaving early; zero is no fee
}

// TermBilling sets whether a term is billed up front or per period. The zero TermBilling is unset and an error.
//
// JSON: up_front, per_period.
type TermBilling uint8

// The ways to bill a term.
const (
	UpFront   TermBilling = iota + 1 // the whole term is billed at its start
	PerPeriod                        // each billing period is billed at its start
)

var termBillings = []string{"", "up_front", "per_period"}

// String returns the name of the billing, "up_front".
func (b TermBilling) String() string { return enum.String(termBillings, b) }

// MarshalText returns the name of the billing.
func (b TermBilling) MarshalText() ([]byte, error) { return fault.Marshal(termBillings, b, "billing") }

// UnmarshalText reads the name of the billing; an unknown name is ErrInvalid.
func (b *TermBilling) UnmarshalText(text []byte) error {
	return fault.Unmarshal(termBillings, b, "billing", text)
}

// RenewalMode sets how a contract continues at the end of a term. The zero RenewalMode is unset and an error.
//
// JSON: renew, renew_once, evergreen, expire.
type RenewalMode uint8

// The renewal modes.
const (
	Renew     RenewalMode = iota + 1 // the contract renews for the same term, again and again
	RenewOnce                        // the contract renews for the same term once, then ends
	Evergreen                        // the contract continues period to period, without a term
	Expire                           // the contract ends
)

var renewalModes = []string{"", "renew", "renew_once", "evergreen", "expire"}

// String returns the name of the renewal mode, "renew".
func (e RenewalMode) String() string { return enum.String(renewalModes, e) }

// MarshalText returns the name of the renewal mode.
func (e RenewalMode) MarshalText() ([]byte, error) { return fault.Marshal(renewalModes, e, "renewal") }

// UnmarshalText reads the name of the renewal mode; an unknown name is ErrInvalid.
func (e *RenewalMode) UnmarshalText(text []byte) error {
	return fault.Unmarshal(renewalModes, e, "renewal", text)
}

// renews reports whether another term follows the term.
func (t *Term) renews() bool { return t.Renewal == Renew || t.Renewal == RenewOnce }

// TerminationFee is the price of leaving before the end of a term: a fixed fee plus a percentage of the remaining bills
// of the term. The zero TerminationFee is no fee; a Percent of 100 is the whole remaining commitment.
type TerminationFee struct {
	Fee decimal.Decimal `json:"fee,omitzero"` // fixed fee in major units, never negative
	// Percent is a percentage of the remaining bills of the term, 0 to 100.
	Percent decimal.Decimal `json:"percent,omitzero" canon:"count"`
}

// validate returns every fault of the term: ErrUnset for a missing length, billing or renewal; ErrInvalid for a
// percentage that is not between 0 and 100, and for a negative fee; ErrLimit for numbers beyond the limits; and the
// faults of the intervals.
func (t *Term) validate() error {
	var f fault.List
	f.Under("length", t.Length.Validate())
	checkPercent(&f, "percent", t.Percent)
	fault.Enum(&f, "billing", termBillings, t.Billing)
	fault.Enum(&f, "renewal", renewalModes, t.Renewal)
	if t.Notice != (proration.Interval{}) {
		f.Under("notice", t.Notice.Validate())
	}
	fault.Number(&f, "termination_fee.fee", t.TerminationFee.Fee)
	checkPercent(&f, "termination_fee.percent", t.TerminationFee.Percent)
	return f.Err()
}

// checkPercent adds a fault for a percentage that is not between 0 and 100.
func checkPercent(f *fault.List, field string, percent decimal.Decimal) {
	before := len(*f)
	fault.Number(f, field, percent)
	if len(*f) == before && exact.Compare(percent, decimal.New(100, 0)) > 0 {
		f.Add(field, proration.ErrInvalid, "must be at most 100; got %v", percent)
	}
}

// termDiscount begins the ID of a term's discount.
const termDiscount = "term "

// checkBrought adds the faults of discounts that a caller brings. None has an ID that the discount of a term can get.
func checkBrought(f *fault.List, discounts []Discount) {
	checkDiscounts(f, discounts)
	for i, d := range discounts[:min(len(discounts), maxDiscounts)] {
		if strings.HasPrefix(d.ID, termDiscount) && strings.Contains(d.ID, " from ") {
			f.Add(fault.At("discounts", i)+".id", proration.ErrInvalid,
				"must not be the ID of a term's discount; got %.40q", d.ID)
		}
	}
}

// discount returns the term's discount on charges within a period, or false if the term has none.
func (t *Term) discount(period proration.Period) (Discount, bool) {
	return Discount{
		ID: termDiscount + t.Length.String() + " from " + date(period.Start), Percent: t.Percent,
		Duration: Forever, From: period.Start, Until: period.End,
		Scope: Scope{Kinds: []Kind{Recurring, ProrationCharge, Extension, Shortfall}},
	}, t.Percent.IsPositive()
}

// checkTerms adds the faults of the terms on offer, and of lengths that appear twice.
func checkTerms(f *fault.List, terms []Term) {
	for i, t := range terms {
		path := fault.At("terms", i)
		f.Under(path, t.validate())
		for _, other := range terms[:i] {
			if other.Length == t.Length {
				f.Add(path+".length", proration.ErrInvalid, "must be unique; %v appears twice", t.Length)
			}
		}
	}
}
