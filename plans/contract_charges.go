package plans

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Charges returns the recurring charges of every item for a portion of the contract, in the order of the items and
// before discounts. Each item has one charge, or one before and one after each ramp step inside the portion. The
// portion is of a billing period or an up-front term. An item with periods of its own is charged for the one at the
// start of the portion. [Contract.AccruedCharges] has the items billed in arrears. An item without units has no charge.
// Amounts have the places of the currency. Errors: those of [Contract.Validate] and of proration.Prorate.
func (c Contract) Charges(p proration.Portion, policy proration.Policy) ([]Charge, error) {
	if err := c.Validate(); err != nil {
		return nil, fault.Under("contract", err)
	}
	charges, err := c.charges(p, policy)
	if err == nil && len(charges) == 0 { // nothing was prorated, so the portion and the policy are not checked yet
		_, err = proration.Prorate(proration.Request{
			Period: p.Period, Span: p.Span, Policy: policy, Location: c.Cycle.Location,
		})
	}
	return charges, err
}

// charges is Charges for a validated contract.
func (c *Contract) charges(p proration.Portion, policy proration.Policy) ([]Charge, error) {
	return c.priced(Recurring, c.ids(), p, policy)
}

// priced returns charges of one kind for some items and a portion.
func (c *Contract) priced(kind Kind, ids []string, p proration.Portion, policy proration.Policy) ([]Charge, error) {
	var charges []Charge
	var legs []leg
	for i, id := range ids {
		own, err := c.itemPortion(id, &p)
		if err != nil {
			return nil, err
		}
		legs = c.appendLegs(legs[:0], id, own.Span)
		for j := range legs {
			leg := &legs[j]
			if leg.item.Quantity.IsZero() || leg.item.Price.Accrues() {
				continue
			}
			if charges == nil {
				charges = make([]Charge, 0, len(ids)-i)
			}
			charge, err := c.charge(kind, leg.item, nil, leg.portion(own), policy)
			if err != nil {
				return nil, err
			}
			charges = append(charges, charge)
		}
	}
	return charges, nil
}

// Shortfall returns one charge for the shortfall of a minimum commitment in a portion of the contract, or none if the
// billed amounts reach the minimum: the minimum's share of the period, rounded, less the amounts that were billed for
// the portion before discounts. It is measured after the portion has ended, so that everything billed for it counts,
// including additions. The charge belongs on the next bill, and discounts apply to it as to other charges.
// Errors: those of [Contract.Validate] and of proration.Prorate; ErrInvalid for a charge in another currency; ErrLimit
// for a charge beyond the limits.
func (c Contract) Shortfall(billed []Charge, p proration.Portion, policy proration.Policy) ([]Charge, error) {
	if err := c.Validate(); err != nil {
		return nil, fault.Under("contract", err)
	}
	return c.shortfall(billed, p, policy)
}

// shortfall is Shortfall for a validated contract.
func (c *Contract) shortfall(billed []Charge, p proration.Portion, policy proration.Policy) ([]Charge, error) {
	var f fault.List
	var spent decimal.Decimal
	for i := range billed {
		if f.Under("", c.checkBilled(billed, i)); f == nil {
			spent = exact.Plus(spent, billed[i].Gross())
		}
	}
	if f != nil {
		return nil, f.Err()
	}
	return c.lacking(spent, c.Minimum, "minimum", p, policy)
}

// checkBilled returns the faults of a billed charge that counts toward a minimum.
func (c *Contract) checkBilled(billed []Charge, i int) error {
	var f fault.List
	if b := &billed[i]; b.Currency != c.Currency {
		f.Add(fault.At("billed", i)+".currency", proration.ErrInvalid,
			"must be %.3s, as in the contract; got %.40q", c.Currency, string(b.Currency))
	}
	fault.Amount(&f, fault.At("billed", i)+".net", billed[i].Gross())
	return f.Err()
}

// lacking returns the charge for the part of a minimum spend that an amount does not reach.
func (c *Contract) lacking(
	spent, minimum decimal.Decimal, id string, p proration.Portion, policy proration.Policy,
) ([]Charge, error) {
	if !minimum.IsPositive() {
		return nil, nil
	}
	spent = exact.Larger(spent, decimal.Decimal{}) // a surplus of credits does not raise the shortfall
	least := Item{ID: id, Quantity: decimal.New(1, 0), Price: Price{Unit: minimum}}
	charge, err := c.charge(Shortfall, least, nil, p, policy)
	if err != nil {
		return nil, err
	}
	if charge.Net = exact.Minus(charge.Share.Amount, spent); !charge.Net.IsPositive() {
		return nil, nil
	}
	if met := exact.Minus(charge.Share.Amount, charge.Net); !met.IsZero() {
		charge.Discounts = []Deduction{{Discount: billedBefore, Reason: billedBefore, Amount: met}}
	}
	return []Charge{charge}, nil
}

