package plans

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Plan is a product of the catalog. A new contract copies the plan's interval, prices and trial.
type Plan struct {
	ID   string `json:"id"`            // ID of the plan in contracts and charges
	Name string `json:"name,omitzero"` // display name
	// Rank orders plans: a change to a higher rank is an upgrade. If either plan has no rank (0), or both ranks are equal,
	// the yearly value decides.
	Rank      int                `json:"rank,omitzero"`
	Interval  proration.Interval `json:"interval"`            // length of a billing period, "P1M", unless an offer says so
	Trial     proration.Interval `json:"trial,omitzero"`      // length of the trial, "P14D"; unset is no trial
	Offers    []Offer            `json:"offers"`              // price of each item in each currency; at least one
	SetupFees []SetupFee         `json:"setup_fees,omitzero"` // fees due once, with the first bill of an order
	Uplift    *Uplift            `json:"uplift,omitempty"`    // rise of the prices of new contracts; nil keeps them
	Features  []string           `json:"features,omitzero"`   // names of the included features
	Limits    []Limit            `json:"limits,omitzero"`     // usage limits
}

// Limit is the highest usage that a plan allows. A limit with the ID of an item limits the units that a contract has of
// it: an order or a change to more is refused.
type Limit struct {
	Name      string          `json:"name"`                        // name of the limit, "contacts", or the ID of an item
	Most      decimal.Decimal `json:"most,omitzero" canon:"count"` // highest usage allowed, never negative
	Unlimited bool            `json:"unlimited,omitzero"`          // no upper bound; Most must be unset
}

// LimitUsage is the usage that counts against a limit of a plan. A request sets Name and Used. The package sets Limit
// in the results of [Plan.Exceeded] and [ChangeRules.Check].
type LimitUsage struct {
	Name string          `json:"name"`               // name of the limit, "contacts"
	Used decimal.Decimal `json:"used" canon:"count"` // amount in use, never negative
	// Limit is the highest usage that the plan allows, and zero if the plan has no such limit. A request leaves it unset.
	Limit decimal.Decimal `json:"limit,omitzero" canon:"count"`
}

// inWords describes exceeded limits for the customer, one sentence each.
func inWords(all []LimitUsage) string {
	var text []string
	for _, e := range all {
		text = append(text, "The plan allows "+exact.Text(e.Limit, 0)+" "+e.Name+"; usage is "+exact.Text(e.Used, 0)+".")
	}
	return strings.Join(text, " ")
}

// validate returns every fault of the plan: ErrUnset for a missing ID, interval, offer, price or name; ErrInvalid
// for a duplicate offer, feature or limit; and the faults of the interval, the trial, the currencies, the prices and
// the limits.
func (p *Plan) validate() error {
	var f fault.List
	if p.ID == "" {
		f.Add("id", proration.ErrUnset, "required, the plan's ID")
	}
	f.Under("interval", p.Interval.Validate())
	if p.Trial != (proration.Interval{}) {
		f.Under("trial", p.Trial.Validate())
	}
	if len(p.Offers) == 0 {
		f.Add("offers", proration.ErrUnset, "required, at least one offer")
	}
	seen := map[string]bool{}
	for i := range p.Offers {
		path := fault.At("offers", i)
		interval := p.Offers[i].Interval
		if interval == (proration.Interval{}) {
			interval = p.Interval
		}
		checkName(&f, path+".item", p.Offers[i].Item, seen,
			string(p.Offers[i].Currency)+" "+interval.String()+" "+p.Offers[i].Item)
		p.Offers[i].check(&f, path, p.Interval)
		p.checkAdded(&f, path, &p.Offers[i])
	}
	p.checkSetupFees(&f)
	checkUplift(&f, p.Uplift)
	checkIncluded(&f, "", p.Features, p.Limits)
	return f.Err()
}

// checkIncluded adds the faults of the features and limits of a plan, or of an offer with a path.
func checkIncluded(f *fault.List, path string, features []string, limits []Limit) {
	seen := map[string]bool{}
	for i, name := range features {
		checkName(f, path+fault.At("features", i), name, seen, name)
	}
	seen = map[string]bool{}
	for i, l := range limits {
		path := path + fault.At("limits", i)
		checkName(f, path+".name", l.Name, seen, l.Name)
		fault.Number(f, path+".most", l.Most)
		if l.Unlimited && !l.Most.IsZero() {
			f.Add(path+".most", proration.ErrInvalid, "must be unset for an unlimited limit")
		}
	}
}

// checkName adds a fault for an empty name, or for a key that was seen before.
func checkName(f *fault.List, field, name string, seen map[string]bool, key string) {
	switch {
	case name == "":
		f.Add(field, proration.ErrUnset, "required, must not be empty")
	case seen[key]:
		f.Add(field, proration.ErrInvalid, "must be unique; %.40q appears twice", name)
	}
	seen[key] = true
}

// Exceeded returns the entries of the usage that exceed a limit of the plan, in the order of the usage, with Limit set
// to the highest usage that the plan allows. [Plan.With] returns the plan with the limits that items of a contract add.
// The caller sets only Name and Used. If the plan has no limit of that name,
// it does not offer the resource: the limit is zero, and any usage exceeds it. An unlimited limit is never exceeded.
// Errors: ErrInvalid for a negative number, and for an entry with a Limit; ErrLimit for a number beyond the limits.
func (p Plan) Exceeded(in []LimitUsage) ([]LimitUsage, error) {
	var f fault.List
	var all []LimitUsage
	for i, l := range p.Limits {
		fault.Number(&f, fault.At("limits", i)+".most", l.Most)
	}
	for i, u := range in {
		fault.Number(&f, fault.At("usage", i)+".used", u.Used)
		if !u.Limit.IsZero() {
			f.Add(fault.At("usage", i)+".limit", proration.ErrInvalid, "must be unset, the plan sets it")
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
