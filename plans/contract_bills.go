package plans

import (
	"slices"
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

// biller bills a contract, portion by portion. What is known when time is over waits for the next bill.
type biller struct {
	contract   Contract  // as the last bill leaves it
	began      time.Time // start of service; zero is not known
	policy     proration.Policy
	allocation proration.Allocation

	lacking []Charge   // shortfall of the last portion
	accrued []Charge   // charges of the last portion for items that are billed in arrears
	lasting []Discount // discounts of the last bill that last beyond it
}

// bill bills a portion, with what waits, and the periods of items that begin inside it.
func (b *biller) bill(p proration.Portion) ([]billed, error) {
	c := &b.contract
	one, err := b.price(p)
	if err != nil {
		return nil, err
	}
	own, err := c.itemBills(p, &one, b.policy, b.allocation)
	if err != nil {
		return nil, err
	}
	of := slices.DeleteFunc(slices.Clone(one.Lines), func(line Charge) bool { return !line.Period.Equal(p.Period) })
	measured := p
	if measured.Edges.Extent == proration.ExtentFull {
		measured.Edges.Extent = 0 // a minimum is a share of its period
	}
	if b.lacking, err = c.shortfall(of, measured, b.policy); err != nil {
		return nil, err
	}
	if b.accrued, err = c.accruedBefore(b.began, p.Span.End, b.policy); err != nil {
		return nil, err
	}
	b.lasting = c.lasting(&one)
	c.Discounts, c.SetupFeesBilled = one.remaining, true
	return append([]billed{one}, own...), nil
}

// price returns the bill of a portion: the shortfall before it, its charges, the set-up fees that are not billed yet,
// and what accrued before.
func (b *biller) price(p proration.Portion) (billed, error) {
	charges, err := b.contract.charges(p, b.policy)
	if err != nil {
		return billed{}, err
	}
	fees, err := b.contract.setupCharges(p.Period, b.policy)
	if err != nil {
		return billed{}, err
	}
	lines, left, err := b.reduced(slices.Concat(b.lacking, charges, fees, b.accrued), b.contract.Discounts)
	return billed{newBill(p.Span.Start, lines), left}, err
}

// reduced returns charges with discounts, and the discounts that remain.
func (b *biller) reduced(charges []Charge, discounts []Discount) ([]Charge, []Discount, error) {
	reduced, err := ApplyDiscounts(DiscountRequest{
		Charges: charges, Discounts: discounts, Currency: b.contract.Currency, Mode: b.policy.Rounding.Mode,
		Allocation: b.allocation, Policy: b.policy, Location: b.contract.Cycle.Location,
	})
	return reduced.Charges, reduced.Remaining, err
}

// last returns the bill of what waits when service ends: a shortfall with the discounts that apply to every charge, and
// what accrued with those of the last bill. There is none if nothing waits.
func (b *biller) last(at time.Time) ([]billed, error) {
	always := slices.DeleteFunc(slices.Clone(b.contract.Discounts), func(d Discount) bool {
		return !d.Always()
	})
	lacking, _, err := b.reduced(b.lacking, always)
	if err != nil {
		return nil, err
	}
	accrued, _, err := b.reduced(b.accrued, b.lasting)
	if lines := slices.Concat(lacking, accrued); len(lines) > 0 {
		return []billed{{newBill(at, lines), b.contract.Discounts}}, err
	}
	return nil, err
}

// newBill returns a bill of lines.
func newBill(at time.Time, lines []Charge) Bill {
	var total exact.Sum
	for i := range lines {
		total.Add(lines[i].Net)
	}
	return Bill{At: at, Lines: lines, Total: total.Decimal()}
}

// term bills the periods that begin at an instant or later, until the end of the last term. There are none for a
// contract without terms, or with terms that are billed up front.
func (b *biller) term(from time.Time) (bills []billed, err error) {
	c := &b.contract
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
	for _, p := range append(portions, more...) {
		if !p.Span.Start.Equal(p.Period.Start) {
			continue // the period began earlier and was billed then
		}
		some, err := b.bill(p)
		if err != nil {
			return nil, err
		}
		bills = append(bills, some...)
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
		rest := biller{contract: *c, policy: policy, allocation: proration.LargestRemainder}
		bills, err := rest.term(at)
		if err != nil {
			return Charge{}, err
		}
		last, err := rest.last(c.End())
		if err != nil {
			return Charge{}, err
		}
		for _, b := range append(bills, last...) {
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
