package plans

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Charges returns what every item costs for a portion of the contract, in their order and before discounts: one charge an item,
// and where a step of the ramp lies inside the portion, one before it and one after. The portion is of a period of the cycle,
// or of a term that is billed up front. The places of the rounding are those of the currency, whatever the policy says.
// Errors: those of [Contract.Validate] and of proration.Prorate.
func (c Contract) Charges(p proration.Portion, policy proration.Policy) ([]Charge, error) {
	if err := c.Validate(); err != nil {
		return nil, proration.Under("contract", err)
	}
	return c.charges(p, policy)
}

// charges is Charges of a contract that was validated.
func (c *Contract) charges(p proration.Portion, policy proration.Policy) ([]Charge, error) {
	return c.priced(Recurring, c.ids(), p, policy)
}

// priced returns what some items cost for a portion, as charges of a kind.
func (c *Contract) priced(kind Kind, ids []string, p proration.Portion, policy proration.Policy) ([]Charge, error) {
	var charges []Charge
	for _, id := range ids {
		for _, leg := range c.legs(id, p.Span) {
			charge, err := c.charge(kind, leg.item, nil, proration.Portion{Period: p.Period, Span: leg.span}, policy)
			if err != nil {
				return nil, err
			}
			charges = append(charges, charge)
		}
	}
	return charges, nil
}

// Added returns what the change adds to the contract for a portion of it: the price of the added quantity of one item at
// the contracted rate, which is what both quantities cost less what the one before does, and never below zero. There is one
// charge, or more where a step of the ramp lies inside the portion.
// Errors as for [Contract.Charges]; ErrUnset for a change of nothing, and ErrInvalid for a change of something else than a
// quantity, for an item that the contract does not have at the start of the portion, or a quantity that is negative.
func (c Contract) Added(change Change, p proration.Portion, policy proration.Policy) ([]Charge, error) {
	var f fault.List
	f.Under("contract", c.Validate())
	change.checkQuantity(&f, &c, p.Span.Start)
	if f == nil && !change.Quantity.IsPositive() {
		f.Add("quantity", proration.ErrInvalid, "%v is not added", change.Quantity)
	}
	if f != nil {
		return nil, f.Err()
	}
	if change.Price != nil {
		c.Items = append(slices.Clone(c.Items), Item{ID: change.Item, Price: *change.Price})
	}
	var charges []Charge
	for i, leg := range c.legs(change.Item, p.Span) {
		there := leg.item.Quantity
		above := &there
		if change.Price != nil && i == 0 {
			above = nil // nothing was paid for an item that is new, not even a flat price
		}
		leg.item.Quantity = change.Quantity
		charge, err := c.charge(ProrationCharge, leg.item, above, proration.Portion{Period: p.Period, Span: leg.span}, policy)
		if err != nil {
			return nil, err
		}
		charges = append(charges, charge)
	}
	return charges, nil
}

// Shortfall returns what a minimum commitment lacks for a portion of the contract: the share of the minimum, rounded, less what
// was billed for it before discounts; never below zero, and zero without a minimum. It is measured once the portion is over, so that
// everything that was billed for it counts, also what was added inside: it belongs on the next bill, and discounts are taken off it
// like off the rest.
// Errors: those of [Contract.Validate] and of proration.Prorate, and ErrInvalid for a charge in another currency.
func (c Contract) Shortfall(billed []Charge, p proration.Portion, policy proration.Policy) (Charge, error) {
	if err := c.Validate(); err != nil {
		return Charge{}, proration.Under("contract", err)
	}
	return c.shortfall(billed, p, policy)
}

// shortfall is Shortfall of a contract that was validated.
func (c *Contract) shortfall(billed []Charge, p proration.Portion, policy proration.Policy) (Charge, error) {
	var f fault.List
	var spent decimal.Decimal
	for i, b := range billed {
		if b.Currency != c.Currency {
			f.Add(element("billed", i)+".currency", proration.ErrInvalid, "%.40q is not %.3s", string(b.Currency), c.Currency)
		}
		if fault.Amount(&f, element("billed", i)+".share.amount", b.Share.Amount) {
			spent = spent.Add(b.Share.Amount)
		}
	}
	if f != nil {
		return Charge{}, f.Err()
	}
	spent = decimal.Max(spent, decimal.Decimal{}) // more credits than charges are not owed again
	least := Item{ID: "minimum", Quantity: decimal.New(1, 0), Price: Price{Unit: c.Minimum}}
	charge, err := c.charge(Shortfall, least, nil, p, policy)
	if err != nil {
		return Charge{}, err
	}
	charge.Net = decimal.Max(charge.Share.Amount.Sub(spent), decimal.New(0, -charge.Share.Rounding.Places))
	if met := charge.Share.Amount.Sub(charge.Net); !met.IsZero() {
		charge.Discounts = []Deduction{{Discount: billedBefore, Reason: billedBefore, Amount: met}}
	}
	return charge, nil
}

