package plans

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Bill is what is due at an instant, line by line, after discounts and before tax.
type Bill struct {
	At    time.Time       `json:"at"`    // when it is due
	Lines []Charge        `json:"lines"` // each with what was taken off it
	Total decimal.Decimal `json:"total"` // the sum of the lines
}

// billed is a bill, and what is left of the contract's discounts after it.
type billed struct {
	Bill
	remaining []Discount
}

// bill prices a portion of a contract that was validated, and with the minimum also what its end will bring, where nothing else is
// bought.
func (c *Contract) bill(p proration.Portion, policy proration.Policy, allocation proration.Allocation, minimum bool) (billed, error) {
	charges, err := c.charges(p, policy)
	if err != nil {
		return billed{}, err
	}
	if minimum && c.Minimum.IsPositive() {
		lacking, err := c.shortfall(charges, p, policy)
		if err != nil {
			return billed{}, err
		}
		if lacking.Net.IsPositive() {
			charges = append(charges, lacking)
		}
	}
	reduced, err := ApplyDiscounts(DiscountRequest{
		Charges: charges, Discounts: c.Discounts, Currency: c.Currency, Mode: policy.Rounding.Mode, Allocation: allocation,
	})
	return billed{Bill{At: p.Span.Start, Lines: reduced.Charges, Total: reduced.Net}, reduced.Remaining}, err
}

// bills returns what is still to be billed for the periods that begin at an instant or later, until the end of the last term.
func (c Contract) bills(from time.Time, policy proration.Policy, allocation proration.Allocation) ([]billed, error) {
	if len(c.Terms) == 0 || c.Terms[0].Term.Billing == UpFront || !from.Before(c.End()) {
		return nil, nil
	}
	if start := c.Terms[0].Period.Start; from.Before(start) {
		from = start
	}
	var portions []proration.Portion
	if c.First.Contains(from) {
		portions = append(portions, proration.Portion{Period: c.First, Span: c.First.From(from)})
		from = c.First.End
	}
	more, err := c.Cycle.Billable(proration.Service{Start: from, End: c.End(), AsOf: c.End(), Timing: proration.InAdvance})
	if err != nil {
		return nil, err
	}
	portions = append(portions, more...)
	var bills []billed
	for _, p := range portions {
		if !p.Span.Start.Equal(p.Period.Start) {
			continue // it was begun before, and billed then
		}
		bill, err := c.bill(p, policy, allocation, true)
		if err != nil {
			return nil, err
		}
		c.Discounts = bill.remaining
		bills = append(bills, bill)
	}
	return bills, nil
}

// RemainingPortions returns what of the contract is paid for from an instant on, where everything due was billed: what is left of the period,
// or of each term that is billed up front. It is what a quantity is added for.
// Errors: those of [Contract.Validate]; ErrUnset for the instant, and ErrOutside for one before the first term or after the last.
func (c Contract) RemainingPortions(at time.Time) ([]proration.Portion, error) {
	var f fault.List
	f.Under("contract", c.Validate())
	if at.IsZero() {
		f.Add("at", proration.ErrUnset, "an instant is needed")
	}
	if f != nil {
		return nil, f.Err()
	}
	if len(c.Terms) > 0 && (at.Before(c.Terms[0].Period.Start) || !at.Before(c.End())) {
		return nil, fault.New("at", proration.ErrOutside, "%s is outside the terms of the contract", at.Format(time.RFC3339Nano))
	}
	if c.upFront() {
		var rest []proration.Portion
		for _, a := range c.Terms {
			span := proration.Period{Start: a.Period.Start, End: a.end()}
			if span.Contains(at) {
				span = span.From(at)
			}
			if !span.Start.Before(at) {
				rest = append(rest, proration.Portion{Period: a.Period, Span: span})
			}
		}
		return rest, nil
	}
	period := c.First
	if !period.Contains(at) {
		var err error
		if period, err = c.Cycle.Containing(at); err != nil {
			return nil, err
		}
	}
	span := period.From(at)
	if end := c.End(); !end.IsZero() && end.Before(span.End) {
		span.End = end
	}
	return []proration.Portion{{Period: period, Span: span}}, nil
}

// TerminationFee returns what leaving at an instant costs, before the end of the term: the agreed amount, and the agreed share of
// what would still be billed until that end, after discounts and with what a minimum would lack. That is every period that begins at
// the instant or later: one that begins then is not billed to who leaves then. Without such an agreement, or after the end, it is zero.
// Errors: as for [Contract.Charges], ErrUnset for the instant, and ErrOutside for one before the first term.
func (c Contract) TerminationFee(at time.Time, policy proration.Policy) (Charge, error) {
	var f fault.List
	f.Under("contract", c.Validate())
	if at.IsZero() {
		f.Add("at", proration.ErrUnset, "one leaves at an instant")
	} else if len(c.Terms) > 0 && at.Before(c.Terms[0].Period.Start) {
		f.Add("at", proration.ErrOutside, "%s is before the first term", at.Format(time.RFC3339Nano))
	}
	policy, err := c.Currency.Policy(policy)
	f.Under("", err)
	f.Under("policy", policy.Validate())
	if f != nil {
		return Charge{}, f.Err()
	}
	charge := Charge{Kind: Termination, Plan: c.Plan, Item: "termination", Currency: c.Currency}
	if at.Before(c.End()) {
		bills, err := c.bills(at, policy, proration.LargestRemainder)
		if err != nil {
			return Charge{}, err
		}
		for _, b := range bills {
			charge.Quantity = charge.Quantity.Add(b.Total)
		}
		agreed := c.Terms[len(c.Terms)-1].Term.TerminationFee
		charge.Price = Price{Percent: agreed.Percent, Flat: agreed.Fee}
		charge.Period = proration.Period{Start: at, End: c.End()}
		charge.Span = charge.Period
	}
	whole, err := charge.amountAt(&charge.Price)
	if err != nil {
		return Charge{}, err
	}
	charge.Share, err = entire(whole, policy.Rounding)
	charge.Net = charge.Share.Amount
	return charge, err
}
