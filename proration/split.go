package proration

import (
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
)

// Allocation selects the parts that get the remainder of a split. Its zero is unset and refused.
//
// JSON: largest_remainder, last_line.
type Allocation uint8

// The allocations.
const (
	LargestRemainder Allocation = iota + 1 // one unit each to the largest remainders; ties to the earlier part (Hamilton)
	LastLine                               // all of it to the last part whose weight is not zero (Stripe's discounts)
)

var allocations = []string{"", "largest_remainder", "last_line"}

// String returns the allocation's name, "last_line".
func (a Allocation) String() string { return enum.String(allocations, a) }

// MarshalText returns the allocation's name.
func (a Allocation) MarshalText() ([]byte, error) { return fault.Marshal(allocations, a, "allocation") }

// UnmarshalText reads the allocation's name; an unknown name is ErrInvalid.
func (a *Allocation) UnmarshalText(text []byte) error {
	return fault.Unmarshal(allocations, a, "allocation", text)
}

// Division asks to split an amount into parts.
type Division struct {
	Amount decimal.Decimal `json:"amount"` // in major units, with at most Places places; may be negative
	// Weights has one number per part, not negative; at most 10,000 whose sum has at most 18 digits.
	Weights    []decimal.Decimal `json:"weights" canon:"count"`
	Places     int32             `json:"places"`     // decimal places of each part, -18 to 18
	Allocation Allocation        `json:"allocation"` // which parts get the remainder; required
}

// Split returns one part for each weight, in their order and with the sign of the amount. The parts add up exactly to
// the amount. A part is its exact share cut off, or one unit more; with LastLine, the last part with a weight takes the
// whole remainder. A weight of zero gives a part of zero.
// Errors: ErrUnset, ErrInvalid (a negative weight, all weights zero, or an amount with more places than the parts) or
// ErrLimit, with one [Error] per fault.
func Split(d Division) ([]Result, error) {
	var f fault.List
	weights, total := d.check(&f)
	if f != nil {
		return nil, f.Err()
	}
	parts := make([]Result, len(weights))
	var rest exact.Sum
	rest.Add(d.Amount)
	last := 0
	for i, w := range weights {
		parts[i] = Result{Of: d.Amount, Fraction: Fraction{w, total}, Rounding: Rounding{Places: d.Places, Mode: Down}}
		if total == 0 {
			parts[i].Amount = decimal.New(0, -d.Places)
			continue
		}
		parts[i].round()
		rest.Subtract(parts[i].Amount)
		if w != 0 {
			last = i
		}
	}
	left := rest.Decimal()
	if d.Allocation == LastLine && !left.IsZero() {
		p := &parts[last]
		p.Rounding.Mode = Up
		p.Amount = p.Amount.Add(left)
		p.Residual = Residual{exact.NewRemainder(new(big.Rat).Sub(p.Residual.Rat(), left.Rat()), d.Places)}
		left = decimal.Decimal{}
	}
	if left.IsZero() {
		return parts, nil
	}
	for _, i := range byRemainder(parts, d.Amount.Sign())[:left.Abs().Shift(d.Places).IntPart()] {
		parts[i].Rounding.Mode = Up
		parts[i].round()
	}
	return parts, nil
}

// byRemainder returns the indices of the parts, the largest remainder first; ties keep their order. All remainders have
// the sign of the amount.
func byRemainder(parts []Result, sign int) []int {
	order := make([]int, len(parts))
	for i := range parts {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return sign * parts[b].Residual.Compare(parts[a].Residual) })
	return order
}

const (
	maxWeights = 10_000
	maxTotal   = 1_000_000_000_000_000_000 // 18 digits
)

// check adds every fault of the division, and returns the weights and their sum as integers in the same ratio.
func (d *Division) check(f *fault.List) (weights []int64, total int64) {
	amount := fault.Amount(f, "amount", d.Amount)
	places := d.Places >= -maxPlaces && d.Places <= maxPlaces
	if amount && places && !d.Amount.Shift(d.Places).IsInteger() {
		f.Add("amount", ErrInvalid, "must have at most the %d places of the parts; got %v", d.Places, d.Amount)
	}
	switch {
	case len(d.Weights) == 0:
		f.Add("weights", ErrUnset, "required, one for each part")
	case len(d.Weights) > maxWeights:
		f.Add("weights", ErrLimit, "must be at most %d weights; got %d", maxWeights, len(d.Weights))
	default:
		weights, total = d.ratio(f)
	}
	if !places {
		f.Add("places", ErrLimit, "must be between -%d and %d; got %d", maxPlaces, maxPlaces, d.Places)
	}
	fault.Enum(f, "allocation", allocations, d.Allocation)
	return weights, total
}

// ratio returns the weights and their sum as integers in the same ratio.
func (d *Division) ratio(f *fault.List) (weights []int64, total int64) {
	exp := int32(0)
	before := len(*f)
	for i, w := range d.Weights {
		if !fault.Usable(w) || w.IsNegative() {
			fault.NotNegative(f, fault.At("weights", i), w)
			continue
		}
		exp = min(exp, w.Exponent())
	}
	if len(*f) > before {
		return nil, 0
	}
	weights = make([]int64, len(d.Weights))
	for i, w := range d.Weights {
		units, ok := unitsOf(w, exp)
		if total += units; !ok || total >= maxTotal {
			f.Add("weights", ErrLimit, "must have a sum of at most 18 digits")
			return nil, 0
		}
		weights[i] = units
	}
	if total == 0 && !d.Amount.IsZero() {
		f.Add("weights", ErrInvalid, "must have a weight above zero, since the amount is not zero")
	}
	return weights, total
}

// unitsOf returns a weight in units of 10^exp, and false if it has more than 18 digits. The exponent is not above that
// of the weight.
func unitsOf(w decimal.Decimal, exp int32) (int64, bool) {
	if w.Exponent() != exp {
		w = decimal.NewFromBigInt(w.Shift(-exp).BigInt(), 0)
	}
	return w.CoefficientInt64(), w.NumDigits() <= 18
}