// ids returns the IDs of all items, also of those that a step adds, in order.
func (c *Contract) ids() []string {
	var ids []string
	for _, item := range c.Items {
		ids = append(ids, item.ID)
	}
	for _, s := range c.Ramp {
		if !slices.Contains(ids, s.Item.ID) {
			ids = append(ids, s.Item.ID)
		}
	}
	return ids
}

// leg is an item as it is for a span.
type leg struct {
	item Item
	span proration.Period
}

// legs returns an item as it is throughout a span: one leg, or several where steps change it inside, and none before it is
// there.
func (c *Contract) legs(id string, span proration.Period) []leg {
	var legs []leg
	for _, item := range c.Items {
		if item.ID == id {
			legs = append(legs, leg{item: item, span: span})
		}
	}
	for _, s := range c.Ramp {
		if s.Item.ID != id || !s.At.Before(span.End) {
			continue
		}
		next := leg{item: s.Item, span: span}
		if len(legs) > 0 {
			last := &legs[len(legs)-1]
			switch {
			case last.item.Quantity.Equal(s.Item.Quantity) && last.item.Price.Equal(s.Item.Price):
				continue
			case s.At.After(last.span.Start):
				last.span.End = s.At
			default:
				legs = legs[:len(legs)-1]
			}
		}
		if n := len(legs); n > 0 && legs[n-1].item.Quantity.Equal(s.Item.Quantity) && legs[n-1].item.Price.Equal(s.Item.Price) {
			legs[n-1].span.End = span.End // a step at the same instant is taken back
			continue
		}
		if s.At.After(span.Start) {
			next.span.Start = s.At
		}
		legs = append(legs, next)
	}
	return legs
}

// on returns an item as it is at an instant, and false where it is not there yet.
func (c *Contract) on(id string, at time.Time) (Item, bool) {
	legs := c.legs(id, proration.Period{Start: at, End: at.Add(1)})
	if len(legs) == 0 {
		return Item{}, false
	}
	return legs[len(legs)-1].item, true
}

// length returns how long a period of the contract is agreed to be: that of a term which is billed up front, or of the cycle.
func (c *Contract) length(period proration.Period) proration.Interval {
	for _, a := range c.Terms {
		if a.Term.Billing == UpFront && a.Period.Equal(period) {
			return a.Term.Length
		}
	}
	return c.Cycle.Interval
}

// charge prices one item for a portion, where it is added to a quantity that is paid for already, or to none.
func (c *Contract) charge(kind Kind, item Item, base *decimal.Decimal, p proration.Portion, policy proration.Policy) (Charge, error) {
	policy, err := c.Currency.Policy(policy)
	if err != nil {
		return Charge{}, err
	}
	charge := Charge{
		Kind: kind, Plan: c.Plan, Item: item.ID, Currency: c.Currency, Quantity: item.Quantity, Price: item.Price.clone(),
		Period: p.Period, Span: p.Span,
	}
	if base != nil {
		own := *base
		charge.BaseQuantity = &own
	}
	times, err := item.Price.times(c.length(p.Period))
	if err != nil {
		return Charge{}, proration.Under("contract", err)
	}
	if times > 1 {
		charge.Multiplier = times
	}
	amount, err := charge.amountAt(&charge.Price)
	if err != nil {
		return Charge{}, err
	}
	charge.Share, err = proration.Prorate(proration.Request{
		Amount: amount, Period: p.Period, Span: p.Span, Policy: policy, Location: c.Cycle.Location,
	})
	charge.Net = charge.Share.Amount
	return charge, err
}

// amountAt returns what the charge's quantity costs for the whole period at a price; never below zero.
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
		if amount, err = price.Amount(c.base().Add(c.Quantity)); err != nil {
			return amount, err
		}
		amount = decimal.Max(amount.Sub(before), decimal.Decimal{})
	}
	times, err := c.timesOf(price)
	if times > 1 {
		amount = amount.Mul(decimal.New(times, 0))
	}
	return amount, err
}

// timesOf returns how many times the amounts of a price are due for the charge's period: as often as its own, unless they are for
// another length.
func (c *Charge) timesOf(price *Price) (int64, error) {
	own, times := c.Price.Per, max(c.Multiplier, 1)
	if price.Per == own || price.Per == (proration.Interval{}) {
		return times, nil
	}
	const most = 1 << 20
	if times > most || own.Validate() != nil || price.Per.Validate() != nil {
		return 0, fault.New("price.per", proration.ErrInvalid, "%v is not the %v of the charge", price.Per, own)
	}
	length := proration.Interval{Months: own.Months * int(times), Days: own.Days * int(times), Seconds: own.Seconds * times}
	return price.times(length)
}

// element is the path of an element of a list.
func element(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
