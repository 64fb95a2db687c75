package plans

import (
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Plan is what the catalog offers. A contract takes over its prices and its interval when it is signed.
type Plan struct {
	ID       string             `json:"id"`                // how contracts and charges refer to it
	Name     string             `json:"name,omitzero"`     // for people
	Rank     int                `json:"rank,omitzero"`     // above another plan's: changing to it is an upgrade; 0 is no rank, and then the yearly value decides
	Interval proration.Interval `json:"interval"`          // how long a period is, "P1M"
	Offers   []Offer            `json:"offers"`            // at least one: what it consists of, and what each costs in which currency
	Features []string           `json:"features,omitzero"` // what can be used with it, by name
	Limits   []Limit            `json:"limits,omitzero"`   // how much of it, by name
}

// Offer is what an item costs in a currency: seats of a kind, an add-on, a package.
type Offer struct {
	Item     string   `json:"item"`     // ID of the item, "seat"
	Currency Currency `json:"currency"` // of the price
	Price    Price    `json:"price"`    // for one period
}

// Limit is how much of something a plan allows.
type Limit struct {
	Name      string          `json:"name"`               // of what: "contacts"
	Most      decimal.Decimal `json:"most,omitzero"`      // the most that is allowed, not negative
	Unlimited bool            `json:"unlimited,omitzero"` // there is no bound; then Most is left out
}

// LimitUsage is the usage of something that a plan limits.
type LimitUsage struct {
	Name  string          `json:"name"`           // name of the limit, "contacts"
	Used  decimal.Decimal `json:"used"`           // amount in use, not negative
	Limit decimal.Decimal `json:"limit,omitzero"` // most that the plan allows, zero if it does not offer this; computed, and left out of requests
}

// inWords says which limits are exceeded, for people.
func inWords(all []LimitUsage) string {
	var text []string
	for _, e := range all {
		text = append(text, exact.Text(e.Used, 0)+" "+e.Name+" are in use, and the plan allows "+exact.Text(e.Limit, 0))
	}
	return strings.Join(text, "; ")
}

// Validate returns every fault of the plan: ErrUnset for a missing ID, interval, offer or name, ErrInvalid for what comes twice,
// and the faults of the interval, the currencies, the prices and the limits.
func (p Plan) Validate() error {
	var f fault.List
	if p.ID == "" {
		f.Add("id", proration.ErrUnset, "a plan has an ID")
	}
	f.Under("interval", p.Interval.Validate())
	if len(p.Offers) == 0 {
		f.Add("offers", proration.ErrUnset, "a plan offers something")
	}
	seen := map[string]bool{}
	for i, o := range p.Offers {
		path := "offers[" + strconv.Itoa(i) + "]"
		checkName(&f, path+".item", o.Item, seen, string(o.Currency)+" "+o.Item)
		_, err := o.Currency.Places()
		f.Under(path, err)
		if err := o.Price.Validate(); err != nil {
			f.Under(path+".price", err)
		} else if p.Interval.Validate() == nil {
			_, err := o.Price.times(p.Interval)
			f.Under(path, err)
		}
	}
	seen = map[string]bool{}
	for i, name := range p.Features {
		checkName(&f, "features["+strconv.Itoa(i)+"]", name, seen, name)
	}
	seen = map[string]bool{}
	for i, l := range p.Limits {
		path := "limits[" + strconv.Itoa(i) + "]"
		checkName(&f, path+".name", l.Name, seen, l.Name)
		checkNumber(&f, path+".most", l.Most)
		if l.Unlimited && !l.Most.IsZero() {
			f.Add(path+".most", proration.ErrInvalid, "what is unlimited has no most")
		}
	}
	return f.Err()
}

// checkName adds a fault for a name that is missing, or whose key was seen before.
func checkName(f *fault.List, field, name string, seen map[string]bool, key string) {
	switch {
	case name == "":
		f.Add(field, proration.ErrUnset, "a name is needed")
	case seen[key]:
		f.Add(field, proration.ErrInvalid, "%.40q comes twice", name)
	}
	seen[key] = true
}

// Price returns what an item of the plan costs in a currency, and false where the plan does not offer it in that currency. Where
// the offer does not say what its amounts are for, that is the plan's interval.
func (p Plan) Price(item string, currency Currency) (Price, bool) {
	for _, o := range p.Offers {
		if o.Item == item && o.Currency == currency {
			price := o.Price.clone()
			if price.Per == (proration.Interval{}) {
				price.Per = p.Interval
			}
			return price, true
		}
	}
	return Price{}, false
}

// offer is Price, or the refusal that lists what the plan offers in the currency.
func (p *Plan) offer(item string, currency Currency) (Price, error) {
	if price, ok := p.Price(item, currency); ok {
		return price, nil
	}
	var all []string
	for _, o := range p.Offers {
		if o.Currency == currency {
			all = append(all, o.Item)
		}
	}
	return Price{}, &Refusal{Rule: "item", Reason: p.ID + " does not offer " + strconv.Quote(item) + " in " + string(currency), Instead: oneOf(all)}
}

// Has reports whether a feature can be used with the plan.
func (p Plan) Has(feature string) bool { return slices.Contains(p.Features, feature) }

// Exceeded returns the limits of the plan that are exceeded, in the order of what is in use: what a change to the plan would
// break. What the plan has no limit for it does not offer, and any use of it exceeds it.
// Errors: ErrInvalid for a negative amount, and ErrLimit for one beyond the limits.
func (p Plan) Exceeded(in []LimitUsage) ([]LimitUsage, error) {
	var f fault.List
	var all []LimitUsage
	for i, l := range p.Limits {
		checkNumber(&f, element("limits", i)+".most", l.Most)
	}
	for i, u := range in {
		checkNumber(&f, element("usage", i)+".used", u.Used)
		if !u.Limit.IsZero() {
			f.Add(element("usage", i)+".limit", proration.ErrInvalid, "must be unset, the plan decides it")
		}
		if f != nil {
			continue
		}
		var limit Limit
		if i := slices.IndexFunc(p.Limits, func(l Limit) bool { return l.Name == u.Name }); i >= 0 {
			limit = p.Limits[i]
		}
		if !limit.Unlimited && u.Used.GreaterThan(limit.Most) {
			all = append(all, LimitUsage{Name: u.Name, Used: u.Used, Limit: limit.Most})
		}
	}
	if f != nil {
		return nil, f.Err()
	}
	return all, nil
}

// clone returns a plan that shares nothing that can be written to.
func (p Plan) clone() Plan {
	p.Offers = slices.Clone(p.Offers)
	for i := range p.Offers {
		p.Offers[i].Price = p.Offers[i].Price.clone()
	}
	p.Features, p.Limits = slices.Clone(p.Features), slices.Clone(p.Limits)
	return p
}
