package plans

import (
	"math/big"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// rate reports whether the discount is a percentage or a special price, which reduces every part of a charge alike.
func (d *Discount) rate() bool { return d.Percent.IsPositive() || d.Price != nil }

// checkLength adds the faults of Per and Ends.
func (d *Discount) checkLength(f *fault.List) {
	if !d.Ends.IsZero() && d.Amount.IsPositive() {
		f.Add("ends", proration.ErrInvalid, "must not be set beside amount, which is not for a time")
	}
	if d.Per == (proration.Interval{}) {
		return
	}
	if d.Duration != Repeating || !d.rate() {
		f.Add("per", proration.ErrInvalid, "must not be set unless duration is repeating, with percent or price")
	}
	f.Under("per", d.Per.Validate())
}

// keepLength gives each repeating percentage or special price its length in time, before the billing periods change:
// it lasts the time of the periods that it was agreed for.
func (c *Contract) keepLength() {
	for i := range c.Discounts {
		if d := &c.Discounts[i]; d.Duration == Repeating && d.rate() && d.Ends.IsZero() && d.Per == (proration.Interval{}) {
			d.Per = c.Cycle.Interval
		}
	}
}

// begin sets the end of a discount that has a length and is used for the first time. An end beyond the year 9999 is
// none.
func (r *DiscountRequest) begin(d *Discount) {
	if d.Per == (proration.Interval{}) || !d.Ends.IsZero() {
		return
	}
	var start time.Time
	for i := range r.Charges {
		c := &r.Charges[i]
		if c.Net.IsPositive() && d.covers(c) && !c.Span.Start.IsZero() && (start.IsZero() || c.Span.Start.Before(start)) {
			start = c.Span.Start
		}
	}
	if start.IsZero() {
		return
	}
	length := proration.Interval{
		Months: d.Per.Months * d.Periods, Days: d.Per.Days * d.Periods, Seconds: d.Per.Seconds * int64(d.Periods),
	}
	if end, err := length.After(start, r.Location); err == nil {
		d.Ends = end
	}
}

// over reports whether a discount has ended with the charges: none of them leaves time before its end.
func (r *DiscountRequest) over(d *Discount) bool {
	var last time.Time
	for i := range r.Charges {
		if c := &r.Charges[i]; c.Corrects == "" && c.Span.End.After(last) {
			last = c.Span.End
		}
	}
	return !d.Ends.IsZero() && !last.Before(d.Ends)
}

// before returns the part of a charge that lies before the end of a discount, by the day count of the policy; nil is
// all of it.
func (r *DiscountRequest) before(d *Discount, c *Charge) (*big.Rat, error) {
	if d.Ends.IsZero() || !c.Span.End.After(d.Ends) {
		return nil, nil //nolint:nilnil // all of the charge
	}
	request := proration.Request{Period: c.Period, Span: c.Span, Policy: r.Policy, Location: r.Location}
	if request.Period.Start.IsZero() {
		request.Period = c.Span
	}
	all, err := request.Fraction()
	if err != nil {
		return nil, err
	}
	request.Span.End = d.Ends
	part, err := request.Fraction()
	if err != nil || all.Num == 0 {
		return nil, err
	}
	return new(big.Rat).Quo(big.NewRat(part.Num, part.Den), big.NewRat(all.Num, all.Den)), nil
}

// reason returns the discount in words, as it reduces a charge: "10 %", or "10 % until 2026-04-01" for a part of it.
func (r *DiscountRequest) reason(d *Discount, c *Charge) string {
	if d.Ends.IsZero() || !c.Span.End.After(d.Ends) {
		return d.reason()
	}
	end := d.Ends.UTC()
	if r.Location != nil {
		end = end.In(r.Location)
	}
	return d.reason() + " until " + date(end)
}

// weights returns the amount of each charge that a discount reduces, and their exact sum if some are parts of a net;
// else the sum is nil.
func (r *DiscountRequest) weights(d *Discount, on []*Charge, places int32) ([]decimal.Decimal, *big.Rat, error) {
	const finer = 6 // more digits than the currency has, to find the charge that gets a remainder
	weights, sum, parts := make([]decimal.Decimal, len(on)), new(big.Rat), false
	for i, c := range on {
		part, err := r.before(d, c)
		if err != nil {
			return nil, nil, err
		}
		weights[i] = c.Net
		if part != nil {
			part.Mul(part, c.Net.Rat())
			weights[i], parts = exact.Quotient(part, places+finer, exact.Down), true
			sum.Add(sum, part)
		} else if !d.Ends.IsZero() {
			sum.Add(sum, c.Net.Rat())
		}
	}
	if !parts {
		sum = nil
	}
	return weights, sum, nil
}
