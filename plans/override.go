package plans

import (
	"slices"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Override is what was agreed on specially with one customer, laid over the catalog.
type Override struct {
	Plans     []PlanOverride     `json:"plans,omitzero"`     // other prices and limits
	Terms     []Term             `json:"terms,omitzero"`     // the terms on offer instead of the catalog's; none leaves those
	Discounts []Discount         `json:"discounts,omitzero"` // taken off besides that of the term, before those of an order
	Grace     proration.Interval `json:"grace,omitzero"`     // how long a failed payment leaves access; unset leaves the policy's
}

// PlanOverride is what is different about a plan.
type PlanOverride struct {
	ID       string   `json:"id"`                // of the plan
	Offers   []Offer  `json:"offers,omitzero"`   // in place of those of the same item and currency, or besides
	Features []string `json:"features,omitzero"` // besides the plan's
	Limits   []Limit  `json:"limits,omitzero"`   // in place of those of the same name, or besides
}

// Validate returns the faults of the terms, the discounts and the grace. Those of the plans show when it is laid over a catalog.
func (o Override) Validate() error {
	var f fault.List
	checkTerms(&f, o.Terms)
	checkDiscounts(&f, o.Discounts)
	if o.Grace != (proration.Interval{}) {
		f.Under("grace", o.Grace.Validate())
	}
	return f.Err()
}

// lay changes a plan to what is different about it.
func (p *Plan) lay(s PlanOverride) {
	p.Offers = laid(p.Offers, s.Offers, func(a, b Offer) bool { return a.Item == b.Item && a.Currency == b.Currency })
	p.Features = laid(p.Features, s.Features, func(a, b string) bool { return a == b })
	p.Limits = laid(p.Limits, s.Limits, func(a, b Limit) bool { return a.Name == b.Name })
}

// laid returns a list with others put in place of their likes, or at its end.
func laid[T any](list, over []T, like func(a, b T) bool) []T {
	list = slices.Clone(list)
	for _, o := range over {
		if i := slices.IndexFunc(list, func(t T) bool { return like(t, o) }); i >= 0 {
			list[i] = o
		} else {
			list = append(list, o)
		}
	}
	return list
}
