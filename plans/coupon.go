package plans

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Coupon is a code that customers redeem for a discount. [Catalog.Redeem] checks its limits; the caller counts the
// redemptions.
type Coupon struct {
	// Code is what the customer enters: 1 to 100 letters, digits, hyphens and underscores. Case does not matter, also not
	// for its uniqueness in the catalog.
	Code string `json:"code"`
	// Discount is what a redemption gives. Its ID is the code unless it is set. A percentage with a currency is for orders
	// in that currency only.
	Discount Discount `json:"discount"`

	ValidFrom  time.Time `json:"valid_from,omitzero"`  // first instant of redemption; zero is no bound
	ValidUntil time.Time `json:"valid_until,omitzero"` // first instant at which it has expired; zero is no bound
	// Plans are the IDs of the plans that the coupon can be redeemed for; none is all. After a change of plan the discount
	// continues, unless its own scope names plans, too.
	Plans      []string `json:"plans,omitzero"`
	FirstOrder bool     `json:"first_order,omitzero"` // for customers who have not ordered before
	// MinimumOrder is the lowest cost of an order before discounts, in the currency of the discount, which must be set
	// with it; zero is no minimum.
	MinimumOrder decimal.Decimal `json:"minimum_order,omitzero"`

	MaxRedemptions            int `json:"max_redemptions,omitzero"`              // by all customers; 0 is no limit
	MaxRedemptionsPerCustomer int `json:"max_redemptions_per_customer,omitzero"` // by one customer; 0 is no limit
}

const maxCode = 100

// discount returns the discount that a redemption gives.
func (c *Coupon) discount() Discount {
	d := c.Discount
	if d.ID == "" {
		d.ID = c.Code
	}
	return d
}

// checkCoupons adds the faults of the coupons: ErrUnset for a missing code and for a minimum order without a currency;
// ErrInvalid for a code with other characters or that appears twice, for a negative limit or minimum, and for a plan
// or an item that the catalog does not offer; ErrLimit for a code that is too long; ErrPeriod for a ValidUntil that is
// not after ValidFrom; and the faults of the discount.
func (c *Catalog) checkCoupons(f *fault.List) {
	codes := map[string]bool{}
	for i := range c.Coupons {
		coupon, path := &c.Coupons[i], fault.At("coupons", i)+"."
		checkName(f, path+"code", coupon.Code, codes, strings.ToLower(coupon.Code))
		coupon.check(f, path)
		seen := map[string]bool{}
		for j, id := range coupon.Plans {
			checkName(f, path+fault.At("plans", j), id, seen, id)
		}
		c.checkOffered(f, path+"plans", coupon.Plans, func(p *Plan, id string) bool { return p.ID == id })
		c.checkOffered(f, path+"discount.plans", coupon.Discount.Plans, func(p *Plan, id string) bool { return p.ID == id })
		c.checkOffered(f, path+"discount.items", coupon.Discount.Items, func(p *Plan, id string) bool {
			return slices.ContainsFunc(p.Offers, func(o Offer) bool { return o.Item == id })
		})
	}
}

// checkOffered adds a fault for each name that no plan of the catalog has.
func (c *Catalog) checkOffered(f *fault.List, list string, names []string, has func(*Plan, string) bool) {
	for i, name := range names {
		if name != "" && !slices.ContainsFunc(c.Plans, func(p Plan) bool { return has(&p, name) }) {
			f.Add(fault.At(list, i), proration.ErrInvalid, "must be in the catalog; got %.40q", name)
		}
	}
}

// check adds the faults of a coupon that show without the catalog.
func (c *Coupon) check(f *fault.List, path string) {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	switch {
	case len(c.Code) > maxCode:
		f.Add(path+"code", proration.ErrLimit, "must have at most %d characters; got %d", maxCode, len(c.Code))
	case strings.Trim(c.Code, allowed) != "":
		f.Add(path+"code", proration.ErrInvalid, "must have letters, digits, hyphens and underscores only; got %.40q", c.Code)
	}
	d := c.discount()
	if d.ID == "" {
		d.ID = "coupon" // the missing code is one fault
	}
	var discount fault.List
	checkBrought(&discount, []Discount{d})
	f.Under("", fault.Rename(discount.Err(), fault.At("discounts", 0), path+"discount"))
	if d.Amount.IsZero() && d.Price == nil && (d.Currency != "" || c.MinimumOrder.IsPositive()) {
		_, err := d.Currency.Places()
		f.Under(path+"discount", err)
	}
	if !c.ValidFrom.IsZero() && !c.ValidUntil.IsZero() && !c.ValidUntil.After(c.ValidFrom) {
		f.Add(path+"valid_until", proration.ErrPeriod, "must be after valid_from; got %s",
			c.ValidUntil.Format(time.RFC3339Nano))
	}
	fault.Number(f, path+"minimum_order", c.MinimumOrder)
	for _, limit := range []struct {
		field string
		most  int
	}{
		{"max_redemptions", c.MaxRedemptions}, {"max_redemptions_per_customer", c.MaxRedemptionsPerCustomer},
	} {
		if limit.most < 0 {
			f.Add(path+limit.field, proration.ErrInvalid, "must not be negative; got %d", limit.most)
		}
	}
}
