package plans

import (
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Offer is the price of an item in one currency. An item is a type of seat, an add-on or a package.
//
// Minimum, Maximum and Step bound the quantity of the item in orders and changes. They do not bound a quantity of zero:
// an item can be left out and can leave, unless it is required.
type Offer struct {
	Item     string   `json:"item"`     // ID of the item, "seat"
	Currency Currency `json:"currency"` // currency of the price
	Price    Price    `json:"price"`    // price for one billing period, unless Price.Per says otherwise
	// Interval is the length of the billing periods that the offer is for; unset is the plan's interval. A plan with
	// offers for several intervals is sold for each of them.
	Interval proration.Interval `json:"interval,omitzero"`

	Minimum decimal.Decimal `json:"minimum,omitzero" canon:"count"` // smallest quantity above zero; 0 is none
	Maximum decimal.Decimal `json:"maximum,omitzero" canon:"count"` // largest quantity; 0 is none
	// Step divides every quantity: with a step of 5, the quantities are 5, 10 and so on. It divides Minimum and Maximum,
	// too. Zero is none.
	Step     decimal.Decimal `json:"step,omitzero" canon:"count"`
	Required bool            `json:"required,omitzero"` // the plan is not sold without the item

	// Limits are what each unit of the item adds to limits that the plan has. One unit of an unlimited one is enough.
	Limits   []Limit  `json:"limits,omitzero"`
	Features []string `json:"features,omitzero"` // names of features that the item includes, beside those of the plan
}

// check adds the faults of an offer of a plan with an interval.
func (o *Offer) check(f *fault.List, path string, interval proration.Interval) {
	if o.Interval != (proration.Interval{}) {
		interval = o.Interval
		f.Under(path+".interval", interval.Validate())
	}
	_, err := o.Currency.Places()
	f.Under(path, err)
	o.Price.checkStated(f, path+".")
	if err := o.Price.validate(); err != nil {
		f.Under(path+".price", err)
	} else if interval.Validate() == nil {
		f.Under(path, o.Price.checkPer(interval))
	}
	o.checkBounds(f, path)
}

// checkBounds adds the faults of the bounds of the quantity.
func (o *Offer) checkBounds(f *fault.List, path string) {
	var own fault.List
	fault.Number(&own, path+".minimum", o.Minimum)
	fault.Number(&own, path+".maximum", o.Maximum)
	fault.Number(&own, path+".step", o.Step)
	if own != nil {
		f.Under("", own.Err())
		return
	}
	whole := func(field string, bound decimal.Decimal) {
		if o.Step.IsPositive() && !exact.Multiple(bound, o.Step) {
			f.Add(path+field, proration.ErrInvalid, "must be a multiple of step, %s; got %s",
				exact.Text(o.Step, 0), exact.Text(bound, 0))
		}
	}
	whole(".minimum", o.Minimum)
	whole(".maximum", o.Maximum)
	if o.Maximum.IsPositive() && o.Maximum.LessThan(o.Minimum) {
		f.Add(path+".maximum", proration.ErrInvalid, "must not be below minimum, %s; got %s",
			exact.Text(o.Minimum, 0), exact.Text(o.Maximum, 0))
	}
	if o.Price.Metered && !(o.Minimum.IsZero() && o.Maximum.IsZero() && o.Step.IsZero()) {
		f.Add(path+".price.metered", proration.ErrInvalid, "must be unset with minimum, maximum or step")
	}
}

// price returns the price of an item in a currency, or false if the plan does not offer the item in that currency. An
// unset Per becomes the plan's interval, which is the only one.
func (p *Plan) price(item string, currency Currency) (Price, bool) {
	for _, o := range p.Offers {
		if o.Item == item && o.Currency == currency {
			return o.Price.lasting(p.Interval), true
		}
	}
	return Price{}, false
}

// offer is price, or a refusal that lists the items that the plan offers in the currency.
func (p *Plan) offer(item string, currency Currency) (Price, error) {
	if price, ok := p.price(item, currency); ok {
		return price, nil
	}
	var all []string
	for _, o := range p.Offers {
		if o.Currency == currency {
			all = append(all, o.Item)
		}
	}
	return Price{}, &Refusal{
		Rule:    "item",
		Reason:  "Plan " + strconv.Quote(p.ID) + " does not offer " + strconv.Quote(item) + " in " + string(currency) + ".",
		Instead: oneOf(all),
	}
}

// like reports whether two offers are for the same item, currency and interval.
func (o *Offer) like(other *Offer) bool {
	return o.Item == other.Item && o.Currency == other.Currency && o.Interval == other.Interval
}
