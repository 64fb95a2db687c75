package plans

import (
	"slices"

	"github.com/billingrules/billing/proration"
)

// itemBills returns the bills of the periods of items with periods of their own that begin inside a portion, after its
// start, given the bill of the portion.
func (c *Contract) itemBills(
	p proration.Portion, of *billed, policy proration.Policy, allocation proration.Allocation,
) (bills []billed, err error) {
	if !c.HasItemPeriods() {
		return nil, nil
	}
	last := p.Span.Start
	for {
		at, err := c.NextItemPeriod(last)
		if err != nil || !at.Before(p.Span.End) {
			return bills, err
		}
		charges, err := c.ItemCharges(proration.Portion{Period: p.Period, Span: p.Span.From(at)}, policy)
		if err != nil {
			return nil, err
		}
		reduced, err := ApplyDiscounts(DiscountRequest{
			Charges:   slices.DeleteFunc(charges, func(own Charge) bool { return !own.Period.Start.After(last) }),
			Discounts: c.lasting(of), Currency: c.Currency, Mode: policy.Rounding.Mode,
			Allocation: allocation, Policy: policy, Location: c.Cycle.Location,
		})
		if err != nil {
			return nil, err
		}
		bills = append(bills, billed{Bill{At: at, Lines: reduced.Charges, Total: reduced.Net}, of.remaining})
		last = at
	}
}

// lasting returns the percentages and special prices of a bill that last beyond it: those with duration forever, and
// repeating ones that it used, until the end of the time that they were agreed for.
func (c *Contract) lasting(of *billed) (all []Discount) {
	for _, d := range c.Discounts {
		used := func(line Charge) bool {
			return slices.ContainsFunc(line.Discounts, func(taken Deduction) bool { return taken.Discount == d.ID })
		}
		switch {
		case !d.rate(), d.Duration == Once, d.Duration == Repeating && !slices.ContainsFunc(of.Lines, used):
			continue
		case d.Duration == Repeating:
			request := DiscountRequest{Charges: slices.Clone(of.Lines), Location: c.Cycle.Location}
			for i := range request.Charges { // as before the discounts
				request.Charges[i].Net = request.Charges[i].Share.Amount
			}
			request.begin(&d)
			d.Duration, d.Periods, d.Per = Once, 0, proration.Interval{}
		}
		all = append(all, d)
	}
	return all
}
