package plans

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Bill is an amount due at an instant, with its lines, after discounts and before tax.
type Bill struct {
	At    time.Time       `json:"at"`    // instant at which the bill is due
	Lines []Charge        `json:"lines"` // charges with their discounts
	Total decimal.Decimal `json:"total"` // sum of the net amounts of the lines
}

// billed is a bill and the discounts of the contract that remain after it.
type billed struct {
	Bill
	remaining []Discount
}

// bill prices a portion of a validated contract, with the set-up fees that are not billed yet. With minimum, it also
// bills the shortfall that the portion will have at its end if nothing else is bought, and it bills charges of time
// that is over.
func (c *Contract) bill(
	p proration.Portion, policy proration.Policy, allocation proration.Allocation, minimum bool, over ...Charge,
) (billed, error) {
	charges, err := c.charges(p, policy)
	if err != nil {
		return billed{}, err
	}
	fees, err := c.setupCharges(p.Period, policy)
	if err != nil {
		return billed{}, err
	}
	charges = append(append(charges, fees...), over...)
	if minimum {
		lacking, err := c.shortfall(charges, p, policy)
		if err != nil {
			return billed{}, err
		}
		charges = append(charges, lacking...)
	}
	reduced, err := ApplyDiscounts(DiscountRequest{
		Charges: charges, Discounts: c.Discounts, Currency: c.Currency, Mode: policy.Rounding.Mode, Allocation: allocation,
		Policy: policy, Location: c.Cycle.Location,
	})
	return billed{Bill{At: p.Span.Start, Lines: reduced.Charges, Total: reduced.Net}, reduced.Remaining}, err
}

// bills returns the bills of the periods that begin at an instant or later, until the end of the last term, with those
// of items with periods of their own. There are none for a contract without terms, or with terms that are billed up
// front.
func (c Contract) bills(from time.Time, policy proration.Policy, allocation proration.Allocation) ([]billed, error) {
	if len(c.Terms) == 0 || c.Terms[0].Term.Billing == UpFront || !from.Before(c.End()) {
		return nil, nil
	}
	if start := c.Terms[0].Period.Start; from.Before(start) {
		from = start
	}
	var portions []proration.Portion
	if span := c.firstSpan(); span.Contains(from) {
		portions = append(portions, proration.Portion{Period: c.First, Span: span.From(from)})
		from = span.End
	}
	more, err := c.Cycle.Billable(proration.Service{Start: from, End: c.End(), AsOf: c.End(), Timing: proration.InAdvance})
	if err != nil {
		return nil, err
	}
	portions = append(portions, more...)
	var bills []billed
	for _, p := range portions {
		if !p.Span.Start.Equal(p.Period.Start) {
			continue // the period began earlier and was billed then
		}
		over, err := c.accruedBefore(p.Span.Start, policy)
		if err != nil {
			return nil, err
		}
		bill, err := c.bill(p, policy, allocation, true, over...)
		if err != nil {
			return nil, err
		}
		own, err := c.itemBills(p, &bill, policy, allocation)
		if err != nil {
			return nil, err
		}
		c.Discounts, c.SetupFeesBilled = bill.remaining, true
		bills = append(append(bills, bill), own...)
	}
	return bills, nil
}

// RemainingPortions returns the portions of the contract that are paid for from an instant on, given that everything
// due was billed: the rest of the billing period, or the rest of each term that is billed up front. A billing period
// that ends later because the billing date moved has two portions. A known end, Until, ends them earlier. An added
// quantity is charged for these portions. Errors: those of [Contract.Validate]; ErrUnset for a missing instant;
// ErrOutside for an instant before the first term or after the last; ErrInvalid for a cycle of another length than a
// term that is billed up front.
func (c Contract) RemainingPortions(at time.Time) ([]proration.Portion, error) {
	var f fault.List
	f.Under("contract", c.Validate())
	c.checkUpFront(&f, "contract.")
	if at.IsZero() {
		f.Add("at", proration.ErrUnset, "required, an instant")
	}
	if f != nil {
		return nil, f.Err()
	}
	return c.remainingPortions(at)
}

// remainingPortions is RemainingPortions for a validated contract.
func (c *Contract) remainingPortions(at time.Time) ([]proration.Portion, error) {
	if len(c.Terms) > 0 && (at.Before(c.Terms[0].Period.Start) || !at.Before(c.End())) {
		return nil, fault.New("at", proration.ErrOutside,
			"must be inside the terms of the contract; got %s", at.Format(time.RFC3339Nano))
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
	var rest []proration.Portion
	if span := c.firstSpan(); span.Contains(at) {
		rest = append(rest, proration.Portion{Period: c.First, Span: span.From(at)})
		at = span.End
	}
	period, err := c.Cycle.Containing(at)
	if err != nil {
		return nil, err
	}
	if len(rest) == 0 || !period.Start.Equal(at) { // the days after the first period until the billing date
		rest = append(rest, proration.Portion{Period: period, Span: period.From(at)})
	}
	rest = until(rest, c.End())
	if !c.Until.IsZero() && rest[0].Span.Start.Before(c.Until) {
		rest = until(rest, c.Until)
	}
	return rest, nil
}

// firstSpan returns the part of the first period that is served: until the first period of the cycle begins.
func (c *Contract) firstSpan() proration.Period {
	span := c.First
	if span.Start.IsZero() {
		return span
	}
	if p, err := c.Cycle.Period(0); err == nil && p.Start.After(span.Start) && p.Start.Before(span.End) {
		span.End = p.Start
	}
	return span
}

// until returns the portions before an instant; the zero time is no bound.
func until(rest []proration.Portion, end time.Time) []proration.Portion {
	for i := range rest {
		switch {
		case end.IsZero() || !end.Before(rest[i].Span.End):
		case i > 0 && !end.After(rest[i].Span.Start):
			return rest[:i]
		default:
			rest[i].Span.End = end
		}
	}
	return rest
}

// terminationFee returns the fee for ending the contract at an instant before the end of its last term: the agreed
// fixed fee, plus the agreed percentage of the amounts still to be billed until that end. Those amounts are the bills
// of all periods that begin at the instant or later, after discounts and with expected shortfalls of a minimum. A
// period that begins at the instant counts, since it is not billed if the contract ends then. The fee is zero if none
// was agreed, and after the end.
// Errors: those of [Contract.Charges], and ErrOutside for an instant before the first term.
func (c *Contract) terminationFee(at time.Time, policy proration.Policy) (Charge, error) {
	if len(c.Terms) > 0 && at.Before(c.Terms[0].Period.Start) {
		return Charge{}, fault.New("at", proration.ErrOutside,
			"must not be before the first term; got %s", at.Format(time.RFC3339Nano))
	}
	policy, err := c.Currency.policy(policy)
	if err != nil {
		return Charge{}, err
	}
	charge := Charge{Kind: Termination, Plan: c.Plan, Item: "termination", Currency: c.Currency}
	if at.Before(c.End()) {
		bills, err := c.bills(at, policy, proration.LargestRemainder)
		if err != nil {
			return Charge{}, err
		}
		for _, b := range bills {
			charge.Quantity = exact.Plus(charge.Quantity, b.Total)
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
