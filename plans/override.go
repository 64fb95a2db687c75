package plans

import (
	"slices"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Override adapts a catalog for one customer: special prices, terms, discounts and grace.
type Override struct {
	Plans     []PlanOverride     `json:"plans,omitzero"`     // special prices, features and limits of plans
	Terms     []Term             `json:"terms,omitzero"`     // replace all terms of the catalog; none keeps them
	Discounts []Discount         `json:"discounts,omitzero"` // apply after the term's discount, before the order's
	Grace     proration.Interval `json:"grace,omitzero"`     // access after a failed payment; unset is the policy's grace
	DueIn     proration.Interval `json:"due_in,omitzero"`    // payment term of manual invoices; unset is the policy's
}

// PlanOverride adapts a plan of the catalog for one customer.
type PlanOverride struct {
	ID        string     `json:"id"`                  // ID of the plan
	Offers    []Offer    `json:"offers,omitzero"`     // replace offers of the same item and currency; others are added
	SetupFees []SetupFee `json:"setup_fees,omitzero"` // replace fees of the same item and currency; others are added
	Features  []string   `json:"features,omitzero"`   // added to the plan's features
	Limits    []Limit    `json:"limits,omitzero"`     // replace limits of the same name; others are added
}

// validate returns every fault of the terms, the discounts and the grace. [Catalog.With] checks the plans.
func (o *Override) validate() error {
	var f fault.List
	checkTerms(&f, o.Terms)
	checkBrought(&f, o.Discounts)
	if o.DueIn != (proration.Interval{}) {
		f.Under("due_in", o.DueIn.Validate())
	}
	if o.Grace != (proration.Interval{}) {
		f.Under("grace", o.Grace.Validate())
	}
	return f.Err()
}

// override applies the customer's special terms to the plan.
func (p *Plan) override(s PlanOverride) {
	p.Offers = merge(p.Offers, s.Offers, func(a, b Offer) bool { return a.like(&b) })
	p.SetupFees = merge(p.SetupFees, s.SetupFees, func(a, b SetupFee) bool {
		return a.Item == b.Item && a.Currency == b.Currency
	})
	p.Features = merge(p.Features, s.Features, func(a, b string) bool { return a == b })
	p.Limits = merge(p.Limits, s.Limits, func(a, b Limit) bool { return a.Name == b.Name })
}

// merge returns the list with each element of over: in place of the element that is like it, or at the end.
func merge[T any](list, over []T, like func(a, b T) bool) []T {
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
