package plans

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// DiscountRequest asks what discounts take off charges.
type DiscountRequest struct {
	Charges    []Charge               `json:"charges"`    // in one currency; credits and charges of nothing are left as they are
	Discounts  []Discount             `json:"discounts"`  // in the order in which they work
	Currency   Currency               `json:"currency"`   // of the charges
	Mode       proration.RoundingMode `json:"mode"`       // how what a discount takes is rounded, to the places of the currency
	Allocation proration.Allocation   `json:"allocation"` // which charge gets what is left over when an amount is spread over them
}

// DiscountResult is what discounts came to.
type DiscountResult struct {
	Charges   []Charge        `json:"charges"`             // with what was taken off each
	Amount    decimal.Decimal `json:"amount"`              // what was taken off in all, not negative
	Net       decimal.Decimal `json:"net"`                 // the sum of what is left of all charges
	Remaining []Discount      `json:"remaining,omitempty"` // what of the discounts is left for the next time, in order
}

// ApplyDiscounts takes discounts off charges, one after the other: each works on what those before it left, is rounded once, and
// never takes more. A percentage and an amount are spread over the charges in proportion to what is left of each, to the
// last unit; what the last line of an allocation cannot give, those before it do, from the end on. A discount that took nothing off
// was not used, and remains as it is.
// Errors: the faults of the discounts; ErrUnset or ErrInvalid for the currency, the mode and the allocation; ErrInvalid for a
// charge in another currency; ErrLimit for amounts beyond the limits of package proration, for more than 10,000 charges or 1,000
// discounts, and for charges that have more than 18 digits together.
func ApplyDiscounts(r DiscountRequest) (DiscountResult, error) {
	places, err := r.check()
	if err != nil {
		return DiscountResult{}, err
	}
	out := DiscountResult{Charges: make([]Charge, len(r.Charges)), Amount: decimal.New(0, -places), Net: decimal.New(0, -places)}
	for i, c := range r.Charges {
		out.Charges[i] = c.Clone()
	}
	for i, d := range r.Discounts {
		taken, err := r.apply(&d, out.Charges, places)
		if err != nil {
			return DiscountResult{}, proration.Under("discounts["+strconv.Itoa(i)+"]", err)
		}
		left, remains := d.Clone(), true
		if taken.IsPositive() {
			left, remains = left.used(taken, places)
			out.Amount = out.Amount.Add(taken)
		}
		if remains {
			out.Remaining = append(out.Remaining, left)
		}
	}
	for _, c := range out.Charges {
		out.Net = out.Net.Add(c.Net)
	}
	return out, nil
}

// check returns the places of the currency, or every fault.
func (r *DiscountRequest) check() (int32, error) {
	var f fault.List
	places, err := r.Currency.Places()
	f.Under("", err)
	checkDiscounts(&f, r.Discounts)
	for i, d := range r.Discounts {
		if d.Currency != "" && d.Currency != r.Currency {
			f.Add(element("discounts", i)+".currency", proration.ErrInvalid, "%.3s is not %.3s", d.Currency, r.Currency)
		}
	}
	before := len(f)
	for i, c := range r.Charges {
		path := "charges[" + strconv.Itoa(i) + "]."
		if fault.Amount(&f, path+"net", c.Net) && c.Net.IsPositive() {
			c.check(&f, path)
		}
		if c.Currency != r.Currency {
			f.Add(path+"currency", proration.ErrInvalid, "%.40q is not %.3s", string(c.Currency), r.Currency)
		}
	}
	if len(f) == before {
		checkSum(&f, r.Charges)
	}
	_, err = proration.Rounding{Places: places, Mode: r.Mode}.Round(decimal.Decimal{})
	f.Under("", err)
	checkAllocation(&f, r.Allocation)
	return places, f.Err()
}

// checkAllocation adds the fault of an allocation that is unset or does not exist.
func checkAllocation(f *fault.List, a proration.Allocation) {
	switch a {
	case proration.LargestRemainder, proration.LastLine:
	case 0:
		f.Add("allocation", proration.ErrUnset, "it is one of %v, %v", proration.LargestRemainder, proration.LastLine)
	default:
		f.Add("allocation", proration.ErrInvalid, "%d is none of %v, %v", a, proration.LargestRemainder, proration.LastLine)
	}
}