// ids returns the IDs of all items in order, then those that ramp steps add.
func (c *Contract) ids() []string {
	ids := make([]string, 0, len(c.Items)+len(c.Ramp))
	for i := range c.Items {
		ids = append(ids, c.Items[i].ID)
	}
	for i := range c.Ramp {
		if id := c.Ramp[i].Item.ID; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// edges returns what begins and ends a portion of the contract as far as the policy treats it differently. Service ends
// with the last term if that does not renew, and at a known end. A whole period is never prorated.
func (c *Contract) edges(p *proration.Portion, policy *proration.Policy) proration.Edges {
	if policy.DayCount == proration.Seconds {
		return proration.Edges{Extent: p.Edges.Extent}
	}
	old, ends := policy.ChangeDay == proration.OldSide, p.Edges.Ends
	if n := len(c.Terms); n > 0 && c.Terms[n-1].Term.Renewal == Expire && p.Span.End.Equal(c.End()) {
		ends = true
	}
	ends = ends || p.Span.End.Equal(c.Until)
	return proration.Edges{
		Begins:  p.Edges.Begins && (old || policy.FirstDay == proration.DayFree),
		Ends:    ends && p.Span.End.Before(p.Period.End) && (old || policy.LastDay == proration.DayBilled),
		Changes: p.Edges.Changes && old,
		Whole:   policy.DayCount == proration.Actual30,
		Extent:  p.Edges.Extent,
	}
}

// length returns the agreed length of a period of the contract: the length of the term that is billed up front, or the
// cycle's interval.
func (c *Contract) length(period proration.Period) proration.Interval {
	for _, a := range c.Terms {
		if a.Term.Billing == UpFront && a.Period.Equal(period) {
			return a.Term.Length
		}
	}
	return c.Cycle.Interval
}

// charge prices one item for a portion. The charge is incremental if base, the units already paid for, is given.
func (c *Contract) charge(
	kind Kind, item Item, base *decimal.Decimal, p proration.Portion, policy proration.Policy,
) (Charge, error) {
	policy, err := c.Currency.policy(policy)
	if err != nil {
		return Charge{}, err
	}
	charge := Charge{
		Kind: kind, Plan: c.Plan, Item: item.ID, Currency: c.Currency, Quantity: item.Quantity, Price: item.Price,
		Period: p.Period, Span: p.Span, BaseQuantity: base, Edges: c.edges(&p, &policy),
	}
	if err := c.setTimes(&charge); err != nil {
		return Charge{}, fault.Under("contract", err)
	}
	return charge, charge.prorate(policy, c.Cycle.Location)
}

// amountAt returns the price of the charge's quantity for the whole period, by the given price; never below zero.
func (c *Charge) amountAt(price *Price) (decimal.Decimal, error) {
	amount, err := price.Amount(c.Quantity)
	if err != nil {
		return amount, err
	}
	if c.BaseQuantity != nil {
		before, err := price.Amount(*c.BaseQuantity)
		if err != nil {
			return amount, err
		}
		if amount, err = price.Amount(exact.Plus(c.base(), c.Quantity)); err != nil {
			return amount, err
		}
		amount = exact.Larger(exact.Minus(amount, before), decimal.Decimal{})
	}
	times, err := c.timesOf(price)
	if times > 1 {
		amount = exact.Times(amount, decimal.New(times, 0))
	}
	if err == nil && c.Part.Of > 1 {
		return c.Part.amount(amount, c.Currency)
	}
	return amount, err
}

// timesOf returns how many times the amounts of a price are due in the charge's period: Multiplier times, unless the
// price is for another length than the charge's own.
func (c *Charge) timesOf(price *Price) (int64, error) {
	own, times := c.Price.Per, max(c.Multiplier, 1)
	if price.Per == own || price.Per == (proration.Interval{}) {
		return times, nil
	}
	const most = 1 << 20
	if times > most || own.Validate() != nil || price.Per.Validate() != nil {
		return 0, fault.New("price.per", proration.ErrInvalid, "must be %v, as in the charge; got %v", own, price.Per)
	}
	length := proration.Interval{
		Months: own.Months * int(times), Days: own.Days * int(times), Seconds: own.Seconds * times,
	}
	return price.times(length)
}

// joined returns two lists of charges as one. Either can be the result.
func joined(a, b []Charge) []Charge {
	if len(a) == 0 {
		return b
	}
	return append(a, b...)
}
