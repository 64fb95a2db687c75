package lifecycle

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// inNextPeriod returns the change to make when the next period, which is billed already, starts. A quantity that the
// change sets there differs by as much as from the quantity now, since the invoice of that period can include another
// one. It refuses a change that does not fit that period.
func (s *step) inNextPeriod(now *plans.Contract, c plans.Change) (plans.Change, error) {
	next := s.sub.NextPeriod.Contract
	begins := s.sub.NextPeriod.Period.Start
	for _, made := range s.sub.NextPeriod.Changes {
		after, err := changedLater(&next, made, begins)
		if err != nil {
			return c, err
		}
		next = after
	}
	shift := func(id string, quantity decimal.Decimal) decimal.Decimal {
		has := func(item plans.Item) bool { return item.ID == id }
		i, j := slices.IndexFunc(now.Items, has), slices.IndexFunc(next.Items, has)
		if i < 0 || j < 0 {
			return quantity
		}
		return quantity.Add(next.Items[j].Quantity).Sub(now.Items[i].Quantity)
	}
	c.Items, c.Set = slices.Clone(c.Items), slices.Clone(c.Set)
	for i := range c.Items {
		c.Items[i].Quantity = shift(c.Items[i].ID, c.Items[i].Quantity)
	}
	for i := range c.Set {
		if c.Set[i].Quantity != nil {
			own := shift(c.Set[i].Item, *c.Set[i].Quantity)
			c.Set[i].Quantity = &own
		}
	}
	if _, err := changedLater(&next, c, begins); err != nil {
		return c, s.refuse("This change does not fit the period from " + s.sub.date(begins) + ", which is billed already; " +
			"send it again once the period has begun.")
	}
	return c, nil
}

// agreedPrices is a contract as its period ends. The next period, which was billed before, takes the prices from it
// that changes agreed since then: they have risen with the uplifts after the change, or other changes replaced them.
type agreedPrices plans.Contract

// pricesAt returns the prices of a contract at the end of its period, with the uplift of a term that renews then.
func pricesAt(c plans.Contract, end time.Time) (agreedPrices, error) {
	after, err := c.AsOf(end)
	if term := c.End(); err == nil && !term.IsZero() && !end.Before(term) {
		after, _, err = c.Renewed()
	}
	return agreedPrices(after), err
}

// change returns a change with the agreed price of each item whose price it sets.
func (p *agreedPrices) change(c plans.Change) plans.Change {
	c.Items, c.Add, c.Set = slices.Clone(c.Items), slices.Clone(c.Add), slices.Clone(c.Set)
	for i := range c.Items {
		c.Items[i].Price = p.price(c.Items[i].ID, c.Items[i].Price)
	}
	for i := range c.Add {
		c.Add[i].Price = p.price(c.Add[i].Item, c.Add[i].Price)
	}
	for i := range c.Set {
		c.Set[i].Price = p.price(c.Set[i].Item, c.Set[i].Price)
	}
	if c.Plan == nil {
		return c
	}
	own := *c.Plan
	own.Offers = slices.Clone(own.Offers)
	for i := range own.Offers {
		if o := &own.Offers[i]; o.Currency == p.Currency {
			o.Price = *p.price(o.Item, &o.Price)
		}
	}
	c.Plan = &own
	return c
}

// price returns the agreed price of an item, or the given one if there is none.
func (p *agreedPrices) price(id string, price *plans.Price) *plans.Price {
	if i := slices.IndexFunc(p.Items, func(item plans.Item) bool { return item.ID == id }); i >= 0 && price != nil {
		return &p.Items[i].Price
	}
	return price
}

// keep gives the agreed prices of a contract what they were before their uplifts.
func (p *agreedPrices) keep(c *plans.Contract) {
	c.Items, c.Ramp = slices.Clone(c.Items), slices.Clone(c.Ramp)
	for i := range c.Items {
		for k := range p.Items {
			keepUplifts(&c.Items[i], &p.Items[k])
		}
	}
	for i := range c.Ramp {
		for k := range p.Ramp {
			if p.Ramp[k].At.Equal(c.Ramp[i].At) {
				keepUplifts(&c.Ramp[i].Item, &p.Ramp[k].Item)
			}
		}
	}
}

// keepUplifts gives an item the uplifts of its agreed price, if that is its price. One of both may leave the length of
// the price to the contract.
func keepUplifts(item, agreed *plans.Item) {
	price, own := item.Price, agreed.Price
	if price.Per == (proration.Interval{}) {
		price.Per = own.Per
	}
	if own.Per == (proration.Interval{}) {
		own.Per = price.Per
	}
	if item.ID == agreed.ID && price.Equal(own) {
		item.Price, item.Contracted, item.Uplifts = agreed.Price, agreed.Contracted, agreed.Uplifts
	}
}
