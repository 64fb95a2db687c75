package plans

import (
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// DiscountRequest is the input of [ApplyDiscounts].
type DiscountRequest struct {
	Charges    []Charge               `json:"charges"`    // in one currency; credits and zero charges stay unchanged
	Discounts  []Discount             `json:"discounts"`  // discounts in the order in which they apply
	Currency   Currency               `json:"currency"`   // currency of the charges
	Mode       proration.RoundingMode `json:"mode"`       // rounding of each deduction to the places of the currency
	Allocation proration.Allocation   `json:"allocation"` // which charge gets the remainder of a deduction
	// Policy counts the days of a charge until the Ends of a discount; required for discounts with Per or Ends.
	Policy   proration.Policy `json:"policy,omitzero"`
	Location *time.Location   `json:"-"` // time zone of the calendar days; nil is UTC
}

// DiscountResult is the result of [ApplyDiscounts].
type DiscountResult struct {
	Charges   []Charge        `json:"charges"`             // charges with their deductions
	Amount    decimal.Decimal `json:"amount"`              // total of the deductions, not negative
	Net       decimal.Decimal `json:"net"`                 // sum of the net amounts of all charges
	Remaining []Discount      `json:"remaining,omitempty"` // discounts that remain for the next time, in order
}

// ApplyDiscounts takes discounts off charges, one after the other. Each discount works on the net amounts that the
// discounts before it left, is rounded once, and never takes more than is left. A percentage or an amount is spread
// over the charges in proportion to their net amounts, and the parts add up exactly. If the last charge is too small
// for the remainder that LastLine gives it, the charges before it take the rest, from the end on. A discount that takes
// nothing off is not used, and remains as it is.
// Errors: those of the discounts; ErrUnset or ErrInvalid for the currency, the mode and the allocation; ErrInvalid for
// a charge or a discount in another currency; ErrLimit for amounts beyond the limits of package proration, for more
// than 10,000 charges or 1,000 discounts, and for charges whose sum has more than 18 digits.
func ApplyDiscounts(r DiscountRequest) (DiscountResult, error) {
	places, err := r.check()
	if err != nil {
		return DiscountResult{}, err
	}
	out := DiscountResult{
		Charges: make([]Charge, len(r.Charges)), Amount: decimal.New(0, -places), Net: decimal.New(0, -places),
	}
	copy(out.Charges, r.Charges)
	for i, d := range r.Discounts {
		r.begin(&d)
		taken, err := r.apply(&d, out.Charges, places)
		if err != nil {
			return DiscountResult{}, fault.Under(fault.At("discounts", i), err)
		}
		left, remains := r.Discounts[i], !r.over(&d)
		if taken.IsPositive() {
			var more bool
			left, more = d.used(taken, places)
			remains = remains && more
			out.Amount = exact.Plus(out.Amount, taken)
		}
		if remains {
			out.Remaining = append(out.Remaining, left)
		}
	}
	var net exact.Sum
	net.Add(out.Net)
	for i := range out.Charges {
		net.Add(out.Charges[i].Net)
	}
	out.Net = net.Decimal()
	return out, nil
}

// check returns the places of the currency, and every fault of the request.
func (r *DiscountRequest) check() (int32, error) {
	var f fault.List
	places, err := r.Currency.Places()
	f.Under("", err)
	checkDiscounts(&f, r.Discounts)
	for i, d := range r.Discounts {
		if d.Currency != "" && d.Currency != r.Currency {
			f.Add(fault.At("discounts", i)+".currency", proration.ErrInvalid,
				"must be %.3s, the currency of the request; got %.3s", r.Currency, d.Currency)
		}
	}
	before := len(f)
	for i := range r.Charges {
		c := &r.Charges[i]
		var own fault.List
		if fault.Amount(&own, "net", c.Net) && c.Net.IsPositive() {
			c.check(&own)
		}
		if c.Currency != r.Currency {
			own.Add("currency", proration.ErrInvalid,
				"must be %.3s, the currency of the request; got %.40q", r.Currency, string(c.Currency))
		}
		f.At("charges", i, own.Err())
	}
	if len(f) == before {
		checkSum(&f, r.Charges)
	}
	fault.Choice(&f, "mode", r.Mode)
	fault.Choice(&f, "allocation", r.Allocation)
	ends := func(d Discount) bool { return !d.Ends.IsZero() || d.Per != (proration.Interval{}) }
	if slices.ContainsFunc(r.Discounts, ends) {
		f.Under("policy", r.Policy.Validate())
	}
	return places, f.Err()
}

// checkSum adds a fault for charges that package proration cannot split: too many, or with too many digits.
func checkSum(f *fault.List, charges []Charge) {
	const most, digits = 10_000, 18
	if len(charges) > most {
		f.Add("charges", proration.ErrLimit, "must be at most %d charges; got %d", most, len(charges))
		return
	}
	var total exact.Sum
	var places int32
	for i := range charges {
		if net := charges[i].Net; net.IsPositive() {
			total.Add(net)
			places = max(places, -net.Exponent())
		}
	}
	sum := total.Decimal()
	if places > digits || sum.Shift(places).NumDigits()+int(max(sum.Exponent()+places, 0)) > digits {
		f.Add("charges", proration.ErrLimit, "must have a sum of at most %d digits", digits)
	}
}

const maxDiscounts = 1_000

// checkDiscounts adds the faults of discounts, and of IDs that are not unique.
func checkDiscounts(f *fault.List, all []Discount) {
	if len(all) > maxDiscounts {
		f.Add("discounts", proration.ErrLimit, "must be at most %d discounts; got %d", maxDiscounts, len(all))
		return
	}
	for i, d := range all {
		f.At("discounts", i, d.validate())
		if d.ID != "" && slices.ContainsFunc(all[:i], func(other Discount) bool { return other.ID == d.ID }) {
			f.Add(fault.At("discounts", i)+".id", proration.ErrInvalid, "must be unique; %.40q appears twice", d.ID)
		}
	}
}

// apply takes one discount off the charges and returns the total of its deductions.
func (r *DiscountRequest) apply(d *Discount, charges []Charge, places int32) (decimal.Decimal, error) {
	on := make([]*Charge, 0, len(charges))
	for i := range charges {
		if c := &charges[i]; c.Net.IsPositive() && d.covers(c) {
			on = append(on, c)
		}
	}
	shares := make([]decimal.Decimal, len(on))
	var err error
	if d.Price != nil {
		err = r.special(d, on, shares, places)
	} else if len(on) > 0 {
		err = r.spread(d, on, shares, places)
	}
	if err != nil {
		return decimal.Decimal{}, err
	}
	var sum exact.Sum
	for i, c := range on {
		if shares[i].IsPositive() {
			c.Net = exact.Minus(c.Net, shares[i])
			taken := Deduction{Discount: d.ID, Reason: r.reason(d, c), Amount: shares[i]}
			if !d.Ends.IsZero() && c.Span.End.After(d.Ends) {
				taken.Until = d.Ends.UTC()
			}
			c.Discounts = append(slices.Clip(c.Discounts), taken)
			sum.Add(shares[i])
		}
	}
	return sum.Decimal(), nil
}

// special computes by how much each charge exceeds its special price.
func (r *DiscountRequest) special(d *Discount, on []*Charge, shares []decimal.Decimal, places int32) error {
	for i, c := range on {
		full, err := c.amountAt(d.Price)
		if err != nil {
			return err
		}
		line := exact.Term{Amount: full, Num: 1, Den: 1}
		if part := c.Share.Fraction; part.Den > 0 {
			line.Num, line.Den = part.Num, part.Den
		}
		at, _ := line.Round(places, exact.Mode(r.Mode))
		shares[i] = exact.Smaller(exact.Larger(exact.Minus(c.Net, at), decimal.Decimal{}), c.Net)
		part, err := r.before(d, c)
		if err != nil {
			return err
		}
		if part != nil {
			shares[i] = exact.Quotient(part.Mul(part, shares[i].Rat()), places, exact.Mode(r.Mode))
		}
	}
	return nil
}

// spread computes the deduction of a percentage or an amount, and its share for each charge.
func (r *DiscountRequest) spread(d *Discount, on []*Charge, shares []decimal.Decimal, places int32) error {
	weights, sum, err := r.weights(d, on, places)
	if err != nil {
		return err
	}
	var sumOf exact.Sum
	for _, c := range on {
		sumOf.Add(c.Net)
	}
	left := sumOf.Decimal()
	whole := exact.Term{Amount: exact.Times(left, d.Percent), Num: 1, Den: 100}
	if d.Amount.IsPositive() {
		whole = exact.Term{Amount: d.Amount, Num: 1, Den: 1}
		if part := longest(on); d.Prorated && part.Den > 0 {
			whole.Num, whole.Den = part.Num, part.Den
		}
	}
	mode := exact.Mode(r.Mode)
	if d.Rollover {
		mode = exact.Down
	}
	taken, _ := whole.Round(places, mode)
	if sum != nil {
		percent := new(big.Rat).Quo(d.Percent.Rat(), big.NewRat(100, 1))
		taken = exact.Quotient(sum.Mul(sum, percent), places, mode)
	}
	taken = exact.Smaller(taken, left)
	parts, err := proration.Split(proration.Division{
		Amount: taken, Weights: weights, Places: max(places, -taken.Exponent()), Allocation: r.Allocation,
	})
	if err != nil {
		return err
	}
	var over decimal.Decimal // the excess of shares above the net of their charge
	for i := len(on) - 1; i >= 0; i-- {
		shares[i] = exact.Smaller(parts[i].Amount, on[i].Net)
		if exact.Compare(shares[i], parts[i].Amount) < 0 {
			over = exact.Plus(over, exact.Minus(parts[i].Amount, shares[i]))
		}
	}
	for i := len(on) - 1; i >= 0 && over.IsPositive(); i-- {
		more := exact.Smaller(over, exact.Minus(on[i].Net, shares[i]))
		shares[i], over = exact.Plus(shares[i], more), exact.Minus(over, more)
	}
	return nil
}

// longest returns the largest share of a period among the charges. A charge without a share counts as a whole period,
// for which the result is zero.
func longest(on []*Charge) proration.Fraction {
	var most proration.Fraction
	for _, c := range on {
		part := c.Share.Fraction
		if part.Den == 0 {
			return proration.Fraction{}
		}
		if most.Den == 0 ||
			exact.Times(decimal.New(part.Num, 0), decimal.New(most.Den, 0)).
				GreaterThan(exact.Times(decimal.New(most.Num, 0), decimal.New(part.Den, 0))) {
			most = part
		}
	}
	return most
}