// checkSum adds the fault of charges that cannot be spread over: more than package proration splits into.
func checkSum(f *fault.List, charges []Charge) {
	const most, digits = 10_000, 18
	if len(charges) > most {
		f.Add("charges", proration.ErrLimit, "%d charges are more than %d", len(charges), most)
		return
	}
	var sum decimal.Decimal
	var places int32
	for _, c := range charges {
		if c.Net.IsPositive() {
			sum, places = sum.Add(c.Net), max(places, -c.Net.Exponent())
		}
	}
	if places > digits || sum.Shift(places).NumDigits()+int(max(sum.Exponent()+places, 0)) > digits {
		f.Add("charges", proration.ErrLimit, "together they have more than %d digits", digits)
	}
}

const maxDiscounts = 1_000

// checkDiscounts adds the faults of discounts, of which no two have one ID.
func checkDiscounts(f *fault.List, all []Discount) {
	if len(all) > maxDiscounts {
		f.Add("discounts", proration.ErrLimit, "%d discounts are more than %d", len(all), maxDiscounts)
		return
	}
	for i, d := range all {
		path := "discounts[" + strconv.Itoa(i) + "]"
		f.Under(path, d.Validate())
		if d.ID != "" && slices.ContainsFunc(all[:i], func(other Discount) bool { return other.ID == d.ID }) {
			f.Add(path+".id", proration.ErrInvalid, "%.40q comes twice", d.ID)
		}
	}
}

// apply takes one discount off the charges, and returns what it took in all.
func (r *DiscountRequest) apply(d *Discount, charges []Charge, places int32) (decimal.Decimal, error) {
	var on []*Charge
	for i := range charges {
		if c := &charges[i]; c.Net.IsPositive() && d.covers(c) {
			on = append(on, c)
		}
	}
	shares := make([]decimal.Decimal, len(on))
	var err error
	if d.Price != nil {
		err = r.special(d.Price, on, shares, places)
	} else if len(on) > 0 {
		err = r.spread(d, on, shares, places)
	}
	var taken decimal.Decimal
	if err != nil {
		return taken, err
	}
	for i, c := range on {
		if shares[i].IsPositive() {
			c.Net = c.Net.Sub(shares[i])
			c.Discounts = append(c.Discounts, Deduction{Discount: d.ID, Reason: d.reason(), Amount: shares[i]})
			taken = taken.Add(shares[i])
		}
	}
	return taken, nil
}

// special finds what each charge costs more than at a special price.
func (r *DiscountRequest) special(price *Price, on []*Charge, shares []decimal.Decimal, places int32) error {
	for i, c := range on {
		full, err := c.amountAt(price)
		if err != nil {
			return err
		}
		line := exact.Term{Amount: full, Num: 1, Den: 1}
		if part := c.Share.Fraction; part.Den > 0 {
			line.Num, line.Den = part.Num, part.Den
		}
		at, _ := line.Round(places, exact.Mode(r.Mode))
		shares[i] = decimal.Min(decimal.Max(c.Net.Sub(at), decimal.Decimal{}), c.Net)
	}
	return nil
}

// spread finds what a percentage or an amount takes off in all, and off each of some charges.
func (r *DiscountRequest) spread(d *Discount, on []*Charge, shares []decimal.Decimal, places int32) error {
	var left decimal.Decimal
	weights := make([]decimal.Decimal, len(on))
	for i, c := range on {
		weights[i] = c.Net
		left = left.Add(c.Net)
	}
	whole := exact.Term{Amount: left.Mul(d.Percent), Num: 1, Den: 100}
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
	taken = decimal.Min(taken, left)
	parts, err := proration.Split(proration.Division{
		Amount: taken, Weights: weights, Places: max(places, -taken.Exponent()), Allocation: r.Allocation,
	})
	if err != nil {
		return err
	}
	var over decimal.Decimal // what a charge cannot give, since cutting off left too much for the last one
	for i := len(on) - 1; i >= 0; i-- {
		shares[i] = decimal.Min(parts[i].Amount, weights[i])
		over = over.Add(parts[i].Amount.Sub(shares[i]))
	}
	for i := len(on) - 1; i >= 0 && over.IsPositive(); i-- {
		more := decimal.Min(over, weights[i].Sub(shares[i]))
		shares[i], over = shares[i].Add(more), over.Sub(more)
	}
	return nil
}

// longest returns the longest share of a period that any of the charges is for; one without a share is for a whole.
func longest(on []*Charge) proration.Fraction {
	var most proration.Fraction
	for _, c := range on {
		part := c.Share.Fraction
		if part.Den == 0 {
			return proration.Fraction{}
		}
		if most.Den == 0 || decimal.New(part.Num, 0).Mul(decimal.New(most.Den, 0)).GreaterThan(decimal.New(most.Num, 0).Mul(decimal.New(part.Den, 0))) {
			most = part
		}
	}
	return most
}
