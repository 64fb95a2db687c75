package plans

import (
	"slices"
	"strconv"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Catalog is the complete offer of a seller, read from one JSON file: plans, terms, markets and coupons.
type Catalog struct {
	Plans   []Plan   `json:"plans"`            // plans on offer; at least one
	Terms   []Term   `json:"terms,omitzero"`   // terms on offer; none sells period to period
	Markets []Market `json:"markets"`          // markets; at least one
	Coupons []Coupon `json:"coupons,omitzero"` // coupons that customers can redeem
}

// Validate returns every fault of the catalog at once, each with its path.
func (c Catalog) Validate() error {
	var f fault.List
	c.check(&f)
	return f.Err()
}

// check adds the faults of the catalog to the list.
func (c *Catalog) check(f *fault.List) {
	if len(c.Plans) == 0 {
		f.Add("plans", proration.ErrUnset, "required, at least one plan")
	}
	for i, p := range c.Plans {
		path := fault.At("plans", i)
		f.Under(path, p.validate())
		if p.ID != "" && slices.ContainsFunc(c.Plans[:i], func(other Plan) bool { return other.ID == p.ID }) {
			f.Add(path+".id", proration.ErrInvalid, "must be unique; %.40q appears twice", p.ID)
		}
	}
	checkTerms(f, c.Terms)
	c.checkMarkets(f)
	c.checkCoupons(f)
}

// checkMarkets adds the faults of the markets, and of countries that several markets list.
func (c *Catalog) checkMarkets(f *fault.List) {
	if len(c.Markets) == 0 {
		f.Add("markets", proration.ErrUnset, "required, at least one market")
	}
	taken := map[string]int{}
	for i, m := range c.Markets {
		path := fault.At("markets", i)
		f.Under(path, m.validate())
		countries := m.Countries
		if len(countries) == 0 {
			countries = []string{"all other countries"}
		}
		for _, code := range countries {
			if other, ok := taken[code]; ok && other != i {
				f.Add(path+".countries", proration.ErrInvalid, "must be in one market only; %s is also in %s",
					strconv.Quote(code), fault.At("markets", other))
			}
			taken[code] = i
		}
	}
}

// plan returns the plan with the given ID, or a refusal that lists the plans on offer.
func (c *Catalog) plan(id string) (*Plan, error) {
	var all []string
	for i := range c.Plans {
		if c.Plans[i].ID == id {
			return &c.Plans[i], nil
		}
		all = append(all, c.Plans[i].ID)
	}
	return nil, &Refusal{Rule: "plan", Reason: "There is no plan " + strconv.Quote(id) + ".", Instead: oneOf(all)}
}

// known returns the plan with the given ID, or nil if the catalog does not have it.
func (c *Catalog) known(id string) *Plan {
	i := slices.IndexFunc(c.Plans, func(p Plan) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Plans[i]
}

// Market returns the market that lists the country, or else the market that lists no countries.
// Errors: a [Refusal] if there is neither.
func (c Catalog) Market(country string) (Market, error) {
	m, err := c.market(country)
	if err != nil {
		return Market{}, err
	}
	return *m, nil
}

// market is Market without the copy.
func (c *Catalog) market(country string) (*Market, error) {
	var rest *Market
	for i := range c.Markets {
		m := &c.Markets[i]
		if slices.Contains(m.Countries, country) {
			return m, nil
		}
		if len(m.Countries) == 0 {
			rest = m
		}
	}
	if rest == nil {
		return nil, &Refusal{Rule: "market", Reason: "Orders from " + strconv.Quote(country) + " are not accepted."}
	}
	return rest, nil
}

// term returns the term of the given length, or a refusal that lists the terms on offer. A catalog without terms
// accepts only an unset length and returns nil; a catalog with terms requires one of them.
func (c *Catalog) term(length proration.Interval) (*Term, error) {
	var all []string
	var shortest *Term
	for i := range c.Terms {
		t := &c.Terms[i]
		if t.Length == length {
			return t, nil
		}
		all = append(all, t.Length.String())
		if shortest == nil || shorter(t.Length, shortest.Length) {
			shortest = t
		}
	}
	unset := length == proration.Interval{}
	switch {
	case len(c.Terms) == 0 && unset:
		return nil, nil //nolint:nilnil // a contract without a term is valid here
	case len(c.Terms) == 0:
		return nil, &Refusal{Rule: "term", Reason: "No terms are offered.", Instead: "Continue without a term."}
	case unset:
		return nil, &Refusal{Rule: "term", Reason: "A term is required.", Instead: oneOf(all)}
	case shorter(length, shortest.Length):
		return nil, &Refusal{Rule: "term", Reason: "A term of " + length.String() + " is too short.", Instead: oneOf(all)}
	}
	return nil, &Refusal{Rule: "term", Reason: "A term of " + length.String() + " is not offered.", Instead: oneOf(all)}
}

// shorter reports whether a is shorter than b. Two lengths in different units do not compare, and it returns false.
func shorter(a, b proration.Interval) bool {
	switch {
	case a.Months > 0 && b.Months > 0:
		return a.Months < b.Months
	case a.Days > 0 && b.Days > 0:
		return a.Days < b.Days
	}
	return a.Seconds > 0 && a.Seconds < b.Seconds
}

// With returns the catalog for one customer, with the override applied. It does not modify the original catalog.
// Errors: the faults of the override; ErrInvalid for an override of a plan that the catalog does not have; and those
// of [Catalog.Validate] for the result.
func (c Catalog) With(o Override) (Catalog, error) {
	var f fault.List
	f.Under("override", o.validate())
	c.Plans = slices.Clone(c.Plans)
	for i, special := range o.Plans {
		at := slices.IndexFunc(c.Plans, func(p Plan) bool { return p.ID == special.ID })
		if at < 0 {
			f.Add("override."+fault.At("plans", i)+".id", proration.ErrInvalid, "must be in the catalog; got %.40q", special.ID)
			continue
		}
		c.Plans[at].override(special)
	}
	if len(o.Terms) > 0 && f == nil {
		c.Terms = o.Terms
	}
	c.check(&f)
	if f != nil {
		return Catalog{}, f.Err()
	}
	return c, nil
}
